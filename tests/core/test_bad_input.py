"""What no split, booking or relief can make sense of, command by command: refused with block and account.

`Desk.refused` checks that nothing has changed; the same desk goes on trading afterwards.
"""

from typing import Any

import pytest

from tests.builders import D, Desk, K, desk, instrument, lot, new_order
from tests.core.corporate import corporate
from tests.core.splits import define, policy, worked
from tradeoms.core.bounds import MOST_CENTS, MOST_UNITS
from tradeoms.core.expected import expected_relief
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker, CommissionSchedule
from tradeoms.model.fields import Outcome, Side
from tradeoms.model.openings import OpeningCash
from tradeoms.model.reference import Account, Price, Tick
from tradeoms.views import pnl, positions

TWO = (("A1", 100), ("A2", 100))
WHOLE = 10**15  # the most that one placement is worth
PRO_RATA = "; give a reason to split it pro rata"


@pytest.fixture
def floor() -> Desk:
    return desk()


def works(floor: Desk) -> None:
    """The desk is as able as ever."""
    floor.done(c.DefineInstruments((instrument("FINE"),)))
    if floor.state.allocation_policies:
        define(floor, version=9)
    name = floor.working(("A3", 10), instrument="FINE")
    floor.fill(name, 10)
    floor.finish(floor.placement(name).block)
    assert floor.held("A3", "FINE") == 10


#: A policy's fields, then why the block is not routed.
UNROUTED: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "percentages of nothing": (
        {"method": "percentage", "weights": {"A1": 0, "A2": 0}},
        {
            "block": "allocation policy fair/1 cannot split 200: percentages do not add up to 100: A1, A2"
        },
    ),
    "agreed quantities of nothing": (
        {"method": "fixed", "weights": {"A1": 0, "A2": 0}},
        {"block": "allocation policy fair/1 leaves nobody anything: A1, A2"},
    ),
    "caps of nothing": (
        {"caps": {"A1": 0, "A2": 0}},
        {"block": "allocation policy fair/1 leaves nobody anything: A1, A2"},
    ),
    "an account without a weight": (
        {"method": "drift", "weights": {"A1": 1}},
        {"account": "has no weight in allocation policy fair: B1 needs one"},
    ),
}


@pytest.mark.parametrize("case", UNROUTED)
def test_weights_that_leave_nobody_are_refused_before_the_route(case: str, floor: Desk) -> None:
    fields, problems = UNROUTED[case]
    define(floor, **fields)
    block = floor.block(*TWO)
    route = c.RouteBlock(block, (c.Route("KING", D(200)),))
    assert floor.refused(route, "trader") == problems
    assert not floor.state.placements
    works(floor)


def test_values_of_nothing_are_refused_before_the_route(floor: Desk) -> None:
    define(floor, method="nav")
    block = floor.block(("A2", 100), ("A3", 100))
    problems = floor.refused(c.RouteBlock(block, (c.Route("KING", D(200)),)), "trader")
    assert problems == {
        "block": "has no account with a value: allocation policy fair splits by it: A2, A3"
    }


@pytest.mark.parametrize("weight", [-1, "NaN", "Infinity", "1e30", "1e9999999"])
@pytest.mark.parametrize("method", ["percentage", "fixed", "priority", "drift"])
def test_a_weight_that_is_none_names_its_place(method: str, weight: Any, floor: Desk) -> None:
    bad = policy(method=method, weights={"A1": 1, "A2": weight})
    problems = floor.refused(c.DefineAllocationPolicies((bad,)), "compliance")
    assert list(problems) == ["policies[0].weights[1].weight"]


#: A policy's fields, what is filled, then why the block is not finished.
UNFINISHED: dict[str, tuple[dict[str, Any], int, str]] = {
    "a minimum that leaves nobody": (
        {"minimum": D(60)},
        50,
        "cannot split 50: no pieces of the minimum make the fill: A1, A2",
    ),
    "caps that are full": (
        {"caps": {"A1": 20, "A2": 30}},
        51,
        "cannot split 51: caps leave no room for all that was filled: A1, A2",
    ),
    "agreed quantities that are full": (
        {"method": "fixed", "weights": {"A1": 0, "A2": 50}},
        51,
        "cannot split 51: more was filled than the fixed quantities: A1, A2",
    ),
}


@pytest.mark.parametrize("case", UNFINISHED)
def test_fills_that_no_split_can_hold_wait_for_a_reason(case: str, floor: Desk) -> None:
    fields, filled, why = UNFINISHED[case]
    define(floor, **fields)
    block, _ = worked(floor, filled, *TWO)
    reason = f"allocation policy fair/1 {why}{PRO_RATA}"
    assert floor.refused(c.FinishBlock(block), "trader") == {"block": reason}
    assert (floor.held("A1"), floor.held("A2")) == (0, 0)
    works(floor)
    floor.done(c.FinishBlock(block, "agreed with compliance"), "trader")
    assert floor.held("A1") + floor.held("A2") == filled


