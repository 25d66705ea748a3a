"""Whether a session should be up now: the schedule, a person's word, and a reset that is due."""

from datetime import datetime
from typing import NamedTuple

from tradeoms.fix.schedule import Schedule, standing
from tradeoms.model.state import SessionState


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
    seen = [moment for moment in (known.numbers_at, known.logged_on) if moment is not None]
    return reset is not None and bool(seen) and max(seen) < reset
