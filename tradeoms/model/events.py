"""Events: what has happened. Past tense, tagged, the only content of the journal.

A changed meaning gets a new version and an upcast in `tradeoms.store.upcast`; rows are never
rewritten.
"""

from datetime import date, datetime

from msgspec import Struct

from tradeoms.model import allocation_events as split
from tradeoms.model import blocking_events as merge
from tradeoms.model import cross_events as cross
from tradeoms.model import day_events as daily
from tradeoms.model import desk_events as desk
from tradeoms.model import halt_events as halts
from tradeoms.model import list_events as lists
from tradeoms.model import lot_action_events as lot
from tradeoms.model import money_events as worth
from tradeoms.model import posttrade_events as after
from tradeoms.model import reference_events as known
from tradeoms.model import retire_events as retire
from tradeoms.model import session_events as line
from tradeoms.model import settling_events as settle
from tradeoms.model import tax_events as tax
from tradeoms.model.base import Event as Event
from tradeoms.model.commands import Problem
from tradeoms.model.fields import Effect, Outcome
from tradeoms.model.orders import (
    Execution,
    Order,
    OverrideGiven,
    Placement,
    Report,
    Request,
    Violation,
)

BlockDissolved = merge.BlockDissolved
BlockMeasured = merge.BlockMeasured
BlockOpened = merge.BlockOpened
OrderLeft = merge.OrderLeft
OrdersJoined = merge.OrdersJoined
StatementFrozen = merge.StatementFrozen
BustProposed = cross.BustProposed
BustRejected = cross.BustRejected
CrossApproved = cross.CrossApproved
CrossBusted = cross.CrossBusted
CrossProposed = cross.CrossProposed
CrossRejected = cross.CrossRejected
OrderCut = cross.OrderCut
CheckWaived = daily.CheckWaived
DayClosed = daily.DayClosed
Delivered = daily.Delivered
DeliveryAcknowledged = daily.DeliveryAcknowledged
BreaksChanged = daily.BreaksChanged
Halted = halts.Halted
ResumeConsented = halts.ResumeConsented
Reconciled = daily.Reconciled
TolerancesSet = daily.TolerancesSet
RetentionSet = retire.RetentionSet
WorkRetired = retire.WorkRetired
AlertRaised = desk.AlertRaised
AlertAttended = desk.AlertAttended
AlertReturned = desk.AlertReturned
ClaimsChanged = desk.ClaimsChanged
InstrumentsDefined = known.InstrumentsDefined
AccountsDefined = known.AccountsDefined
BrokersDefined = known.BrokersDefined
HolidaysSet = known.HolidaysSet
LimitsSet = known.LimitsSet
Restricted = known.Restricted
PricesMarked = known.PricesMarked
OpeningBooked = known.OpeningBooked
IdenticalDefined = tax.IdenticalDefined
LotsIdentified = tax.LotsIdentified
LotsWashed = tax.LotsWashed
AllocationPoliciesDefined = split.AllocationPoliciesDefined
RateCardsDefined = split.RateCardsDefined
FeesDefined = split.FeesDefined
ResearchPaid = split.ResearchPaid
BlockAllocated = split.BlockAllocated
PricesAveraged = split.PricesAveraged
ErrorBooked = split.ErrorBooked
ErrorMoved = split.ErrorMoved
LotsBooked = split.LotsBooked
ActionReversed = lot.ActionReversed
ActionsBooked = lot.ActionsBooked
LotsConverted = lot.LotsConverted
OrderAdjusted = lot.OrderAdjusted
LotsReversed = split.LotsReversed
ListReported = lists.ListReported
ListRouted = lists.ListRouted
DKRequested = settle.DKRequested
ExecutionSettled = settle.ExecutionSettled
FillBusted = settle.FillBusted
FillEntered = settle.FillEntered
MassCancelAnswered = settle.MassCancelAnswered
MassCancelEnded = settle.MassCancelEnded
MassCancelRequested = settle.MassCancelRequested
MassStatusRequested = settle.MassStatusRequested
PlacementClosed = settle.PlacementClosed
PlacementsUnwanted = settle.PlacementsUnwanted
PlacementTelephoned = settle.PlacementTelephoned
ReportSettled = settle.ReportSettled
RequestOverdue = settle.RequestOverdue
SessionChanged = line.SessionChanged
SessionControlled = line.SessionControlled
SequenceSet = line.SequenceSet
AllocationAnswered = after.AllocationAnswered
AllocationInstructed = after.AllocationInstructed
AllocationReported = after.AllocationReported
AllocationVoided = after.AllocationVoided
AllocationWithdrawn = after.AllocationWithdrawn
ConfirmationAnswered = after.ConfirmationAnswered
ConfirmationsRequested = after.ConfirmationsRequested
Confirmed = after.Confirmed
CutOffMissed = after.CutOffMissed
CutOffNear = after.CutOffNear
CutOffsSet = after.CutOffsSet
PostTradeResent = after.PostTradeResent
PostTradeSent = after.PostTradeSent
PostTradeUnsent = after.PostTradeUnsent
SettlementInstructionsDefined = after.SettlementInstructionsDefined
RatesSet = worth.RatesSet


class DayOpened(Event, frozen=True, tag=True):
    """`previous`: the day that was open before; None where it is the same, or was not written."""

    business_date: date
    previous: date | None = None


class OrderEntered(Event, frozen=True, tag=True):
    """An order passed the edge: staged, held for an override, or draft inside a basket."""

    order: Order


class OrderCancelled(Event, frozen=True, tag=True):
    """An order is withdrawn, or has `expired`: it was for a day that is closed."""

    order: str
    reason: str
    expired: bool = False


class ViolationOverridden(Event, frozen=True, tag=True):
    """One person's consent; `released` once the last needed person has given it."""

    order: str
    given: OverrideGiven
    released: bool


