"""What waits for a person: unknown reports and disputed executions, settled once, with who and why."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import DAY, D, Desk, K, desk, new_order
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.executions import Report
from tradeoms.model.fields import (
    BlockState,
    Disputes,
    DKReason,
    Effect,
    OrderState,
    OrdStatus,
    Override,
    Severity,
    Side,
    TimeInForce,
)
from tradeoms.model.reference import Limit
from tradeoms.views import executions, unmatched


@pytest.fixture
def floor() -> Desk:
    return desk()


def unknown(floor: Desk, **fields: Any) -> int:
    """A fill of an order at the broker that is none of ours; its number in the queue."""
    values = {
        "kind": K.Trade.value,
        "OrderID": "T1",
        "ExecID": f"U{len(floor.state.unmatched)}",
        "OrdStatus": OrdStatus.PartiallyFilled,
        "Symbol": "AC.X",
        "Side": "1",
        "OrderQty": D(100),
        "LastQty": D(40),
        "LastPx": D(50),
        "CumQty": D(40),
        "TransactTime": "20260302-14:30:00",
    } | fields
    floor.hear("S1", Report(**values))
    return max(floor.state.unmatched)


def settled(floor: Desk, number: int) -> tuple[str, ...]:
    """What the queue shows: status, placement, by whom, why."""
    row = next(row for row in unmatched.all_rows(floor.state) if row.key == str(number))
    return row.status, row.placement, row.user, row.why


def held(floor: Desk, **fields: Any) -> tuple[str, str]:
    """A placement with a disputed fill of 40, and the fill's key."""
    name = floor.working()
    floor.fill(name, 40, **({"Symbol": "WRONG"} | fields))
    return name, next(k for k, x in floor.state.executions.items() if x.effect is Effect.Disputed)


# -- attaching ------------------------------------------------------------------------------------


def test_a_report_attached_to_a_placement_is_booked_there(floor: Desk) -> None:
    name = floor.working()
    number = unknown(floor)
    assert settled(floor, number) == ("open", "", "", "")
    floor.done(c.AttachReport(number, "the broker lost our id", name), "tina")
    assert floor.placement(name).CumQty == 40
    assert settled(floor, number) == ("attached", name, "tina", "the broker lost our id")
    unknown(floor, ExecID="next", CumQty=D(60), LastQty=D(20))
    assert floor.placement(name).CumQty == 60, "what follows finds it by OrderID"
    assert len(floor.state.unmatched) == 1


def test_what_follows_under_the_brokers_own_id_is_found(floor: Desk) -> None:
    name = floor.working()
    number = unknown(floor, ClOrdID="OWN-1")
    floor.done(c.AttachReport(number, "made by the broker", name), "trader")
    unknown(floor, ClOrdID="OWN-1", ExecID="next", CumQty=D(60), LastQty=D(20))
    assert floor.placement(name).CumQty == 60


def test_a_telephoned_order_becomes_an_order_of_ours(floor: Desk) -> None:
    number = unknown(floor)
    second = unknown(floor, ExecID="V", CumQty=D(70), LastQty=D(30))
    order = new_order(("A1", 60), ("A2", 40))
    names = floor.done(c.AttachReport(number, "by phone", order=order), "trader")
    assert [name[0] for name in names] == ["O", "B", "P"]
    placement = floor.placement(names[2])
    assert (placement.OrderQty, placement.CumQty, placement.LeavesQty) == (100, 70, 30)
    assert (placement.OrderID, placement.broker) == ("T1", "KING")
    assert settled(floor, second)[0] == "attached", "the same order's other report goes with it"
    assert floor.state.orders[names[0]].state is OrderState.InBlock
    unknown(floor, ExecID="W", CumQty=D(100), LastQty=D(30), OrdStatus=OrdStatus.Filled)
    floor.finish(names[1])
    assert (floor.held("A1"), floor.held("A2")) == (60, 40)


def test_nothing_of_a_telephoned_order_is_sent(floor: Desk) -> None:
    order = new_order(("A1", 100))
    names = floor.done(c.AttachReport(unknown(floor), "by phone", order=order), "trader")
    floor.system(c.ChangeSession("S1", False))
    floor.system(c.ChangeSession("S1", True))
    kinds = {type(record.event) for record in floor.journal.records}
    assert not kinds & {e.PlacementRouted, e.StatusRequested}
    assert floor.placement(names[2]).requests == ()


def test_compliance_of_a_telephoned_order_is_recorded_and_blocks_nothing(floor: Desk) -> None:
    limit = Limit("order_quantity", floor.state.business_date, {"most": "10"})
    floor.done(c.SetLimits((limit,)), "carl")
    assert limit.severity is Severity.Block
    assert limit.override is Override.Never
    answer = floor.do(c.AttachReport(unknown(floor), "x", order=new_order(("A1", 100))), "trader")
    assert [v.rule for v in answer.violations] == ["order_quantity"]
    assert floor.state.orders[answer.ids[0]].violations == answer.violations
    assert floor.alerts()[-1] == "telephoned order"


