"""A cross taken back on both sides by two persons; and what nobody may do with one side alone."""

from datetime import timedelta

import pytest

from tests.builders import DAY, D, Desk
from tests.core.corporate import corporate
from tests.core.crosses import approved, busted, crossing, mark, proposed, sell
from tests.core.leaving import calm, opened
from tests.core.openings import ORDERS, opening
from tests.states import dangling, same
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import BlockState, CrossState, Effect, OrderState, Side, TimeInForce
from tradeoms.model.reference import Account


@pytest.fixture
def floor() -> Desk:
    return crossing()


def test_a_bust_takes_two_persons_and_both_sides_back(floor: Desk) -> None:
    one, other = sell(floor, ("A1", 300)), floor.order(("A2", 50), ("A3", 250))
    before = [(floor.held(a), floor.cash(a), len(floor.lots(a))) for a in ("A1", "A2", "A3")]
    approved(floor, one, other)
    floor.done(c.BustCross("X1", "wrong account"), "trader")
    assert floor.held("A3") == 250, "one person takes nothing back"
    found = floor.refused(c.ApproveBust("X1", "r"), "trader")
    assert found == {"user": "proposed it: it takes a second person"}
    floor.done(c.RejectCross("X1", "it was right"), "carl")
    assert floor.state.crosses["X1"].state is CrossState.Approved
    assert floor.refused(c.ApproveBust("X1", "r"), "carl") == {
        "cross": "is approved, not bust proposed"
    }
    busted(floor, "X1")
    after = [(floor.held(a), floor.cash(a), len(floor.lots(a))) for a in ("A1", "A2", "A3")]
    assert after == before
    assert not floor.state.allocations
    assert {x.effect for x in floor.state.executions.values()} == {Effect.Busted}
    blocks = [floor.state.blocks[name].state for name in floor.state.crosses["X1"].blocks]
    assert blocks == [BlockState.Dissolved] * 2
    assert [floor.state.orders[name].state for name in (one, other)] == [OrderState.Staged] * 2
    assert not any(p.exposure for p in floor.state.placements.values())
    assert approved(floor, one, other) == "X2"
    assert (floor.held("A1"), floor.held("A3")) == (700, 250)


