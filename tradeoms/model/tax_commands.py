"""Commands on tax lots: what is substantially identical, and what follows a booking."""

from tradeoms.model.base import Command
from tradeoms.model.reference import IdenticalGroup


class DefineIdentical(Command, frozen=True, tag=True):
    """Say which instruments are substantially identical; a group that is empty is no longer one."""

    groups: tuple[IdenticalGroup, ...]


class MatchWashSales(Command, frozen=True, tag=True):
    """What follows from a booking: its losses meet what replaces them, its purchases what waits."""

    name: str
