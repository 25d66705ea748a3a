"""Fills dealt out at their own prices: futures, and markets that know no average."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import BROKERS, D, Desk, K, desk, instrument, lot
from tests.core.after import accepted, allocated, confirm, instructions, office
from tests.core.splits import define
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Execution
from tradeoms.model.fields import OrdStatus, Side
from tradeoms.model.reference import Account
from tradeoms.views.allocations import all_rows
from tradeoms.views.executions import keys

WHY = "filled twice"


def pit() -> Desk:
    """A desk with a future whose market books no averages."""
    floor = desk()
    future = instrument("FUT", multiplier=D(50), average_prices=False, SecurityType="FUT")
    floor.done(c.DefineInstruments((future,)))
    return floor


def traded(
    floor: Desk, fills: Any, *members: tuple[str, Any], **fields: Any
) -> tuple[str, str, list[str]]:
    """A block of the future, filled and finished: its name, the placement's, the ExecIDs."""
    block = floor.block(*members, **({"instrument": "FUT"} | fields))
    name = floor.route(block, sum(q for _, q in members))
    ids = [floor.fill(name, *fill) for fill in fills]
    if floor.placement(name).LeavesQty:
        floor.done(c.CancelPlacement(name), "trader")
        floor.report(name, K.Canceled)
    floor.finish(block)
    return block, name, ids


def prices(floor: Desk, block: str) -> dict[str, list[str]]:
    """What each account got: a price for each unit, lowest first."""
    event = floor.state.allocations[block]
    assert event.deal is not None
    found: dict[str, list[str]] = {name: [] for name in event.accounts}
    for n, price, units in event.deal.parts():
        found[event.accounts[n]] += [str(price)] * units
    return {name: sorted(some) for name, some in found.items()}


FILLS = ((2, "100"), (2, "101"), (2, "102"))
THREE = (("A1", 2), ("A2", 2), ("A3", 2))


def test_a_market_without_averages_deals_fills_as_near_the_average_as_can_be() -> None:
    floor = pit()
    block, _, _ = traded(floor, FILLS, *THREE)
    averages = [sum(map(Decimal, some)) / 2 for some in prices(floor, block).values()]
    assert averages == [101, 101, 101]
    assert [row.AvgPx for row in all_rows(floor.state)] == [101, 101, 101]


class Indexed(dict[str, Execution]):
    """Executions that may be asked for by key alone: a day's fills are too many to go through."""

    def values(self) -> Any:
        raise AssertionError("all executions are gone through")

    items = __iter__ = values


def test_a_block_s_fills_are_found_without_going_through_the_day_s() -> None:
    floor = pit()
    floor.fill(floor.working(), 100)
    floor.state.executions = Indexed(floor.state.executions)
    block, name, (_, wrong, _) = traded(floor, FILLS, *THREE)
    floor.correct(name, wrong, 2, "103", OrdStatus=OrdStatus.Filled)
    floor.finish(block)
    assert sorted(p for some in prices(floor, block).values() for p in some) == (
        ["100", "100", "102", "102", "103", "103"]
    )
    joined = e.OrdersJoined(block, (), "trader", "", datetime.now(UTC))
    assert len(list(keys(floor.state, joined))) == 4
    floor.state.executions = dict(dict.items(floor.state.executions))
    same(floor.journal.replay(), floor.state)


def test_who_may_have_averages_gets_them_unless_the_policy_says_otherwise() -> None:
    floor = pit()
    block, _, _ = traded(floor, FILLS, *THREE, instrument="ACME")
    assert floor.state.allocations[block].deal is None
    define(floor, prices="each")
    block, _, _ = traded(floor, FILLS, *THREE, instrument="ACME")
    assert floor.state.allocations[block].deal is not None
    define(floor, prices="average", version=2)
    block, _, _ = traded(floor, FILLS, *THREE)
    assert floor.state.allocations[block].deal is not None


def test_high_to_low_gives_the_highest_price_to_the_highest_number() -> None:
    floor = pit()
    define(floor, prices="high_to_low")
    block, _, _ = traded(floor, FILLS, *reversed(THREE))
    assert prices(floor, block) == {
        "A3": ["102", "102"],
        "A2": ["101", "101"],
        "A1": ["100", "100"],
    }
    order = floor.state.orders[floor.state.blocks[block].orders[0]]
    assert (order.CumQty, order.AvgPx) == (6, 101)


