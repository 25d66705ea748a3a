"""From the end of a block to lots, positions and cash, and back when the broker changes it."""

from decimal import Decimal

import pytest

from tests.builders import BROKERS, D, Desk, K, desk, instrument, lot
from tradeoms.model import commands as c
from tradeoms.model.fields import OrderState, OrdStatus, Side

MONEY = 100_000_025  # A1's opening cash in cents


def booked(
    floor: Desk, *members: tuple[str, object], fills: tuple = (), **fields: object
) -> tuple[str, str, list[str]]:
    """A block worked by one broker with fills (quantity, price) and finished."""
    block = floor.block(*members, **fields)
    name = floor.route(block, sum(D(q) for _, q in members))
    ids = [floor.fill(name, quantity, price) for quantity, price in fills]
    if floor.placement(name).LeavesQty:
        floor.done(c.CancelPlacement(name), "trader")
        floor.report(name, K.Canceled)
    floor.finish(block)
    return block, name, ids


def test_fills_go_pro_rata_to_the_statement() -> None:
    floor = desk()
    block, _, _ = booked(floor, ("A1", 600), ("A2", 300), ("A3", 100), fills=((500, "50"),))
    event = floor.state.allocations[block]
    assert dict(zip(event.accounts, event.quantities, strict=True)) == {
        "A1": 300,
        "A2": 150,
        "A3": 50,
    }
    assert [floor.held(a) for a in ("A1", "A2", "A3")] == [300, 150, 50]
    order = floor.state.orders["O1"]
    assert (order.state, order.CumQty, order.AvgPx) == (OrderState.Allocated, 500, 50)


def test_the_cash_of_all_accounts_is_what_the_brokers_bill_to_the_cent() -> None:
    floor = desk()
    before = sum(floor.cash(a) for a in ("A1", "A2", "A3"))
    block = floor.block(("A1", 333), ("A2", 333), ("A3", 334))
    king, queen = floor.route(block, 500), floor.route(block, 500, "QUEEN")
    for quantity, price in ((123, "50.01"), (377, "50.03")):
        floor.fill(king, quantity, price)
    floor.fill(queen, 500, "49.9999")
    floor.finish(block)
    gross = 123 * 5001 + 377 * 5003 + round(500 * Decimal("4999.99"))
    commission = 2 * 625
    event = floor.state.allocations[block]
    assert (sum(event.gross), sum(event.commission)) == (gross, commission)
    assert sum(event.net) == gross + commission
    assert before - sum(floor.cash(a) for a in ("A1", "A2", "A3")) == gross + commission
    assert event.AvgPx == "50.01249000"


def test_sales_bring_gross_less_commission() -> None:
    floor = desk((lot("A1", 100, 1000), lot("A2", 100, 1000)))
    booked(floor, ("A1", 50), ("A2", 50), fills=((100, "50"),), Side=Side.Sell)
    assert floor.cash("A1") - MONEY in (50 * 5000 - 62, 50 * 5000 - 63)
    assert floor.cash("A1") - MONEY + floor.cash("A2") == 100 * 5000 - 125


def test_the_average_price_knows_no_multiplier() -> None:
    floor = desk()
    floor.done(c.DefineInstruments((instrument("FUT", multiplier=D(50)),)))
    block, _, _ = booked(floor, ("A1", 2), fills=((2, "4000"),), instrument="FUT")
    event = floor.state.allocations[block]
    assert (D(event.AvgPx), event.gross) == (4000, (2 * 4000 * 50 * 100,))


def test_nothing_filled_is_an_allocation_of_nothing() -> None:
    floor = desk()
    block, _, _ = booked(floor, ("A1", 100), ("A2", 50))
    assert floor.state.allocations[block].quantities == (0, 0)
    assert floor.state.orders["O1"].state is OrderState.Allocated
    assert floor.state.buying.at("A1", "ACME") == 0
    assert floor.state.lots.size == 0


def test_the_oldest_lots_go_first() -> None:
    floor = desk((lot("A1", 30, 300, age=10), lot("A1", 40, 800, age=500)))
    booked(floor, ("A1", 50), fills=((50, "50"),), Side=Side.Sell)
    assert floor.lots("A1") == [(0, 0, 20, 30_000)]
    realized = floor.state.realized
    assert realized["quantity"].tolist() == [40, 10]
    assert realized["basis"].tolist() == [80_000, 10_000]
    assert realized["long_term"].tolist() == [1, 0]
    # 50 x 50.00 less 0.63 commission, over both rows.
    assert realized["proceeds"].sum() == 250_000 - 63
    assert floor.held("A1") == 20


def test_a_short_sale_and_its_cover() -> None:
    floor = desk()
    sold = {"Side": Side.SellShort, "locate": "L1"}
    booked(floor, ("A1", 100), fills=((100, "50"),), **sold)
    assert floor.held("A1") == -100
    assert floor.lots("A1") == [(0, 1, 100, 500_000 - 125)]
    booked(floor, ("A1", 60), fills=((60, "40"),))
    assert floor.held("A1") == -40
    assert floor.lots("A1") == [(0, 1, 40, 500_000 - 125)]
    gain = floor.state.realized["gain"].tolist()
    assert gain == [60 * 1000 - 75 - 75]
    assert floor.state.realized["long_term"].tolist() == [0]


