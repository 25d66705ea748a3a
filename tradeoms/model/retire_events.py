"""Events about finished work that leaves memory."""

from datetime import date

from tradeoms.model.base import Event


class RetentionSet(Event, frozen=True, tag=True):
    """For how many opened days finished work stays in memory."""

    days: int


class WorkRetired(Event, frozen=True, tag=True):
    """Work that nobody needs any more has left memory, with all that lies below it. `left_actions` on lots
    stand for good: they are known, and can no longer be reversed.

    Names are of blocks, and of orders that are in none. `finished`: found finished on this day for
    the first time, or again; `resumed`: no longer finished. `through`: the latest day with fills that
    have left. `alerts`, `reports` (unknown ones), `closes`, `deliveries`: numbers; `breaks`: keys.
    """

    left_blocks: tuple[str, ...] = ()
    left_orders: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()
    resumed: tuple[str, ...] = ()
    through: date | None = None
    alerts: tuple[int, ...] = ()
    reports: tuple[int, ...] = ()
    closes: tuple[int, ...] = ()
    deliveries: tuple[int, ...] = ()
    breaks: tuple[str, ...] = ()
    left_actions: tuple[str, ...] = ()


RetireEvent = RetentionSet | WorkRetired
