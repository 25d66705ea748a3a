"""Events of crosses."""

from tradeoms.model.base import Event
from tradeoms.model.crosses import Cross, FairPrice, Word
from tradeoms.model.orders import Member, Violation


class CrossProposed(Event, frozen=True, tag=True):
    cross: Cross


class CrossApproved(Event, frozen=True, tag=True):
    """Both sides trade at `price`; `violations` are the warnings that were acknowledged."""

    cross: str
    word: Word
    price: FairPrice
    blocks: tuple[str, ...]
    violations: tuple[Violation, ...] = ()


class OrderCut(Event, frozen=True, tag=True):
    """An order keeps what it crosses; the rest of it enters as an order of its own."""

    order: str
    kept: tuple[Member, ...]


class CrossRejected(Event, frozen=True, tag=True):
    """By a person; or `ended` by itself: its day is over, or an order of it is withdrawn."""

    cross: str
    word: Word
    ended: bool = False


class BustProposed(Event, frozen=True, tag=True):
    cross: str
    word: Word


class BustRejected(Event, frozen=True, tag=True):
    cross: str
    word: Word


class CrossBusted(Event, frozen=True, tag=True):
    """Its fills, allocations, lots and cash are taken back on both sides."""

    cross: str
    word: Word


CrossEvent = (
    CrossProposed
    | CrossApproved
    | OrderCut
    | CrossRejected
    | BustProposed
    | BustRejected
    | CrossBusted
)
