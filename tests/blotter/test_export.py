"""Rows as CSV, and what needs a person."""

import csv
import io
import re
import zipfile
from datetime import datetime
from decimal import Decimal as D
from pathlib import Path
from xml.etree import ElementTree

import pytest

from blotter import export, notional
from blotter.column import Kind
from blotter.columns import TABLES
from blotter.needs import Waiting
from blotter.spreadsheet import as_xlsx
from tests.blotter.desk import desk
from tests.blotter.fake import AT, order, placement, position, price, session, unknown

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_csv_is_exact_and_harmless() -> None:
    row = order(1, pm="=HYPERLINK(1)", OrderQty=D("1234567.25"), Price=None, reference='a "b", c')
    text = export.as_csv(TABLES[0].columns, [row])
    (line,) = csv.DictReader(io.StringIO(text))
    assert line["OrderQty"] == "1234567.25"
    assert line["Price"] == ""
    assert line["pm"] == "'=HYPERLINK(1)"
    assert line["reference"] == 'a "b", c'
    assert line["entered"] == "2025-01-02T15:30:01+00:00"
    assert line["discretionary"] == "yes"
    assert line["trade_date"] == "2025-01-02"


def test_numbers_that_begin_with_a_minus_stay_numbers() -> None:
    columns = [column for column in TABLES[5].columns if column.kind is Kind.Number]
    text = export.as_csv(columns, [position("F", "KO", "-300")])
    assert "-300" in text.splitlines()[1].split(",")


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    at = datetime(2025, 1, 2, 3, 4, 5, tzinfo=AT.tzinfo)
    name = export.named("orders", at, "csv")
    names = [export.write(tmp_path, name, str(n).encode()).name for n in range(3)]
    stem = "orders-20250102-030405"
    assert (tmp_path / names[2]).read_bytes() == b"2"
    assert names == [f"{stem}.csv", f"{stem}-1.csv", f"{stem}-2.csv"]


def _cells(content: bytes) -> tuple[list[str], list[str]]:
    """Every cell of a sheet as the file has it, and the formats of its numbers."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        sheet = ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))
        shared = ElementTree.fromstring(file.read("xl/sharedStrings.xml"))
        styles = file.read("xl/styles.xml").decode()
    texts = ["".join(item.itertext()) for item in shared]
    found = []
    for cell in sheet.iter(f"{SHEET}c"):
        assert cell.find(f"{SHEET}f") is None, "a formula"
        value = cell.findtext(f"{SHEET}v") or ""
        found.append(texts[int(value)] if cell.get("t") == "s" else value)
    return found, re.findall(r'formatCode="([^"]*)"', styles)


def test_a_spreadsheet_has_numbers_and_dates_and_rounds_nothing() -> None:
    names = ("key", "OrderQty", "Price", "AvgPx", "pm", "entered", "trade_date", "discretionary")
    columns = [next(c for c in TABLES[0].columns if c.name == name) for name in names]
    row = order(
        1, pm="=HYPERLINK(1)", OrderQty=D("1234567.25"), Price=D("0.1"),
        AvgPx=D("415.1233333333333333333333333"),
    )  # fmt: skip
    cells, formats = _cells(as_xlsx("Orders", columns, [row]))
    assert cells[:8] == [*names[:5], "entered (UTC)", *names[6:]]
    assert cells[8:] == [
        "O1", "1234567.25", "0.1", "415.1233333333333333333333333", "=HYPERLINK(1)",
        "45659.64584490741", "45659", "yes",
    ]  # fmt: skip
    assert {"#,##0.00", "#,##0.0", "yyyy-mm-dd"} <= set(formats)


async def test_the_spreadsheet_has_the_selection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with desk() as d:
        await d.press("space", "X")
        (path,) = list(tmp_path.iterdir())  # noqa: ASYNC240
        cells, _ = _cells(path.read_bytes())
        assert (path.suffix, "O40" in cells, "O39" in cells) == (".xlsx", True, False)
        assert "1 row written to orders-" in d.said


async def test_to_a_browser_a_file_is_a_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with desk() as d:
        given: list[tuple[bytes, str]] = []
        monkeypatch.setattr(type(d.app), "is_web", True)
        take = lambda file, save_filename: given.append((file.read(), save_filename))  # noqa: E731
        monkeypatch.setattr(d.app, "deliver_binary", take)
        await d.press("space", "Y")
        ((content, name),) = given
        assert (len(content.splitlines()), name[-4:]) == (2, ".csv")
        assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


async def test_the_selection_or_all_rows_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with desk() as d:
        await d.press("space", "Y")
        (path,) = list(tmp_path.iterdir())  # noqa: ASYNC240
        assert len(path.read_text().splitlines()) == 2
        await d.press("escape", "y")
        assert len(d.app.clipboard.splitlines()) == 41
        assert d.app.clipboard.startswith("key,Symbol,Side,OrderQty")
        assert "40 rows of Orders copied" in d.said


def test_what_waits_is_counted_once_and_what_is_seen_no_more() -> None:
    seen = "unknown report of ALPHA: unknown ClOrdID"
    waiting = Waiting({"unmatched/7": seen, "unmatched/9": "another one of another server"})
    assert waiting.take("unmatched", {"7": unknown(7)}) == []
    assert waiting.take("unmatched", {"9": unknown(9)}) == [seen]
    waiting.see("unmatched", "9")
    assert len(waiting.take("unmatched", {"8": unknown(8)})) == 1
    assert waiting.take("unmatched", {"8": unknown(8)}) == []
    assert waiting.take("sessions", {"A": session("A", False)}) == ["session A is down"]
    assert waiting.after("", "") == ("sessions", "A", "session A is down")
    assert waiting.after("sessions", "A")[:2] == ("unmatched", "8")
    assert waiting.after("unmatched", "8")[:2] == ("sessions", "A")
    waiting.take("sessions", {"A": session("A", True)})
    assert waiting.see("unmatched", "8")
    assert not waiting.see("unmatched", "8")
    assert waiting.after("", "") is None
    assert len(waiting) == 0


def test_what_was_seen_waits_again_when_it_happens_again() -> None:
    waiting, down = Waiting(), {"P4": placement(4, transmission="unsent")}
    assert waiting.take("placements", down)
    waiting.see("placements", "P4")
    assert not waiting.take("placements", down)
    waiting.take("placements", {"P4": placement(4)})
    assert waiting.take("placements", down)


def test_values_are_added_up_by_currency() -> None:
    prices = {"KO.US": price("KO")}
    rows = [
        order(4, instrument="KO.US", OrderQty=D(100)),
        order(4, instrument="X.EU", Currency="EUR", OrderQty=D(10), Price=D(3)),
        order(3, instrument="Y", OrderQty=D(1), Price=None, arrival=None),
    ]
    total = notional.total(rows, "OrderQty", prices)
    assert total == "30.00 EUR, 6,207.00 USD, 1 without a price"


def test_a_usual_size_raises_no_question() -> None:
    prices = {f"{name}.US": price(name) for name in ("KO", "MSFT")}
    orders = [order(n) for n in range(1, 9)]
    usual = notional.mixed_up(D(20_000), D("62.07"), "USD", orders, prices)
    assert usual == ""
    assert "would be 32,222" in notional.mixed_up(D(2_000_000), D("62.07"), "USD", orders, prices)
