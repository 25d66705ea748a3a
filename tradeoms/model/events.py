"""Events: what has happened. Past tense, tagged, the only content of the journal.

An event is written in the file of its topic and joins the union at that file's end; here it gets the
name under which everybody knows it. A changed meaning gets a new version and an upcast in
`tradeoms.store.upcast`; rows are never rewritten.
"""

from datetime import datetime

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
from tradeoms.model import order_events as order
from tradeoms.model import placement_events as sent
from tradeoms.model import posttrade_events as after
from tradeoms.model import reference_events as known
from tradeoms.model import retire_events as retire
from tradeoms.model import session_events as line
from tradeoms.model import settling_events as settle
from tradeoms.model import tax_events as tax
from tradeoms.model.base import Event as Event
from tradeoms.model.commands import Problem
from tradeoms.model.fields import Outcome
from tradeoms.model.orders import Violation

AllocationPoliciesDefined = split.AllocationPoliciesDefined
BlockAllocated = split.BlockAllocated
ErrorBooked = split.ErrorBooked
ErrorMoved = split.ErrorMoved
FeesDefined = split.FeesDefined
LotsBooked = split.LotsBooked
LotsReversed = split.LotsReversed
PricesAveraged = split.PricesAveraged
RateCardsDefined = split.RateCardsDefined
ResearchPaid = split.ResearchPaid
SplitApproved = split.SplitApproved
SplitChanged = split.SplitChanged
BlockDissolved = merge.BlockDissolved
BlockFinished = merge.BlockFinished
BlockMeasured = merge.BlockMeasured
BlockOpened = merge.BlockOpened
BlockReopened = merge.BlockReopened
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
BreaksChanged = daily.BreaksChanged
CheckWaived = daily.CheckWaived
DayClosed = daily.DayClosed
DayOpened = daily.DayOpened
Delivered = daily.Delivered
DeliveryAcknowledged = daily.DeliveryAcknowledged
Reconciled = daily.Reconciled
TolerancesSet = daily.TolerancesSet
AlertAttended = desk.AlertAttended
AlertRaised = desk.AlertRaised
AlertReturned = desk.AlertReturned
ClaimsChanged = desk.ClaimsChanged
Halted = halts.Halted
ResumeConsented = halts.ResumeConsented
ListReported = lists.ListReported
ListRouted = lists.ListRouted
ActionReversed = lot.ActionReversed
ActionsBooked = lot.ActionsBooked
LotsConverted = lot.LotsConverted
OrderAdjusted = lot.OrderAdjusted
RatesSet = worth.RatesSet
BasketDropped = order.BasketDropped
BasketReleased = order.BasketReleased
OrderCancelled = order.OrderCancelled
OrderEntered = order.OrderEntered
ViolationOverridden = order.ViolationOverridden
CancelRequested = sent.CancelRequested
DeferralEnded = sent.DeferralEnded
MessagesSent = sent.MessagesSent
PlacementRouted = sent.PlacementRouted
PlacementUnsent = sent.PlacementUnsent
ReplaceRequested = sent.ReplaceRequested
ReportUnmatched = sent.ReportUnmatched
Reported = sent.Reported
RequestDeferred = sent.RequestDeferred
RequestRejected = sent.RequestRejected
RequestResent = sent.RequestResent
StatusRequested = sent.StatusRequested
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
AccountsDefined = known.AccountsDefined
BrokersDefined = known.BrokersDefined
HolidaysSet = known.HolidaysSet
InstrumentsDefined = known.InstrumentsDefined
LimitsSet = known.LimitsSet
OpeningBooked = known.OpeningBooked
PricesMarked = known.PricesMarked
Restricted = known.Restricted
RetentionSet = retire.RetentionSet
WorkRetired = retire.WorkRetired
SequenceSet = line.SequenceSet
SessionChanged = line.SessionChanged
SessionControlled = line.SessionControlled
DKRequested = settle.DKRequested
ExecutionSettled = settle.ExecutionSettled
FillBusted = settle.FillBusted
FillEntered = settle.FillEntered
MassCancelAnswered = settle.MassCancelAnswered
MassCancelEnded = settle.MassCancelEnded
MassCancelRequested = settle.MassCancelRequested
MassStatusRequested = settle.MassStatusRequested
PlacementClosed = settle.PlacementClosed
PlacementTelephoned = settle.PlacementTelephoned
PlacementsUnwanted = settle.PlacementsUnwanted
ReportSettled = settle.ReportSettled
RequestOverdue = settle.RequestOverdue
HoldingsChanged = tax.HoldingsChanged
IdenticalDefined = tax.IdenticalDefined
LotsIdentified = tax.LotsIdentified
LotsWashed = tax.LotsWashed


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
    split.AllocationEvent
    | merge.BlockEvent
    | daily.DayEvent
    | desk.DeskEvent
    | halts.HaltEvent
    | lists.ListEvent
    | order.OrderEvent
    | sent.PlacementEvent
    | after.PostTradeEvent
    | known.ReferenceEvent
    | retire.RetireEvent
    | line.SessionEvent
    | settle.SettlingEvent
    | tax.TaxEvent
    | cross.CrossEvent
    | lot.LotActionEvent
    | RatesSet
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