def test_what_was_sold_on_after_a_bust_is_booked_again(floor: Desk) -> None:
    approved(floor, sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    later = floor.working(("A3", 100), Side=Side.Sell)
    floor.fill(later, 100, "52")
    floor.finish(floor.block_of(later).block)
    assert floor.held("A3") == 200
    busted(floor, "X1")
    assert (floor.held("A1"), floor.held("A3")) == (1000, -100)
    same(floor.journal.replay(), floor.state)


def test_one_side_alone_is_never_taken_back_nor_traded_again(floor: Desk) -> None:
    floor.done(c.DefineAccounts((Account("ERR", "Errors", "firm", error=True),)), "ops")
    approved(floor, sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    for execution in floor.state.executions.values():
        found = floor.refused(c.BustFill(execution.key, "no"), "trader")
        assert found == {"execution": "bust cross X1"}
        fill = c.EnterFill(execution.placement, D(5), D(50), "more")
        assert "is more than 300" in floor.refused(fill, "trader")["LastQty"]
        assert (
            "cross X1"
            in floor.refused(c.CancelPlacement(execution.placement), "trader")["placement"]
        )
    block = floor.state.crosses["X1"].blocks[1]
    found = floor.refused(c.MoveToError(block, "A3", D(5), "wrong"), "ops")
    assert found == {"block": "bust cross X1 instead"}
    told = floor.refused(c.SendAllocation(block), "ops")
    assert told == {"brokers": "is told of allocations outside FIX"}


def test_nobody_routes_to_the_house(floor: Desk) -> None:
    approved(floor, sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    block = floor.block(("A3", 10))
    route = c.RouteBlock(block, (c.Route("INTERNAL", D(10)),))
    assert floor.refused(route, "trader") == {"routes[0].broker": "unknown broker"}
    assert floor.refused(c.RouteList("INTERNAL", (block,)), "trader") == {
        "broker": "unknown broker"
    }
    files = opening(orders=ORDERS.replace("KING", "INTERNAL"))
    assert "unknown broker" in floor.refused(files, "ops").values()
    broker = Broker("INTERNAL", "Mine", "S1")
    assert "brokers[0].broker" in floor.refused(c.DefineBrokers((broker,)), "ops")


def test_the_day_closes_after_it(floor: Desk) -> None:
    approved(floor, sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    floor.done(c.CloseDay(floor.state.business_date), "ops")
    (close,) = floor.state.closes.values()
    assert [f.check for f in close.findings] == ["undelivered trades"] * 2 + ["open alerts"] * 2


def test_both_sides_leave_memory_together_with_the_cross(floor: Desk) -> None:
    floor.done(c.SetRetention(2), "ops")
    approved(floor, sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    approved(floor, sell(floor, ("A1", 30)), floor.order(("A3", 30)))
    floor.done(c.BustCross("X2", "perhaps"), "trader")
    never = proposed(floor, sell(floor, ("A1", 5)), floor.order(("A3", 5)))
    floor.done(c.RejectCross(never, "no"), "carl")
    for order in list(floor.state.orders.values()):
        if order.state is OrderState.Staged:
            floor.done(c.CancelOrder(order.order, "no"))
    opened(floor)
    calm(floor)
    opened(floor, 8)
    assert list(floor.state.crosses) == ["X2"]
    assert list(floor.state.blocks) == list(floor.state.crosses["X2"].blocks)
    assert floor.refused(c.BustCross("X1", "late"), "trader") == {"cross": "unknown cross"}
    floor.done(c.RejectCross("X2", "it was right"), "carl")
    calm(floor)
    opened(floor, 8)
    assert not floor.state.crosses
    assert not floor.state.blocks
    assert (floor.held("A1"), floor.held("A3")) == (670, 330)
    mark(floor, last="50.10")
    assert approved(floor, sell(floor, ("A1", 5)), floor.order(("A3", 5))) == "X4"


@pytest.mark.parametrize("lasting", [True, False])
def test_what_was_for_a_day_or_in_other_shares_is_not_staged_again(
    floor: Desk, lasting: bool
) -> None:
    """A hundred at 60 before a split are not a hundred at 60 after it; a day's order had its day."""
    kind = TimeInForce.GoodTillCancel if lasting else TimeInForce.Day
    bought = floor.order(("A3", 100), Price="60", TimeInForce=kind)
    sold = sell(floor, ("A1", 100), Price="40", TimeInForce=kind)
    approved(floor, sold, bought)
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    if lasting:
        floor.done(corporate("split", day=DAY + timedelta(1), new=2, old=1), "ops")
    busted(floor, "X1")
    gone = OrderState.Cancelled if lasting else OrderState.Expired
    assert [floor.state.orders[name].state for name in (bought, sold)] == [gone] * 2
    assert (floor.held("A1"), floor.held("A3")) == (2000 if lasting else 1000, 0)
    same(floor.journal.replay(), floor.state)


def test_what_lasts_is_staged_again_on_a_later_day(floor: Desk) -> None:
    kind = TimeInForce.GoodTillCancel
    bought, sold = (
        floor.order(("A3", 100), TimeInForce=kind),
        sell(floor, ("A1", 100), TimeInForce=kind),
    )
    approved(floor, sold, bought)
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    busted(floor, "X1")
    staged = [OrderState.Staged] * 2
    assert [floor.state.orders[name].state for name in (bought, sold)] == staged


def test_a_cross_that_waits_ends_when_its_orders_are_in_other_shares(floor: Desk) -> None:
    kind, day = TimeInForce.GoodTillCancel, DAY + timedelta(1)
    orders = floor.order(("A3", 100), TimeInForce=kind), sell(floor, ("A1", 100), TimeInForce=kind)
    floor.done(c.OpenDay(day), "ops")
    mark(floor, last="50.10")
    name = proposed(floor, *orders)
    floor.done(corporate("split", day=day, new=2, old=1), "ops")
    assert floor.state.crosses[name].state is CrossState.Ended
    assert floor.state.orders[orders[0]].OrderQty == 200
    assert not floor.state.crossing
    same(floor.journal.replay(), floor.state)


def test_a_cross_that_never_was_leaves_memory_with_its_first_order(floor: Desk) -> None:
    kind = TimeInForce.GoodTillCancel
    sold = sell(floor, ("A1", 300), TimeInForce=kind)
    bought = floor.order(("A3", 300), TimeInForce=kind)
    floor.done(c.SetRetention(1), "ops")
    floor.done(c.RejectCross(proposed(floor, sold, bought), "no"), "carl")
    floor.done(c.CancelOrder(sold, "no more"))
    calm(floor)
    opened(floor, 6)
    assert list(floor.state.orders) == [bought]
    assert not floor.state.crosses
    assert not dangling(floor.state, floor.journal.records)
    same(floor.journal.replay(), floor.state)
