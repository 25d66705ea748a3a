"""What a person types about prices, rates and results, what is sent and what is shown."""

from datetime import date

import pytest

from tests.builders import D, desk, lot
from tests.cli.client import Client, typed
from tests.views.test_pnl import foreign, trade
from tradeoms.model import commands as c
from tradeoms.model.reference import Price, Rate


def test_prices_and_rates_are_sent_exactly(client: Client) -> None:
    line = "mark ACME=50.10 BOLT=7 --source close --at 2026-03-02T21:00:00Z --day 2026-03-02"
    typed(line)
    at = "2026-03-02T21:00:00Z"
    prices = (Price("ACME", D("50.10"), "close", at), Price("BOLT", D(7), "close", at))
    assert client.sent == [c.MarkPrices(prices, date(2026, 3, 2))]
    typed("rates EUR/USD=1.0842 --source ECB --day 2026-03-02")
    assert client.sent[1:] == [
        c.SetRates((Rate("EUR", "USD", D("1.0842"), "ECB", date(2026, 3, 2)),))
    ]


@pytest.mark.parametrize("bad", ["ACME", "ACME=x"])
def test_what_is_no_price_is_not_sent(client: Client, bad: str) -> None:
    typed(f"mark BOLT=7 {bad} --source x", 2)
    assert client.sent == []


def test_results_are_added_up_by_currency(client: Client) -> None:
    floor = foreign()
    trade(floor, 100, 49)
    client.state = floor.state
    text = typed("pnl")
    assert "pnl as of record" in text
    missing = "day 0 without 1 that cannot be known, unrealized 0 without 1 that cannot be known"
    assert f"EUR: {missing}, realized short-term 0.00, long-term 0.00" in text
    floor = desk((lot("A1", 30, 900), lot("A2", 10, 600), lot("A2", 5, 100, name="BOLT")))
    client.state = floor.state
    text = typed("pnl --account A2 --instrument ACME")
    assert "1 rows" in text
    assert "unrealized -100.00, realized" in text
    client.state = floor.state
    text = typed("positions --account A2")
    assert "2 rows" in text
