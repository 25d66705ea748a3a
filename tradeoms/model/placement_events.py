"""Events between a placement and its broker: what is asked of it, what leaves, what comes back."""

from datetime import datetime

from tradeoms.model.base import Event
from tradeoms.model.deferred import Deferred
from tradeoms.model.executions import Execution, Report
from tradeoms.model.fields import Effect
from tradeoms.model.placements import Placement, Request
from tradeoms.model.statements import Statement


class PlacementRouted(Event, frozen=True, tag=True):
    """A new order for a broker; the gateway sends it once this is on disk. The first of a block that is
    not in money freezes its `statement`.
    """

    placement: Placement
    statement: Statement | None = None


class CancelRequested(Event, frozen=True, tag=True):
    placement: str
    request: Request


class ReplaceRequested(Event, frozen=True, tag=True):
    placement: str
    request: Request


class RequestDeferred(Event, frozen=True, tag=True):
    """What follows an unanswered replace, in the place of what was to follow it before.

    Where that replace still waits for its turn on the session it is withdrawn, and this takes its place.
    """

    placement: str
    deferred: Deferred


class DeferralEnded(Event, frozen=True, tag=True):
    """What was deferred is not asked for: by now something forbids it, or leaves nothing to ask."""

    placement: str
    reason: str


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


PlacementEvent = (
    PlacementRouted
    | CancelRequested
    | ReplaceRequested
    | RequestDeferred
    | DeferralEnded
    | StatusRequested
    | RequestResent
    | MessagesSent
    | PlacementUnsent
    | Reported
    | RequestRejected
    | ReportUnmatched
)
