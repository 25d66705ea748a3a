"""What a placement shows after the answers to requests, lost lines, and what fits nothing."""

from datetime import timedelta

import pytest

from tests.builders import DAY, D, Desk, K, desk
from tradeoms.model import commands as c
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, TimeInForce, Transmission


@pytest.fixture
def floor() -> Desk:
    return desk()


def shows(floor: Desk, name: str) -> tuple[str, int, int, int]:
    """Status, order quantity, filled, left."""
    p = floor.placement(name)
    status = p.OrdStatus.name if p.OrdStatus else ""
    return status, int(p.OrderQty), int(p.CumQty), int(p.LeavesQty)


def test_a_request_changes_nothing_before_its_answer(floor: Desk) -> None:
    name = floor.working(("A1", 100), Price="50")
    floor.done(c.ReplacePlacement(name, D(80), D("49.50")), "trader")
    assert shows(floor, name) == ("New", 100, 0, 100)
    floor.report(name, K.PendingReplace)
    assert shows(floor, name) == ("PendingReplace", 100, 0, 100)
    old = floor.placement(name).ClOrdID
    floor.report(name, K.Replaced)
    assert shows(floor, name) == ("New", 80, 0, 80)
    assert floor.placement(name).Price == D("49.50")
    assert floor.placement(name).ClOrdID != old
    floor.fill(name, 10, ClOrdID=old)
    assert shows(floor, name)[2] == 10


