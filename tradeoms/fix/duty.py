"""Whether a session should be up now: the schedule, a person's word, and a reset that is due."""

from datetime import datetime, timedelta
from typing import NamedTuple

from tradeoms.fix.schedule import Schedule, standing
from tradeoms.model.state import SessionState

LOGON = timedelta(seconds=30)  # a logon that ends this long after a reset may have begun before it


class Duty(NamedTuple):
    """`up`: the session should be logged on. `reset`: since when its numbers should begin anew."""

    up: bool
    reset: datetime | None


def duty(schedule: Schedule | None, known: SessionState, now: datetime) -> Duty:
    """What holds at `now`.

    A person's start or stop holds until the schedule changes next. A reset is due where the session
    has neither logged on nor been reset since its time; until it is done the session stays off. A
    session of which nothing is known has nothing to reset.
    """
    plan = standing(schedule, now)
    up = plan.up
    if known.held is not None and known.held_at is not None:
        overtaken = plan.since is not None and known.held_at < plan.since
        up = plan.up if overtaken else known.held
    reset = plan.reset if _is_due(plan.reset, known) else None
    return Duty(up and known.enabled and reset is None, reset)


def _is_due(reset: datetime | None, known: SessionState) -> bool:
    if reset is None:
        return False
    seen, logged_on = known.numbers_at, known.logged_on
    if logged_on is None or seen is None:
        last = logged_on or seen
        return last is not None and last < reset
    # It may have logged on with the old numbers just after the time, and still has to be reset.
    return max(seen, logged_on - LOGON) < reset