WRONG_ORDERS = {
    "another quantity": (new_order(("A1", 99)), "order.members"),
    "another side": (new_order(("A1", 100), Side=Side.Sell), "order.Side"),
    "another instrument": (new_order(("A1", 100), instrument="BOLT"), "order.instrument"),
    "an unknown account": (new_order(("A9", 100)), "order.members[0].account"),
}


@pytest.mark.parametrize("what", WRONG_ORDERS)
def test_a_telephoned_order_must_be_what_the_broker_reports(what: str, floor: Desk) -> None:
    order, field = WRONG_ORDERS[what]
    command = c.AttachReport(unknown(floor), "by phone", order=order)
    assert list(floor.refused(command, "trader")) == [field]


def test_what_cannot_be_attached(floor: Desk) -> None:
    name, number = floor.working(), unknown(floor)
    queen = floor.route(floor.block(("A1", 10)), 10, "QUEEN")
    order = new_order(("A1", 100))
    floor.hear("S1", None, error="unreadable")
    for command, fields in (
        (c.AttachReport(99, "x", name), ["number"]),
        (c.AttachReport(number, "x", "P99"), ["placement"]),
        (c.AttachReport(number, "x", queen), ["placement"]),
        (c.AttachReport(number, " ", ""), ["reason", "placement"]),
        (c.AttachReport(number, "x", name, order), ["placement"]),
        (c.AttachReport(number, "tab\t", name), ["reason"]),
        (c.AttachReport(number + 1, "x", name), ["number"]),
    ):
        assert list(floor.refused(command, "trader")) == fields


def test_an_execution_that_contradicts_is_not_attached(floor: Desk) -> None:
    name = floor.working()
    ExecID = floor.fill(name, 40)
    floor.fill(name, 50, ExecID=ExecID, CumQty=D(90))
    reasons = floor.refused(c.AttachReport(1, "x", name), "trader")
    assert "again, with another order, quantity or price" in reasons["number"]
    floor.done(c.DismissReport(1, "the broker's mistake"), "trader")
    assert settled(floor, 1) == ("dismissed", "", "trader", "the broker's mistake")


def test_a_report_is_settled_once(floor: Desk) -> None:
    name, number = floor.working(), unknown(floor)
    floor.done(c.DismissReport(number, "a test of the broker's"), "omar")
    for command in (c.DismissReport(number, "again"), c.AttachReport(number, "again", name)):
        reason = floor.refused(command, "trader")["number"]
        assert reason == "was dismissed by omar: a test of the broker's"
    assert floor.placement(name).CumQty == 0


def test_the_same_command_twice_settles_once(floor: Desk) -> None:
    name, number = floor.working(), unknown(floor)
    command = c.AttachReport(number, "ours", name)
    first = floor.do(command, "trader", "id-1")
    assert floor.do(command, "trader", "id-1") == first
    assert floor.placement(name).CumQty == 40


# -- disputed executions --------------------------------------------------------------------------


def test_a_disputed_execution_is_booked_by_a_person(floor: Desk) -> None:
    name, key = held(floor)
    assert floor.placement(name).CumQty == 0
    floor.done(c.BookExecution(key, "their ticker for ours"), "tina")
    placement = floor.placement(name)
    assert (placement.CumQty, placement.AvgPx, placement.LeavesQty) == (40, 50, 60)
    row = executions.row(floor.state, floor.state.executions[key])
    assert (row.effect, row.note) == ("booked", "Symbol WRONG on an order in AC.X")
    assert (row.settled_by, row.why) == ("tina", "their ticker for ours")


def test_a_disputed_execution_of_before_does_not_make_the_last_fill_older(floor: Desk) -> None:
    name = floor.working(("A1", 100), TimeInForce=TimeInForce.GoodTillCancel)
    floor.fill(name, 40, Symbol="WRONG")
    (key,) = floor.state.executions
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    floor.fill(name, 10)
    floor.done(c.BookExecution(key, "their ticker for ours"), "tina")
    floor.report(name, K.Canceled)
    floor.finish(floor.placement(name).block)
    (event,) = floor.state.allocations.values()
    assert event.trade_date == DAY + timedelta(1)


def test_a_dismissed_execution_never_counts(floor: Desk) -> None:
    name, key = held(floor)
    floor.done(c.DismissExecution(key, "busted by telephone"), "trader")
    assert floor.placement(name).CumQty == 0
    assert floor.state.executions[key].effect is Effect.Dismissed
    for command in (c.BookExecution(key, "x"), c.DismissExecution(key, "x")):
        assert "is dismissed, not disputed" in floor.refused(command, "trader")["execution"]


def test_a_broker_takes_back_what_was_dismissed(floor: Desk) -> None:
    name, key = held(floor, ExecID="E7")
    floor.done(c.DismissExecution(key, "not ours"), "trader")
    floor.bust(name, "E7")
    assert floor.placement(name).CumQty == 0
    assert floor.placement(name).notional == 0


