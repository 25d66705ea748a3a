"""What a person types around the day, and the command that is sent."""

from datetime import date
from pathlib import Path

import pytest

from tests.cli.client import Client, typed
from tradeoms.model import commands as c
from tradeoms.model.openings import OpeningFile


@pytest.fixture
def sent(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[c.Command]:
    """What was sent; the working directory is an empty folder."""
    monkeypatch.chdir(tmp_path)
    return client.sent


def test_opening_files_are_sent_as_they_are(sent: list[c.Command]) -> None:
    Path("a.csv").write_bytes(b"account\r\nA1\r\n")
    Path("c.csv").write_text("kind\n")
    typed("opening one --cash a.csv --control c.csv")
    files = (
        OpeningFile("cash", "a.csv", "account\r\nA1\r\n"),
        OpeningFile("control", "c.csv", "kind\n"),
    )
    assert sent == [c.ImportOpening("one", files)]


def test_how_long_finished_work_stays(sent: list[c.Command]) -> None:
    typed("day retention 3")
    assert sent == [c.SetRetention(3)]


def test_a_file_that_cannot_be_read_is_named(sent: list[c.Command]) -> None:
    Path("a.csv").write_bytes(b"\xff\xfe")
    assert "a.csv: is no UTF-8 text" in typed("opening one --control a.csv", 2)
    assert "b.csv: No such file" in typed("opening one --control b.csv", 2)
    typed("opening one", 2)
    assert sent == []


LINES: dict[str, c.Command] = {
    "day open 2026-03-02": c.OpenDay(date(2026, 3, 2)),
    "day close 2026-03-02": c.CloseDay(date(2026, 3, 2)),
    "handover make": c.Deliver(),
    "break own cash/BANK/A1/USD": c.OwnBreak("cash/BANK/A1/USD"),
    "break own cash/BANK/A1/USD --reason ill": c.OwnBreak("cash/BANK/A1/USD", "ill"),
    "break explain cash/BANK/A1/USD -r fee": c.ExplainBreak("cash/BANK/A1/USD", "fee"),
    "day waive open_placements -r asked": c.WaiveCheck("open_placements", "asked"),
}


@pytest.mark.parametrize("line", list(LINES))
def test_what_is_sent(line: str, sent: list[c.Command]) -> None:
    typed(line)
    assert sent == [LINES[line]]


def test_an_answer_is_sent_as_it_is(sent: list[c.Command]) -> None:
    Path("ack.csv").write_text("line,status,reason\n1,accepted,\n")
    typed("handover acknowledge 3 ack.csv")
    name, text = "ack.csv", "line,status,reason\n1,accepted,\n"
    assert sent == [c.AcknowledgeDelivery(3, name, text)]


def test_a_file_to_reconcile_is_sent_as_it_is(sent: list[c.Command]) -> None:
    Path("cash.csv").write_text("account\n")
    typed("reconcile cash BANK cash.csv --day 2026-03-02 --settled")
    day = date(2026, 3, 2)
    assert sent == [c.Reconcile("cash", "BANK", day, "cash.csv", "account\n", True)]


def test_a_waiver_needs_a_reason(sent: list[c.Command]) -> None:
    typed("day waive check", 2)
    assert sent == []
