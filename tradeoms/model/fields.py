"""The enumerations of FIX, with FIX's spelling and wire values, and the few that are ours."""

from enum import StrEnum


class Side(StrEnum):
    """FIX 54."""

    Buy = "1"
    Sell = "2"
    SellShort = "5"
    SellShortExempt = "6"

    @property
    def sells(self) -> bool:
        """True where the account's position falls."""
        return self is not BUY

    @property
    def short(self) -> bool:
        """True where a locate is needed."""
        return self in SHORT


# By names of their own: to look a member up in its class takes four times as long in Python 3.11.
BUY, SHORT = Side.Buy, (Side.SellShort, Side.SellShortExempt)


class OrdType(StrEnum):
    """FIX 40."""

    Market = "1"
    Limit = "2"
    Stop = "3"
    StopLimit = "4"

    @property
    def has_limit(self) -> bool:
        """True where Price (44) is required."""
        return self in WITH_LIMIT

    @property
    def has_stop(self) -> bool:
        """True where StopPx (99) is required."""
        return self in WITH_STOP


WITH_LIMIT = (OrdType.Limit, OrdType.StopLimit)
WITH_STOP = (OrdType.Stop, OrdType.StopLimit)


class TimeInForce(StrEnum):
    """FIX 59."""

    Day = "0"
    GoodTillCancel = "1"
    ImmediateOrCancel = "3"
    FillOrKill = "4"

    @property
    def at_once(self) -> bool:
        """True where what is not filled at once is cancelled by the order's own terms."""
        return self in AT_ONCE


AT_ONCE = (TimeInForce.ImmediateOrCancel, TimeInForce.FillOrKill)


class OrdStatus(StrEnum):
    """FIX 39."""

    New = "0"
    PartiallyFilled = "1"
    Filled = "2"
    DoneForDay = "3"
    Canceled = "4"
    Replaced = "5"
    PendingCancel = "6"
    Stopped = "7"
    Rejected = "8"
    Suspended = "9"
    PendingNew = "A"
    Calculated = "B"
    Expired = "C"
    AcceptedForBidding = "D"
    PendingReplace = "E"


class ReportKind(StrEnum):
    """What a broker's message says, in one vocabulary for every FIX version (see the dialects)."""

    New = "new"
    Trade = "trade"
    TradeCancel = "trade_cancel"
    TradeCorrect = "trade_correct"
    Canceled = "cancelled"
    Replaced = "replaced"
    Rejected = "rejected"
    PendingNew = "pending_new"
    PendingCancel = "pending_cancel"
    PendingReplace = "pending_replace"
    DoneForDay = "done_for_day"
    Stopped = "stopped"
    Suspended = "suspended"
    Restated = "restated"
    Expired = "expired"
    Status = "status"
    Calculated = "calculated"
    CancelReject = "cancel_reject"
    MessageReject = "message_reject"
    MassCanceled = "mass_cancelled"
    MassCancelReject = "mass_cancel_reject"


#: What moves quantity and money: a fill, and what undoes or changes one.
TRADES = frozenset((ReportKind.Trade, ReportKind.TradeCorrect, ReportKind.TradeCancel))


class OrderState(StrEnum):
    """Where a portfolio manager's order stands."""

    Draft = "draft"
    Held = "held"
    Staged = "staged"
    InBlock = "in block"
    Allocated = "allocated"
    Refused = "refused"
    Cancelled = "cancelled"
    Expired = "expired"


class BlockState(StrEnum):
    """Where a block stands; a bust may reopen it."""

    Open = "open"
    Working = "working"
    Done = "done"
    Allocated = "allocated"
    Dissolved = "dissolved"


class Transmission(StrEnum):
    """Where the last message of a placement is on its way to the broker."""

    Queued = "queued"
    Sent = "sent"
    Unsent = "unsent"
    Acknowledged = "acknowledged"


class RequestKind(StrEnum):
    """What a placement may ask its broker."""

    New = "new"
    Cancel = "cancel"
    Replace = "replace"


