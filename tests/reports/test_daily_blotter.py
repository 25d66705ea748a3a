"""The daily blotter of a book that can be added up by hand.

B1: 100 at 50.10 and 57 at 50.20 are 7,871.40, on average 50.13630573. Commission 1.25 (KING) and
0.7125, so 0.71 (QUEEN): 1.96. B2: 10 at 40 short, commission 0.125, so 0.13.
"""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.reports.book import HASH, known_book, model_of
from tests.views.house import DAY
from tradeoms.reports import REPORTS, daily_blotter
from tradeoms.reports.daily_blotter import Blotter, Line, Total, blotter
from tradeoms.store.readmodel import ReadModel

D = Decimal
NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
GOLDEN = Path(__file__).with_name("daily_blotter.csv")
TOTALS = (
    Total("EUR", "SS", 1, D(10), D("400.00"), D("0.13"), D("0.00"), D("399.87")),
    Total("USD", "B", 3, D(157), D("7871.40"), D("1.96"), D("0.00"), D("7873.36")),
    Total("EUR", "all", 1, D(10), D("400.00"), D("0.13"), D("0.00"), D("399.87")),
    Total("USD", "all", 3, D(157), D("7871.40"), D("1.96"), D("0.00"), D("-7873.36")),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadModel]:
    model, engine = model_of(known_book(), tmp_path_factory.mktemp("read"))
    yield model
    engine.dispose()


@pytest.fixture(scope="module")
def found(model: ReadModel) -> Blotter:
    return blotter(model, DAY)


@pytest.fixture
def files(model: ReadModel, tmp_path: Path) -> tuple[Path, Path]:
    table, page = REPORTS["daily-blotter"].write(model, DAY, tmp_path / "new", NOW)
    return table, page


def test_the_lines_are_the_golden_ones(files: tuple[Path, Path]) -> None:
    heading, lines = files[0].read_text().split("\n", 1)
    assert heading.split(",") == list(Line.__struct_fields__)
    assert lines == GOLDEN.read_text()


def test_another_price_is_another_blotter(tmp_path: Path) -> None:
    """The golden numbers see one cent in one fill."""
    model, engine = model_of(known_book(KING_price="50.11"), tmp_path)
    other = blotter(model, DAY)
    table, _ = daily_blotter.write(model, DAY, tmp_path, NOW)
    engine.dispose()
    assert other.totals != TOTALS
    assert other.totals[1].gross == D("7872.40")
    assert table.read_text().split("\n", 1)[1] != GOLDEN.read_text()


def test_the_totals_are_the_golden_ones(found: Blotter) -> None:
    assert found.totals == TOTALS


@pytest.mark.parametrize("name", ["quantity", "gross", "commission", "fees", "net"])
def test_totals_tie_to_the_lines(found: Blotter, name: str) -> None:
    for total in found.totals:
        mine = [n for n in found.lines if n.currency == total.currency]
        mine = [n for n in mine if total.side in ("all", n.side)]
        sign = -1 if name == "net" and total.side == "all" else 1
        amounts = [getattr(n, name) * (sign if n.side == "B" else 1) for n in mine]
        assert getattr(total, name) == sum(amounts)
        assert total.lines == len(mine)


def test_gross_is_what_the_brokers_filled(found: Blotter, model: ReadModel) -> None:
    fills = [x for x in model.rows("executions") if x.block == "B1"]
    value = sum(fill.LastQty * fill.LastPx for fill in fills)
    assert sum(line.gross for line in found.lines if line.block == "B1") == value


def test_what_waits_is_listed_apart(found: Blotter) -> None:
    (waiting,) = found.waiting
    assert (waiting.block, waiting.side, waiting.state) == ("B3", "L", "working")
    assert (waiting.filled, waiting.avg_price) == (12, D("49.995"))
    assert "B3" not in {line.block for line in found.lines}


def test_a_day_without_trades(model: ReadModel, tmp_path: Path) -> None:
    table, page = daily_blotter.write(model, DAY.replace(day=1), tmp_path, NOW)
    assert len(table.read_text().splitlines()) == 1
    assert "No trades were allocated on this trade date." in page.read_text()


def test_the_csv_reads_back(files: tuple[Path, Path], found: Blotter) -> None:
    with files[0].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [D(row["net"]) for row in rows] == [line.net for line in found.lines]


def test_the_page_shows_every_line_and_total(files: tuple[Path, Path], found: Blotter) -> None:
    text = files[1].read_text()
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>.*?</td>", text)]
    for line in found.lines:
        for value in (line.gross, line.commission, line.net, line.avg_price):
            assert f"{value:,f}" in cells
    for total in found.totals:
        assert f"{total.net:,f}" in cells
    assert "7,871.40" in cells
    assert found.lines[0].executed in cells


def test_the_page_says_where_it_comes_from(files: tuple[Path, Path], found: Blotter) -> None:
    text = files[1].read_text()
    assert HASH.hex() in text
    assert f"journal record {found.seq:,}" in text
    assert "trade date = 2026-03-02" in text
    assert "2026-03-02 22:00:00+00:00" in text


def test_the_page_escapes_text_and_stands_alone(files: tuple[Path, Path]) -> None:
    text = files[1].read_text()
    assert "<b>bold" not in text
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; co" in text
    assert not re.search(r"(src|href)=|url\(|@import|<script", text)


def test_the_bars_are_in_proportion(files: tuple[Path, Path]) -> None:
    text = files[1].read_text()
    widths = re.findall(r'<rect class="(buy|sell)" x="\d+" y="\d+" width="(\d+)"', text)
    assert widths == [("buy", "0"), ("sell", "460"), ("buy", "460"), ("sell", "0")]


def test_the_same_moment_gives_the_same_bytes(model: ReadModel, tmp_path: Path) -> None:
    first = [p.read_bytes() for p in daily_blotter.write(model, DAY, tmp_path / "a", NOW)]
    again = [p.read_bytes() for p in daily_blotter.write(model, DAY, tmp_path / "b", NOW)]
    assert first == again


def test_every_report_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reports.md").read_text()
    for report in REPORTS.values():
        assert f"`{report.name}`" in text
        assert report.title in text
