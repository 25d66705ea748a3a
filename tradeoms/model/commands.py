"""Commands: what people, brokers and the clock ask of the single writer."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Raw, Struct

from tradeoms.model import allocation_commands as split
from tradeoms.model import blocking_commands as merge
from tradeoms.model import cross_commands as cross
from tradeoms.model import day_commands as daily
from tradeoms.model import desk_commands as desk
from tradeoms.model import halt_commands as halts
from tradeoms.model import list_commands as lists
from tradeoms.model import lot_action_commands as lot
from tradeoms.model import money_commands as worth
from tradeoms.model import posttrade_commands as after
from tradeoms.model import reference_commands as known
from tradeoms.model import retire_commands as retire
from tradeoms.model import routing_commands as way
from tradeoms.model import session_commands as line
from tradeoms.model import settling_commands as settle
from tradeoms.model import tax_commands as tax
from tradeoms.model.base import Command as Command
from tradeoms.model.executions import Report
from tradeoms.model.orders import ZERO, NewOrder

BlockOrders = merge.BlockOrders
DissolveBlock = merge.DissolveBlock
JoinBlock = merge.JoinBlock
LeaveBlock = merge.LeaveBlock
ApproveBust = cross.ApproveBust
ApproveCross = cross.ApproveCross
BustCross = cross.BustCross
EndCross = cross.EndCross
ProposeCross = cross.ProposeCross
RejectCross = cross.RejectCross
TakeBack = cross.TakeBack
MeasureBlock = merge.MeasureBlock
ChangeHoldings = tax.ChangeHoldings
DefineIdentical = tax.DefineIdentical
IdentifyLots = tax.IdentifyLots
MatchWashSales = tax.MatchWashSales
BookError = split.BookError
AveragePrices = split.AveragePrices
BookAction = lot.BookAction
BookCorporateAction = lot.BookCorporateAction
GiftLots = lot.GiftLots
ImportActions = lot.ImportActions
ReverseAction = lot.ReverseAction
TransferLots = lot.TransferLots
Halt = halts.Halt
Resume = halts.Resume
MoveToError = split.MoveToError
AccountQty = split.AccountQty
ApproveSplit = split.ApproveSplit
ChangeSplit = split.ChangeSplit
DefineAllocationPolicies = split.DefineAllocationPolicies
DefineRateCards = split.DefineRateCards
DefineFees = split.DefineFees
PayResearch = split.PayResearch
CloseDay = daily.CloseDay
AcknowledgeDelivery = daily.AcknowledgeDelivery
Deliver = daily.Deliver
ExplainBreak = daily.ExplainBreak
OwnBreak = daily.OwnBreak
Reconcile = daily.Reconcile
SetTolerances = daily.SetTolerances
SetRetention = retire.SetRetention
RetireWork = retire.RetireWork
EnterOpeningOrders = daily.EnterOpeningOrders
ImportOpening = daily.ImportOpening
WaiveCheck = daily.WaiveCheck
AcknowledgeAlert = desk.AcknowledgeAlert
Claim = desk.Claim
HandOver = desk.HandOver
OwnAlert = desk.OwnAlert
Reassign = desk.Reassign
Release = desk.Release
SnoozeAlert = desk.SnoozeAlert
AffirmConfirmations = after.AffirmConfirmations
CancelAllocation = after.CancelAllocation
CheckConfirmations = after.CheckConfirmations
ConfirmPostTrade = after.ConfirmPostTrade
DefineSettlementInstructions = after.DefineSettlementInstructions
InstructBrokers = after.InstructBrokers
PostTradeReceived = after.PostTradeReceived
RejectConfirmation = after.RejectConfirmation
RequestConfirmations = after.RequestConfirmations
ResendPostTrade = after.ResendPostTrade
ReturnPostTrade = after.ReturnPostTrade
SendAllocation = after.SendAllocation
SetCutOffs = after.SetCutOffs
VoidInstructions = after.VoidInstructions
Route = way.Route
RouteBlock = way.RouteBlock
RouteBlocks = way.RouteBlocks
RouteByPhone = way.RouteByPhone
RouteList = lists.RouteList
ListStatusReceived = lists.ListStatusReceived
AttachReport = settle.AttachReport
BookExecution = settle.BookExecution
BustFill = settle.BustFill
CancelAll = settle.CancelAll
CancelUnwanted = settle.CancelUnwanted
CheckPending = settle.CheckPending
ClosePlacement = settle.ClosePlacement
DismissExecution = settle.DismissExecution
DismissReport = settle.DismissReport
DontKnowTrade = settle.DontKnowTrade
EnterFill = settle.EnterFill
FailMassCancel = settle.FailMassCancel
ReadReport = settle.ReadReport
RequestMassStatus = settle.RequestMassStatus
ControlSession = line.ControlSession
SetSequence = line.SetSequence
ResetSequence = line.ResetSequence
TellSession = line.TellSession
SetRates = worth.SetRates
DefineInstruments = known.DefineInstruments
DefineAccounts = known.DefineAccounts
DefineBrokers = known.DefineBrokers
SetHolidays = known.SetHolidays
SetLimits = known.SetLimits
Restrict = known.Restrict
MarkPrices = known.MarkPrices
BookOpening = known.BookOpening


class OpenDay(Command, frozen=True, tag=True):
    """Begin a business day: trades of the day carry this date."""

    business_date: date


class SubmitOrder(Command, frozen=True, tag=True):
    """A portfolio manager's order."""

    order: NewOrder


