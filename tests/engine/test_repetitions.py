"""What comes again: messages that a broker repeats after its line was lost, commands with a known id."""

from datetime import timedelta

from msgspec.structs import replace

from tests.builders import DAY, D, Desk, K, new_order
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrdStatus


def test_what_is_booked_and_comes_again_is_old(floor: Desk) -> None:
    """A line that comes back while a batch is written asks for all of it again."""
    name = floor.working()
    new = floor.journal.records[-1]
    assert isinstance(new.event, e.Reported)
    assert new.event.report.kind == K.New
    floor.fill(name, 100)
    before, fill = floor.state.seq, floor.journal.records[-1]
    assert isinstance(fill.event, e.Reported)
    for cause, report in ((new.cause, new.event.report), (fill.cause, fill.event.report)):
        command = c.ReportReceived("S1", cause.MsgSeqNum, "8=FIX", report)
        floor.engine.submit(command, replace(cause, PossDup=True))
    floor.run()
    assert floor.state.seq == before
    assert floor.placement(name).OrdStatus is OrdStatus.Filled


def test_a_fill_under_an_old_number_is_booked_all_the_same(floor: Desk) -> None:
    """However wrong the numbers of a session may be, its ExecID tells whether we have a fill."""
    name = floor.working()
    floor.fill(name, 40)
    fill = floor.journal.records[-1].event
    assert isinstance(fill, e.Reported)
    report = replace(fill.report, ExecID="other", CumQty=D(80))
    floor.engine.submit(
        c.ReportReceived("S1", 1, "8=FIX", report),
        e.Cause(session="S1", MsgSeqNum=1, PossDup=True),
    )
    floor.run()
    assert floor.placement(name).CumQty == 80


def test_answers_are_kept_for_five_opened_days(floor: Desk) -> None:
    first = floor.do(c.SubmitOrder(new_order(("A1", 1))), id="mine")
    for day in range(1, 5):
        floor.done(c.OpenDay(DAY + timedelta(day)), "ops")
        assert floor.do(c.SubmitOrder(new_order(("A1", 1))), id="mine") is first
    floor.done(c.OpenDay(DAY + timedelta(5)), "ops")
    assert "pm/mine" not in floor.state.answers
    assert floor.do(c.SubmitOrder(new_order(("A1", 1))), id="mine").ids == ("O2",)
    same(floor.journal.replay(), floor.state)


def test_opening_the_same_day_twice_forgets_nothing(floor: Desk) -> None:
    floor.order(("A1", 1))
    floor.done(c.OpenDay(DAY), "ops")
    assert floor.state.fingerprints
    assert len(floor.state.answer_days) == 1


def test_the_same_id_again_gets_the_same_answer_and_does_nothing(floor: Desk) -> None:
    first = floor.do(c.SubmitOrder(new_order(("A1", 1))), id="mine")
    seq = floor.state.seq
    again = floor.do(c.SubmitOrder(new_order(("A1", 1))), id="mine")
    assert again is first
    assert floor.state.seq == seq
    assert floor.do(c.SubmitOrder(new_order(("A1", 1))), "another", id="mine") is not first


def test_the_same_id_twice_in_one_batch(floor: Desk) -> None:
    for _ in range(2):
        floor.queue(c.SubmitOrder(new_order(("A1", 1))), id="mine")
    floor.run()
    assert floor.answers[-1] is floor.answers[-2]
    assert len(floor.state.orders) == 1
