"""What brokers say: their reports, and the executions that they tell of. Frozen."""

from datetime import date
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import fields
from tradeoms.model.placements import PartFills


class Execution(Struct, frozen=True, gc=False, omit_defaults=True):
    """A fill. `key` = session/day/ExecID: brokers use an ExecID again on another day.

    `note`: what is doubtful about it, or why it was entered; `user`: who entered it by hand.
    `part`: which part of the block's statement held when it came. `parts`: what of the units belongs
    to later parts than the first, where a corporate action has changed the fills of several.
    `cross`: it was crossed in the house.
    """

    key: str
    ExecID: str
    placement: str
    block: str
    broker: str
    instrument: str
    Side: fields.Side
    LastQty: Decimal
    LastPx: Decimal
    TransactTime: str
    trade_date: date
    effect: fields.Effect = fields.Effect.Booked
    LastMkt: str = ""
    replaced_by: str = ""
    note: str = ""
    user: str = ""
    part: int = 0
    cross: str = ""
    parts: tuple[PartFills, ...] = ()

    @property
    def is_trade(self) -> bool:
        """False for the units that a corporate action gave or took, at no price."""
        return self.LastPx > 0


class Report(Struct, frozen=True, gc=False, omit_defaults=True):
    """A broker's message 8, 9, 3, j or r in one form for every FIX version. None: absent."""

    kind: str
    ClOrdID: str = ""
    OrigClOrdID: str = ""
    OrderID: str = ""
    ExecID: str = ""
    ExecRefID: str = ""
    OrdStatus: fields.OrdStatus | None = None
    Symbol: str = ""
    Side: str = ""
    OrderQty: Decimal | None = None
    CashOrderQty: Decimal | None = None
    Price: Decimal | None = None
    LastQty: Decimal | None = None
    LastPx: Decimal | None = None
    CumQty: Decimal | None = None
    LeavesQty: Decimal | None = None
    AvgPx: Decimal | None = None
    TransactTime: str = ""
    TradeDate: str = ""
    LastMkt: str = ""
    Text: str = ""
    OrdRejReason: str = ""
    CxlRejReason: str = ""
    CxlRejResponseTo: str = ""
    ExecRestatementReason: str = ""
    RefSeqNum: int | None = None
    RefMsgType: str = ""
    MassCancelRejectReason: int | None = None
    TotalAffectedOrders: int | None = None