@pytest.mark.parametrize(
    ("side", "best", "worst"), [(Side.Buy, "100", "102"), (Side.Sell, "102", "100")]
)
def test_the_best_price_goes_round(side: Side, best: str, worst: str) -> None:
    floor = pit()
    if side.sells:
        owned = tuple(lot(a, 90, 90, name="FUT") for a in ("A1", "A2", "A3"))
        floor.done(c.BookOpening("two", owned))
    define(floor, prices="rotation")
    for first, last in (("A1", "A3"), ("A2", "A1"), ("A3", "A2"), ("A1", "A3")):
        block, _, _ = traded(floor, FILLS, *THREE, Side=side)
        found = prices(floor, block)
        assert (found[first], found[last]) == ([best] * 2, [worst] * 2)


def test_the_turn_of_prices_is_not_that_of_quantities() -> None:
    floor = pit()
    define(floor, prices="rotation", method="rotation")
    traded(floor, ((2, "100"), (1, "101")), *THREE)
    index = floor.state.account_axis.index
    assert floor.state.turns == {"fair": index["A2"], "fair/prices": index["A2"]}
    same(floor.journal.replay(), floor.state)


def test_every_account_pays_its_own_fills_to_the_cent() -> None:
    floor = pit()
    define(floor, prices="high_to_low")
    block, _, _ = traded(floor, ((1, "100.25"), (3, "101.01"), (2, "102.33")), *THREE)
    event = floor.state.allocations[block]
    units = [(10025 + 10101) * 50, 2 * 10101 * 50, 2 * 10233 * 50]
    assert event.gross == tuple(units)
    assert sum(event.commission) == 8  # 6 x 0.0125, rounded
    assert event.net == tuple(g + k for g, k in zip(event.gross, event.commission, strict=True))
    assert floor.lots("A3", "FUT")[0][2:] == (2, event.net[2])


def test_an_order_of_two_accounts_shows_its_own_average() -> None:
    floor = pit()
    define(floor, prices="high_to_low")
    orders = [
        floor.order((a, 1), (b, 1), instrument="FUT") for a, b in (("A1", "A2"), ("A3", "A4"))
    ]
    (block,) = floor.done(c.BlockOrders(tuple(orders)), "trader")
    name = floor.route(block, 4)
    for price in ("100", "101", "102", "104"):
        floor.fill(name, 1, price)
    floor.finish(block)
    assert [floor.state.orders[o].AvgPx for o in orders] == [D("100.5"), D(103)]