def test_of_many_accounts_a_few_are_named(floor: Desk) -> None:
    names = [f"M{n}" for n in range(7)]
    floor.done(c.DefineAccounts(tuple(Account(n, n, n) for n in names)))
    define(floor, minimum=D(60))
    block, _ = worked(floor, 50, *((name, 100) for name in names))
    reason = floor.refused(c.FinishBlock(block), "trader")["block"]
    assert reason.endswith(f": M0, M1, M2, M3, M4, ...{PRO_RATA}")


def test_more_fills_than_orders_are_nobody_s(floor: Desk) -> None:
    name = floor.working(*TWO)
    floor.fill(name, 203)
    text = "is over-filled: 203 of 200; book the error to an account first"
    assert floor.refused(c.FinishBlock("B1"), "trader") == {"block": text}
    assert (floor.held("A1"), floor.held("A2")) == (0, 0)
    works(floor)


def test_an_oversell_is_refused_with_its_account() -> None:
    floor = desk((lot("A1", 60, 1),))
    sale = new_order(("A1", 61), ("A2", 1), Side=Side.Sell)
    answer = floor.do(c.SubmitOrder(sale))
    found = {v.account: v.message for v in answer.violations if v.rule == "oversell"}
    assert set(found) == {"A1", "A2"}
    assert found["A1"].startswith("sell 61, owned 60")
    assert not any(order.is_open for order in floor.state.orders.values())
    works(floor)


def big(floor: Desk) -> None:
    """An instrument whose price is the highest there is; an error account."""
    dear = instrument("DEAR", ticks=(Tick(D(0), D(1)),))
    floor.done(c.DefineInstruments((dear,)))
    floor.done(c.DefineAccounts((Account("ERR", "Errors", "firm", error=True),)))


def test_a_fill_that_makes_a_placement_too_much_is_disputed(floor: Desk) -> None:
    big(floor)
    name = floor.working(("A1", 3 * 10**6), instrument="DEAR")
    ExecID = floor.fill(name, 10**6, 10**9)
    floor.fill(name, 1, 1)
    assert floor.placement(name).notional == WHOLE
    text = f"makes {name} worth more than {WHOLE:,}"
    (told,) = [a.text for a in floor.state.alerts.values() if a.kind == "disputed"]
    assert told.endswith(text)
    (held,) = [x.key for x in floor.state.executions.values() if x.LastQty == 1]
    reason = floor.refused(c.BookExecution(held, "it is ours"), "ops")["execution"]
    assert reason == f"cannot be booked: 1 at 1 {text}"
    fill = c.EnterFill(name, D(1), D(1), "by telephone")
    assert floor.refused(fill, "trader") == {"LastQty": f"1 at 1 {text}"}
    # What stands in its place may be as much, not more.
    floor.correct(name, ExecID, 10**6, 10**9)
    floor.correct(name, ExecID, 10**6 + 1, 10**9)
    assert floor.placement(name).notional == WHOLE


