"""A desk whose finished work leaves memory after two days, and how its days go by."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tests.builders import Desk, desk, lot
from tests.core import after
from tradeoms.model import commands as c
from tradeoms.model.fields import Handling


def brief() -> Desk:
    """Brokers are told outside FIX; finished work stays for two days."""
    outside = {"allocations": Handling.Outside, "confirmations": Handling.Outside}
    floor = desk((lot("A1", 1000, 50000),))
    brokers = tuple(replace(one, **outside) for one in floor.state.brokers.values())
    floor.done(c.DefineBrokers(brokers), "ops")
    floor.done(c.SetRetention(2), "ops")
    return floor


def opened(floor: Desk, days: int = 1) -> None:
    """So many new business days, on each of which trades are handed over."""
    for _ in range(days):
        next_day = floor.state.business_date + timedelta(1)
        while next_day.weekday() > 4:
            next_day += timedelta(1)
        floor.done(c.OpenDay(next_day), "ops")
        if floor.state.undelivered:
            floor.done(c.Deliver(), "ops")


def calm(floor: Desk) -> None:
    """Every alert is dealt with."""
    for number in [n for n in floor.state.alerts if n not in floor.state.attended]:
        floor.done(c.AcknowledgeAlert(number, ""), "ops")


def traded(floor: Desk, **fields: Any) -> tuple[str, str, str]:
    """A block that is allocated and handed over: its name, its placement's, the ExecID."""
    block, name, ExecID = after.allocated(floor, **fields)
    floor.done(c.Deliver(), "ops")
    return block, name, ExecID


def stays(floor: Desk, block: str) -> bool:
    """Whether a block is in memory long after it would have left, for all we know of it."""
    opened(floor, 8)
    return block in floor.state.blocks