def test_a_bust_deals_what_is_left_anew() -> None:
    floor = pit()
    block, name, ids = traded(floor, ((1, "100"), (1, "104"), (2, "102")), ("A1", 2), ("A2", 2))
    assert sorted(map(tuple, prices(floor, block).values())) == [("100", "104"), ("102", "102")]
    floor.bust(name, ids[1], OrdStatus=OrdStatus.Canceled)
    floor.correct(name, ids[2], 2, "101", OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    found = prices(floor, block)
    assert sorted(price for some in found.values() for price in some) == ["100", "101", "101"]
    assert sum(floor.state.allocations[block].gross) == 302 * 50 * 100


def test_nothing_filled_deals_nothing() -> None:
    floor = pit()
    block, _, _ = traded(floor, (), *THREE)
    assert floor.state.allocations[block].quantities == (0, 0, 0)


def test_after_a_corporate_action_all_that_is_left_is_the_average() -> None:
    floor = pit()
    block = floor.block(("A1", 100), ("A2", 50), instrument="FUT")
    name = floor.route(block, 150)
    floor.fill(name, 60, "50")
    floor.fill(name, 40, "51")
    reverse = {"ExecRestatementReason": "0", "CumQty": D(50), "OrderQty": D(75)}
    floor.report(name, K.Restated, ExecID="R1", OrdStatus=OrdStatus.PartiallyFilled, **reverse)
    floor.report(name, K.Canceled)
    floor.finish(block)
    event = floor.state.allocations[block]
    assert (event.deal, event.AvgPx) == (None, "100.80000000")
    assert event.quantities == (33, 17)
    assert event.gross == (33 * 50 * 10080, 17 * 50 * 10080)


def test_a_block_too_large_to_search_is_dealt_in_proportion() -> None:
    floor = desk()
    fine = instrument("FINE", qty_scale=4, average_prices=False)
    floor.done(c.DefineInstruments((fine,)))
    fills = ((60_000, "50"), (90_000, "51.37"))
    members = (("A1", 100_000), ("A2", 50_000))
    block, _, _ = traded(floor, fills, *members, instrument="FINE")
    event = floor.state.allocations[block]
    assert event.deal is not None
    assert event.deal.quantities == (400_000_000, 600_000_000, 200_000_000, 300_000_000)
    assert event.gross == (508_220_000, 254_110_000)


def test_the_error_account_gets_fills_like_all() -> None:
    floor = pit()
    floor.done(c.DefineAccounts((Account("ERR", "Errors", "firm", error=True),)))
    define(floor, prices="high_to_low")
    block = floor.block(("A1", 2), instrument="FUT")
    name = floor.route(block, 2)
    floor.fill(name, 2, "100")
    floor.fill(name, 1, "103")
    floor.done(c.BookError(block, WHY), "ops")
    floor.finish(block)
    assert prices(floor, block) == {"A1": ["100", "100"], "ERR": ["103"]}


@pytest.mark.parametrize("how", ["each", "high_to_low", "rotation"])
@settings(max_examples=15)
@given(data=st.data())
def test_each_broker_is_told_of_its_own_fills(how: str, data: st.DataObject) -> None:
    """Quantities of accounts and brokers, and the money of both, to the cent."""
    floor = pit()
    define(floor, prices=how)
    members = [(a, data.draw(st.integers(1, 9))) for a in ("A1", "A2", "A3")]
    block = floor.block(*members, instrument="FUT")
    total = sum(q for _, q in members)
    first = data.draw(st.integers(1, total - 1))
    levels = st.integers(9990, 10010).map(lambda cents: Decimal(cents).scaleb(-2))
    for broker, quantity in zip(BROKERS, (first, total - first), strict=True):
        name = floor.route(block, quantity, broker)
        while left := floor.placement(name).LeavesQty:
            floor.fill(name, data.draw(st.integers(1, int(left))), data.draw(levels))
    floor.finish(block)
    event = floor.state.allocations[block]
    assert event.quantities == tuple(q for _, q in members)
    floor.done(c.SendAllocation(block), "ops")
    by_account: dict[str, int] = {}
    for one in instructions(floor):
        own = [p for p in floor.state.placements.values() if p.broker == one.broker]
        assert sum(one.quantities) == sum(p.CumQty for p in own)
        assert sum(one.gross) == sum(p.notional for p in own) * 5000
        exact = zip(one.quantities, one.prices, one.gross, strict=True)
        assert all(abs(q * px * 5000 - gross) < D("0.01") * q for q, px, gross in exact)
        for account, quantity in zip(one.accounts, one.quantities, strict=True):
            by_account[account] = by_account.get(account, 0) + quantity
    assert by_account == dict(members)
    worth = [0, 0, 0]
    assert event.deal is not None
    for n, price, units in event.deal.parts():
        worth[n] += units * Fraction(price) * 5000
    assert list(event.gross) == worth


def test_a_cent_that_a_bill_is_rounded_by_goes_to_the_largest_fraction() -> None:
    floor = desk()
    define(floor, prices="high_to_low")
    # 100.004 and 100.008 make 200.012: the bill says 200.01, floors make 200.00.
    members = (("A1", 1), ("A2", 1))
    block, _, _ = traded(floor, ((1, "100.004"), (1, "100.008")), *members, instrument="ACME")
    assert floor.state.allocations[block].gross == (10000, 10001)


def test_the_broker_s_confirmation_is_compared_with_the_account_s_own_price() -> None:
    floor = office()
    define(floor, prices="high_to_low")
    block, _, _ = allocated(floor, fills=((60, "50"), (40, "51")))
    known = accepted(floor, block)
    assert (known.prices, known.AvgPx) == ((50, 51), D("50.4"))
    found = confirm(floor, known, "A2", AvgPx=D("50.4"))
    assert [str(d) for d in found.differences] == ["AvgPx: yours 50.4, ours 51"]
    assert confirm(floor, known, "A1").differences == ()


def test_a_statement_keeps_how_prices_go() -> None:
    floor = pit()
    define(floor, prices="high_to_low")
    block = floor.block(*THREE, instrument="FUT")
    name = floor.route(block, 6)
    define(floor, version=2, prices="rotation")
    floor.done(c.DefineInstruments((replace(floor.state.instruments["FUT"], average_prices=True),)))
    for fill in FILLS:
        floor.fill(name, *fill)
    floor.finish(block)
    assert prices(floor, block)["A3"] == ["102", "102"]


def test_a_policy_says_how_prices_go_by_name() -> None:
    floor = pit()
    with pytest.raises(AssertionError, match="must be average or each or high_to_low or rotation"):
        define(floor, prices="cheap")
