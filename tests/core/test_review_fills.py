"""Reports that say less, or more, than happened: no quantity is freed, no fill lost or doubled."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import DAY, D, Desk, K, desk, new_order
from tradeoms import core
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import Effect, OrdStatus, TimeInForce, Transmission

UNKNOWN = {"OrderID": "NONE", "OrdStatus": OrdStatus.Rejected, "OrdRejReason": "5"}


@pytest.fixture
def floor() -> Desk:
    return desk()


def idle(floor: Desk, name: str) -> int:
    return int(core.blocks.idle(floor.state, floor.block_of(name)))


def routed(floor: Desk) -> str:
    """A placement that has left and has no answer yet."""
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    floor.system(c.ConfirmSent("S1", (2,), (floor.placement(name).ClOrdID,)))
    return name


def new_events(floor: Desk, seq: int, kind: type) -> list[Any]:
    """The events of a kind after a number of the journal."""
    return [r.event for r in floor.journal.records[seq:] if isinstance(r.event, kind)]


# -- OrderQty -------------------------------------------------------------------------------------


def test_a_fill_that_gives_its_own_size_as_OrderQty_frees_nothing(floor: Desk) -> None:
    name, seq = floor.working(), floor.state.seq
    floor.fill(name, 10, OrderQty=D(10), LeavesQty=D(90), OrdStatus=OrdStatus.PartiallyFilled)
    placement = floor.placement(name)
    assert (placement.OrderQty, placement.CumQty, placement.LeavesQty) == (100, 10, 90)
    assert idle(floor, name) == 0
    assert floor.alerts() == ["OrderQty lowered"]
    assert new_events(floor, seq, e.StatusRequested), "the broker is asked"
    floor.done(c.CancelAll(everything=True, reason="halt"), "trader")
    assert floor.placement(name).requests, "the kill switch reaches what lives"


@pytest.mark.parametrize("kind", [K.Status, K.New])
def test_no_other_report_lowers_the_quantity(kind: K, floor: Desk) -> None:
    name, seq = floor.working(), floor.state.seq
    floor.report(name, kind, OrdStatus=OrdStatus.New, OrderQty=D(10))
    assert (floor.placement(name).LeavesQty, idle(floor, name)) == (100, 0)
    assert floor.alerts() == ["OrderQty lowered"]
    asked = new_events(floor, seq, e.StatusRequested)
    assert bool(asked) == (kind is K.New), "the answer to a question leads to no other"


def test_the_answer_to_a_question_settles_it_where_its_numbers_agree(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 10, OrderQty=D(400))
    assert (floor.placement(name).OrderQty, floor.alerts()) == (400, ["OrderQty raised"])
    said = {"OrdStatus": OrdStatus.PartiallyFilled, "CumQty": D(10), "OrderQty": D(100)}
    floor.report(name, K.Status, **said, LeavesQty=D(300))
    assert floor.placement(name).OrderQty == 400, "its own numbers contradict it"
    floor.report(name, K.Status, **said, LeavesQty=D(90))
    assert (floor.placement(name).OrderQty, idle(floor, name)) == (100, 0)
    assert floor.alerts()[1:] == ["OrderQty lowered"] * 2


@pytest.mark.parametrize("kind", [K.Replaced, K.Restated])
def test_the_broker_may_lower_the_quantity_by_a_replace_of_its_own(kind: K, floor: Desk) -> None:
    name = floor.working()
    floor.report(name, kind, OrdStatus=OrdStatus.New, OrderQty=D(60), LeavesQty=D(60), CumQty=D(0))
    assert (floor.placement(name).OrderQty, idle(floor, name)) == (60, 40)
    assert "OrderQty lowered" not in floor.alerts()


def test_a_replace_never_frees_what_it_says_is_open(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 20)
    said = {"OrdStatus": OrdStatus.PartiallyFilled, "CumQty": D(20), "LeavesQty": D(70)}
    floor.report(name, K.Replaced, OrderQty=D(30), **said)
    assert (floor.placement(name).OrderQty, idle(floor, name)) == (90, 10)
    assert floor.alerts() == ["OrderQty lowered"]


def test_the_answer_to_a_question_may_show_that_a_replace_was_done(floor: Desk) -> None:
    name = floor.working()
    floor.done(c.ReplacePlacement(name, D(70)), "trader")
    floor.fill(name, 10, OrderQty=D(70))
    assert (floor.placement(name).OrderQty, floor.alerts()) == (100, []), "not answered yet"
    said = {"OrdStatus": OrdStatus.PartiallyFilled, "CumQty": D(10), "LeavesQty": D(60)}
    floor.report(name, K.Status, OrderQty=D(70), **said)
    assert (floor.placement(name).OrderQty, floor.alerts()) == (70, [])


# -- dissolved blocks -----------------------------------------------------------------------------


def never_seen(floor: Desk) -> tuple[str, str]:
    """A placement that the broker said it never saw, of a block dissolved since; the new block."""
    name = routed(floor)
    block = floor.block_of(name)
    floor.done(c.OpenDay(DAY + timedelta(1)))
    floor.hear("S1", Report(K.Status.value, ClOrdID=floor.placement(name).ClOrdID, **UNKNOWN))
    assert floor.placement(name).transmission is Transmission.Unsent
    floor.done(c.DissolveBlock(block.block), "trader")
    (again,) = floor.done(c.BlockOrders(block.orders), "trader")
    return name, again


def test_a_fill_on_a_dissolved_block_waits_for_a_person(floor: Desk) -> None:
    name, _ = never_seen(floor)
    floor.fill(name, 100)
    assert floor.placement(name).CumQty == 0
    assert floor.alerts()[-2:] == ["unsent placement lives", "disputed"]
    (found,) = floor.state.executions.values()
    assert (found.effect, found.LastQty) == (Effect.Disputed, 100)
    reasons = floor.refused(c.BookExecution(found.key, "it happened"), "trader")
    assert "was dissolved" in reasons["execution"]
    by_hand = c.EnterFill(name, D(100), D(50), "it happened")
    assert "was dissolved" in floor.refused(by_hand, "trader")["placement"]
    floor.done(c.DismissExecution(found.key, "entered where it belongs"), "trader")


def test_no_correction_books_on_a_dissolved_block(floor: Desk) -> None:
    name, _ = never_seen(floor)
    fill = floor.fill(name, 100)
    floor.correct(name, fill, 90, "50", CumQty=D(90))
    floor.report(name, K.Restated, ExecRestatementReason="0", CumQty=D(50), ExecID="R1")
    assert (floor.placement(name).CumQty, len(floor.state.unmatched)) == (0, 1)


def test_nothing_is_attached_to_a_dissolved_block(floor: Desk) -> None:
    name, again = never_seen(floor)
    floor.hear("S1", telephoned("ODD", "Z", "E77"))
    reasons = floor.refused(c.AttachReport(1, "ours", name), "trader")
    assert "was dissolved" in reasons["placement"]
    other = floor.route(again, 100)
    floor.done(c.AttachReport(1, "ours", other), "trader")
    assert floor.placement(other).CumQty == 100


def test_an_unsent_order_that_lives_after_all_is_told(floor: Desk) -> None:
    name, _ = never_seen(floor)
    floor.report(name, K.New)
    assert floor.alerts()[-1] == "unsent placement lives"
    floor.report(name, K.Canceled)
    floor.report(name, K.New)
    assert floor.alerts().count("unsent placement lives") == 1


# -- whose report it is ---------------------------------------------------------------------------


def telephoned(ClOrdID: str, OrderID: str, ExecID: str, day: str = "20260302") -> Report:
    """A fill of 100 of an order that was not sent."""
    return Report(
        kind=K.Trade.value,
        ClOrdID=ClOrdID,
        OrderID=OrderID,
        ExecID=ExecID,
        OrdStatus=OrdStatus.Filled,
        Symbol="AC.X",
        Side="1",
        OrderQty=D(100),
        LastQty=D(100),
        LastPx=D(50),
        CumQty=D(100),
        TransactTime=f"{day}-10:00:00",
    )


def test_two_orders_by_telephone_with_one_ClOrdID_are_two(floor: Desk) -> None:
    floor.hear("S1", telephoned("NONE", "T1", "X1"))
    names = floor.done(c.AttachReport(1, "voice", order=new_order(("A1", 100))), "trader")
    floor.hear("S1", telephoned("NONE", "T2", "X2"))
    assert (floor.placement(names[2]).CumQty, list(floor.state.unmatched)) == (100, [1, 2])
    floor.hear("S1", telephoned("NONE", "NONE", "X3"))
    floor.done(c.AttachReport(3, "voice", order=new_order(("A1", 100))), "trader")
    floor.hear("S1", telephoned("NONE", "NONE", "X4"))
    assert list(floor.state.unmatched) == [1, 2, 3, 4], "an OrderID that is none names none"


def test_an_OrderID_alone_means_nothing_on_another_day(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 100, OrderID="1")
    floor.finish(floor.block_of(name).block)
    floor.done(c.OpenDay(DAY + timedelta(1)))
    floor.hear("S1", telephoned("", "1", "E1", "20260303"))
    assert (floor.placement(name).CumQty, floor.held("A1")) == (100, 100)
    assert floor.alerts() == ["unknown report"]


def test_a_ClOrdID_that_is_not_ours_means_nothing_on_another_day(floor: Desk) -> None:
    for number, day in enumerate(("20260302", "20260303"), 1):
        floor.hear("S1", telephoned("NONE", "1", "E1", day))
        assert len(floor.state.unmatched) == number
        order = new_order(("A1", 100))
        names = floor.done(c.AttachReport(number, "voice", order=order), "trader")
        floor.hear("S1", telephoned("NONE", "1", "E1", day))
        assert (floor.placement(names[2]).CumQty, len(floor.state.unmatched)) == (100, number)
        floor.done(c.OpenDay(DAY + timedelta(number)))


def test_an_OrderID_alone_means_a_lasting_order_on_every_day(floor: Desk) -> None:
    name = floor.working(("A1", 300), TimeInForce=TimeInForce.GoodTillCancel)
    floor.fill(name, 100, OrderID="1")
    floor.done(c.OpenDay(DAY + timedelta(1)))
    floor.fill(name, 100, OrderID="1", ClOrdID="")
    assert floor.placement(name).CumQty == 200


def test_an_OrderID_alone_fills_no_order_that_has_ended(floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 40, OrderID="1")
    floor.report(name, K.Canceled, OrderID="1", CumQty=D(40))
    floor.hear("S1", telephoned("", "1", "E9"))
    assert (floor.placement(name).CumQty, len(floor.state.unmatched)) == (40, 1)
    floor.bust(name, fill, ClOrdID="", OrderID="1", CumQty=D(0), OrdStatus=OrdStatus.Canceled)
    assert floor.placement(name).CumQty == 0, "a bust of the same day is still read"


# -- busts and corrections ------------------------------------------------------------------------


def test_a_correction_after_a_bust_goes_to_a_person(floor: Desk) -> None:
    name = floor.working()
    fill = floor.fill(name, 100)
    floor.bust(name, fill, CumQty=D(0))
    floor.bust(name, fill, CumQty=D(0))
    assert floor.alerts() == ["busted"], "the same bust again"
    floor.correct(name, fill, 100, "51", CumQty=D(100))
    assert floor.placement(name).CumQty == 0
    assert floor.state.unmatched[1].reason == f"a correction of the busted ExecID {fill}"


def two_days(floor: Desk) -> str:
    """A lasting order with fills of 40 at 50 and 10 at 60, on two days, under one ExecID."""
    name = floor.working(TimeInForce=TimeInForce.GoodTillCancel)
    floor.fill(name, 40, "50", ExecID="1", TradeDate="20260302")
    floor.done(c.OpenDay(DAY + timedelta(1)))
    time = "20260303-10:00:00"
    floor.fill(name, 10, "60", ExecID="1", TradeDate="20260303", TransactTime=time)
    return name


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({"TradeDate": "20260302"}, (10, 600)),
        ({"TradeDate": "20260303"}, (40, 2000)),
        ({"LastQty": D(40), "LastPx": D(50)}, (10, 600)),
        ({"LastQty": D(10), "LastPx": D(60)}, (40, 2000)),
    ],
)
def test_a_bust_takes_back_the_fill_of_its_day(
    said: dict[str, Any], left: tuple[int, int], floor: Desk
) -> None:
    name = two_days(floor)
    floor.bust(name, "1", **said)
    placement = floor.placement(name)
    assert (placement.CumQty, placement.notional) == left


def test_a_bust_that_may_mean_two_fills_takes_none(floor: Desk) -> None:
    name = two_days(floor)
    floor.bust(name, "1")
    assert floor.placement(name).CumQty == 50
    reason = f"ExecRefID 1 names 2 executions of {name}"
    assert floor.state.unmatched[1].reason == reason


@pytest.mark.parametrize(
    "said", [{}, {"OrderQty": D(999)}, {"Symbol": ""}, {"Side": ""}, {"Side": "2"}]
)
def test_on_a_later_day_an_OrderID_alone_must_fit_what_is_traded(
    said: dict[str, Any], floor: Desk
) -> None:
    name = floor.working(TimeInForce=TimeInForce.GoodTillCancel)
    floor.done(c.OpenDay(DAY + timedelta(1)))
    told = {"ClOrdID": "", "CumQty": D(10), "TransactTime": "20260303-10:00:00"} | said
    floor.fill(name, 10, **told)
    booked = not said
    assert floor.placement(name).CumQty == (10 if booked else 0)
    assert len(floor.state.unmatched) == (0 if booked else 1)


def test_the_correction_of_the_older_fill_again_changes_nothing(floor: Desk) -> None:
    name = two_days(floor)
    said = {"TradeDate": "20260302", "ExecID": "C1"}
    for _ in range(2):
        floor.correct(name, "1", 45, "50", **said)
    assert (floor.placement(name).CumQty, len(floor.state.unmatched)) == (55, 0)
    floor.correct(name, "1", 45, "52", TradeDate="20260302", ExecID="C2")
    assert floor.placement(name).notional == 45 * 52 + 10 * 60, "the last correction is meant"


def test_a_fill_again_under_another_date_is_not_booked_twice(floor: Desk) -> None:
    name = floor.working()
    floor.fill(name, 40, ExecID="1", TransactTime="20260302-23:59:59")
    floor.fill(name, 40, ExecID="1", TransactTime="20260303-00:00:03", CumQty=D(40))
    assert (floor.placement(name).CumQty, floor.alerts()) == (40, ["disputed"])
    floor.fill(name, 40, ExecID="1", TransactTime="20260304-00:00:03", CumQty=D(80))
    assert floor.placement(name).CumQty == 80, "where CumQty moves it is a new fill"


# -- corporate actions ----------------------------------------------------------------------------


@pytest.mark.parametrize("CumQty", [-50, 0])
def test_a_corporate_action_leaves_no_money_without_units(CumQty: int, floor: Desk) -> None:
    name = floor.working()
    block, cash = floor.block_of(name).block, floor.cash("A1")
    floor.fill(name, 60)
    said = {"ExecRestatementReason": "0", "CumQty": D(CumQty), "ExecID": "R1"}
    floor.report(name, K.Restated, OrdStatus=OrdStatus.New, **said)
    assert (floor.placement(name).CumQty, floor.alerts()) == (60, ["restated"])
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    floor.done(c.FinishBlock(block, "60 are confirmed by telephone"), "trader")
    assert (floor.held("A1"), floor.cash("A1") - cash) == (60, -300075)


def test_a_corporate_action_makes_no_units_of_nothing(floor: Desk) -> None:
    name = floor.working()
    said = {"ExecRestatementReason": "0", "CumQty": D(50), "ExecID": "R1"}
    floor.report(name, K.Restated, OrdStatus=OrdStatus.New, **said)
    assert (floor.placement(name).CumQty, floor.alerts()) == (0, ["restated"])


# -- rejects and unknown orders -------------------------------------------------------------------


def test_a_late_reject_of_an_unsent_order_holds_no_quantity(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    floor.system(c.ChangeSession("S1", False, "lost"))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    floor.system(c.ChangeSession("S1", True))
    ClOrdID = floor.placement(name).ClOrdID
    said = {"RefSeqNum": 9, "RefMsgType": "D", "Text": "no"}
    floor.hear("S1", Report(K.MessageReject.value, ClOrdID=ClOrdID, **said))
    assert floor.placement(name).transmission is Transmission.Unsent
    assert idle(floor, name) == 100


def test_two_answers_of_unknown_send_an_order_again_once(floor: Desk) -> None:
    name = routed(floor)
    for _ in range(2):
        floor.done(c.RequestStatus(name), "trader")
    unknown = Report(K.Status.value, ClOrdID=floor.placement(name).ClOrdID, **UNKNOWN)
    seq = floor.state.seq
    for _ in range(2):
        floor.hear("S1", unknown)
    assert len(new_events(floor, seq, e.RequestResent)) == 1
    floor.system(c.ConfirmSent("S1", (3,), (floor.placement(name).ClOrdID,)))
    floor.done(c.RequestStatus(name), "trader")
    floor.hear("S1", unknown)
    assert len(new_events(floor, seq, e.RequestResent)) == 2, "asked anew, and unknown still"
