"""What a person types about tax lots, and what is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tradeoms.bus.wire import Result
from tradeoms.cli import app, lots
from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome
from tradeoms.model.reference import NamedLot

ROW = {
    "lot": 4,
    "acquired": "2026-01-05",
    "long_term": False,
    "quantity": "5",
    "basis": "260.00",
    "proceeds": "250.00",
    "gain": "-10.00",
    "disallowed": "4.00",
    "method": "LIFO",
    "Currency": "USD",
}


class Client:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def submit(self, command: c.Command) -> Answered:
        self.sent.append(command)
        name = type(command).__name__
        return Answered("paula", "1", Outcome.Done, name, datetime.now(UTC))

    def query(self, question: str, **arguments: Any) -> Result:
        self.sent.append((question, arguments))
        if arguments["account"] == "A9":
            return Result("1", 7, problem="account = 'A9': unknown account")
        return Result("1", 7, (ROW,))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    client = Client()

    @contextmanager
    def connected(_: Path, user: str) -> Iterator[Any]:
        assert user == "paula"
        yield client

    monkeypatch.setattr(lots, "connected", connected)
    return client


def run(line: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*line.split(), "--user", "paula"])
    return result.exit_code, result.output


def test_lots_are_named(client: Client) -> None:
    assert run("lots name O1 A1 --lot 17=50 --lot 3=0.5")[0] == 0
    assert run("lots name O1 A1")[0] == 0
    named = (NamedLot(17, Decimal(50)), NamedLot(3, Decimal("0.5")))
    assert client.sent == [c.IdentifyLots("O1", "A1", named), c.IdentifyLots("O1", "A1")]
    for wrong in ("17", "x=5", "17=", "17=many"):
        assert run(f"lots name O1 A1 --lot {wrong}")[0] == 2
    assert len(client.sent) == 2


def test_a_sale_is_shown_before_it_is_sent(client: Client) -> None:
    code, output = run("lots preview A1 5 ACME --price 50 --method lifo")
    assert code == 0
    assert "LIFO: gain -10.00, recognized -6.00 USD" in output
    given = {"account": "A1", "instrument": "ACME", "quantity": "5", "price": "50"}
    assert client.sent == [("relief", given | {"method": "LIFO"})]
    assert run("lots preview A9 5 ACME")[0] == 2
