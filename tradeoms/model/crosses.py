"""Crosses: opposite orders of our own accounts that trade with each other, outside any market."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model.fields import CrossState
from tradeoms.model.orders import Violation

#: The broker of what was crossed: nobody outside; and the MIC of trades off exchange.
HOUSE, OFF_EXCHANGE = "INTERNAL", "XOFF"


class FairPrice(Struct, frozen=True, gc=False, omit_defaults=True):
    """A price that neither side chose (17 CFR 270.17a-7(b)), with where it came from and its time.

    `basis`: last sale, of the day; or mid, of the highest bid and the lowest offer.
    """

    Px: Decimal
    basis: str
    source: str
    at: str
    bid: Decimal | None = None
    offer: Decimal | None = None


class CrossPart(Struct, frozen=True, gc=False):
    """What one member of an order gives or takes."""

    order: str
    account: str
    OrderQty: Decimal


class Word(Struct, frozen=True, gc=False):
    """What a person said of a cross: who, why, when."""

    user: str
    reason: str
    at: datetime


class Cross(Struct, frozen=True, gc=False, omit_defaults=True):
    """So much of an instrument from accounts that sell to accounts that buy.

    `pms` wanted the orders. `price` is what it was worth when it was proposed, and from the approval
    on what was paid. `blocks`: the selling and the buying one, once it is approved. `answered`: who
    approved, rejected or ended it; `bust`: who wants it taken back, `busted`: who agreed.
    """

    cross: str
    instrument: str
    OrderQty: Decimal
    buys: tuple[CrossPart, ...]
    sells: tuple[CrossPart, ...]
    pms: tuple[str, ...]
    price: FairPrice
    proposed: Word
    trade_date: date
    state: CrossState = CrossState.Proposed
    violations: tuple[Violation, ...] = ()
    blocks: tuple[str, ...] = ()
    answered: Word | None = None
    bust: Word | None = None
    busted: Word | None = None

    @property
    def parts(self) -> tuple[CrossPart, ...]:
        """Both sides, the selling one first."""
        return (*self.sells, *self.buys)

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders of both sides, each once."""
        return tuple(dict.fromkeys(part.order for part in self.parts))
