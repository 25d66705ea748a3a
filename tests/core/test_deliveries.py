"""Handing over: what holds is told once, what changes is cancelled and told anew, what is rejected
is a break and comes again.
"""

from datetime import timedelta

import pytest

from tests.builders import DAY, D, Desk, K, desk, instrument
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.deliveries import DeliveryLine
from tradeoms.model.fields import Outcome


@pytest.fixture
def floor() -> Desk:
    return desk()


def traded(floor: Desk, *members: tuple[str, int], Price: str = "50") -> str:
    """The block of a trade that is allocated; the fill's ExecID is E and its count."""
    name = floor.working(*members)
    floor.fill(name, sum(quantity for _, quantity in members), Price)
    block = floor.placement(name).block
    floor.finish(block)
    return block


def delivered(floor: Desk) -> list[DeliveryLine]:
    floor.done(c.Deliver(), "ops")
    *_, last = floor.state.deliveries.values()
    return list(last.lines)


def brief(lines: list[DeliveryLine]) -> list[tuple[str, str, int, str, str]]:
    return [(x.action, x.trade, x.version, f"{x.AllocQty:f}", f"{x.net:f}") for x in lines]


def answered(floor: Desk, number: int, *lines: str) -> e.Answered:
    text = "\n".join(["line,status,reason", *lines])
    return floor.do(c.AcknowledgeDelivery(number, "ack.csv", text), "ops")


def test_every_account_is_told_once(floor: Desk) -> None:
    traded(floor, ("A1", 100), ("A2", 50))
    first = delivered(floor)
    assert brief(first) == [
        ("new", "B1/O1/A1", 1, "100", "5001.25"),
        ("new", "B1/O1/A2", 1, "50", "2500.63"),
    ]
    line = first[0]
    assert (line.trade_date, line.Side, line.gross, line.commission, line.Currency) == (
        *(DAY, "Buy", D("5000.00"), D("1.25"), "USD"),
    )
    assert delivered(floor) == []
    assert list(floor.state.deliveries) == [1, 2], "an empty one is numbered too"
    same(floor.journal.replay(), floor.state)


