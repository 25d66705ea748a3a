"""What is to be ended ends: closed by hand, killed while a line is down, or while a change waits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import D, Desk, K, desk
from tests.states import same
from tradeoms import core
from tradeoms.core.context import Context, Refusal
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, RequestKind, SessionAction, Transmission


@pytest.fixture
def floor() -> Desk:
    return desk()


def routed(floor: Desk) -> str:
    """An order on its way out."""
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    return name


def sent(floor: Desk, name: str, number: int) -> str:
    """Its last request has left; the request's ClOrdID."""
    ClOrdID = floor.placement(name).requests[-1].ClOrdID
    floor.system(c.ConfirmSent("S1", (number,), (ClOrdID,)))
    return ClOrdID


def close(floor: Desk, name: str) -> list[e.AnyEvent]:
    """Closed by hand a day later than now."""
    context = Context(datetime.now(UTC) + timedelta(days=1), "tina", floor.engine._counters)
    return core.decide(floor.state, c.ClosePlacement(name, "give it up"), context)


def test_what_waits_for_its_turn_cannot_be_closed_however_long_it_takes(floor: Desk) -> None:
    name = routed(floor)
    with pytest.raises(Refusal, match="may be leaving"):
        close(floor, name)
    sent(floor, name, 3)
    assert close(floor, name)


def test_what_a_crash_left_behind_can_be_closed(floor: Desk) -> None:
    """It was queued before the last logon: it left or was given back, and nobody knows which."""
    name = routed(floor)
    floor.system(c.ChangeSession("S1", False))
    assert close(floor, name)
    floor.system(c.ChangeSession("S1", True))
    assert close(floor, name)


# -- killed -----------------------------------------------------------------------------------------


def cancels(floor: Desk, since: int = 0) -> list[str]:
    """Placements of which a cancel was asked."""
    events = [record.event for record in floor.journal.records[since:]]
    return [event.placement for event in events if isinstance(event, e.CancelRequested)]


def killed_while_down(floor: Desk, name: str) -> None:
    floor.system(c.ChangeSession("S1", False, "lost"))
    floor.done(c.CancelAll("halt", everything=True), "carl")
    assert cancels(floor) == []
    floor.system(c.ChangeSession("S1", True))
    assert cancels(floor) == [name]
    assert floor.alerts()[-1] == "kill switch"


def test_a_kill_while_the_line_is_down_is_asked_for_at_the_logon(floor: Desk) -> None:
    name = floor.working()
    killed_while_down(floor, name)
    floor.report(name, K.Canceled)
    floor.system(c.ChangeSession("S1", False, "lost"))
    floor.system(c.ChangeSession("S1", True))
    assert cancels(floor) == [name]
    same(floor.state, floor.journal.replay())


def test_a_killed_order_is_not_sent_again(floor: Desk) -> None:
    """The line is lost with the order, which nobody has acknowledged; the broker never saw it."""
    name = routed(floor)
    ClOrdID = sent(floor, name, 2)
    killed_while_down(floor, name)
    unknown = {"OrdStatus": OrdStatus.Rejected, "OrdRejReason": "5", "OrderID": "NONE"}
    floor.report(name, K.Status, ClOrdID=ClOrdID, **unknown)
    assert not [r for r in floor.journal.records if isinstance(r.event, e.RequestResent)]
    placement = floor.placement(name)
    assert (placement.transmission, placement.LeavesQty) == (Transmission.Unsent, D(0))


def test_a_change_of_a_killed_order_is_not_sent_again(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.ReplacePlacement(name, D(80)), "trader")
    change = sent(floor, name, 3)
    killed_while_down(floor, name)
    unknown = {"OrdStatus": OrdStatus.Rejected, "OrdRejReason": "5", "OrderID": "NONE"}
    floor.report(name, K.Status, ClOrdID=change, **unknown)
    assert not [r for r in floor.journal.records if isinstance(r.event, e.RequestResent)]


def test_a_cancel_that_was_lost_with_the_line_is_asked_for_again(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.CancelAll("halt", everything=True), "carl")
    ClOrdID = floor.placement(name).requests[-1].ClOrdID
    floor.system(c.ChangeSession("S1", False, "lost"))
    floor.system(c.ReturnUnsent(ClOrdID, name, "the session is down"))
    floor.system(c.ChangeSession("S1", True))
    assert cancels(floor) == [name, name]


