"""Specific identification of lots: which of them a sale is to relieve."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct


class NamedLot(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """So much of a lot, by its number (`key` of the table `lots`).

    `block` and `place`, which the server finds: the purchase that opened the lot, and which of the
    account's lots of it. A purchase that is booked again, after a bust before it, has new numbers.
    """

    lot: int
    quantity: Decimal
    block: str = ""
    place: int = 0


class Identification(Struct, frozen=True, gc=False):
    """Specific identification (26 CFR 1.1012-1(c)): who named which lots for whose sale, and when."""

    order: str
    account: str
    lots: tuple[NamedLot, ...]
    user: str
    at: datetime

    @property
    def key(self) -> str:
        """The sale it is for."""
        return f"{self.order}/{self.account}"