def test_numbers_that_are_no_fill_are_never_booked(floor: Desk) -> None:
    _, key = held(floor, LastQty=D(0))
    assert "cannot be booked" in floor.refused(c.BookExecution(key, "x"), "trader")["execution"]
    assert list(floor.refused(c.BookExecution("S1/x/y", "x"), "trader")) == ["execution"]
    assert list(floor.refused(c.DismissExecution(key, ""), "trader")) == ["reason"]


def test_booking_after_the_allocation_reopens_the_block(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 60)
    floor.fill(name, 40, Symbol="WRONG", CumQty=None)
    floor.report(name, K.Canceled)
    block = floor.block_of(name).block
    floor.finish(block)
    assert floor.held("A1") == 60
    key = next(k for k, x in floor.state.executions.items() if x.effect is Effect.Disputed)
    floor.done(c.BookExecution(key, "it happened"), "trader")
    assert floor.block_of(name).state is BlockState.Working
    assert floor.held("A1") == 0
    floor.finish(block)
    assert floor.held("A1") == 100


@pytest.mark.parametrize(("disputes", "booked"), [(Disputes.Book, 10), (Disputes.Hold, 0)])
def test_a_fill_that_does_not_fit_its_CumQty(disputes: Disputes, booked: int, floor: Desk) -> None:
    floor.done(c.DefineBrokers((Broker("KING", "King", "S1", disputes=disputes),)), "ops")
    name = floor.working()
    floor.fill(name, 10, CumQty=D(40))
    assert floor.placement(name).CumQty == booked
    assert floor.alerts() == ["disputed" if disputes is Disputes.Hold else "fill in doubt"]
    asked = [r.event for r in floor.journal.records if isinstance(r.event, e.StatusRequested)]
    assert [event.placement for event in asked] == [name], "the broker is asked, once"


def test_a_held_fill_that_is_booked_makes_the_sums_agree(floor: Desk) -> None:
    floor.done(c.DefineBrokers((Broker("KING", "King", "S1", disputes=Disputes.Hold),)), "ops")
    name, key = held(floor, Symbol="AC.X", CumQty=D(50))
    floor.done(c.BookExecution(key, "10 more were told by phone"), "trader")
    floor.done(c.EnterFill(name, D(10), D(50), "told by phone"), "trader")
    assert floor.placement(name).told == floor.placement(name).CumQty == 50


# -- trades we do not know ------------------------------------------------------------------------


def requested(floor: Desk) -> list[e.DKRequested]:
    return [r.event for r in floor.journal.records if isinstance(r.event, e.DKRequested)]


def test_a_DK_tells_the_broker_and_books_nothing(floor: Desk) -> None:
    name = floor.working()
    ExecID = floor.fill(name, 110)
    (key,) = floor.state.executions
    assert requested(floor) == [], "never by itself"
    reason = DKReason.QuantityExceedsOrder
    floor.done(c.DontKnowTrade("ordered 100 only", reason, key), "tina")
    (asked,) = requested(floor)
    assert (asked.session, asked.OrderID, asked.ExecID) == ("S1", f"X{name}", ExecID)
    assert (asked.DKReason, asked.Symbol, asked.Side) == (reason, "AC.X", "1")
    assert (asked.OrderQty, asked.LastQty, asked.LastPx) == (100, 110, 50)
    assert (asked.user, asked.reason) == ("tina", "ordered 100 only")
    assert floor.placement(name).CumQty == 110


def test_a_DK_of_an_unknown_report(floor: Desk) -> None:
    number = unknown(floor)
    floor.done(c.DontKnowTrade("no such order", DKReason.NoMatchingOrder, number=number), "tina")
    (asked,) = requested(floor)
    assert (asked.OrderID, asked.ExecID, asked.LastQty) == ("T1", "U0", 40)
    assert settled(floor, number)[0] == "open"


def test_what_no_DK_can_be_said_of(floor: Desk) -> None:
    name, key = held(floor)
    floor.hear("S1", Report(kind=K.New.value, ClOrdID="nobody"))
    floor.done(c.EnterFill(name, D(1), D(50), "phone"), "trader")
    for command, fields in (
        (c.DontKnowTrade("x"), ["execution"]),
        (c.DontKnowTrade("x", execution=key, number=1), ["execution"]),
        (c.DontKnowTrade("", execution=key), ["reason"]),
        (c.DontKnowTrade("x", number=1), ["number"]),
        (c.DontKnowTrade("x", number=9), ["number"]),
        (c.DontKnowTrade("x", execution="hand/M1"), ["execution"]),
        (c.DontKnowTrade("x", execution="?"), ["execution"]),
    ):
        assert list(floor.refused(command, "trader")) == fields
    floor.system(c.ChangeSession("S1", False))
    assert list(floor.refused(c.DontKnowTrade("x", execution=key), "trader")) == ["session"]