def test_an_order_that_is_changed_after_a_kill_is_wanted_again(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.CancelAll("halt", everything=True), "carl")
    floor.report(name, K.CancelReject, Text="not now")
    floor.done(c.ReplacePlacement(name, D(80)), "trader")
    floor.report(name, K.Replaced, OrderQty=D(80))
    floor.system(c.ChangeSession("S1", False, "lost"))
    floor.system(c.ChangeSession("S1", True))
    assert cancels(floor) == [name]


# -- numbers that come again ------------------------------------------------------------------------


def test_a_reject_by_number_after_a_reset_rejects_no_order_of_before(floor: Desk) -> None:
    """Our question after the reset has the number that the order had; the broker refuses it."""
    name = routed(floor)
    sent(floor, name, 2)
    floor.system(c.ChangeSession("S1", False, "lost"))
    floor.system(c.ResetSequence("S1", datetime.now(UTC), "the broker began to count anew"))
    floor.system(c.ChangeSession("S1", True))
    floor.system(c.ConfirmSent("S1", (2,), ("",)))
    floor.hear("S1", Report(kind=K.MessageReject.value, RefSeqNum=2, Text="H is not supported"))
    placement = floor.placement(name)
    assert (placement.OrdStatus, placement.LeavesQty) == (None, D(100))
    assert floor.alerts()[-1] == "unknown report"


def test_numbers_below_those_set_by_hand_still_mean_what_they_did(floor: Desk) -> None:
    old, new = routed(floor), routed(floor)
    sent(floor, old, 4)
    sent(floor, new, 5)
    floor.system(c.ChangeSession("S1", False, "lost"))
    floor.done(c.ControlSession("S1", SessionAction.Stop, "agreed"), "ops")
    floor.done(c.SetSequence("S1", 1, 5, "agreed"), "ops")  # the next is 5
    assert [floor.placement(name).requests[0].MsgSeqNum for name in (old, new)] == [4, 0]
    same(floor.state, floor.journal.replay())


# -- killed while a change waits --------------------------------------------------------------------


def named(floor: Desk, name: str) -> str:
    """The id that the newest request, a cancel, names."""
    request = floor.placement(name).requests[-1]
    assert request.kind is RequestKind.Cancel
    return request.OrigClOrdID


def killed_while_changing(floor: Desk) -> tuple[str, str, str]:
    """The placement, its change and its cancel, which names the change."""
    name = floor.working()
    floor.done(c.ReplacePlacement(name, D(80)), "trader")
    floor.left(name)
    change = floor.placement(name).requests[-1].ClOrdID
    floor.done(c.CancelAll("halt", everything=True), "carl")
    assert named(floor, name) == change
    return name, change, floor.placement(name).requests[-1].ClOrdID


def refuse(floor: Desk, name: str, ClOrdID: str, **fields: Any) -> None:
    floor.report(name, K.CancelReject, ClOrdID=ClOrdID, **fields)


@pytest.mark.parametrize("status", [OrdStatus.Rejected, OrdStatus.New])
def test_a_cancel_that_named_a_change_which_was_refused_is_asked_again(
    status: OrdStatus, floor: Desk
) -> None:
    name, change, cancel = killed_while_changing(floor)
    live = floor.placement(name).ClOrdID
    refuse(floor, name, change, OrdStatus=OrdStatus.New)
    assert cancels(floor) == [name]
    refuse(floor, name, cancel, OrdStatus=status)
    assert cancels(floor) == [name, name]
    assert named(floor, name) == live
    # It is known now: who refuses this one means it.
    refuse(floor, name, floor.placement(name).requests[-1].ClOrdID, OrdStatus=status)
    assert cancels(floor) == [name, name]
    same(floor.state, floor.journal.replay())


def test_a_change_that_is_taken_after_its_cancel_was_refused_is_cancelled(floor: Desk) -> None:
    name, change, cancel = killed_while_changing(floor)
    refuse(floor, name, cancel, OrdStatus=OrdStatus.PendingReplace)
    assert cancels(floor) == [name]
    floor.report(name, K.Replaced, ClOrdID=change, OrderQty=D(80))
    assert cancels(floor) == [name, name]
    assert named(floor, name) == change
    assert floor.placement(name).requests[-1].OrderQty == 80


def test_killed_before_the_broker_has_said_whether_it_knows_a_change(floor: Desk) -> None:
    """After a crash or a lost line the change is asked about, and the cancel overtakes the question."""
    name = floor.working()
    floor.done(c.ReplacePlacement(name, D(80)), "trader")
    floor.left(name)
    live, change = floor.placement(name).ClOrdID, floor.placement(name).requests[-1].ClOrdID
    floor.system(c.ChangeSession("S1", False))
    floor.system(c.ChangeSession("S1", True))
    floor.done(c.CancelAll("halt", everything=True), "carl")
    assert named(floor, name) == change
    refuse(floor, name, floor.placement(name).requests[-1].ClOrdID, OrdStatus=OrdStatus.Rejected)
    assert (cancels(floor), named(floor, name)) == ([name, name], live)
    unknown = {"OrderID": "NONE", "OrdRejReason": "5", "OrdStatus": OrdStatus.Rejected}
    floor.report(name, K.Status, ClOrdID=change, **unknown)
    assert "cancel rejected" not in floor.alerts()
    floor.report(name, K.Canceled)
    assert floor.placement(name).exposure == 0


