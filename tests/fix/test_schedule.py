"""Sessions follow the broker's clock: over summer time, midnight and weekends."""

from datetime import UTC, datetime, time

import pytest

from tradeoms.fix.schedule import Reset, Schedule, Standing, standing

NEW_YORK = Schedule(
    "America/New_York",
    start=time(8),
    end=time(17, 30),
    reset=Reset.Daily,
    reset_at=time(7, 55),
)
#: From Sunday 17:00 to Friday 17:00 without a pause; numbers begin anew on Sunday at 16:00.
WEEK = Schedule(
    "America/New_York",
    days=(6, 0, 1, 2, 3, 4),
    start=time(17),
    end=time(17),
    continuous=True,
    reset=Reset.Weekly,
    reset_at=time(16),
    reset_day=6,
)
#: Each night from 22:00 to 06:00, the first from Monday to Tuesday.
NIGHT = Schedule("Europe/London", days=(0, 1, 2, 3), start=time(22), end=time(6))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_without_a_schedule_it_is_always_up() -> None:
    assert standing(None, at("2026-11-22 03:00")) == Standing(True, None, None, None)


@pytest.mark.parametrize(
    ("now", "up", "since", "until", "reset"),
    [
        # Winter: New York is five hours behind.
        ("2026-01-13 12:59:59", False, "2026-01-12 22:30", "2026-01-13 13:00", "2026-01-13 12:55"),
        ("2026-01-13 13:00:00", True, "2026-01-13 13:00", "2026-01-13 22:30", "2026-01-13 12:55"),
        ("2026-01-13 22:30:00", False, "2026-01-13 22:30", "2026-01-14 13:00", "2026-01-13 12:55"),
        # Friday evening to Monday, over the night in which the clocks go forward (8 March).
        ("2026-03-07 12:54:59", False, "2026-03-06 22:30", "2026-03-09 12:00", "2026-03-06 12:55"),
        ("2026-03-09 11:59:59", False, "2026-03-06 22:30", "2026-03-09 12:00", "2026-03-09 11:55"),
        ("2026-03-09 12:00:00", True, "2026-03-09 12:00", "2026-03-09 21:30", "2026-03-09 11:55"),
        # And back (1 November).
        ("2026-10-30 21:29:59", True, "2026-10-30 12:00", "2026-10-30 21:30", "2026-10-30 11:55"),
        ("2026-11-02 12:30:00", False, "2026-10-30 21:30", "2026-11-02 13:00", "2026-11-01 12:55"),
        ("2026-11-02 13:00:00", True, "2026-11-02 13:00", "2026-11-02 22:30", "2026-11-02 12:55"),
    ],
)
def test_days_in_new_york(now: str, up: bool, since: str, until: str, reset: str) -> None:
    assert standing(NEW_YORK, at(now)) == Standing(up, at(since), at(until), at(reset))


@pytest.mark.parametrize(
    ("now", "up", "since", "until", "reset"),
    [
        ("2026-03-06 21:59:59", True, "2026-03-01 22:00", "2026-03-06 22:00", "2026-03-01 21:00"),
        ("2026-03-06 22:00:00", False, "2026-03-06 22:00", "2026-03-08 21:00", "2026-03-01 21:00"),
        ("2026-03-08 20:59:59", False, "2026-03-06 22:00", "2026-03-08 21:00", "2026-03-08 20:00"),
        ("2026-03-08 21:00:00", True, "2026-03-08 21:00", "2026-03-13 21:00", "2026-03-08 20:00"),
        # Wednesday midnight changes nothing.
        ("2026-03-11 04:00:00", True, "2026-03-08 21:00", "2026-03-13 21:00", "2026-03-08 20:00"),
        # The week in which the clocks go back begins in summer and ends in winter time.
        ("2026-11-01 21:59:59", False, "2026-10-30 21:00", "2026-11-01 22:00", "2026-11-01 21:00"),
        ("2026-11-01 22:00:00", True, "2026-11-01 22:00", "2026-11-06 22:00", "2026-11-01 21:00"),
    ],
)
def test_a_week_from_sunday_to_friday(
    now: str, up: bool, since: str, until: str, reset: str
) -> None:
    assert standing(WEEK, at(now)) == Standing(up, at(since), at(until), at(reset))


@pytest.mark.parametrize(
    ("now", "up", "until"),
    [
        ("2026-01-12 21:59", False, "2026-01-12 22:00"),
        ("2026-01-12 22:00", True, "2026-01-13 06:00"),
        ("2026-01-13 00:00", True, "2026-01-13 06:00"),
        ("2026-01-13 06:00", False, "2026-01-13 22:00"),
        # Friday's early hours belong to Thursday; Friday evening has no session.
        ("2026-01-16 05:59", True, "2026-01-16 06:00"),
        ("2026-01-16 22:30", False, "2026-01-19 22:00"),
        # Summer time begins on 29 March, between two sessions: London is at 21:00 UTC now.
        ("2026-03-30 20:59", False, "2026-03-30 21:00"),
        ("2026-03-30 21:00", True, "2026-03-31 05:00"),
    ],
)
def test_a_session_across_midnight(now: str, up: bool, until: str) -> None:
    found = standing(NIGHT, at(now))
    assert (found.up, found.until, found.reset) == (up, at(until), None)


def test_the_night_in_which_the_clocks_change() -> None:
    nights = Schedule("America/New_York", days=(5,), start=time(20), end=time(4))
    for now, hours in (("2026-03-08 04:00", 7), ("2026-11-01 04:00", 9), ("2026-05-03 04:00", 8)):
        found = standing(nights, at(now))
        assert found.up
        assert found.since
        assert found.until
        assert (found.until - found.since).total_seconds() == hours * 3600


def test_a_time_that_does_not_exist_or_comes_twice() -> None:
    early = Schedule("America/New_York", days=(6,), start=time(2, 30), end=time(12))
    assert standing(early, at("2026-03-08 10:00")).since == at("2026-03-08 07:30")  # 03:30 there
    twice = Schedule("America/New_York", days=(6,), start=time(1, 30), end=time(12))
    assert standing(twice, at("2026-11-01 10:00")).since == at("2026-11-01 05:30")  # the first


def test_windows_that_touch_are_one() -> None:
    always = Schedule("UTC", days=(0, 1, 2, 3, 4))
    found = standing(always, at("2026-01-14 00:00"))
    assert found == Standing(True, at("2026-01-12 00:00"), at("2026-01-17 00:00"), None)


def test_a_continuous_window_of_one_day_a_week() -> None:
    one = Schedule("UTC", days=(2,), start=time(9), end=time(17), continuous=True)
    assert standing(one, at("2026-01-14 10:00")).until == at("2026-01-14 17:00")
    whole = Schedule("UTC", days=(2,), start=time(9), end=time(9), continuous=True)
    assert standing(whole, at("2026-01-17 10:00")).up
