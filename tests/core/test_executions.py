"""What a placement shows after a broker's reports: their word on status, our sum on quantity."""

from datetime import timedelta

import pytest

from tests.builders import DAY, D, Desk, K, desk
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdStatus, TimeInForce, Transmission
from tradeoms.model.orders import Report


@pytest.fixture
def floor() -> Desk:
    return desk()


def shows(floor: Desk, name: str) -> tuple[str, int, int, int]:
    """Status, order quantity, filled, left."""
    p = floor.placement(name)
    status = p.OrdStatus.name if p.OrdStatus else ""
    return status, int(p.OrderQty), int(p.CumQty), int(p.LeavesQty)


def effects(floor: Desk) -> list[str]:
    return [execution.effect.value for execution in floor.state.executions.values()]


# -- trades ---------------------------------------------------------------------------------------


def test_fills_add_up(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 30, "50.10")
    assert shows(floor, name) == ("PartiallyFilled", 100, 30, 70)
    floor.fill(name, 70, "50.20")
    assert shows(floor, name) == ("Filled", 100, 100, 0)
    assert floor.placement(name).AvgPx == D("50.17")
    assert floor.alerts() == []


def test_a_fill_may_be_the_first_word(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    floor.fill(name, 100)
    assert shows(floor, name) == ("Filled", 100, 100, 0)
    assert floor.placement(name).requests == ()


def test_the_same_ExecID_is_booked_once(floor: Desk) -> None:
    name = floor.working()
    ExecID = floor.fill(name, 30)
    seq = floor.state.seq
    floor.fill(name, 30, ExecID=ExecID, CumQty=D(30))
    assert shows(floor, name) == ("PartiallyFilled", 100, 30, 70)
    assert floor.state.seq == seq


def test_the_same_ExecID_with_other_numbers_goes_to_a_person(floor: Desk) -> None:
    name = floor.working()
    ExecID = floor.fill(name, 30)
    floor.fill(name, 31, ExecID=ExecID)
    assert shows(floor, name) == ("PartiallyFilled", 100, 30, 70)
    (unknown,) = floor.state.unmatched.values()
    assert unknown.reason == f"ExecID {ExecID} again, with another order, quantity or price"


def test_the_same_ExecID_on_another_day_is_another_fill(floor: Desk) -> None:
    name = floor.working(TimeInForce=TimeInForce.GoodTillCancel)
    ExecID = floor.fill(name, 30)
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    floor.fill(name, 30, ExecID=ExecID, TransactTime="20260303-14:30:00")
    assert shows(floor, name) == ("PartiallyFilled", 100, 60, 40)


def test_a_fill_without_date_is_the_same_after_midnight(floor: Desk) -> None:
    name = floor.working(TimeInForce=TimeInForce.GoodTillCancel)
    ExecID = floor.fill(name, 30, TransactTime="")
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    floor.fill(name, 30, ExecID=ExecID, TransactTime="", CumQty=D(30))
    assert shows(floor, name) == ("PartiallyFilled", 100, 30, 70)


def test_the_same_ExecID_of_another_broker_is_another_fill(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    king, queen = floor.route(block, 50), floor.route(block, 50, "QUEEN")
    floor.fill(king, 10, ExecID="1")
    floor.fill(queen, 10, ExecID="1")
    assert len(floor.state.executions) == 2


def test_a_guarantee_is_no_trade(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 100, OrdStatus=OrdStatus.Stopped, CumQty=D(0))
    assert shows(floor, name) == ("Stopped", 100, 0, 100)
    floor.fill(name, 100, OrdStatus=OrdStatus.Filled)
    assert shows(floor, name) == ("Filled", 100, 100, 0)


def test_an_overfill_is_booked_and_told(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 110)
    assert shows(floor, name) == ("Filled", 100, 110, 0)
    assert floor.alerts() == ["fill in doubt"]


def test_a_fill_after_the_cancel_is_booked(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    floor.fill(name, 10, OrdStatus=OrdStatus.Canceled)
    assert shows(floor, name) == ("Canceled", 100, 10, 0)


def test_another_CumQty_than_ours_is_told(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 10, CumQty=D(40))
    assert shows(floor, name)[2] == 10
    assert floor.state.alerts[1].text.endswith("the broker's CumQty is 40, our fills make 10")


def test_a_fill_worse_than_the_limit_is_booked_and_told(floor: Desk) -> None:
    name = floor.working(("A1", 100), Price="50")
    floor.fill(name, 10, "50.01")
    assert shows(floor, name)[2] == 10
    assert floor.alerts() == ["fill in doubt"]


DISPUTES = {
    "another symbol": {"Symbol": "WRONG"},
    "another side": {"Side": "2"},
    "no quantity": {"LastQty": None},
    "a quantity of zero": {"LastQty": D(0)},
    "a negative quantity": {"LastQty": D(-10)},
    "no price": {"LastPx": None},
    "a price of zero": {"LastPx": D(0)},
    "part of a share": {"LastQty": D("10.5")},
    "an absurd quantity": {"LastQty": D("1e30")},
    "an absurd price": {"LastPx": D("1e30")},
    "an absurd value": {"LastQty": D(10**9), "LastPx": D(10**9)},
}


@pytest.mark.parametrize("what", DISPUTES)
def test_a_fill_is_kept_aside_for(what: str, floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 10, **DISPUTES[what])
    assert floor.placement(name).CumQty == 0
    assert floor.alerts() == ["disputed"]
    assert set(effects(floor)) <= {"disputed"}


def test_a_disputed_fill_taken_back_changes_nothing(floor: Desk) -> None:
    name = floor.working()
    ExecID = floor.fill(name, 10, Symbol="WRONG")
    floor.bust(name, ExecID)
    assert shows(floor, name)[2] == 0
    floor.fill(name, 100)
    floor.finish(floor.placement(name).block)
    assert floor.held("A1") == 100


def test_a_disputed_fill_corrected_is_booked(floor: Desk) -> None:
    name = floor.working()
    ExecID = floor.fill(name, 10, Symbol="WRONG")
    floor.correct(name, ExecID, 10, "50", Symbol="AC.X")
    assert shows(floor, name)[2] == 10


# -- busts and corrections ------------------------------------------------------------------------


def test_a_bust_takes_the_fill_back(floor: Desk) -> None:
    name = floor.working()
    first, _ = floor.fill(name, 40, "50"), floor.fill(name, 60, "51")
    floor.bust(name, first)
    assert shows(floor, name) == ("PartiallyFilled", 100, 60, 40)
    assert floor.placement(name).AvgPx == 51
    assert effects(floor) == ["busted", "booked"]
    floor.bust(name, first)
    assert shows(floor, name)[2] == 60


def test_a_chain_of_corrections(floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40, "50")
    one = floor.correct(name, fill, 40, "51")
    two = floor.correct(name, one, 45, "52")
    assert floor.placement(name).CumQty == 45
    assert floor.placement(name).notional == 45 * 52
    floor.bust(name, two)
    assert shows(floor, name)[2] == 0
    assert effects(floor) == ["corrected", "corrected", "busted"]


def test_naming_the_fill_after_its_correction_means_the_correction(floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40, "50")
    floor.correct(name, fill, 30, "51")
    floor.bust(name, fill)
    assert (floor.placement(name).CumQty, floor.placement(name).notional) == (0, 0)


def test_the_same_correction_counts_once(floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40)
    one = floor.correct(name, fill, 45, "50")
    floor.correct(name, fill, 45, "50", ExecID=one)
    assert shows(floor, name)[2] == 45


def test_a_bust_of_nothing_goes_to_a_person(floor: Desk) -> None:
    name, other = floor.working(), floor.working()
    ExecID = floor.fill(other, 10)
    floor.bust(name, "NOSUCH")
    floor.bust(name, ExecID)
    assert len(floor.state.unmatched) == 2
    assert floor.placement(other).CumQty == 10


@pytest.mark.parametrize("fields", [{"LastQty": None}, {"LastPx": D(0)}, {"Symbol": "WRONG"}])
def test_a_correction_that_cannot_be_booked_goes_to_a_person(fields: dict, floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40)
    floor.correct(name, fill, 45, "50", **fields)
    assert shows(floor, name)[2] == 40
    assert len(floor.state.unmatched) == 1


# -- requests and their answers -------------------------------------------------------------------


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
    floor.report(name, K.Status, OrdStatus=OrdStatus.Rejected, OrderQty=D(0))
    assert asked(floor) == ["StatusRequested", "RequestResent"]
    assert floor.placement(name).OrdStatus is None
    floor.report(name, K.New)
    assert shows(floor, name) == ("New", 100, 0, 100)


def test_an_order_of_yesterday_is_not_sent_again(floor: Desk) -> None:
    name = _unanswered(floor)
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    floor.report(name, K.Status, OrdStatus=OrdStatus.Rejected)
    assert asked(floor) == []
    assert floor.placement(name).transmission is Transmission.Unsent
    assert floor.alerts() == ["unsent"]
    lasting = _unanswered(floor, TimeInForce=TimeInForce.GoodTillCancel)
    floor.report(lasting, K.Status, OrdStatus=OrdStatus.Rejected)
    assert asked(floor) == ["RequestResent"]


def test_a_person_asks_the_broker_that_takes_no_questions(floor: Desk) -> None:
    _unanswered(floor, "QUEEN")
    floor.system(c.ChangeSession("S2", True), "S2")
    assert asked(floor) == []
    assert floor.alerts() == ["ask the broker"]


def test_the_broker_knows_nothing_of_a_live_order(floor: Desk) -> None:
    name = floor.working()
    floor.report(name, K.Status, OrdStatus=OrdStatus.Rejected, OrderQty=D(0))
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
