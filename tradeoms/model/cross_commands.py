"""Commands that cross orders in the house. Nothing of them reaches a broker."""

from decimal import Decimal

from tradeoms.model.base import Command


class ProposeCross(Command, frozen=True, tag=True):
    """Let staged orders of opposite sides trade with each other, once a second person approves.

    OrderQty: so much; left out, all that the smaller side has. `acknowledged` as for a route.
    """

    orders: tuple[str, ...]
    OrderQty: Decimal | None = None
    reason: str = ""
    acknowledged: tuple[str, ...] = ()


class ApproveCross(Command, frozen=True, tag=True):
    """A second person lets a proposed cross happen, at the independent price of this moment."""

    cross: str
    reason: str = ""
    acknowledged: tuple[str, ...] = ()


class RejectCross(Command, frozen=True, tag=True):
    """A proposed cross does not happen; one that was to be taken back stays."""

    cross: str
    reason: str


class BustCross(Command, frozen=True, tag=True):
    """Take a cross back on both sides, once a second person approves; its orders are staged again."""

    cross: str
    reason: str


class ApproveBust(Command, frozen=True, tag=True):
    """A second person lets a cross be taken back."""

    cross: str
    reason: str


class EndCross(Command, frozen=True, tag=True):
    """What follows for a proposed cross when its day is over, or one of its orders is withdrawn."""

    cross: str
    reason: str


class TakeBack(Command, frozen=True, tag=True):
    """What follows from a busted cross for one of its blocks."""

    block: str
    user: str
    reason: str


OfPersons = ProposeCross | ApproveCross | RejectCross | BustCross | ApproveBust
