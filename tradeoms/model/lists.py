"""Orders that a broker is given as one list (FIX's NewOrderList), and what it says of the list."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import fields


class OrderList(Struct, frozen=True, gc=False, omit_defaults=True):
    """A list by its ListID. `whole`: its orders leave in one message (E), else each in its own (D).

    `status` is the broker's last ListOrderStatus, empty before the first, with its `text`.
    """

    ListID: str
    broker: str
    session: str
    placements: tuple[str, ...]
    at: datetime
    whole: bool = True
    status: str = ""
    text: str = ""


class ListedOrder(Struct, frozen=True, gc=False, omit_defaults=True):
    """How an order of a list stands, by a ListStatus. None: absent."""

    ClOrdID: str
    OrdStatus: fields.OrdStatus | None = None
    CumQty: Decimal | None = None
    Text: str = ""


class ListStatus(Struct, frozen=True, gc=False, omit_defaults=True):
    """A broker's ListStatus (N) in one form for every FIX version."""

    ListID: str
    ListOrderStatus: str = ""
    ListStatusType: str = ""
    Text: str = ""
    orders: tuple[ListedOrder, ...] = ()
