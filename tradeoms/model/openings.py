"""What a house brings with it on day one, besides lots and cash: open orders, and the files."""

from msgspec import Struct

from tradeoms.model.orders import NewOrder


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
