"""What a person types about prices, rates and results, what is sent and what is shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.builders import D, desk, lot
from tests.views.test_pnl import foreign, trade
from tradeoms.cli import app, money
from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome
from tradeoms.model.reference import Price, Rate
from tradeoms.model.state import State
from tradeoms.views import VIEWS


class Client:
    """Remembers commands; shows the tables of a state."""

    def __init__(self, state: State) -> None:
        self.sent: list[c.Command] = []
        self.state, self.tables, self.seq = state, dict[str, Any](), dict[str, int]()

    def submit(self, command: c.Command, id: str = "") -> Answered:
        self.sent.append(command)
        return Answered("olga", id, Outcome.Done, type(command).__name__, datetime.now(UTC))

    def follow(self, table: str) -> None:
        self.tables[table] = {row.key: row for row in VIEWS[table].all_rows(self.state)}
        self.seq[table] = self.state.seq


def typed(monkeypatch: pytest.MonkeyPatch, line: str, state: State, code: int = 0) -> Any:
    """What comes back from a line, and the client that was used."""
    client = Client(state)

    @contextmanager
    def connected(_: Path, user: str) -> Iterator[Any]:
        assert user == "olga"
        yield client

    monkeypatch.setattr(money, "connected", connected)
    result = CliRunner().invoke(app, [*line.split(), "--user", "olga"])
    assert result.exit_code == code, result.output
    return result.output, client


def test_prices_and_rates_are_sent_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "mark ACME=50.10 BOLT=7 --source close --at 2026-03-02T21:00:00Z --day 2026-03-02"
    _, client = typed(monkeypatch, line, State())
    at = "2026-03-02T21:00:00Z"
    prices = (Price("ACME", D("50.10"), "close", at), Price("BOLT", D(7), "close", at))
    assert client.sent == [c.MarkPrices(prices, date(2026, 3, 2))]
    _, client = typed(monkeypatch, "rates EUR/USD=1.0842 --source ECB --day 2026-03-02", State())
    assert client.sent == [c.SetRates((Rate("EUR", "USD", D("1.0842"), "ECB", date(2026, 3, 2)),))]


@pytest.mark.parametrize("bad", ["ACME", "ACME=x"])
def test_what_is_no_price_is_not_sent(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    _, client = typed(monkeypatch, f"mark BOLT=7 {bad} --source x", State(), 2)
    assert client.sent == []


def test_results_are_added_up_by_currency(monkeypatch: pytest.MonkeyPatch) -> None:
    floor = foreign()
    trade(floor, 100, 49)
    text, _ = typed(monkeypatch, "pnl", floor.state)
    assert "pnl as of record" in text
    missing = "day 0 without 1 that cannot be known, unrealized 0 without 1 that cannot be known"
    assert f"EUR: {missing}, realized short-term 0.00, long-term 0.00" in text
    floor = desk((lot("A1", 30, 900), lot("A2", 10, 600), lot("A2", 5, 100, name="BOLT")))
    text, _ = typed(monkeypatch, "pnl --account A2 --instrument ACME", floor.state)
    assert "1 rows" in text
    assert "unrealized -100.00, realized" in text
    text, _ = typed(monkeypatch, "positions --account A2", floor.state)
    assert "2 rows" in text