def test_an_increase_counts_as_working_at_once(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    name = floor.route(block, 40)
    floor.done(c.ReplacePlacement(name, D(90)), "trader")
    more = c.RouteBlock(block, (c.Route("QUEEN", D(11)),))
    assert list(floor.refused(more, "trader")) == ["routes.OrderQty"]
    floor.report(name, K.CancelReject)
    floor.done(more, "trader")


def test_a_cancel_and_its_answers(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.PendingCancel)
    floor.fill(name, 10, OrdStatus=OrdStatus.PendingCancel)
    assert shows(floor, name) == ("PendingCancel", 100, 10, 90)
    assert floor.placement(name).requests
    floor.report(name, K.Canceled)
    assert shows(floor, name) == ("Canceled", 100, 10, 0)
    assert floor.placement(name).requests == ()
    assert floor.alerts() == []


def test_a_cancel_the_broker_does_not_know_kills_nothing(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.CancelReject, OrdStatus=OrdStatus.Rejected)
    assert shows(floor, name) == ("New", 100, 0, 100)
    assert floor.placement(name).requests == ()
    assert floor.alerts() == ["cancel rejected"]


@pytest.mark.parametrize("status", [OrdStatus.PartiallyFilled, OrdStatus.Rejected])
def test_a_reject_of_a_duplicate_kills_nothing(status: OrdStatus, floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 10)
    floor.report(name, K.Rejected, OrdStatus=status, OrderQty=D(999), OrdRejReason="6")
    assert shows(floor, name) == ("PartiallyFilled", 100, 10, 90)
    assert floor.alerts() == ["reject"]


def test_a_reject_gives_the_quantity_back(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    floor.report(name, K.Rejected, Text="unknown symbol")
    assert shows(floor, name) == ("Rejected", 100, 0, 0)
    assert floor.placement(name).text == "unknown symbol"
    floor.route(block, 100, "QUEEN")


@pytest.mark.parametrize("kind", [K.Canceled, K.Expired])
def test_the_broker_may_end_it(kind: K, floor: Desk) -> None:
    name = floor.working()
    floor.report(name, kind)
    assert shows(floor, name)[3] == 0
    assert floor.alerts() == (["unsolicited cancel"] if kind is K.Canceled else [])


def test_the_rest_of_an_immediate_order_is_gone(floor: Desk) -> None:
    name = floor.working(TimeInForce=TimeInForce.ImmediateOrCancel)
    floor.fill(name, 10, OrdStatus=OrdStatus.Canceled, LeavesQty=D(90))
    assert shows(floor, name) == ("Canceled", 100, 10, 0)
    floor.finish(floor.placement(name).block)
    assert floor.held("A1") == 10


@pytest.mark.parametrize("kind", [TimeInForce.ImmediateOrCancel, TimeInForce.FillOrKill])
def test_what_an_order_s_own_terms_cancel_alarms_nobody(kind: TimeInForce, floor: Desk) -> None:
    name = floor.working(TimeInForce=kind)
    floor.report(name, K.Canceled)
    assert shows(floor, name) == ("Canceled", 100, 0, 0)
    assert floor.alerts() == []


def test_done_for_day_ends_a_day_order_only(floor: Desk) -> None:
    day = floor.working()
    floor.report(day, K.DoneForDay)
    assert shows(floor, day)[3] == 0
    lasting = floor.working(TimeInForce=TimeInForce.GoodTillCancel)
    floor.report(lasting, K.DoneForDay)
    assert shows(floor, lasting)[3] == 100


def test_a_filled_placement_may_be_revived(floor: Desk) -> None:
    block = floor.block(("A1", 120))
    name = floor.route(block, 100)
    floor.fill(name, 100)
    floor.done(c.ReplacePlacement(name, D(120)), "trader")
    floor.report(name, K.Replaced, OrdStatus=OrdStatus.PartiallyFilled)
    assert shows(floor, name) == ("PartiallyFilled", 120, 100, 20)


def test_a_split_changes_the_quantity_and_not_the_money(floor: Desk) -> None:
    name = floor.working(TimeInForce=TimeInForce.GoodTillCancel)
    floor.fill(name, 20, "50")
    floor.report(
        name,
        K.Restated,
        OrdStatus=OrdStatus.PartiallyFilled,
        OrderQty=D(200),
        CumQty=D(40),
        ExecID="R1",
        ExecRestatementReason="0",
    )
    assert shows(floor, name) == ("PartiallyFilled", 200, 40, 160)
    assert floor.placement(name).AvgPx == 25


def test_any_other_restatement_moves_no_fills(floor: Desk) -> None:
    name = floor.working()
    floor.report(
        name,
        K.Restated,
        OrdStatus=OrdStatus.New,
        CumQty=D(40),
        ExecID="R1",
        ExecRestatementReason="1",
    )
    assert shows(floor, name) == ("New", 100, 0, 100)


# -- questions and lost lines ---------------------------------------------------------------------


def _unknown(floor: Desk, name: str) -> Report:
    """What a broker answers that has never seen the order."""
    return Report(
        kind=K.Status.value,
        ClOrdID=floor.placement(name).ClOrdID,
        OrdStatus=OrdStatus.Rejected,
        OrdRejReason="5",
    )


def _unanswered(floor: Desk, broker: str = "KING", **fields: object) -> str:
    block = floor.block(("A1", 100), **fields)
    (name,) = floor.done(c.RouteBlock(block, (c.Route(broker, D(100)),)), "trader")
    return name


def asked(floor: Desk) -> list[str]:
    """Names of events that send a question or an order once more."""
    kinds = ("StatusRequested", "RequestResent")
    return [n for r in floor.journal.records if (n := type(r.event).__name__) in kinds]


def test_a_status_reply_never_books(floor: Desk) -> None:
    name = floor.working()
    status = OrdStatus.PartiallyFilled
    floor.report(name, K.Status, OrdStatus=status, LastQty=D(50), LastPx=D(50), CumQty=D(50))
    assert shows(floor, name)[:3] == ("PartiallyFilled", 100, 0)


def test_after_a_lost_line_the_broker_is_asked_and_told_again(floor: Desk) -> None:
    name = _unanswered(floor)
    floor.system(c.ChangeSession("S1", False))
    floor.system(c.ChangeSession("S1", True))
    assert asked(floor) == ["StatusRequested"]
    floor.report(name, K.Status, OrdRejReason="5", OrdStatus=OrdStatus.Rejected, OrderQty=D(0))
    assert asked(floor) == ["StatusRequested", "RequestResent"]
    assert floor.placement(name).OrdStatus is None
    floor.report(name, K.New)
    assert shows(floor, name) == ("New", 100, 0, 100)


def test_a_broker_that_rejected_the_order_is_not_told_again(floor: Desk) -> None:
    name = _unanswered(floor)
    floor.report(name, K.Status, OrdStatus=OrdStatus.Rejected, OrdRejReason="3")
    assert asked(floor) == []
    assert shows(floor, name) == ("Rejected", 100, 0, 0)


def test_an_order_of_yesterday_is_not_sent_again(floor: Desk) -> None:
    name = _unanswered(floor)
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    floor.report(name, K.Status, OrdRejReason="5", OrdStatus=OrdStatus.Rejected)
    assert asked(floor) == []
    assert floor.placement(name).transmission is Transmission.Unsent
    assert floor.alerts() == ["open overnight", "unsent"]
    lasting = _unanswered(floor, TimeInForce=TimeInForce.GoodTillCancel)
    floor.report(lasting, K.Status, OrdRejReason="5", OrdStatus=OrdStatus.Rejected)
    assert asked(floor) == ["RequestResent"]


def test_what_the_broker_did_not_know_before_the_logon_it_may_know_now(floor: Desk) -> None:
    """Its old answer is said again after our new question, and gives nothing back: the order went once
    more in between, and would be traded twice.
    """
    name = _unanswered(floor)
    unknown = _unknown(floor, name)
    floor.hear("S1", unknown)
    assert asked(floor) == ["RequestResent"]
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    for up in (False, True):
        floor.system(c.ChangeSession("S1", up), "S1")
    floor.hear("S1", unknown, PossDup=True)
    assert floor.placement(name).transmission is not Transmission.Unsent
    floor.hear("S1", unknown)
    assert floor.placement(name).transmission is Transmission.Unsent


def test_an_answer_that_the_line_loses_at_first_is_asked_for_anew(floor: Desk) -> None:
    """It comes marked as said before, as one of before the logon would: it is not believed."""
    name = _unanswered(floor)
    unknown = _unknown(floor, name)
    for up in (False, True):
        floor.system(c.ChangeSession("S1", up), "S1")
    before = asked(floor)
    floor.hear("S1", unknown, PossDup=True)
    assert asked(floor) == [*before, "StatusRequested"]
    floor.hear("S1", unknown)
    for PossDup in (False, True):  # to the first question; and once more
        floor.hear("S1", unknown, PossDup=PossDup)
    assert asked(floor) == [*before, "StatusRequested", "RequestResent"], "one copy"


def test_of_two_questions_the_second_answer_gives_back_no_copy_that_left(floor: Desk) -> None:
    """Both were asked before it was sent again; its day ends before the second answer is heard."""
    name = _unanswered(floor)
    unknown = _unknown(floor, name)
    floor.hear("S1", unknown, PossDup=True)
    floor.hear("S1", unknown)
    assert asked(floor)[-1] == "RequestResent"
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    floor.hear("S1", unknown)
    assert floor.placement(name).transmission is not Transmission.Unsent
    for up in (False, True):
        floor.system(c.ChangeSession("S1", up), "S1")
    floor.hear("S1", unknown)
    assert floor.placement(name).transmission is Transmission.Unsent


def test_a_person_asks_the_broker_that_takes_no_questions(floor: Desk) -> None:
    _unanswered(floor, "QUEEN")
    floor.system(c.ChangeSession("S2", True), "S2")
    assert asked(floor) == []
    assert floor.alerts() == ["ask the broker"]


def test_the_broker_knows_nothing_of_a_live_order(floor: Desk) -> None:
    name = floor.working()
    floor.report(name, K.Status, OrdRejReason="5", OrdStatus=OrdStatus.Rejected, OrderQty=D(0))
    assert shows(floor, name) == ("New", 100, 0, 100)
    assert floor.alerts() == ["unknown at broker"]


def test_an_answer_settles_the_request_it_shows_done(floor: Desk) -> None:
    name = floor.working(("A1", 100), Price="50")
    first = floor.placement(name).ClOrdID
    floor.done(c.ReplacePlacement(name, D(80), D(49)), "trader")
    floor.report(name, K.Status, OrdStatus=OrdStatus.New)
    assert shows(floor, name) == ("New", 100, 0, 100)
    assert (floor.placement(name).ClOrdID, floor.placement(name).Price) == (first, 50)
    floor.done(c.ReplacePlacement(name, D(80), D(49)), "trader")
    floor.report(name, K.Status, OrdStatus=OrdStatus.New, OrderQty=D(80), Price=D(49))
    assert shows(floor, name) == ("New", 80, 0, 80)
    assert floor.placement(name).ClOrdID != first
    assert floor.placement(name).Price == 49


def test_a_rejected_question_says_nothing_about_the_order(floor: Desk) -> None:
    name = _unanswered(floor)
    floor.report(name, K.MessageReject, RefMsgType="H", OrdStatus=None)
    assert floor.placement(name).OrdStatus is None
    assert floor.placement(name).requests


def test_a_rejected_message_rejects_its_request(floor: Desk) -> None:
    name = _unanswered(floor)
    floor.report(name, K.MessageReject, RefMsgType="D", OrdStatus=None, Text="no such tag")
    assert shows(floor, name) == ("Rejected", 100, 0, 0)
    working = floor.working()
    floor.done(c.CancelPlacement(working), "trader")
    floor.report(working, K.MessageReject, RefMsgType="F", OrdStatus=None)
    assert shows(floor, working) == ("New", 100, 0, 100)
    assert floor.placement(working).requests == ()


# -- what fits nothing ----------------------------------------------------------------------------


def test_a_ClOrdID_that_is_not_ours(floor: Desk) -> None:
    floor.hear("S1", Report(kind=K.Trade.value, ClOrdID="nobody", ExecID="1"), "8=FIX|raw")
    (unknown,) = floor.state.unmatched.values()
    assert (unknown.raw, unknown.reason) == (
        "8=FIX|raw",
        "ClOrdID nobody is not ours on this session",
    )
    assert floor.alerts() == ["unknown report"]


def test_a_ClOrdID_of_another_session(floor: Desk) -> None:
    name = floor.working()
    ClOrdID = floor.placement(name).ClOrdID
    floor.hear("S2", Report(kind=K.Canceled.value, ClOrdID=ClOrdID, OrdStatus=OrdStatus.Canceled))
    assert shows(floor, name) == ("New", 100, 0, 100)
    assert len(floor.state.unmatched) == 1


def test_a_message_that_makes_no_sense(floor: Desk) -> None:
    floor.hear("S1", None, "8=FIX|what", "ExecType (150) 'Z' is unknown")
    (unknown,) = floor.state.unmatched.values()
    assert (unknown.raw, unknown.report) == ("8=FIX|what", None)
    assert floor.state.sessions["S1"].in_seq == 1


def test_a_report_without_ClOrdID_is_found_by_OrderID(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 10, ClOrdID="")
    assert shows(floor, name)[2] == 10
    floor.report(name, K.Status, OrdStatus=OrdStatus.PartiallyFilled, OrderID="NEW1")
    for OrderID in (f"X{name}", "NEW1"):
        floor.fill(name, 10, ClOrdID="", OrderID=OrderID)
    assert shows(floor, name)[2] == 30
    floor.fill(name, 10, ClOrdID="", OrderID="")
    assert len(floor.state.unmatched) == 1


def test_messages_are_counted_per_session(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 10)
    assert floor.state.sessions["S1"].in_seq == 2
    floor.system(c.ConfirmSent("S1", (7,), (floor.placement(name).ClOrdID,)))
    assert floor.state.sessions["S1"].out_seq == 7


def test_a_returned_order_is_idle_again(floor: Desk) -> None:
    name = _unanswered(floor)
    placement = floor.placement(name)
    floor.system(c.ReturnUnsent(placement.ClOrdID, name, "the session is down"))
    assert floor.placement(name).transmission is Transmission.Unsent
    assert floor.placement(name).exposure == 0
    floor.route(placement.block, 100, "QUEEN")
    answered = floor.working()
    floor.system(c.ReturnUnsent(floor.placement(answered).ClOrdID, answered, "too late"))
    assert shows(floor, answered) == ("New", 100, 0, 100)
