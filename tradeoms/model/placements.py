"""What is with brokers: placements, our unanswered requests, mass cancels. Frozen."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import fields
from tradeoms.model.brokers import CommissionSchedule
from tradeoms.model.deferred import Deferred
from tradeoms.model.voices import Voice

ZERO = Decimal(0)

ENDED = frozenset({fields.OrdStatus.Canceled, fields.OrdStatus.Rejected, fields.OrdStatus.Expired})
UNSENT, DONE = fields.Transmission.Unsent, fields.OrdStatus.DoneForDay


class Request(Struct, frozen=True, gc=False, omit_defaults=True):
    """A message of ours that the broker has not answered yet. For a replace, what it asks for.

    OrigClOrdID is the newest id of the chain when it was asked. MsgSeqNum is the last message that
    carried it, 0 before it left. `since`: from when on the answer is awaited, where that is later
    than `at`. `asked`: the broker was asked what became of it; `overdue`: a person was told.
    CashOrderQty: of a replace, the new amount of an order in money.
    """

    kind: fields.RequestKind
    ClOrdID: str
    OrderQty: Decimal
    at: datetime
    Price: Decimal | None = None
    StopPx: Decimal | None = None
    OrigClOrdID: str = ""
    MsgSeqNum: int = 0
    since: datetime | None = None
    asked: bool = False
    overdue: bool = False
    CashOrderQty: Decimal | None = None


class PartFills(Struct, frozen=True, gc=False):
    """What a placement was filled while a later part of its block's statement held."""

    part: int
    CumQty: Decimal
    notional: Decimal


class Placement(Struct, frozen=True, gc=False, omit_defaults=True):
    """The part of a block sent to one broker: FIX's order.

    OrdStatus, OrderQty and ClOrdID are the broker's last word; CumQty and notional are the sums
    over OUR booked executions, never copied from a report. `told` is the CumQty that the broker
    gave last: where it differs, a fill is missing on one side. `last_traded` is the day of the
    last fill, `adjusted` that of the last corporate action that the broker applied to fills.
    CashOrderQty: the broker was given this amount of money in Currency, and OrderQty is the most it
    may become (what is expected of it, in a block in money) until the broker says how much it is.
    `telephoned`: it was given by voice, which `voice` tells of, and never sent. `unwanted`: it was
    killed, or its cancel came before the broker knew it: it is not sent again, and a logon asks for
    its cancel. `closed`: why a person ended it by hand.
    `commission_per_share` and `commission`: the broker's rate or schedule when it was routed, no
    rate in placements of old; `research`: its schedule for research. ListID and ListSeqNo: it was
    given as one of a list. `later`: what of CumQty and notional belongs to later parts of the
    block's statement than the first. `deferred`: what follows its unanswered replace.
    """

    placement: str
    block: str
    broker: str
    session: str
    instrument: str
    Symbol: str
    Side: fields.Side
    OrderQty: Decimal
    ClOrdID: str
    routed: datetime
    trade_date: date
    OrdType: fields.OrdType = fields.OrdType.Market
    Price: Decimal | None = None
    StopPx: Decimal | None = None
    TimeInForce: fields.TimeInForce = fields.TimeInForce.Day
    HandlInst: str = "1"
    instructions: str = ""
    trader: str = ""
    OrderID: str = ""
    OrdStatus: fields.OrdStatus | None = None
    CumQty: Decimal = ZERO
    notional: Decimal = ZERO
    requests: tuple[Request, ...] = ()
    transmission: fields.Transmission = fields.Transmission.Queued
    text: str = ""
    told: Decimal | None = None
    last_traded: date | None = None
    adjusted: date | None = None
    ExecInst: str = ""
    CashOrderQty: Decimal | None = None
    Currency: str = ""
    telephoned: bool = False
    unwanted: bool = False
    closed: str = ""
    commission_per_share: Decimal | None = None
    commission: CommissionSchedule | None = None
    research: CommissionSchedule | None = None
    ListID: str = ""
    ListSeqNo: int = 0
    later: tuple[PartFills, ...] = ()
    deferred: Deferred | None = None
    voice: Voice | None = None

    @property
    def unheard(self) -> bool:
        """True where it was given by voice and the broker has told no OrderID of it: no message can
        speak of it.
        """
        return self.voice is not None and self.OrderID in ("", "NONE")

    def in_part(self, part: int) -> PartFills:
        """What was filled while a part of the block's statement held."""
        if part:
            none = PartFills(part, ZERO, ZERO)
            return next((one for one in self.later if one.part == part), none)
        CumQty = self.CumQty - sum([one.CumQty for one in self.later], ZERO)
        notional = self.notional - sum([one.notional for one in self.later], ZERO)
        return PartFills(0, CumQty, notional)

    @property
    def LeavesQty(self) -> Decimal:
        """What may still be filled, by the rule for placements: zero once it has ended."""
        if self.OrdStatus in ENDED or self.closed or self.transmission is UNSENT:
            return ZERO
        if self.OrdStatus is DONE and self.TimeInForce is not fields.TimeInForce.GoodTillCancel:
            return ZERO
        return max(self.OrderQty - self.CumQty, ZERO)

    @property
    def exposure(self) -> Decimal:
        """The most that may still be filled, counting an unanswered replace upwards at once."""
        most = self.LeavesQty
        for request in self.requests:
            if request.kind is fields.RequestKind.Replace:
                most = max(most, request.OrderQty - self.CumQty)
        if self.deferred is not None:
            most = max(most, self.deferred.OrderQty - self.CumQty)
        return most

    def committed(self, multiplier: Decimal) -> Decimal:
        """Of an order in money what it may come to: all of it while it may be filled, then what the
        fills are worth.
        """
        spent = self.notional * multiplier
        if not self.exposure:
            return spent
        asked = [request.CashOrderQty or ZERO for request in self.requests]
        if self.deferred is not None:
            asked.append(self.deferred.CashOrderQty or ZERO)
        return max(spent, self.CashOrderQty or ZERO, *asked)

    @property
    def AvgPx(self) -> Decimal:
        """Average price of what is booked, exact to the context's 28 digits; zero before a fill."""
        return self.notional / self.CumQty if self.CumQty else ZERO


class MassCancel(Struct, frozen=True, gc=False, omit_defaults=True):
    """One request (q) to cancel all of our orders on a session; `placements` are those we meant.

    `waiting`: the orders that are open still get a cancel of their own once the time is over.
    """

    ClOrdID: str
    session: str
    placements: tuple[str, ...]
    at: datetime
    waiting: bool = True
