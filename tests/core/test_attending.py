"""Alerts: dealt with, looked after, put off until a time; who, when and why are in the journal."""

from datetime import timedelta

import pytest

from tests.builders import Desk, desk
from tradeoms import core
from tradeoms.core.context import Context
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.views import VIEWS
from tradeoms.views.alerts import AlertRow

NUMBER = 1


@pytest.fixture
def floor() -> Desk:
    """A desk with one alert: a message that nobody can read."""
    floor = desk()
    floor.hear("S1", None, error="unreadable")
    assert list(floor.state.alerts) == [NUMBER]
    return floor


def shown(floor: Desk) -> AlertRow:
    (row,) = VIEWS["alerts"].all_rows(floor.state)
    assert isinstance(row, AlertRow)
    return row


def attended(floor: Desk) -> list[e.AlertAttended]:
    return [r.event for r in floor.journal.records if isinstance(r.event, e.AlertAttended)]


def test_an_alert_is_open_until_somebody_deals_with_it(floor: Desk) -> None:
    row = shown(floor)
    assert (row.state, row.owner, row.until, row.user) == ("open", "", None, "")
    floor.done(c.AcknowledgeAlert(NUMBER, "the broker was told"), "tina")
    row = shown(floor)
    assert (row.state, row.user, row.reason) == ("acknowledged", "tina", "the broker was told")
    assert row.attended == attended(floor)[0].at
    for command in (
        c.AcknowledgeAlert(NUMBER),
        c.OwnAlert(NUMBER),
        c.SnoozeAlert(NUMBER, row.attended + timedelta(hours=1), "r"),
    ):
        assert floor.refused(command, "tom") == {"number": "was acknowledged by tina"}


def test_one_person_looks_after_it(floor: Desk) -> None:
    floor.done(c.OwnAlert(NUMBER), "tina")
    assert (shown(floor).state, shown(floor).owner) == ("owned", "tina")
    assert floor.refused(c.OwnAlert(NUMBER), "tina") == {"number": "is yours already"}
    assert floor.refused(c.OwnAlert(NUMBER), "tom") == {
        "reason": "taking over from tina needs a reason"
    }
    floor.done(c.OwnAlert(NUMBER, "tina is out"), "tom")
    assert (shown(floor).owner, shown(floor).reason) == ("tom", "tina is out")
    floor.done(c.AcknowledgeAlert(NUMBER), "tina")
    assert (shown(floor).state, shown(floor).owner) == ("acknowledged", "tom")


@pytest.mark.parametrize("owner", ["", "tina"])
def test_a_snoozed_one_comes_back_at_its_time(floor: Desk, owner: str) -> None:
    if owner:
        floor.done(c.OwnAlert(NUMBER), owner)
    until = floor.journal.records[-1].at + timedelta(hours=1)
    floor.done(c.SnoozeAlert(NUMBER, until, "they call back"), "tina")
    row = shown(floor)
    assert (row.state, row.owner, row.until, row.reason) == (
        "snoozed",
        owner,
        until,
        "they call back",
    )
    early = Context(until - timedelta(seconds=1), "", {})
    assert core.decide(floor.state, c.CheckPending(), early) == []
    (event,) = core.decide(floor.state, c.CheckPending(), Context(until, "", {}))
    assert event == e.AlertReturned(NUMBER, until)
    core.apply(floor.state, e.Record(floor.state.seq + 1, until, e.Cause(), event))
    row = shown(floor)
    assert (row.state, row.owner, row.until) == ("owned" if owner else "returned", owner, None)
    assert core.decide(floor.state, c.CheckPending(), Context(until, "", {})) == []


def test_who_attends_to_a_snoozed_one_wakes_it(floor: Desk) -> None:
    until = floor.journal.records[-1].at + timedelta(hours=1)
    for command, state in (
        (c.OwnAlert(NUMBER), "owned"),
        (c.AcknowledgeAlert(NUMBER), "acknowledged"),
    ):
        floor.done(c.SnoozeAlert(NUMBER, until, "later"), "tina")
        floor.done(command, "tina")
        assert (shown(floor).state, shown(floor).until) == (state, None)
        assert core.decide(floor.state, c.CheckPending(), Context(until, "", {})) == []


def test_what_is_wrong_is_said_at_once(floor: Desk) -> None:
    at = floor.journal.records[-1].at
    week = timedelta(days=7)
    ahead = "must be ahead, by 7 days at most"
    assert floor.refused(c.SnoozeAlert(NUMBER, at - week, ""), "tina") == {
        "reason": "needs a reason",
        "until": ahead,
    }
    late = c.SnoozeAlert(NUMBER, at + week + timedelta(hours=1), "r")
    assert floor.refused(late, "tina") == {"until": ahead}
    naive = c.SnoozeAlert(NUMBER, (at + week).replace(tzinfo=None), "r")
    assert floor.refused(naive, "tina") == {"until": "has no time zone"}
    floor.done(c.SnoozeAlert(NUMBER, at + week, "r"), "tina")
    for command in (c.AcknowledgeAlert(99), c.OwnAlert(99), c.SnoozeAlert(99, at + week, "r")):
        assert floor.refused(command, "tina") == {"number": "unknown alert"}
    for bad in (c.AcknowledgeAlert(NUMBER, "caf\xe9"), c.OwnAlert(NUMBER, "caf\xe9")):
        assert list(floor.refused(bad, "tina")) == ["reason"]


def test_a_session_that_is_up_again_ends_its_alerts_and_no_others(floor: Desk) -> None:
    for name in ("S1", "S2"):
        floor.system(c.ChangeSession(name, True), name)
        floor.system(c.ChangeSession(name, False, "line lost"), name)
    down, other = (n for n, a in floor.state.alerts.items() if a.kind == "session down")
    floor.done(c.OwnAlert(down), "tina")
    floor.system(c.ChangeSession("S1", True), "S1")
    rows = {int(row.key): row for row in VIEWS["alerts"].all_rows(floor.state)}
    assert (rows[down].state, rows[down].reason) == ("ended", "the session is up again")
    assert (rows[other].state, rows[NUMBER].state) == ("open", "open")
    assert floor.refused(c.AcknowledgeAlert(down), "tom") == {"number": "has ended by itself"}
    before = len(attended(floor))
    floor.system(c.ChangeSession("S1", True), "S1")  # it was told once
    assert len(attended(floor)) == before