class BasketReleased(Event, frozen=True, tag=True):
    """All orders of a basket become visible at once."""

    basket: str
    orders: tuple[str, ...]


class BasketDropped(Event, frozen=True, tag=True):
    """None of a basket's orders becomes visible."""

    basket: str
    orders: tuple[str, ...]
    reason: str


class PlacementRouted(Event, frozen=True, tag=True):
    """A new order for a broker; the gateway sends it once this is on disk."""

    placement: Placement


class CancelRequested(Event, frozen=True, tag=True):
    placement: str
    request: Request


class ReplaceRequested(Event, frozen=True, tag=True):
    placement: str
    request: Request


class StatusRequested(Event, frozen=True, tag=True):
    """The broker is asked about `ClOrdID`, at the time given."""

    placement: str
    ClOrdID: str
    at: datetime | None = None


class RequestResent(Event, frozen=True, tag=True):
    """The broker does not know `ClOrdID`: it is sent again with PossResend=Y."""

    placement: str
    ClOrdID: str
    at: datetime | None = None


class MessagesSent(Event, frozen=True, tag=True):
    """Messages left on a session; the last number is where sending goes on after a crash."""

    session: str
    MsgSeqNums: tuple[int, ...]
    ClOrdIDs: tuple[str, ...]


class PlacementUnsent(Event, frozen=True, tag=True):
    """A request could not leave; a new order's quantity is idle in the block again."""

    placement: str
    ClOrdID: str
    reason: str


class Reported(Event, frozen=True, tag=True):
    """A broker's message on a placement of ours, and what it did to our book."""

    placement: str
    report: Report
    effect: Effect = Effect.Nothing
    execution: Execution | None = None
    replaces: str = ""
    note: str = ""


class RequestRejected(Event, frozen=True, tag=True):
    """A session- or business-level reject (3, j) of a request of ours."""

    placement: str
    ClOrdID: str
    reason: str


class ReportUnmatched(Event, frozen=True, tag=True):
    """A broker's message that belongs to nothing of ours: kept for a person to settle."""

    number: int
    session: str
    MsgSeqNum: int
    reason: str
    raw: str
    report: Report | None = None


class BlockFinished(Event, frozen=True, tag=True):
    """`internal`: only between our accounts; what brokers were told stays."""

    block: str
    reason: str = ""
    internal: bool = False


class BlockReopened(Event, frozen=True, tag=True):
    """The allocation is void; where it is `internal`, it holds for brokers all the same. `again`: another
    one follows at once.
    """

    block: str
    reason: str
    internal: bool = False
    again: bool = False


class Answered(Event, frozen=True, tag=True):
    """The answer to a command, given again when the same id comes again."""

    user: str
    id: str
    outcome: Outcome
    command: str
    at: datetime
    ids: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    violations: tuple[Violation, ...] = ()


AnyEvent = (
    DayOpened
    | InstrumentsDefined
    | AccountsDefined
    | BrokersDefined
    | AllocationPoliciesDefined
    | RateCardsDefined
    | FeesDefined
    | ResearchPaid
    | HolidaysSet
    | LimitsSet
    | Restricted
    | PricesMarked
    | RatesSet
    | OpeningBooked
    | CheckWaived
    | DayClosed
    | Delivered
    | DeliveryAcknowledged
    | BreaksChanged
    | Reconciled
    | TolerancesSet
    | RetentionSet
    | WorkRetired
    | OrderEntered
    | OrderCancelled
    | ViolationOverridden
    | BasketReleased
    | BasketDropped
    | BlockOpened
    | BlockDissolved
    | BlockMeasured
    | StatementFrozen
    | OrdersJoined
    | OrderLeft
    | cross.Crossing
    | PlacementRouted
    | ListRouted
    | ListReported
    | CancelRequested
    | ReplaceRequested
    | StatusRequested
    | MassCancelAnswered
    | MassCancelEnded
    | MassCancelRequested
    | MassStatusRequested
    | PlacementsUnwanted
    | Halted
    | ResumeConsented
    | RequestOverdue
    | RequestResent
    | MessagesSent
    | PlacementUnsent
    | Reported
    | RequestRejected
    | ReportUnmatched
    | ReportSettled
    | ExecutionSettled
    | PlacementTelephoned
    | PlacementClosed
    | FillEntered
    | FillBusted
    | DKRequested
    | SessionChanged
    | SessionControlled
    | SequenceSet
    | BlockFinished
    | BlockReopened
    | ErrorBooked
    | ErrorMoved
    | BlockAllocated
    | PricesAveraged
    | LotsBooked
    | LotsReversed
    | LotsWashed
    | LotsIdentified
    | lot.LotActionEvent
    | IdenticalDefined
    | SettlementInstructionsDefined
    | CutOffsSet
    | AllocationInstructed
    | AllocationWithdrawn
    | AllocationVoided
    | AllocationAnswered
    | AllocationReported
    | Confirmed
    | ConfirmationAnswered
    | ConfirmationsRequested
    | PostTradeSent
    | PostTradeUnsent
    | PostTradeResent
    | CutOffMissed
    | CutOffNear
    | AlertRaised
    | AlertAttended
    | AlertReturned
    | ClaimsChanged
    | Answered
)


class Cause(Struct, frozen=True, gc=False, omit_defaults=True):
    """Who or what an event comes from: a person's command, or a message of a FIX session."""

    user: str = ""
    command: str = ""
    session: str = ""
    MsgSeqNum: int = 0
    PossDup: bool = False


class Record(Struct, frozen=True, gc=False):
    """One line of the journal: a gap-free number, when it was decided, the cause, the event."""

    seq: int
    at: datetime
    cause: Cause
    event: AnyEvent
