"""Commands on tax lots: what is substantially identical, which lots a sale takes."""

from tradeoms.model.base import Command
from tradeoms.model.identifications import NamedLot
from tradeoms.model.reference import IdenticalGroup


class DefineIdentical(Command, frozen=True, tag=True):
    """Say which instruments are substantially identical; a group that is empty is no longer one."""

    groups: tuple[IdenticalGroup, ...]


class MatchWashSales(Command, frozen=True, tag=True):
    """What follows from a booking: its losses meet what replaces them, its purchases what waits."""

    name: str


class ChangeHoldings(Command, frozen=True, tag=True):
    """What follows from a booking with shorts: holding periods stop, or begin anew (section 1233).

    Without a `name`, of the balances that were just booked, whose first lot has the number `start`.
    """

    name: str
    start: int = 0


class IdentifyLots(Command, frozen=True, tag=True):
    """Name the lots that an account's sale takes, all of them, until the sale has settled.

    They count in the order given where less is sold than was ordered. Without `lots` the account's
    standing method counts again.
    """

    order: str
    account: str
    lots: tuple[NamedLot, ...] = ()
