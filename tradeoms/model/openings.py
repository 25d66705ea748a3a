"""What a house brings with it on day one: lots, cash, open orders, and the files."""

from datetime import date
from decimal import Decimal

from msgspec import Struct

from tradeoms.model.orders import NewOrder


class OpeningLot(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A lot owned on day one, a short one below zero. `basis` is money for the whole lot.

    After a wash sale the holding period began at `holding_from`, and shares that have taken over a
    loss (`washed`) take over no other.
    """

    account: str
    instrument: str
    quantity: Decimal
    basis: Decimal
    acquired: date
    holding_from: date | None = None
    washed: bool = False


class OpeningCash(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """An account's cash on day one. `value_date`: when it comes, where it is not there yet."""

    account: str
    Currency: str
    amount: Decimal
    value_date: date | None = None


class OpeningOrder(Struct, frozen=True, gc=False, omit_defaults=True):
    """An order that was open before, for what is left of it, and whose it is.

    With a `broker` it is there already, unfilled, under these ids; without one it is staged.
    """

    pm: str
    order: NewOrder
    broker: str = ""
    OrderID: str = ""
    ClOrdID: str = ""


class OpeningFile(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A CSV file as it is. `kind`: lots, cash, orders, or control, which holds the totals."""

    kind: str
    name: str
    content: str