@pytest.mark.parametrize("sign", [1, -1])
def test_cash_that_int64_cannot_hold_is_refused_with_block_and_account(
    sign: int, floor: Desk
) -> None:
    big(floor)
    rows = [OpeningCash("A2", "USD", D(sign * WHOLE))] * (MOST_CENTS // (WHOLE * 100))
    side = Side.Buy if sign < 0 else Side.SellShort
    floor.done(c.BookOpening("two", (), tuple(rows)))
    before = floor.cash("A2")
    name = floor.working(("A1", 10**6), ("A2", 10**6), instrument="DEAR", Side=side, locate="L")
    floor.fill(name, 10**6, 10**9)
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    block = floor.placement(name).block
    reason = "the cash of A2 would be beyond what can be booked"
    assert floor.refused(c.FinishBlock(block), "trader") == {"block": reason}
    assert (floor.cash("A2"), floor.held("A2", "DEAR")) == (before, 0)
    works(floor)


def test_an_error_account_without_room_takes_nothing(floor: Desk) -> None:
    big(floor)
    rows = [OpeningCash("ERR", "USD", D(-WHOLE))] * (MOST_CENTS // (WHOLE * 100))
    floor.done(c.BookOpening("two", (), tuple(rows)))
    name = floor.working(("A1", 10**6), instrument="DEAR")
    floor.fill(name, 10**6, 10**9)
    block = floor.placement(name).block
    floor.finish(block)
    move = c.MoveToError(block, "A1", D(1), "wrong client")
    reason = "the cash of ERR would be beyond what can be booked"
    assert floor.refused(move, "ops") == {"account": reason}
    assert floor.held("A1", "DEAR") == 10**6


def test_bills_that_int64_cannot_hold_are_refused_with_their_block(floor: Desk) -> None:
    dear = CommissionSchedule(flat=D(WHOLE))
    floor.done(c.DefineBrokers((Broker("KING", "King", "S1", commission=dear),)))
    block = floor.block(("A1", 50))
    for _ in range(47):
        name = floor.route(block, 1)
        floor.fill(name, 1, 1)
    left = floor.route(block, 3)
    floor.done(c.CancelPlacement(left), "trader")
    floor.report(left, K.Canceled)
    reason = floor.refused(c.FinishBlock(block), "trader")["block"]
    assert (
        reason == "its fills and bills are worth 47,000,000,000,000,047.00: more than can be booked"
    )
    works(floor)


def test_a_block_of_orders_that_are_too_much_together(floor: Desk) -> None:
    orders = tuple(floor.order((name, MOST_UNITS)) for name in ("A1", "A2"))
    assert floor.refused(c.BlockOrders(orders), "trader") == {
        "orders": f"the block would be above {MOST_UNITS:,}"
    }
    (block,) = floor.done(c.BlockOrders(orders[:1]), "trader")
    assert floor.refused(c.JoinBlock(block, orders[1:]), "trader") == {
        "orders": f"the block would be above {MOST_UNITS:,}"
    }


def test_a_quantity_that_the_scale_makes_too_much(floor: Desk) -> None:
    tiny = instrument("TINY", qty_scale=8, lot=D("0.00000001"))
    floor.done(c.DefineInstruments((tiny,)))
    order = c.SubmitOrder(new_order(("A1", D("10000.00000001")), instrument="TINY"))
    assert floor.refused(order) == {
        "order.members[0].OrderQty": "is above the largest quantity, 10,000.00000000"
    }


@pytest.mark.parametrize("prices", ["each", "high_to_low", "rotation"])
def test_prices_too_far_apart_for_int64_are_dealt_all_the_same(prices: str, floor: Desk) -> None:
    wide = instrument("WIDE", ticks=(Tick(D(0), D("0.0000000001")),))
    floor.done(c.DefineInstruments((wide,)))
    define(floor, prices=prices)
    name = floor.working(("A1", 2), ("A2", 1), instrument="WIDE")
    for price in ("0.0000000001", "1000000000", "0.0000000002"):
        floor.fill(name, 1, price)
    block = floor.placement(name).block
    floor.finish(block)
    deal = floor.state.allocations[block].deal
    assert deal is not None
    got = {"A1": list[str](), "A2": list[str]()}
    for owner, price, _ in deal.parts():
        got[floor.state.allocations[block].accounts[owner]].append(f"{price:f}")
    low, less, high = "0.0000000001", "0.0000000002", "1000000000"
    if prices == "high_to_low":
        assert (got["A2"], sorted(got["A1"])) == ([high], [low, less])
    if prices == "rotation":
        assert (sorted(got["A1"]), got["A2"]) == ([low, less], [high])
    assert sorted(got["A1"] + got["A2"]) == [low, less, high]


def test_what_is_worth_more_than_28_digits_is_shown_and_weighed_to_the_cent(floor: Desk) -> None:
    dear = instrument("DEAR", multiplier=D(10**6))
    floor.done(c.DefineInstruments((dear,)))
    floor.done(c.MarkPrices((Price("DEAR", D(10**9), "close", ""),)))
    floor.done(c.BookOpening("two", (lot("A2", MOST_UNITS, D("0.03"), name="DEAR"),)))
    (row,) = [row for row in pnl.all_rows(floor.state) if row.instrument == "DEAR"]
    assert row.market_value == D(10) ** 27
    (shown,) = [row for row in positions.all_rows(floor.state) if row.instrument == "DEAR"]
    assert shown.market_value == D(10) ** 27
    answer = floor.submit(("A1", MOST_UNITS), instrument="DEAR")
    assert answer.outcome is not Outcome.Internal
    with pytest.raises(ValueError, match="worth more than can be booked"):
        expected_relief(floor.state, "A2", "DEAR", D(MOST_UNITS))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"cash": "NaN", "new": 0}, {"cash": "is not a number"}),
        ({"cash": 2, "new": "NaN", "price": 5}, {"new": "is not a number"}),
        ({"cash": 10**9, "new": 0}, {"cash": "makes more money than can be booked"}),
    ],
)
def test_a_merger_of_no_numbers_or_too_much_money_is_refused(
    fields: dict[str, Any], wrong: dict[str, str]
) -> None:
    floor = desk((lot("A1", 10**11, 100),))
    terms = {"new_instrument": "BOLT", "fraction_price": 1} if fields["new"] else {}
    found = floor.refused(corporate("merger", **fields, **terms), "ops")
    assert found == {f"terms.{name}": why for name, why in wrong.items()}
