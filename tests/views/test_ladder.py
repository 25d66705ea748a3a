"""What an account will have, day by day: what is booked, when it settles, what came before."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.builders import DAY, D, Desk, K, desk, lot
from tests.views.house import House
from tradeoms.model import commands as c
from tradeoms.model.fields import Side
from tradeoms.model.openings import OpeningCash
from tradeoms.views import VIEWS
from tradeoms.views.ladder import lowest


def ladder(floor: Desk, account: str = "A1") -> list[tuple[Any, ...]]:
    """Days from the first one, opening, bought, sold, commission, other, balance."""
    found = {row.key: row for row in VIEWS["ladder"].all_rows(floor.state)}
    assert dict(VIEWS["ladder"].upserts(floor.state, found)) == found
    return [
        ((r.day - DAY).days, r.opening, r.bought, r.sold, r.commission, r.other, r.balance)
        for r in found.values()
        if r.account == account
    ]


def trade(floor: Desk, account: str, quantity: int, side: Side = Side.Buy) -> str:
    block = floor.block((account, quantity), Side=side)
    name = floor.route(block, quantity)
    floor.fill(name, quantity)
    floor.finish(block)
    return name


def fund(floor: Desk, account: str, amount: str, after: int) -> None:
    cash = (OpeningCash(account, "USD", D(amount), DAY + timedelta(after)),)
    floor.done(c.BookOpening(f"{account}{after}", (), cash), "ops")


def test_trades_come_on_their_settlement_date() -> None:
    floor = desk((lot("A2", 300, 9000),))
    fund(floor, "A2", "750.25", 0)
    fund(floor, "A2", "100", 2)
    trade(floor, "A2", 200, Side.Sell)
    trade(floor, "A2", 20)
    assert ladder(floor, "A2") == [
        (0, D("750.25"), 0, 0, 0, 0, D("750.25")),
        (1, D("750.25"), -1000, 10000, D("-2.75"), 0, D("9747.50")),
        (2, D("9747.50"), 0, 0, 0, 100, D("9847.50")),
    ]
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    assert ladder(floor, "A2") == [
        (1, D("750.25"), -1000, 10000, D("-2.75"), 0, D("9747.50")),
        (2, D("9747.50"), 0, 0, 0, 100, D("9847.50")),
    ]
    floor.done(c.OpenDay(DAY + timedelta(3)), "ops")
    assert ladder(floor, "A2") == [(3, D("9847.50"), 0, 0, 0, 0, D("9847.50"))]


def test_what_is_taken_back_leaves_no_trace() -> None:
    floor = desk()
    before = ladder(floor)
    block = floor.block(("A1", 100))
    name = floor.route(block, 100)
    fill = floor.fill(name, 100)
    floor.finish(block)
    assert len(ladder(floor)) == 2
    floor.bust(name, fill)
    assert ladder(floor) == before
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    floor.finish(block)
    assert ladder(floor) == before


def test_what_may_be_spent_is_the_lowest_balance_from_then_on() -> None:
    floor = desk()
    for after, amount in ((0, "1000"), (1, "-300"), (1, "50"), (3, "-500"), (5, "900")):
        cash = (OpeningCash("A3", "USD", D(amount), DAY + timedelta(after)),)
        floor.done(c.BookOpening(f"{after}{amount}", (), cash), "ops")
    found = [lowest(floor.state, "A3", "USD", DAY + timedelta(n)) for n in range(7)]
    assert found == [25000, 25000, 25000, 25000, 25000, 115000, 115000]


@pytest.mark.parametrize("seed", [0, 1, 3, 4])
def test_the_last_balance_is_the_cash_whatever_happens(seed: int) -> None:
    """Each day begins with what the one before left; the last one leaves the trade-date cash."""
    house = House(seed)
    house.open()
    for _ in range(150):
        house.step()
    house.settle()
    cash = {(r.account, r.Currency): r.amount for r in VIEWS["cash"].all_rows(house.state)}
    last: dict[tuple[str, str], tuple[date, Any]] = {}
    for row in sorted(VIEWS["ladder"].all_rows(house.state), key=lambda r: r.day):
        pair = (row.account, row.Currency)
        assert row.opening == last.get(pair, (None, row.opening))[1]
        parts = row.bought + row.sold + row.commission + row.fees + row.other
        assert row.opening + parts == row.balance
        assert row.day >= house.state.business_date
        last[pair] = (row.day, row.balance)
    assert {pair: left for pair, (_, left) in last.items() if left} == cash
    assert last