def test_a_buy_crosses_zero() -> None:
    floor = desk((lot("A1", -100, 5000),))
    booked(floor, ("A1", 150), fills=((150, "40"),))
    assert floor.held("A1") == 50
    ((number, short, remaining, basis),) = floor.lots("A1")
    assert (number, short, remaining) == (1, 0, 50)
    assert basis == (150 * 4000 + 188) - round((150 * 4000 + 188) * 100 / 150)


def test_commission_beyond_the_gross_is_a_negative_net() -> None:
    floor = desk((lot("A1", 100, 1000),))
    booked(floor, ("A1", 100), fills=((100, "0.01"),), Side=Side.Sell)
    assert floor.cash("A1") - MONEY == 100 - 125
    assert floor.state.realized["proceeds"].tolist() == [-25]


def test_a_bust_after_the_allocation_restores_everything() -> None:
    floor = desk((lot("A1", 30, 300, age=10), lot("A1", 40, 800, age=500)))
    before = (floor.lots("A1"), floor.held("A1"), floor.cash("A1"))
    block, name, (ExecID,) = booked(floor, ("A1", 50), fills=((50, "50"),), Side=Side.Sell)
    floor.bust(name, ExecID)
    assert (floor.lots("A1"), floor.held("A1"), floor.cash("A1")) == before
    assert floor.state.realized["gain"].tolist() == [0, 0]
    assert floor.state.blocks[block].state == "working"
    assert floor.state.orders["O1"].state is OrderState.InBlock
    assert floor.state.selling.at("A1", "ACME") == 50
    assert floor.alerts() == ["busted", "reopened"]
    # The broker's order is alive again, and is filled again.
    floor.fill(name, 50, "51")
    floor.finish(block)
    assert floor.held("A1") == 20
    assert floor.state.selling.at("A1", "ACME") == 0


def test_a_correction_after_the_allocation_is_allocated_anew() -> None:
    floor = desk()
    block, name, (ExecID,) = booked(floor, ("A1", 100), fills=((100, "50"),))
    floor.correct(name, ExecID, 100, "49")
    assert floor.cash("A1") == MONEY
    floor.finish(block)
    assert floor.cash("A1") == MONEY - 490_000 - 125
    assert floor.lots("A1") == [(1, 0, 100, 490_125)]


def test_a_late_fill_is_allocated_with_the_rest() -> None:
    floor = desk()
    block, name, _ = booked(floor, ("A1", 100), fills=((40, "50"),))
    floor.fill(name, 10, "50", OrdStatus=OrdStatus.Canceled)
    assert floor.held("A1") == 0
    floor.finish(block)
    assert floor.held("A1") == 50


def test_later_bookings_that_used_its_lots_are_made_again() -> None:
    floor = desk((lot("A1", 10, 100, age=900), lot("A2", 5, 50)))
    buy, name, (ExecID,) = booked(floor, ("A1", 100), fills=((100, "50"),))
    sells = [booked(floor, ("A1", 30), fills=((30, "60"),), Side=Side.Sell)[0] for _ in range(3)]
    assert floor.lots("A1") == [(2, 0, 20, 500_125)]
    floor.correct(name, ExecID, 90, "48", OrdStatus=OrdStatus.Canceled)
    # The sales took the old lot and, while the buy is open again, sold more than there was.
    assert floor.held("A1") == 10 - 90
    assert sum(r if not s else -r for _, s, r, _ in floor.lots("A1")) == -80
    assert [b for b in sells if b in floor.state.bookings] == sells
    assert floor.alerts().count("oversold") == 3
    floor.finish(buy)
    assert floor.held("A1") == 10
    assert sum(r if not s else -r for _, s, r, _ in floor.lots("A1")) == 10
    assert floor.lots("A2") == [(1, 0, 5, 5_000)]
    opened = [n for b in floor.state.bookings.values() for n in b.opened_numbers]
    assert len(opened) == len(set(opened))


def test_other_instruments_are_left_alone_by_a_bust() -> None:
    floor = desk()
    _, name, (ExecID,) = booked(floor, ("A1", 100), fills=((100, "50"),))
    other, _, _ = booked(floor, ("A1", 10), fills=((10, "50"),), instrument="BOLT")
    booking = floor.state.bookings[other]
    floor.bust(name, ExecID)
    assert floor.state.bookings[other] is booking
    assert floor.held("A1", "BOLT") == 10


@pytest.mark.parametrize("broker", BROKERS)
def test_one_block_over_two_brokers_is_one_allocation(broker: str) -> None:
    floor = desk()
    block = floor.block(("A1", 100))
    for name in (floor.route(block, 40, broker), floor.route(block, 60, "QUEEN")):
        floor.fill(name, floor.placement(name).OrderQty)
    floor.finish(block)
    assert floor.held("A1") == 100
    assert len(floor.state.lots["size"]) == 1


def test_settlement_skips_the_currency_s_holidays() -> None:
    floor = desk()
    day = floor.state.business_date
    floor.done(c.SetHolidays("USD", (day.replace(day=3),)))
    block, _, _ = booked(floor, ("A1", 1), fills=((1, "50"),))
    assert floor.state.allocations[block].settle_date == day.replace(day=4)
