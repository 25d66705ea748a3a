"""Messages that a broker sends again, after its line was lost or because we asked twice."""

import pytest
from msgspec.structs import replace

from tests.builders import D, Desk, K, desk
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrdStatus


@pytest.fixture
def floor() -> Desk:
    return desk()


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
