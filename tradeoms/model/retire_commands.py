"""Commands about finished work: how long it stays in memory."""

from tradeoms.model.base import Command


class SetRetention(Command, frozen=True, tag=True):
    """Keep finished work in memory for so many opened days; the read model keeps it for ever."""

    days: int


class RetireWork(Command, frozen=True, tag=True):
    """What follows from a new day: what finished long enough ago leaves memory."""
