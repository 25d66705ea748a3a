"""Requests without an answer: the broker is asked once, then a person is told, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import D, Desk, K, desk
from tests.states import same
from tradeoms import core
from tradeoms.core.context import Context
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, Transmission

PATIENCE = 30


@pytest.fixture
def floor() -> Desk:
    return desk()


def routed(floor: Desk, broker: str = "KING") -> str:
    """An order that left and is not answered."""
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route(broker, D(100)),)), "trader")
    sent(floor, name)
    return name


def sent(floor: Desk, name: str, number: int = 7) -> None:
    placement = floor.placement(name)
    ids = (placement.requests[-1].ClOrdID,)
    floor.system(c.ConfirmSent(placement.session, (number,), ids), placement.session)


def after(floor: Desk, name: str, seconds: float) -> list[e.AnyEvent]:
    """What the clock's word brings this long after the placement's last request; booked."""
    request = floor.placement(name).requests[-1]
    now = (request.since or request.at) + timedelta(seconds=seconds)
    return at(floor, now)


def at(floor: Desk, now: datetime) -> list[e.AnyEvent]:
    context = Context(now, "", floor.engine._counters)
    events = core.decide(floor.state, c.CheckPending(), context)
    for event in events:
        floor.engine._book(event, e.Cause())
    floor.engine.step(())
    return events


def told(events: list[e.AnyEvent]) -> list[str]:
    return [e_.kind if isinstance(e_, e.AlertRaised) else type(e_).__name__ for e_ in events]


def test_the_broker_is_asked_once_then_a_person_is_told_once(floor: Desk) -> None:
    name = routed(floor)
    ClOrdID = floor.placement(name).ClOrdID
    assert after(floor, name, PATIENCE - 0.001) == []
    (asked,) = after(floor, name, PATIENCE)
    assert isinstance(asked, e.StatusRequested)
    assert (asked.placement, asked.ClOrdID) == (name, ClOrdID)
    assert after(floor, name, PATIENCE - 0.001) == [], "the question has its own time"
    assert told(after(floor, name, PATIENCE)) == ["RequestOverdue", "no answer"]
    assert after(floor, name, 10 * PATIENCE) == []
    assert floor.placement(name).requests[0].kind == "new", "it waits on"
    same(floor.state, floor.journal.replay())


def test_the_patience_is_the_brokers(floor: Desk) -> None:
    floor.done(c.DefineBrokers((Broker("KING", "King", "S1", answer_seconds=5),)), "ops")
    name = routed(floor)
    assert after(floor, name, 4.9) == []
    assert told(after(floor, name, 5)) == ["StatusRequested"]


@pytest.mark.parametrize("seconds", [0, -1, 3601])
def test_a_patience_that_is_none(seconds: int, floor: Desk) -> None:
    command = c.DefineBrokers((Broker("KING", "King", "S1", answer_seconds=seconds),))
    assert floor.refused(command, "ops") == {"brokers[0].answer_seconds": "must be 1 to 3600"}


def test_a_broker_that_takes_no_questions(floor: Desk) -> None:
    name = routed(floor, "QUEEN")
    assert told(after(floor, name, PATIENCE)) == ["RequestOverdue", "no answer"]
    assert after(floor, name, PATIENCE) == []


def lost(floor: Desk) -> str:
    """A replace got lost at a broker that answers no questions; the trader wanted another one since."""
    name = routed(floor, "QUEEN")
    floor.report(name, K.New)
    floor.done(c.ReplacePlacement(name, D(80)), "trader")
    sent(floor, name)
    floor.done(c.ReplacePlacement(name, D(70)), "trader")
    assert floor.placement(name).deferred, "it waits for the answer"
    assert told(after(floor, name, PATIENCE)) == ["RequestOverdue", "no answer"]
    assert "a replace waits for it: a cancel or replace that is asked for now is sent at once" in (
        floor.state.alerts[1].text
    )
    return name


def test_what_waits_for_a_lost_replace_is_sent_when_it_is_asked_for_again(floor: Desk) -> None:
    name = lost(floor)
    held, gone = floor.placement(name).ClOrdID, floor.placement(name).requests[0].ClOrdID
    floor.fill(name, 10)
    assert floor.placement(name).deferred, "not by itself: the broker may only be slow"
    floor.done(c.ReplacePlacement(name, D(70)), "trader")
    request = floor.placement(name).requests[-1]
    assert (request.OrderQty, request.OrigClOrdID) == (70, held)
    assert floor.placement(name).deferred is None
    floor.report(name, K.Replaced, OrderQty=D(70), OrigClOrdID=held)
    placement = floor.placement(name)
    assert (placement.OrderQty, placement.requests, placement.exposure) == (70, (), 60)
    assert gone in floor.state.placement_of, "should it be spoken of after all"
    same(floor.state, floor.journal.replay())


def test_a_cancel_does_not_wait_for_a_lost_replace(floor: Desk) -> None:
    """It names the replace, in case that arrived; refused for that, the order as it was."""
    name = lost(floor)
    held, gone = floor.placement(name).ClOrdID, floor.placement(name).requests[0].ClOrdID
    floor.done(c.CancelPlacement(name), "trader")
    sent(floor, name)
    assert floor.placement(name).requests[-1].OrigClOrdID == gone
    floor.report(name, K.CancelReject, OrdStatus=OrdStatus.New)
    assert floor.placement(name).requests[-1].OrigClOrdID == held
    floor.report(name, K.Canceled)
    assert (floor.placement(name).exposure, floor.placement(name).requests) == (0, ())
    assert "cancel rejected" not in floor.alerts()


def test_a_replace_of_before_a_crash_holds_up_nothing_either(floor: Desk) -> None:
    """Whether it left is in no journal, and its broker answers no questions."""
    name = routed(floor, "QUEEN")
    floor.report(name, K.New)
    floor.done(c.ReplacePlacement(name, D(80)), "trader")
    session = floor.placement(name).session
    floor.system(c.ChangeSession(session, False))
    floor.system(c.ChangeSession(session, True))
    assert told(after(floor, name, PATIENCE)) == ["RequestOverdue", "no answer"]
    assert "no answer to the replace request" in list(floor.state.alerts.values())[-1].text
    floor.done(c.CancelPlacement(name), "trader")
    assert [r.kind for r in floor.placement(name).requests] == ["replace", "cancel"]


def test_a_cancel_does_not_wait_for_a_lost_cancel(floor: Desk) -> None:
    name = routed(floor, "QUEEN")
    floor.report(name, K.New)
    floor.done(c.CancelPlacement(name), "trader")
    sent(floor, name)
    waits = {"placement": "waits for the answer to its cancel request"}
    assert floor.refused(c.CancelPlacement(name), "trader") == waits
    assert told(after(floor, name, PATIENCE)) == ["RequestOverdue", "no answer"]
    floor.done(c.CancelPlacement(name), "trader")
    floor.done(c.CancelAll("now", broker="QUEEN"), "carl")
    cancels = floor.placement(name).requests
    assert [r.OrigClOrdID for r in cancels] == [floor.placement(name).ClOrdID] * 2, "not a third"
    floor.report(name, K.Canceled)
    assert floor.placement(name).requests == ()


def test_a_lost_replace_that_comes_to_light_holds(floor: Desk) -> None:
    """The next one named the order as it was: refused, and the first one stands."""
    name = lost(floor)
    first = floor.placement(name).requests[0].ClOrdID
    floor.done(c.ReplacePlacement(name, D(70)), "trader")
    floor.report(name, K.Replaced, ClOrdID=first, OrderQty=D(80))
    floor.report(name, K.CancelReject, OrdStatus=OrdStatus.New)
    placement = floor.placement(name)
    assert (placement.ClOrdID, placement.OrderQty, placement.requests) == (first, 80, ())


def test_a_request_that_is_sent_again_and_lost_again_is_told_again(floor: Desk) -> None:
    """Nor does a cancel wait for it: nobody would hear that it waits."""
    name = floor.working()
    floor.done(c.ReplacePlacement(name, D(50)), "trader")
    sent(floor, name)
    late = [["StatusRequested"], ["RequestOverdue", "no answer"]]
    assert [told(after(floor, name, PATIENCE)) for _ in late] == late
    session, (request,) = floor.placement(name).session, floor.placement(name).requests
    floor.system(c.ChangeSession(session, False))
    floor.system(c.ChangeSession(session, True))
    unknown = Report(K.Status, request.ClOrdID, OrdStatus=OrdStatus.Rejected, OrdRejReason="5")
    floor.hear(session, unknown)
    assert not floor.placement(name).requests[0].overdue, "it is on its way again"
    sent(floor, name, 8)
    assert [told(after(floor, name, PATIENCE)) for _ in late] == late
    floor.done(c.CancelPlacement(name), "trader")
    assert [r.kind for r in floor.placement(name).requests] == ["replace", "cancel"]
    same(floor.state, floor.journal.replay())


def test_an_answer_ends_the_waiting(floor: Desk) -> None:
    name = routed(floor)
    assert floor.state.pending == {name: 1}
    floor.report(name, K.New)
    assert floor.state.pending == {}
    assert at(floor, datetime.now(UTC) + timedelta(days=1)) == []


def test_a_cancel_and_a_replace_wait_too(floor: Desk) -> None:
    for command in (c.CancelPlacement, lambda name: c.ReplacePlacement(name, D(50))):
        name = floor.working()
        floor.done(command(name), "trader")
        sent(floor, name)
        ClOrdID = floor.placement(name).requests[0].ClOrdID
        (asked,) = after(floor, name, PATIENCE)
        assert isinstance(asked, e.StatusRequested)
        assert asked.ClOrdID == ClOrdID
        floor.report(name, K.Canceled, ClOrdID=ClOrdID)


def test_while_the_session_is_down_nothing_is_late(floor: Desk) -> None:
    name = routed(floor)
    floor.system(c.ChangeSession("S1", False))
    assert after(floor, name, 10 * PATIENCE) == []


def test_what_has_not_left_is_not_asked_about(floor: Desk) -> None:
    """The question would overtake the order, and the broker would not know it."""
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    assert told(after(floor, name, PATIENCE)) == ["RequestOverdue", "no answer"]
    assert "has not left yet" in floor.state.alerts[1].text


def test_what_is_sent_again_waits_anew(floor: Desk) -> None:
    name = routed(floor)
    after(floor, name, PATIENCE)
    floor.report(name, K.Status, OrdStatus=OrdStatus.Rejected, OrdRejReason="5", OrderID="NONE")
    placement = floor.placement(name)
    assert placement.transmission is Transmission.Queued
    assert not placement.requests[0].asked
    sent(floor, name)
    assert after(floor, name, PATIENCE - 1) == []
    assert told(after(floor, name, PATIENCE)) == ["StatusRequested"]


def test_an_order_that_was_to_be_cancelled_is_not_sent_again(floor: Desk) -> None:
    unknown = {"OrdStatus": OrdStatus.Rejected, "OrdRejReason": "5", "OrderID": "NONE"}
    for answered in (False, True):
        name = routed(floor)
        ClOrdID = floor.placement(name).ClOrdID
        floor.done(c.CancelPlacement(name), "trader")
        if answered:  # the broker does not know what it should cancel
            floor.report(name, K.CancelReject, OrdStatus=OrdStatus.Rejected)
            assert floor.placement(name).OrdStatus is None
        floor.report(name, K.Status, ClOrdID=ClOrdID, **unknown)
        assert not [r for r in floor.journal.records if isinstance(r.event, e.RequestResent)]
        assert floor.placement(name).transmission is not Transmission.Queued
        assert all(r.kind != "new" for r in floor.placement(name).requests)
        assert floor.alerts()[-1] == "unsent"


def test_a_duplicate_of_what_was_sent_again_is_alive(floor: Desk) -> None:
    """The first copy had arrived after all: the reject is of the second."""
    name = routed(floor)
    after(floor, name, PATIENCE)
    floor.report(name, K.Rejected, OrdRejReason="6")
    placement = floor.placement(name)
    assert placement.OrdStatus is None
    assert (placement.LeavesQty, len(placement.requests)) == (100, 1)
    floor.report(name, K.Status, OrdStatus=OrdStatus.New)
    assert (floor.placement(name).OrdStatus, floor.placement(name).requests) == (OrdStatus.New, ())


# -- asking by hand and after a logon -------------------------------------------------------------


def questions(floor: Desk) -> list[str]:
    asked = (e.StatusRequested, e.MassStatusRequested)
    return [type(r.event).__name__ for r in floor.journal.records if isinstance(r.event, asked)]


def test_after_a_logon_every_open_order_is_asked_for(floor: Desk) -> None:
    floor.working()
    routed(floor)
    ended = floor.working()
    floor.report(ended, K.Canceled)
    floor.system(c.ChangeSession("S1", False))
    floor.system(c.ChangeSession("S1", True))
    assert questions(floor) == ["StatusRequested"] * 2


def test_a_broker_that_takes_one_question_for_all(floor: Desk) -> None:
    floor.done(c.DefineBrokers((Broker("KING", "King", "S1", knows_mass_status=True),)), "ops")
    floor.working()
    floor.working()
    waiting = routed(floor)
    floor.system(c.ChangeSession("S1", True))
    assert questions(floor) == ["StatusRequested", "MassStatusRequested"]
    asked = [r.event for r in floor.journal.records if isinstance(r.event, e.StatusRequested)]
    assert [event.placement for event in asked] == [waiting], "it may never have arrived"
    floor.system(c.ChangeSession("S1", True))
    ids = [
        r.event.MassStatusReqID
        for r in floor.journal.records
        if isinstance(r.event, e.MassStatusRequested)
    ]
    assert ids == ["260302-1", "260302-2"]
    same(floor.state, floor.journal.replay())


def test_asking_by_hand(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.RequestStatus(name), "trader")
    asked = [r.event for r in floor.journal.records if isinstance(r.event, e.StatusRequested)]
    assert [event.ClOrdID for event in asked] == [floor.placement(name).ClOrdID]
    silent = floor.route(floor.block(("A1", 10)), 10, "QUEEN")
    for wrong in ("P9", silent):
        assert list(floor.refused(c.RequestStatus(wrong), "trader")) == ["placement"]
    floor.system(c.ChangeSession("S1", False))
    assert floor.refused(c.RequestStatus(name), "trader") == {"placement": "session S1 is down"}


# -- rejects by the number of our message ---------------------------------------------------------


def reject(floor: Desk, **fields: Any) -> None:
    floor.hear("S1", Report(kind=K.MessageReject.value, Text="no", **fields))


def test_a_reject_finds_its_order_by_the_number_alone(floor: Desk) -> None:
    name = routed(floor)
    assert floor.placement(name).requests[0].MsgSeqNum == 7
    reject(floor, RefSeqNum=8, RefMsgType="D")
    reject(floor, RefSeqNum=7, RefMsgType="H")
    assert floor.placement(name).OrdStatus is None
    assert len(floor.state.unmatched) == 2
    reject(floor, RefSeqNum=7, RefMsgType="D")
    assert floor.placement(name).OrdStatus is OrdStatus.Rejected
    assert floor.state.pending == {}


def test_a_number_of_before_a_reset_names_nothing(floor: Desk) -> None:
    name = routed(floor)
    floor.system(c.ConfirmSent("S1", (2,), ("",)))  # the session has begun to count anew
    reject(floor, RefSeqNum=7)
    assert floor.placement(name).OrdStatus is None
    assert len(floor.state.unmatched) == 1


def test_a_reject_of_a_cancel_by_number_leaves_the_order(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.CancelPlacement(name), "trader")
    sent(floor, name, 12)
    reject(floor, RefSeqNum=12)
    assert (floor.placement(name).OrdStatus, floor.placement(name).requests) == (OrdStatus.New, ())


def test_numbers_of_requests_and_questions_in_one_record(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    routes = (c.Route("KING", D(60)), c.Route("KING", D(40)))
    first, second = floor.done(c.RouteBlock(block, routes), "trader")
    ids = (floor.placement(first).ClOrdID, "", floor.placement(second).ClOrdID)
    floor.system(c.ConfirmSent("S1", (5, 6, 7), ids))
    numbers = [floor.placement(name).requests[0].MsgSeqNum for name in (first, second)]
    assert numbers == [5, 7]
    assert floor.placement(second).transmission is Transmission.Sent


def test_an_old_record_without_the_numbers_of_questions(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    floor.system(c.ConfirmSent("S1", (5, 6), (floor.placement(name).ClOrdID,)))
    assert floor.placement(name).transmission is Transmission.Sent
    assert floor.placement(name).requests[0].MsgSeqNum == 0, "which of the two is not known"
    reject(floor, RefSeqNum=0, RefMsgType="D")
    assert floor.placement(name).OrdStatus is None
