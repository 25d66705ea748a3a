"""Sessions by hand: who may do what when, and what the journal then knows."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import Desk, desk
from tradeoms.model import commands as c
from tradeoms.model.fields import SessionAction as A

AT = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.fixture
def floor() -> Desk:
    return desk()


def control(action: A, reason: str = "because") -> c.ControlSession:
    return c.ControlSession("S1", action, reason)


def test_start_and_stop_hold_until_something_else_is_said(floor: Desk) -> None:
    before = floor.state.sessions["S1"]
    assert (before.enabled, before.held) == (True, None)
    floor.done(control(A.Stop), "ops")
    stopped = floor.state.sessions["S1"]
    assert (stopped.enabled, stopped.held) == (True, False)
    assert stopped.held_at == floor.journal.records[-1].at
    assert stopped.reason == "stop by ops: because"
    assert stopped.up  # the line itself says when it is down
    floor.done(control(A.Start, ""), "ops")
    assert floor.state.sessions["S1"].held is True
    assert floor.state.sessions["S1"].reason == "start by ops: no reason given"


def test_what_is_disabled_stays_so(floor: Desk) -> None:
    floor.done(control(A.Start), "ops")
    floor.done(control(A.Disable), "ops")
    assert (floor.state.sessions["S1"].enabled, floor.state.sessions["S1"].held) == (False, None)
    for action in (A.Start, A.Stop, A.Test, A.Disable):
        floor.system(c.ChangeSession("S1", False))
        assert "action" in floor.refused(control(action), "ops")
    floor.done(control(A.Enable), "ops")
    assert floor.state.sessions["S1"].enabled
    assert floor.refused(control(A.Enable), "ops") == {"action": "is enabled already"}


def test_a_test_request_needs_a_session_that_is_up_and_changes_nothing(floor: Desk) -> None:
    before = floor.state.sessions["S1"]
    floor.done(control(A.Test), "ops")
    assert floor.state.sessions["S1"] == before
    floor.system(c.ChangeSession("S1", False))
    assert floor.refused(control(A.Test), "ops") == {"action": "the session is down"}


def test_unknown_sessions_and_endless_reasons(floor: Desk) -> None:
    unknown = c.ControlSession("S9", A.Stop, "")
    assert floor.refused(unknown, "ops") == {"session": "unknown session"}
    assert "reason" in floor.refused(control(A.Stop, "x" * 201), "ops")
    floor.done(control(A.Stop, "x" * 200), "ops")


def test_every_mistake_about_numbers_at_once(floor: Desk) -> None:
    wrong = floor.refused(c.SetSequence("S1", 0, 2**31, " "), "ops")
    assert sorted(wrong) == ["next_in", "next_out", "reason", "session"]
    floor.done(control(A.Stop), "ops")
    assert "session" in floor.refused(c.SetSequence("S1", 1, 1, "agreed"), "ops")  # still up
    floor.system(c.ChangeSession("S1", False))
    floor.done(c.SetSequence("S1", 2**31 - 1, 1, "agreed"), "ops")
    session = floor.state.sessions["S1"]
    assert (session.in_seq, session.out_seq) == (2**31 - 2, 0)
    assert session.numbers_at == floor.journal.records[-1].at
    assert (
        "are 2147483647 in, 1 out; set by ops: agreed" in list(floor.state.alerts.values())[-1].text
    )


def test_a_session_that_is_down_by_itself_may_come_back_at_any_moment(floor: Desk) -> None:
    floor.system(c.ChangeSession("S1", False))
    wanted = c.SetSequence("S1", 5, 5, "agreed")
    assert floor.refused(wanted, "ops") == {"session": "stop or disable it first"}
    floor.done(control(A.Disable), "ops")
    floor.done(wanted, "ops")


def test_a_reset_is_booked_once(floor: Desk) -> None:
    floor.system(c.ConfirmSent("S1", (7,), ("",)))
    assert floor.state.sessions["S1"].out_seq == 7
    floor.system(c.ResetSequence("S1", AT, "agreed"))
    assert floor.state.sessions["S1"].out_seq == 0
    floor.system(c.ConfirmSent("S1", (3,), ("",)))
    for again in (AT, AT - timedelta(hours=1)):
        floor.system(c.ResetSequence("S1", again, "agreed"))
    assert floor.state.sessions["S1"].out_seq == 3
    floor.system(c.ResetSequence("S1", AT + timedelta(seconds=1), "agreed"))
    assert floor.state.sessions["S1"].out_seq == 0


def test_the_last_logon_is_remembered(floor: Desk) -> None:
    floor.system(c.ChangeSession("S1", True))
    at = floor.journal.records[-1].at
    floor.system(c.ChangeSession("S1", False))
    assert floor.state.sessions["S1"].logged_on == at