def test_a_bust_cancels_and_what_is_left_is_told_anew(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    floor.fill(name, 60, 50)
    late = floor.fill(name, 40, 51)
    floor.finish("B1")
    before = brief(delivered(floor))
    floor.bust(name, late)
    assert brief(delivered(floor)) == [("cancel", *before[0][1:])]
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    floor.finish("B1")
    assert brief(delivered(floor)) == [("new", "B1/O1/A1", 2, "60", "3000.75")]


def test_a_correction_is_a_cancel_and_a_correct_in_one(floor: Desk) -> None:
    name = floor.working(("A1", 100), ("A2", 100))
    wrong = floor.fill(name, 200, 50)
    floor.finish("B1")
    delivered(floor)
    floor.correct(name, wrong, 200, 49)
    floor.finish("B1")
    assert brief(delivered(floor)) == [
        ("cancel", "B1/O1/A1", 1, "100", "5001.25"),
        ("correct", "B1/O1/A1", 2, "100", "4901.25"),
        ("cancel", "B1/O1/A2", 1, "100", "5001.25"),
        ("correct", "B1/O1/A2", 2, "100", "4901.25"),
    ]


def test_each_account_s_line_has_its_own_price(floor: Desk) -> None:
    floor.done(c.DefineInstruments((instrument("FUT", average_prices=False),)))
    name = floor.working(("A1", 1), ("A2", 1), instrument="FUT")
    floor.fill(name, 1, "50")
    floor.fill(name, 1, "51")
    floor.finish(floor.placement(name).block)
    lines = delivered(floor)
    assert sorted(f"{x.AvgPx:f}" for x in lines) == ["50.00000000", "51.00000000"]
    assert all(x.gross == x.AvgPx * x.AllocQty for x in lines)


def test_reopened_and_allocated_as_before_is_no_change(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    wrong = floor.fill(name, 100, 50)
    floor.finish("B1")
    delivered(floor)
    again = floor.correct(name, wrong, 100, 51)
    floor.correct(name, again, 100, 50)
    floor.finish("B1")
    assert delivered(floor) == []


def test_rejected_lines_are_breaks_and_go_out_again(floor: Desk) -> None:
    traded(floor, ("A1", 100), ("A2", 50))
    delivered(floor)
    assert answered(floor, 1, "1,accepted,", "2,rejected,unknown account").outcome is Outcome.Done
    (one,) = floor.state.breaks.values()
    assert (one.key, one.theirs, one.state) == (
        *("delivery/accounting/B1/O1/A2", "unknown account", "open"),
    )
    assert brief(delivered(floor)) == [("new", "B1/O1/A2", 2, "50", "2500.63")]
    floor.done(c.OpenDay(DAY + timedelta(3)), "ops")
    assert answered(floor, 2, "1,rejected,still unknown").outcome is Outcome.Done
    (one,) = floor.state.breaks.values()
    assert (one.since, one.theirs) == (DAY, "still unknown")
    delivered(floor)
    answered(floor, 3, "1,accepted,")
    (one,) = floor.state.breaks.values()
    assert (one.state, one.reason) == ("cleared", "accepted with delivery 3")
    assert delivered(floor) == []
    same(floor.journal.replay(), floor.state)


def test_a_rejected_cancel_is_said_again(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    wrong = floor.fill(name, 100, 50)
    floor.finish("B1")
    delivered(floor)
    floor.bust(name, wrong)
    cancel = delivered(floor)
    answered(floor, 2, "1,rejected,settled already")
    assert delivered(floor) == cancel


def corrected(floor: Desk) -> str:
    """B1 is delivered as 100 at 50, then as 100 at 49; the fill that stands."""
    name = floor.working(("A1", 100))
    wrong = floor.fill(name, 100, 50)
    floor.finish("B1")
    delivered(floor)
    right = floor.correct(name, wrong, 100, 49)
    floor.finish("B1")
    assert [(x.action, x.version) for x in delivered(floor)] == [("cancel", 1), ("correct", 2)]
    return right


def the_break(floor: Desk) -> tuple[str, str]:
    (one,) = floor.state.breaks.values()
    return one.state, one.what


def said(floor: Desk) -> list[tuple[str, int]]:
    return [(line.action, line.version) for line in delivered(floor)]


def test_a_rejected_cancel_goes_out_again_though_its_correction_was_taken(floor: Desk) -> None:
    """They hold both versions until they take the cancel."""
    corrected(floor)
    answered(floor, 2, "1,rejected,settled already", "2,accepted,")
    assert the_break(floor) == ("open", "cancel of version 1 rejected")
    assert said(floor) == [("cancel", 1)]
    assert said(floor) == [], "it waits for its answer"
    answered(floor, 3, "1,accepted,")
    assert the_break(floor)[0] == "cleared"
    assert said(floor) == []
    same(floor.journal.replay(), floor.state)


def test_of_a_cancel_and_a_correction_that_are_both_rejected_both_go_out_again(floor: Desk) -> None:
    corrected(floor)
    answered(floor, 2, "1,rejected,settled already", "2,rejected,is there already")
    assert said(floor) == [("cancel", 1), ("new", 3)]
    answered(floor, 3, "1,accepted,", "2,accepted,")
    assert the_break(floor)[0] == "cleared"


def test_a_rejected_cancel_goes_out_again_beside_a_later_change(floor: Desk) -> None:
    right = corrected(floor)
    answered(floor, 2, "1,rejected,settled already", "2,accepted,")
    floor.bust("P1", right)
    assert said(floor) == [("cancel", 1), ("cancel", 2)]
    answered(floor, 3, "1,rejected,still", "2,accepted,")
    assert the_break(floor) == ("open", "cancel of version 1 rejected")
    assert said(floor) == [("cancel", 1)]


def test_an_answer_that_comes_late_leaves_no_break_of_what_was_changed_since(floor: Desk) -> None:
    """Version 2 was never taken, so that nothing is left to be cancelled."""
    right = corrected(floor)
    floor.bust("P1", right)
    assert said(floor) == [("cancel", 2)]
    answered(floor, 3, "1,rejected,unknown")
    assert the_break(floor)[0] == "open"
    answered(floor, 2, "1,accepted,", "2,rejected,no such account")
    assert the_break(floor)[0] == "cleared"
    assert said(floor) == []
    same(floor.journal.replay(), floor.state)


def test_a_cancel_of_what_was_never_taken_is_no_break(floor: Desk) -> None:
    right = corrected(floor)
    floor.bust("P1", right)
    assert said(floor) == [("cancel", 2)]
    answered(floor, 2, "1,accepted,", "2,rejected,no such account")
    answered(floor, 3, "1,rejected,unknown")
    assert not [one for one in floor.state.breaks.values() if one.state == "open"]
    assert said(floor) == []


def test_an_accepted_change_leaves_the_break_of_an_older_cancel(floor: Desk) -> None:
    right = corrected(floor)
    floor.bust("P1", right)
    assert said(floor) == [("cancel", 2)]
    answered(floor, 2, "1,rejected,settled already", "2,accepted,")
    answered(floor, 3, "1,accepted,")
    assert the_break(floor) == ("open", "cancel of version 1 rejected")
    assert said(floor) == [("cancel", 1)]


def test_what_was_rejected_and_is_busted_needs_nobody(floor: Desk) -> None:
    name = floor.working(("A1", 100))
    wrong = floor.fill(name, 100, 50)
    floor.finish("B1")
    delivered(floor)
    answered(floor, 1, "1,rejected,no such account")
    floor.bust(name, wrong)
    assert said(floor) == []
    (one,) = floor.state.breaks.values()
    assert (one.state, one.reason) == ("cleared", "holds no more with delivery 2")


def test_an_answer_is_booked_once(floor: Desk) -> None:
    traded(floor, ("A1", 100))
    delivered(floor)
    assert answered(floor, 1, "1,accepted,").outcome is Outcome.Done
    seq = floor.state.seq
    assert answered(floor, 1, "1,accepted,").outcome is Outcome.Done
    assert floor.state.seq == seq + 1
    other = answered(floor, 1, "1,rejected,no")
    assert [p.field for p in other.problems] == ["number"]


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        (("1,accepted,",), "ack.csv"),
        (("1,accepted,", "1,accepted,"), "ack.csv line 3: line"),
        (("1,accepted,", "3,accepted,"), "ack.csv line 3: line"),
        (("1,accepted,", "2,rejected,"), "ack.csv line 3: reason"),
        (("1,accepted,", "2,maybe,"), "ack.csv line 3: status"),
        (("1,accepted,", "1.5,accepted,"), "ack.csv line 3: line"),
    ],
)
def test_an_answer_must_be_whole(lines: tuple[str, ...], field: str, floor: Desk) -> None:
    traded(floor, ("A1", 100), ("A2", 50))
    delivered(floor)
    text = "\n".join(["line,status,reason", *lines])
    assert list(floor.refused(c.AcknowledgeDelivery(1, "ack.csv", text), "ops")) == [field]
    assert "number" in floor.refused(c.AcknowledgeDelivery(2, "ack.csv", text), "ops")


def test_a_break_has_an_owner_and_an_explanation(floor: Desk) -> None:
    traded(floor, ("A1", 100))
    delivered(floor)
    answered(floor, 1, "1,rejected,no")
    (key,) = floor.state.breaks
    floor.done(c.OwnBreak(key), "olga")
    assert "key" in floor.refused(c.OwnBreak(key), "olga")
    assert "reason" in floor.refused(c.OwnBreak(key), "otto")
    floor.done(c.OwnBreak(key, "olga is ill"), "otto")
    assert "reason" in floor.refused(c.ExplainBreak(key, " "), "olga")
    floor.done(c.ExplainBreak(key, "their system was down"), "olga")
    one = floor.state.breaks[key]
    assert (one.state, one.owner, one.user) == ("explained", "otto", "olga")
    assert "key" in floor.refused(c.ExplainBreak("nobody", "x"), "olga")