class Effect(StrEnum):
    """What a report did to our book."""

    Nothing = "nothing"
    Booked = "booked"
    Busted = "busted"
    Corrected = "corrected"
    Disputed = "disputed"
    Dismissed = "dismissed"


class Disputes(StrEnum):
    """What becomes of a fill after which the broker's CumQty is not the sum of our fills."""

    Book = "book"
    Hold = "hold"


class DKReason(StrEnum):
    """FIX 127: why we do not know a trade."""

    UnknownSymbol = "A"
    WrongSide = "B"
    QuantityExceedsOrder = "C"
    NoMatchingOrder = "D"
    PriceExceedsLimit = "E"
    Other = "Z"


class Settlement(StrEnum):
    """How a person settled a report or an execution that waited for one."""

    Attached = "attached"
    Booked = "booked"
    Dismissed = "dismissed"


class Attention(StrEnum):
    """Where an alert stands; one that nobody has touched is open. What is over by itself has ended."""

    Open = "open"
    Owned = "owned"
    Snoozed = "snoozed"
    Returned = "returned"
    Acknowledged = "acknowledged"
    Ended = "ended"


class Severity(StrEnum):
    """Outcome of a compliance rule."""

    Warn = "WARN"
    Block = "BLOCK"


class CrossState(StrEnum):
    """Where a cross of our own orders stands."""

    Proposed = "proposed"
    Approved = "approved"
    Rejected = "rejected"
    Ended = "ended"
    BustProposed = "bust proposed"
    Busted = "busted"


class Override(StrEnum):
    """How many persons may lift a BLOCK."""

    Never = "none"
    One = "one"
    Two = "two"

    @property
    def persons(self) -> int | None:
        """Their number; None where nobody may."""
        return {"one": 1, "two": 2}.get(self.value)


class Outcome(StrEnum):
    """What became of a command."""

    Done = "done"
    Refused = "refused"
    Internal = "internal"


class SessionAction(StrEnum):
    """What a person may ask of a FIX session.

    Start and Stop hold until the schedule changes next; Disable until Enable.
    """

    Start = "start"
    Stop = "stop"
    Enable = "enable"
    Disable = "disable"
    Test = "test"


class TaxStatus(StrEnum):
    """What tax law says of an account: `ira` pays none and a purchase in it destroys a loss, `exempt`
    is outside the rules on wash sales (a dealer, a trader under section 475, a fund that pays no tax).
    """

    Taxable = "taxable"
    IRA = "ira"
    Exempt = "exempt"


class Handling(StrEnum):
    """Whether a step after the trade is taken over FIX with a broker, and who begins it."""

    Outside = "outside"
    Manual = "manual"
    Automatic = "automatic"


class AllocTransType(StrEnum):
    """FIX 71."""

    New = "0"
    Replace = "1"
    Cancel = "2"


class InstructionState(StrEnum):
    """Where an allocation instruction (message J) stands with its broker."""

    Queued = "queued"
    Unsent = "unsent"
    Sent = "sent"
    Received = "received"
    Accepted = "accepted"
    BlockRejected = "block rejected"
    AccountRejected = "account rejected"
    Incomplete = "incomplete"
    Replaced = "replaced"
    Cancelled = "cancelled"


class ConfirmTransType(StrEnum):
    """FIX 666."""

    New = "0"
    Replace = "1"
    Cancel = "2"


class ConfirmationState(StrEnum):
    """Where a broker's confirmation (message AK) of one account stands."""

    Matched = "matched"
    Mismatched = "mismatched"
    Affirmed = "affirmed"
    Rejected = "rejected"
    Replaced = "replaced"
    Cancelled = "cancelled"


class AffirmStatus(StrEnum):
    """FIX 940."""

    Received = "1"
    Rejected = "2"
    Affirmed = "3"


class Role(StrEnum):
    """What a user is, and so which commands the user may send."""

    PortfolioManager = "pm"
    Trader = "trader"
    Compliance = "compliance"
    Operations = "operations"
    Viewer = "viewer"