class SubmitBasket(Command, frozen=True, tag=True):
    """Many orders, all or none."""

    basket: str
    orders: tuple[NewOrder, ...]


class CancelOrder(Command, frozen=True, tag=True):
    """Withdraw an order that is in no block."""

    order: str
    reason: str


class OverrideViolation(Command, frozen=True, tag=True):
    """Lift one BLOCK of one order; the rule says how many persons it takes."""

    order: str
    rule: str
    reason: str
    expires: datetime


class CancelPlacement(Command, frozen=True, tag=True):
    """Ask the broker to cancel what is left."""

    placement: str


class ReplacePlacement(Command, frozen=True, tag=True):
    """Ask the broker for another quantity, limit or stop; `acknowledged` as for a route.

    It follows a replace that is unanswered, in the place of what was to follow that before. Of a block
    in money: for another CashOrderQty, what is spent included, instead of OrderQty.
    """

    placement: str
    OrderQty: Decimal = ZERO
    Price: Decimal | None = None
    StopPx: Decimal | None = None
    acknowledged: tuple[str, ...] = ()
    CashOrderQty: Decimal | None = None


class FinishBlock(Command, frozen=True, tag=True):
    """The trader is done with a block: allocate what was filled and book it.

    Where a broker's CumQty is not the sum of our fills, only with a `reason`, kept in the journal.
    """

    block: str
    reason: str = ""


class FinishBlocks(Command, frozen=True, tag=True):
    """Finish several blocks: all of them, or none with everything that is wrong.

    They are split and booked in slices. A block that others change meanwhile, so that it can no longer
    be finished, is left and named in the answer.
    """

    blocks: tuple[str, ...]
    reason: str = ""


class ReportReceived(Command, frozen=True, tag=True):
    """A broker's message. `raw` is the wire text; `report` is None where it makes no sense."""

    session: str
    MsgSeqNum: int
    raw: str
    report: Report | None = None
    error: str = ""


class ChangeSession(Command, frozen=True, tag=True):
    """A FIX session logged on or off."""

    session: str
    up: bool
    reason: str = ""


class ConfirmSent(Command, frozen=True, tag=True):
    """The gateway's word that messages left: ClOrdIDs by MsgSeqNum, in order of sending."""

    session: str
    MsgSeqNums: tuple[int, ...]
    ClOrdIDs: tuple[str, ...]


class ReturnUnsent(Command, frozen=True, tag=True):
    """The gateway's word that a message could not leave."""

    ClOrdID: str
    placement: str
    reason: str


class AskDeferred(Command, frozen=True, tag=True):
    """What follows where what a deferred request waits for is answered, returned, or has left."""

    placement: str


class AllocateBlock(Command, frozen=True, tag=True):
    """What follows from a finished block: the legal allocation."""

    block: str
    internal: bool = False


class BookLots(Command, frozen=True, tag=True):
    """What follows from an allocation: lots, positions and cash."""

    block: str


class RequestStatus(Command, frozen=True, tag=True):
    """Ask the broker how an order stands: for each unanswered request, else for the order."""

    placement: str


class RefuseMalformed(Command, frozen=True, tag=True):
    """A command that could not be decoded; journalled with its reason, nothing else."""

    field: str
    reason: str


PersonCommand = (
    OpenDay
    | DefineInstruments
    | DefineAccounts
    | DefineBrokers
    | DefineAllocationPolicies
    | DefineRateCards
    | DefineFees
    | PayResearch
    | DefineIdentical
    | IdentifyLots
    | BookCorporateAction
    | TransferLots
    | GiftLots
    | ImportActions
    | ReverseAction
    | SetHolidays
    | SetLimits
    | Restrict
    | MarkPrices
    | SetRates
    | BookOpening
    | ImportOpening
    | CloseDay
    | WaiveCheck
    | AcknowledgeDelivery
    | Deliver
    | ExplainBreak
    | OwnBreak
    | Reconcile
    | SetTolerances
    | SetRetention
    | SubmitOrder
    | SubmitBasket
    | CancelOrder
    | OverrideViolation
    | BlockOrders
    | DissolveBlock
    | JoinBlock
    | LeaveBlock
    | cross.OfPersons
    | RouteBlock
    | RouteBlocks
    | RouteList
    | RouteByPhone
    | CancelPlacement
    | ReplacePlacement
    | FinishBlock
    | FinishBlocks
    | ChangeSplit
    | ApproveSplit
    | BookError
    | MoveToError
    | RequestStatus
    | CancelAll
    | Halt
    | Resume
    | AttachReport
    | DismissReport
    | BookExecution
    | DismissExecution
    | DontKnowTrade
    | ClosePlacement
    | EnterFill
    | BustFill
    | ControlSession
    | SetSequence
    | DefineSettlementInstructions
    | SetCutOffs
    | SendAllocation
    | CancelAllocation
    | AffirmConfirmations
    | RejectConfirmation
    | RequestConfirmations
    | Claim
    | Release
    | Reassign
    | HandOver
    | AcknowledgeAlert
    | OwnAlert
    | SnoozeAlert
)


class Envelope(Struct, frozen=True, gc=False):
    """A command on the wire. The client chooses `id`; the same id gets the same answer.

    `again`: the id may have been sent before, however long ago, so old answers are looked up.
    """

    id: str
    command: Raw
    again: bool = False


class Problem(Struct, frozen=True, gc=False):
    """One thing wrong with a command: the field, the value as given, the reason."""

    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        value = f" = {self.value!r}" if self.value else ""
        return f"{self.field}{value}: {self.reason}"
