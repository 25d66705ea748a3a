"""What a person types about corporate actions, transfers and gifts, and what is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.builders import DAY, desk, lot
from tests.core.corporate import corporate
from tradeoms.bus.wire import Result
from tradeoms.cli import actions, app
from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome
from tradeoms.model.lot_actions import LotTransfer
from tradeoms.model.openings import OpeningFile
from tradeoms.model.reference import NamedLot
from tradeoms.views import VIEWS

D = Decimal
ROW = {"what": "position", "account": "A1", "instrument": "X", "before": "1", "after": "2"}


class Client:
    """Remembers what it was asked; its tables are a small house's."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.tables: dict[str, dict[str, Any]] = {}

    def submit(self, command: c.Command) -> Answered:
        self.sent.append(command)
        name = type(command).__name__
        return Answered("olga", "1", Outcome.Done, name, datetime.now(UTC), ("L1",))

    def query(self, question: str, **arguments: Any) -> Result:
        self.sent.append((question, arguments))
        if arguments["command"].get("reason") == "bad":
            return Result("1", 7, problem="reason: is bad")
        return Result("1", 7, (ROW | {"text": ""},))

    def follow(self, table: str) -> None:
        floor = desk((lot("A1", 100, 1000),))
        floor.done(corporate("split", new=2), "ops")
        self.tables[table] = {row.key: row for row in VIEWS[table].all_rows(floor.state)}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    client = Client()

    @contextmanager
    def connected(_: Path, user: str) -> Iterator[Any]:
        assert user == "olga"
        yield client

    monkeypatch.setattr(actions, "connected", connected)
    return client


def typed(*words: str) -> str:
    """The output of a command, on a wide terminal."""
    known = ["actions", *words, "--user", "olga"]
    return CliRunner().invoke(app, known, env={"COLUMNS": "200"}).output


COMMON = ("--reference", "T1", "--reason", "why", "--day", "2026-03-02")


def test_lots_are_moved_and_given(client: Client) -> None:
    assert "done L1" in typed(
        "move", "A1", "ACME", "250", "--to", "A2", "--method", "lifo", *COMMON
    )
    gift = ("give", "A1", "ACME", "--lot", "4=10", "--lot", "7=5.5", "--value", "12.5")
    assert "done L1" in typed(*gift, *COMMON)
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
    assert "done L1" in typed(*both)
    printed = typed(*both, "--preview")
    assert "1 changes; nothing is booked" in printed
    assert "position" in printed
    assert client.sent[0] == c.ImportActions(files, "notice")
    (question, arguments) = client.sent[1]
    assert (question, arguments["user"]) == ("preview", "olga")
    assert arguments["command"]["files"][1]["content"] == "x"
    assert "is needed" in typed("book", "--reason", "notice")
    assert "reason: is bad" in typed("reverse", "L1", "--reason", "bad", "--preview")


def test_bookings_are_reversed_and_shown(client: Client) -> None:
    typed("reverse", "L3", "--reason", "wrong")
    assert client.sent == [c.ReverseAction("L3", "wrong")]
    printed = typed("show")
    assert "lot_actions: 1 rows" in printed
    assert "CA-1" in printed
    assert "action_lines: 1 rows" in typed("show", "L1")
    assert "lot_actions: 0 rows" in typed("show", "--booked", str(date(2026, 3, 3)))