def test_a_change_that_never_arrived_leaves_no_killed_order_alive(floor: Desk) -> None:
    """Its cancel was refused, as too late by the broker's word, before the question was answered."""
    name = floor.working()
    floor.done(c.ReplacePlacement(name, D(80)), "trader")
    live, change = floor.placement(name).ClOrdID, floor.placement(name).requests[-1].ClOrdID
    floor.done(c.CancelAll("halt", everything=True), "carl")
    for _ in range(2):
        refuse(floor, name, floor.placement(name).requests[-1].ClOrdID, OrdStatus=OrdStatus.New)
    assert (len(floor.placement(name).requests), floor.alerts()[-1]) == (1, "cancel rejected")
    unknown = {"OrderID": "NONE", "OrdRejReason": "5", "OrdStatus": OrdStatus.Rejected}
    floor.report(name, K.Status, ClOrdID=change, **unknown)
    assert named(floor, name) == live


def test_what_is_over_is_not_asked_for_again(floor: Desk) -> None:
    name, change, cancel = killed_while_changing(floor)
    refuse(floor, name, change, OrdStatus=OrdStatus.Filled)
    refuse(floor, name, cancel, OrdStatus=OrdStatus.Filled)
    assert cancels(floor) == [name]


def test_a_change_that_is_refused_by_its_number_leaves_nothing_open(floor: Desk) -> None:
    name, change, cancel = killed_while_changing(floor)
    for ClOrdID, kind in ((change, "G"), (cancel, "F")):
        floor.hear("S1", Report(K.MessageReject.value, ClOrdID, RefSeqNum=9, RefMsgType=kind))
    assert cancels(floor) == [name, name]
    assert named(floor, name) == floor.placement(name).ClOrdID


def test_a_traders_cancel_of_a_change_of_a_chain_too(floor: Desk) -> None:
    king = replace(floor.state.brokers["KING"], chained_requests=True)
    floor.done(c.DefineBrokers((king,)), "ops")
    name = floor.working()
    floor.done(c.ReplacePlacement(name, D(80)), "trader")
    change = floor.placement(name).requests[-1].ClOrdID
    floor.done(c.CancelPlacement(name), "trader")
    cancel = floor.placement(name).requests[-1].ClOrdID
    refuse(floor, name, change, OrdStatus=OrdStatus.New)
    refuse(floor, name, cancel, OrdStatus=OrdStatus.Rejected)
    assert named(floor, name) == floor.placement(name).ClOrdID
    # Nobody has killed it: a change that is answered later is no reason to cancel.
    floor.report(name, K.CancelReject)
    floor.done(c.ReplacePlacement(name, D(70)), "trader")
    floor.report(name, K.Replaced, OrderQty=D(70))
    assert floor.placement(name).requests == ()


def test_what_is_on_its_way_out_is_asked_for_by_itself_too(floor: Desk) -> None:
    """One request for all might overtake a change that waits, or an order that is sent again."""
    king = replace(floor.state.brokers["KING"], knows_mass_cancel=True)
    floor.done(c.DefineBrokers((king,)), "ops")
    there, changing, again = floor.working(), floor.working(), routed(floor)
    floor.done(c.ReplacePlacement(changing, D(80)), "trader")
    ClOrdID = sent(floor, again, 3)
    unknown = {"OrdStatus": OrdStatus.Rejected, "OrdRejReason": "5", "OrderID": "NONE"}
    floor.report(again, K.Status, ClOrdID=ClOrdID, **unknown)
    assert floor.placement(again).transmission is Transmission.Queued
    floor.done(c.CancelAll("halt", everything=True), "carl")
    (request,) = floor.state.mass_cancels.values()
    assert request.placements == (there, changing, again)
    assert cancels(floor) == [changing, again]


def test_a_logon_after_which_nothing_is_unwanted_says_nothing(floor: Desk) -> None:
    floor.working()
    floor.system(c.ChangeSession("S1", False, "lost"))
    floor.system(c.ChangeSession("S1", True))
    assert "kill switch" not in floor.alerts()
