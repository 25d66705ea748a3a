"""What a session should do now: schedule, a person's word, resets."""

from datetime import UTC, datetime, time

import pytest

from tradeoms.fix.duty import Duty, duty
from tradeoms.fix.schedule import Reset, Schedule
from tradeoms.model.state import SessionState

EVERY_DAY = tuple(range(7))
HOURS = Schedule("UTC", EVERY_DAY, time(8), time(17), reset=Reset.Daily, reset_at=time(7))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=UTC)


def known(**fields: object) -> SessionState:
    return SessionState("S1", **fields)


@pytest.mark.parametrize(
    ("held", "held_at", "now", "up"),
    [
        (None, None, "10 09:00", True),
        (None, None, "10 18:00", False),
        (False, "10 09:00", "10 16:59", False),
        (False, "10 09:00", "11 07:59", False),
        (False, "10 09:00", "11 08:00", True),  # the schedule has changed since: it holds again
        (True, "10 18:00", "10 18:01", True),
        (True, "10 18:00", "11 16:59", True),
        (True, "10 18:00", "11 17:00", False),
        (False, "10 08:00", "10 08:00", False),
    ],
)
def test_a_persons_word_holds_until_the_schedule_changes(
    held: bool | None, held_at: str | None, now: str, up: bool
) -> None:
    session = known(held=held, held_at=at(held_at) if held_at else None)
    assert duty(HOURS, session, at(now)).up is up
    disabled = known(held=held, held_at=session.held_at, enabled=False)
    assert duty(HOURS, disabled, at(now)).up is False


def test_without_a_schedule_a_stop_holds_for_good() -> None:
    session = known(held=False, held_at=at("10 09:00"))
    assert duty(None, session, at("30 09:00")) == Duty(False, None)
    assert duty(None, known(), at("30 09:00")) == Duty(True, None)


@pytest.mark.parametrize(
    ("numbers_at", "logged_on", "due"),
    [
        (None, None, False),  # nothing is known of it: nothing to reset
        (None, "09 12:00", True),
        (None, "10 07:30", False),  # logged on since: both sides agreed on the numbers then
        ("09 07:00", "09 08:00", True),
        ("10 07:00", "09 08:00", False),
        ("10 07:00", "10 08:00", False),
        ("10 06:59", None, True),
        ("10 07:00", None, False),
        # A logon that was on its way at the time has the old numbers; a first one has none.
        ("09 07:00", "10 07:00:00", True),
        ("09 07:00", "10 07:00:29", True),
        ("09 07:00", "10 07:00:30", False),
        ("10 07:00", "10 07:00:02", False),
        (None, "10 07:00:02", False),
    ],
)
def test_when_a_reset_is_due(numbers_at: str | None, logged_on: str | None, due: bool) -> None:
    session = known(
        numbers_at=at(numbers_at) if numbers_at else None,
        logged_on=at(logged_on) if logged_on else None,
    )
    wanted = Duty(not due, at("10 07:00") if due else None)
    assert duty(HOURS, session, at("10 09:00")) == wanted
