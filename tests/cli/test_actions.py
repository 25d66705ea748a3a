"""What a person types about corporate actions, transfers and gifts, and what is sent."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.builders import DAY, desk, lot
from tests.cli.client import Client, typed
from tests.core.corporate import corporate
from tradeoms.bus.wire import Result
from tradeoms.model import commands as c
from tradeoms.model.identifications import NamedLot
from tradeoms.model.lot_actions import LotTransfer
from tradeoms.model.openings import OpeningFile

D = Decimal
ROW = {"what": "position", "account": "A1", "instrument": "X", "before": "1", "after": "2"}


@pytest.fixture(autouse=True)
def house(client: Client) -> None:
    """One split was booked."""
    floor = desk((lot("A1", 100, 1000),))
    floor.done(corporate("split", new=2), "ops")
    client.state, client.ids = floor.state, ("L1",)
    client.found = Result("1", 7, (ROW | {"text": ""},))


def act(*words: str, code: int = 0) -> str:
    return typed(["actions", *words], code)


COMMON = ("--reference", "T1", "--reason", "why", "--day", "2026-03-02")


def test_lots_are_moved_and_given(client: Client) -> None:
    assert "done L1" in act("move", "A1", "ACME", "250", "--to", "A2", "--method", "lifo", *COMMON)
    gift = ("give", "A1", "ACME", "--lot", "4=10", "--lot", "7=5.5", "--value", "12.5")
    assert "done L1" in act(*gift, *COMMON)
    lots = (NamedLot(4, D(10)), NamedLot(7, D("5.5")))
    assert client.sent == [
        c.TransferLots(LotTransfer("ACME", DAY, "A1", "A2", D(250), "LIFO"), "T1", "why"),
        c.GiftLots(LotTransfer("ACME", DAY, "A1", lots=lots, value=D("12.5")), "T1", "why"),
    ]


def test_files_are_sent_or_only_looked_at(client: Client, tmp_path: Path) -> None:
    one, other = tmp_path / "a.csv", tmp_path / "t.csv"
    one.write_text("reference\n1\n")
    other.write_text("x")
    files = (
        OpeningFile("actions", "a.csv", "reference\n1\n"),
        OpeningFile("transfers", "t.csv", "x"),
    )
    both = ("book", str(one), "--transfers", str(other), "--reason", "notice")
    assert "done L1" in act(*both)
    printed = act(*both, "--preview")
    assert "1 changes; nothing is booked" in printed
    assert "position" in printed
    assert client.sent[0] == c.ImportActions(files, "notice")
    (question, arguments) = client.sent[1]
    assert (question, arguments["user"]) == ("preview", "tom")
    assert arguments["command"]["files"][1]["content"] == "x"
    assert "is needed" in act("book", "--reason", "notice", code=2)
    client.found = Result("1", 7, problem="reason: is bad")
    assert act("reverse", "L1", "--reason", "bad", "--preview", code=1) == "reason: is bad\n"


def test_bookings_are_reversed_and_shown(client: Client) -> None:
    act("reverse", "L3", "--reason", "wrong")
    assert client.sent == [c.ReverseAction("L3", "wrong")]
    printed = act("show")
    assert "lot_actions: 1 rows" in printed
    assert "CA-1" in printed
    assert "action_lines: 1 rows" in act("show", "L1")
    assert "lot_actions: 0 rows" in act("show", "--booked", str(date(2026, 3, 3)))
