"""A broker's word that contradicts our book, or itself: nothing is lost, nothing is freed too early."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tests.builders import DAY, D, Desk, K, desk
from tradeoms.model import commands as c
from tradeoms.model.events import Answered, Cause
from tradeoms.model.fields import Effect, OrdStatus, Outcome, TimeInForce, Transmission
from tradeoms.model.openings import OpeningCash
from tradeoms.model.reference import Limit, Restriction


@pytest.fixture
def floor() -> Desk:
    return desk()


def leaves(floor: Desk, name: str) -> tuple[str, int]:
    placement = floor.placement(name)
    return (placement.OrdStatus.name if placement.OrdStatus else ""), int(placement.exposure)


def test_a_fill_that_we_miss_raises_an_alert_and_holds_the_allocation(floor: Desk) -> None:
    name = floor.working()
    block = floor.block_of(name).block
    floor.report(name, K.Canceled, CumQty=D(60))
    assert "fill missing" in floor.alerts()
    reasons = floor.refused(c.FinishBlock(block), "trader")
    assert "the broker's CumQty is 60, our fills make 0" in reasons["block"]
    floor.done(c.FinishBlock(block, "the broker confirms by telephone: nothing done"), "trader")
    finished = [r.event for r in floor.journal.records if type(r.event).__name__ == "BlockFinished"]
    assert finished[0].reason.startswith("the broker confirms")


def test_a_pending_replace_frees_nothing(floor: Desk) -> None:
    name = floor.working()
    block = floor.block_of(name).block
    floor.done(c.ReplacePlacement(name, D(50)), "trader")
    floor.report(name, K.PendingReplace, OrderQty=D(50))
    floor.report(name, K.CancelReject, OrdStatus=OrdStatus.New)
    assert int(floor.placement(name).OrderQty) == 100
    route = c.RouteBlock(block, (c.Route("KING", D(50)),))
    assert "is more than the idle 0" in floor.refused(route, "trader")["routes.OrderQty"]


def test_an_acknowledgement_of_nothing_frees_nothing(floor: Desk) -> None:
    name = floor.working()
    floor.report(name, K.New, OrderQty=D(0))
    assert leaves(floor, name) == ("New", 100)


def test_a_late_acknowledgement_revives_nothing(floor: Desk) -> None:
    name = floor.working()
    floor.report(name, K.Canceled)
    floor.report(name, K.New)
    assert leaves(floor, name) == ("Canceled", 0)


def test_the_end_of_an_order_ends_our_waiting(floor: Desk) -> None:
    name = floor.working()
    first = floor.placement(name).ClOrdID
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Expired, ClOrdID=first)
    assert floor.placement(name).requests == ()
    floor.finish(floor.block_of(name).block)


def test_a_bust_under_the_id_of_its_fill_is_booked(floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40)
    floor.report(name, K.TradeCancel, ExecID=fill, ExecRefID=fill, OrdStatus=OrdStatus.New)
    assert int(floor.placement(name).CumQty) == 0
    assert [x.effect for x in floor.state.executions.values()] == [Effect.Busted]


def test_a_correction_under_a_used_id_goes_to_a_person(floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40)
    (key,) = floor.state.executions
    numbers = {"LastQty": D(30), "LastPx": D(50), "TradeDate": key.split("/")[1]}
    floor.report(name, K.TradeCorrect, ExecID=fill, ExecRefID=fill, **numbers)
    assert len(floor.state.unmatched) == 1
    assert int(floor.placement(name).CumQty) == 40


def test_what_was_restricted_meanwhile_is_not_sent_again(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    issuer = floor.state.instruments[floor.placement(name).instrument].issuer
    floor.done(c.Restrict((Restriction(issuer, DAY),)), "carl")
    floor.report(name, K.Status, OrdStatus=OrdStatus.Rejected, OrdRejReason="5")
    assert floor.placement(name).transmission is Transmission.Unsent
    assert "unsent" in floor.alerts()


def test_an_order_for_at_once_is_not_left_in_the_book(floor: Desk) -> None:
    block = floor.block(("A1", 100), TimeInForce=TimeInForce.FillOrKill)
    route = c.RouteBlock(block, (c.Route("KING", D(100), TimeInForce=TimeInForce.Day),))
    assert "routes[0].TimeInForce" in floor.refused(route, "trader")


def test_an_id_answers_for_one_command_only(floor: Desk) -> None:
    name = floor.order(("A1", 10))
    used = floor.answers[-1].id
    answer: Answered = floor.do(c.CancelOrder(name, "mistake"), "pm", used)
    assert answer.outcome is Outcome.Refused
    assert answer.problems[0].reason == "was used for a SubmitOrder"
    assert floor.state.orders[name].state == "staged"


def test_a_whole_number_may_be_written_with_a_point(floor: Desk) -> None:
    limit = Limit("duplicate_order", date(2020, 1, 1), {"seconds": "5.0"})
    floor.do(c.SetLimits((limit,)), "carl")
    assert floor.submit(("A1", 10)).outcome is Outcome.Done


def test_a_misspelt_field_is_a_mistake() -> None:
    text = b'{"type":"SubmitOrder","order":{"instrument":"ACME","Side":"1","members":[],"ordType":"2"}}'
    with pytest.raises(msgspec.ValidationError, match="ordType"):
        msgspec.json.decode(text, type=c.PersonCommand)


def test_a_session_that_counts_anew_is_followed(floor: Desk) -> None:
    numbers = ((5000, False), (1, False), (4, False), (2, True))
    for number, again in numbers:
        cause = Cause(session="S1", MsgSeqNum=number, PossDup=again)
        floor.engine.submit(c.ReportReceived("S1", number, "8=FIX", None, "unreadable"), cause)
    floor.run()
    assert floor.state.sessions["S1"].in_seq == 4


def test_the_allocation_has_the_day_of_the_last_fill(floor: Desk) -> None:
    name = floor.working(("A1", 100), TimeInForce=TimeInForce.GoodTillCancel)
    later = date(DAY.year, DAY.month, DAY.day + 1)
    floor.done(c.OpenDay(later), "ops")
    floor.fill(name, 100)
    floor.finish(floor.block_of(name).block)
    (allocation,) = floor.state.allocations.values()
    assert allocation.trade_date == later
    assert isinstance(floor.placement(name).notional, Decimal)


def test_a_balance_never_wraps_around(floor: Desk) -> None:
    rows = tuple(OpeningCash("A1", "USD", D(10**15)) for _ in range(100))
    reasons = floor.refused(c.BookOpening("huge", cash=rows), "ops")
    assert reasons == {"cash": "the balance would be beyond what can be booked"}
