"""What a trader asked for while an earlier request of the placement is on its way."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import fields


class Deferred(Struct, frozen=True, gc=False, omit_defaults=True):
    """A replace or a cancel that is to follow a replace; it has no ClOrdID before it is asked.

    The numbers and `acknowledged` are those of the command of `user`.
    """

    kind: fields.RequestKind
    user: str
    at: datetime
    OrderQty: Decimal = Decimal(0)
    Price: Decimal | None = None
    StopPx: Decimal | None = None
    CashOrderQty: Decimal | None = None
    acknowledged: tuple[str, ...] = ()
