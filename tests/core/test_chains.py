"""Requests one behind the other, the kill switch, and what a person ends or enters by hand."""

from typing import Any

import pytest

from tests.builders import D, Desk, K, desk
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import BlockState, Effect, OrderState


@pytest.fixture
def floor() -> Desk:
    return desk()


@pytest.fixture
def chaining(floor: Desk) -> Desk:
    floor.done(c.DefineBrokers((Broker("KING", "King", "S1", chained_requests=True),)), "ops")
    return floor


def waiting(floor: Desk, name: str) -> list[str]:
    return [request.kind.value for request in floor.placement(name).requests]


def test_a_chain_names_the_newest_id(chaining: Desk) -> None:
    name = chaining.working()
    chaining.done(c.ReplacePlacement(name, D(80)), "trader")
    chaining.left(name)
    chaining.done(c.ReplacePlacement(name, D(70)), "trader")
    chaining.done(c.CancelPlacement(name), "trader")
    first, second, third = chaining.placement(name).requests
    assert first.OrigClOrdID == chaining.placement(name).ClOrdID
    assert (second.OrigClOrdID, third.OrigClOrdID) == (first.ClOrdID, second.ClOrdID)
    reason = "waits for the answer to its cancel request"
    for command in (c.CancelPlacement(name), c.ReplacePlacement(name, D(60))):
        assert chaining.refused(command, "trader") == {"placement": reason}


def test_after_a_reject_the_chain_goes_on_from_what_holds(chaining: Desk) -> None:
    name = chaining.working()
    held = chaining.placement(name).ClOrdID
    chaining.done(c.ReplacePlacement(name, D(80)), "trader")
    chaining.report(name, K.CancelReject)
    chaining.done(c.ReplacePlacement(name, D(70)), "trader")
    assert chaining.placement(name).requests[0].OrigClOrdID == held


def test_an_accepted_successor_has_its_predecessor_accepted(chaining: Desk) -> None:
    name = chaining.working()
    chaining.done(c.ReplacePlacement(name, D(80)), "trader")
    chaining.left(name)
    chaining.done(c.ReplacePlacement(name, D(70)), "trader")
    first, second = chaining.placement(name).requests
    chaining.report(name, K.Replaced, OrigClOrdID=first.ClOrdID)
    assert waiting(chaining, name) == []
    assert chaining.placement(name).ClOrdID == second.ClOrdID


def test_an_order_may_be_cancelled_before_it_is_acknowledged(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    assert list(floor.refused(c.ReplacePlacement(name, D(50)), "trader")) == ["placement"]
    floor.done(c.CancelPlacement(name), "trader")
    assert waiting(floor, name) == ["new", "cancel"]
    floor.report(name, K.PendingCancel)
    first = floor.placement(name).ClOrdID
    floor.report(name, K.New, ClOrdID=first)
    assert waiting(floor, name) == ["cancel"]
    floor.report(name, K.Canceled)
    assert (waiting(floor, name), floor.placement(name).LeavesQty) == ([], 0)


def test_a_cancel_that_cannot_leave_takes_nothing_from_the_order(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    floor.done(c.CancelPlacement(name), "trader")
    ClOrdID = floor.placement(name).requests[-1].ClOrdID
    floor.system(c.ReturnUnsent(ClOrdID, name, "the session is down"))
    assert waiting(floor, name) == ["new"]
    assert floor.placement(name).LeavesQty == 100


def test_a_broker_that_works_more_than_we_asked_for_is_told(floor: Desk) -> None:
    name = floor.working()
    floor.report(name, K.New, OrderQty=D(150))
    assert floor.alerts() == ["OrderQty raised"]
    assert floor.placement(name).LeavesQty == 150


# -- the kill switch ------------------------------------------------------------------------------


def killed(floor: Desk, command: c.CancelAll, user: str = "carl") -> list[str]:
    before = floor.state.seq
    floor.done(command, user)
    events = [record.event for record in floor.journal.records[before:]]
    return [event.placement for event in events if isinstance(event, e.CancelRequested)]


def test_the_kill_switch(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    king, queen = floor.route(block, 60), floor.route(block, 40, "QUEEN")
    other, ended = floor.working(), floor.working()
    floor.report(ended, K.Canceled)
    floor.done(c.ReplacePlacement(other, D(50)), "trader")
    assert killed(floor, c.CancelAll("fat finger", broker="QUEEN")) == [queen]
    assert floor.alerts()[-1] == "kill switch"
    assert killed(floor, c.CancelAll("fat finger", block=block)) == [king], "not asked twice"
    assert killed(floor, c.CancelAll("halt", everything=True)) == [other], "whatever else waits"
    assert killed(floor, c.CancelAll("halt", everything=True)) == []


def test_the_kill_switch_names_what_it_cannot_reach(floor: Desk) -> None:
    king, queen = floor.working(), floor.route(floor.block(("A1", 10)), 10, "QUEEN")
    floor.system(c.ChangeSession("S2", False), "S2")
    assert killed(floor, c.CancelAll("halt", everything=True)) == [king]
    texts = [alert.text for alert in floor.state.alerts.values()]
    assert texts[-2:] == [
        "1 cancels by carl: halt",
        f"not cancelled before their session is up: {queen}",
    ]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "broker"),
        ({"broker": "KING", "everything": True}, "broker"),
        ({"broker": "NOSUCH"}, "broker"),
        ({"block": "B99"}, "block"),
        ({"everything": True, "reason": " "}, "reason"),
    ],
)
def test_a_kill_switch_that_is_unclear(fields: dict[str, Any], wrong: str, floor: Desk) -> None:
    command = c.CancelAll(**({"reason": "halt"} | fields))
    assert list(floor.refused(command, "carl")) == [wrong]


