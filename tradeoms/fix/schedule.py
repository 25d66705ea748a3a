"""When a session should be up, and when its message numbers begin anew, in the broker's time zone.

quickfix knows no named zones, so it runs non-stop and these functions say what holds. All of them
are pure: a schedule and a time in, an answer out. Times given back are UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AROUND = 8  # days on either side of now: more than a week's longest pause
DAY = timedelta(days=1)


class Reset(StrEnum):
    """How often both sides begin to count messages anew."""

    Never = "never"
    Daily = "daily"
    Weekly = "weekly"


class Schedule(Struct, frozen=True):
    """`days` on which a window begins at `start`; it lasts to `end`, or to `end` of the next day
    where that is not later.

    `continuous`: one window a week instead, from the first of `days` to the last. `days` are
    numbers, 0 is Monday. A time that a change of the clocks leaves out counts as one hour later,
    one that comes twice as its first.
    """

    zone: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: time = time(0)
    end: time = time(0)
    continuous: bool = False
    reset: Reset = Reset.Never
    reset_at: time = time(0)
    reset_day: int = 6


class Standing(NamedTuple):
    """How a schedule stands: up or not, since and until when, and the last time of a reset."""

    up: bool
    since: datetime | None
    until: datetime | None
    reset: datetime | None


def standing(schedule: Schedule | None, now: datetime) -> Standing:
    """How `schedule` stands at `now`; without one a session is always up and is never reset."""
    if schedule is None:
        return Standing(True, None, None, None)
    windows = _merged(schedule, now)
    changes = [moment for window in windows for moment in window]
    return Standing(
        up=any(start <= now < end for start, end in windows),
        since=max((moment for moment in changes if moment <= now), default=None),
        until=min((moment for moment in changes if moment > now), default=None),
        reset=max((moment for moment in _resets(schedule, now) if moment <= now), default=None),
    )


def _merged(schedule: Schedule, now: datetime) -> list[tuple[datetime, datetime]]:
    """The windows around now; those that touch are one."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(_windows(schedule, now)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _windows(schedule: Schedule, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    for day in _dates(schedule, now):
        if schedule.continuous and day.weekday() == schedule.days[0]:
            length = (schedule.days[-1] - schedule.days[0]) % 7 or 7 * (
                schedule.end <= schedule.start
            )
        elif not schedule.continuous and day.weekday() in schedule.days:
            length = int(schedule.end <= schedule.start)
        else:
            continue
        last = day + length * DAY
        yield _utc(schedule, day, schedule.start), _utc(schedule, last, schedule.end)


def _resets(schedule: Schedule, now: datetime) -> Iterator[datetime]:
    for day in _dates(schedule, now):
        weekly = schedule.reset is Reset.Weekly and day.weekday() == schedule.reset_day
        if weekly or schedule.reset is Reset.Daily:
            yield _utc(schedule, day, schedule.reset_at)


def _dates(schedule: Schedule, now: datetime) -> Iterator[date]:
    today = now.astimezone(ZoneInfo(schedule.zone)).date()
    return (today + n * DAY for n in range(-AROUND, AROUND + 1))


def _utc(schedule: Schedule, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(schedule.zone)).astimezone(UTC)