# -- a block whose first route failed --------------------------------------------------------------


def test_a_block_of_which_nothing_left_is_dissolved(floor: Desk) -> None:
    floor.system(c.ChangeSession("S1", False))
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    assert floor.placement(name).text == "the session is down"
    floor.done(c.DissolveBlock(block), "trader")
    (order,) = floor.state.blocks[block].orders
    assert floor.state.orders[order].state is OrderState.Staged
    assert floor.state.blocks[block].state is BlockState.Dissolved
    (again,) = floor.done(c.BlockOrders((order,)), "trader")
    floor.route(again, 100, "QUEEN")
    assert list(floor.refused(c.DissolveBlock(again), "trader")) == ["block"]


# -- by hand --------------------------------------------------------------------------------------


def test_a_stuck_placement_is_closed_by_hand(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    reasons = floor.refused(c.ClosePlacement(name, ""), "trader")
    assert list(reasons) == ["reason", "placement"]
    assert "may be leaving at this moment" in reasons["placement"]
    floor.system(c.ConfirmSent("S1", (3,), (floor.placement(name).ClOrdID,)))
    floor.done(c.ClosePlacement(name, "the desk has no such order"), "tina")
    placement = floor.placement(name)
    assert (placement.LeavesQty, placement.requests) == (0, ())
    assert placement.text == "tina: the desk has no such order"
    assert floor.alerts() == ["closed by hand"]
    for command in (c.CancelPlacement(name), c.ReplacePlacement(name, D(50))):
        assert "was closed by hand" in floor.refused(command, "trader")["placement"]
    assert list(floor.refused(c.ClosePlacement(name, "again"), "trader")) == ["placement"]
    again = floor.route(block, 100)
    floor.fill(again, 100)
    floor.finish(block)


def test_what_was_closed_lives_again_when_the_broker_speaks_of_it(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.ClosePlacement(name, "unknown there"), "trader")
    floor.fill(name, 30)
    assert (floor.placement(name).CumQty, floor.placement(name).LeavesQty) == (30, 70)
    assert floor.alerts()[-1] == "closed placement lives"
    floor.done(c.CancelPlacement(name), "trader")


def test_the_end_of_what_was_closed_changes_nothing(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.ClosePlacement(name, "unknown there"), "trader")
    floor.report(name, K.Canceled)
    assert floor.placement(name).LeavesQty == 0
    assert "closed placement lives" not in floor.alerts()


def test_a_fill_told_by_telephone(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.EnterFill(name, D(40), D("50.5"), "line down, told by phone", "XNYS"), "tina")
    placement = floor.placement(name)
    assert (placement.CumQty, placement.AvgPx, placement.LeavesQty) == (40, D("50.5"), 60)
    execution = floor.state.executions["hand/M1"]
    assert (execution.user, execution.note) == ("tina", "line down, told by phone")
    assert (execution.LastMkt, execution.effect) == ("XNYS", Effect.Booked)
    floor.done(c.BustFill("hand/M1", "told twice"), "trader")
    assert (floor.placement(name).CumQty, floor.placement(name).notional) == (0, 0)
    assert list(floor.refused(c.BustFill("hand/M1", "again"), "trader")) == ["execution"]
    floor.done(c.EnterFill(name, D(100), D(50), "told by phone"), "tina")
    assert list(floor.state.executions) == ["hand/M1", "hand/M2"]
    same(floor.state, floor.journal.replay())


WRONG_FILLS = {
    "more than is left": ({"LastQty": D(71)}, "LastQty"),
    "nothing": ({"LastQty": D(0)}, "LastQty"),
    "no number": ({"LastQty": D("NaN")}, "LastQty"),
    "an endless price": ({"LastPx": D("Infinity")}, "LastPx"),
    "a fraction": ({"LastQty": D("0.5")}, "LastQty"),
    "no reason": ({"reason": ""}, "reason"),
    "an unknown placement": ({"placement": "P9"}, "placement"),
}


@pytest.mark.parametrize("what", WRONG_FILLS)
def test_a_fill_by_hand_is_refused_for(what: str, floor: Desk) -> None:
    fields, wrong = WRONG_FILLS[what]
    name = floor.working()
    floor.fill(name, 30)
    values = {"placement": name, "LastQty": D(70), "LastPx": D(50), "reason": "phone"} | fields
    assert list(floor.refused(c.EnterFill(**values), "trader")) == [wrong]


def test_a_brokers_own_fill_is_the_brokers_to_bust(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 30)
    (key,) = floor.state.executions
    assert floor.refused(c.BustFill(key, "x"), "trader") == {"execution": "was not entered by hand"}
    assert list(floor.refused(c.BustFill("?", "x"), "trader")) == ["execution"]


def test_a_fill_by_hand_after_the_allocation_reopens_the_block(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 60)
    floor.report(name, K.Canceled)
    block = floor.block_of(name).block
    floor.finish(block)
    floor.done(c.EnterFill(name, D(40), D(50), "told late"), "trader")
    assert floor.block_of(name).state is BlockState.Working
    floor.finish(block)
    assert floor.held("A1") == 100
    floor.done(c.BustFill("hand/M1", "told wrong"), "trader")
    floor.finish(block)
    assert floor.held("A1") == 60


def test_a_fill_after_the_end_of_what_works_elsewhere_is_told(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    first = floor.route(block, 100)
    floor.report(first, K.Canceled)
    second = floor.route(block, 70)
    floor.done(c.EnterFill(first, D(30), D(50), "phone"), "trader")
    assert floor.alerts() == ["unsolicited cancel"]
    floor.done(c.EnterFill(first, D(20), D(50), "phone"), "trader")
    assert floor.alerts()[-1] == "fill in doubt"
    assert floor.state.alerts[2].text == f"block {block} has 20 more at brokers than it may"
    assert floor.placement(second).LeavesQty == 70


def test_nothing_is_filled_of_what_never_left(floor: Desk) -> None:
    floor.system(c.ChangeSession("S1", False))
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    command = c.EnterFill(name, D(10), D(50), "phone")
    assert floor.refused(command, "trader") == {"placement": "never left"}


# -- orders in money, and instructions by code ----------------------------------------------------


def test_an_order_in_money_gets_its_quantity_from_the_broker(floor: Desk) -> None:
    block = floor.block(("A1", 600))
    route = c.Route("KING", D(600), CashOrderQty=D(10000), ExecInst="J")
    (name,) = floor.done(c.RouteBlock(block, (route,)), "trader")
    placement = floor.placement(name)
    assert (placement.CashOrderQty, placement.Currency, placement.ExecInst) == (10000, "USD", "J")
    assert placement.LeavesQty == 600, "the most it may become"
    floor.report(name, K.New, OrderQty=D(500))
    assert floor.placement(name).LeavesQty == 500
    floor.route(block, 100)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"CashOrderQty": D(0)}, "CashOrderQty"),
        ({"CashOrderQty": D("NaN")}, "CashOrderQty"),
        ({"CashOrderQty": D("10.001")}, "CashOrderQty"),
        ({"ExecInst": "JK"}, "ExecInst"),
        ({"ExecInst": "J\x0158=x"}, "ExecInst"),
    ],
)
def test_special_routes_are_refused_for(fields: dict[str, Any], wrong: str, floor: Desk) -> None:
    block = floor.block(("A1", 100))
    command = c.RouteBlock(block, (c.Route("KING", D(100), **fields),))
    assert list(floor.refused(command, "trader")) == [f"routes[0].{wrong}"]
