"""Events about what waits: for an answer of the broker, or for a person to settle it."""

from datetime import datetime
from decimal import Decimal

from tradeoms.model.base import Event
from tradeoms.model.executions import Execution, Report
from tradeoms.model.fields import DKReason, Settlement
from tradeoms.model.placements import MassCancel, Placement


class MassStatusRequested(Event, frozen=True, tag=True):
    """The broker is asked once about all of our open orders."""

    session: str
    MassStatusReqID: str
    at: datetime


class MassCancelRequested(Event, frozen=True, tag=True):
    """The broker is asked once to cancel all of our orders on a session."""

    request: MassCancel


class MassCancelAnswered(Event, frozen=True, tag=True):
    """The broker took or refused the request as a whole; each order's end is reported by itself."""

    ClOrdID: str
    report: Report


class MassCancelEnded(Event, frozen=True, tag=True):
    """Nothing more is expected of it: what is open still gets a cancel of its own."""

    ClOrdID: str
    reason: str


class PlacementsUnwanted(Event, frozen=True, tag=True):
    """The kill switch means these: none is sent again, and the next logon asks for what is open."""

    placements: tuple[str, ...]


class RequestOverdue(Event, frozen=True, tag=True):
    """A request got no answer, not even to the question what became of it: a person is told."""

    placement: str
    ClOrdID: str


class ReportSettled(Event, frozen=True, tag=True):
    """A person settled an unknown report; `placement` where it was attached to one, `execution` where
    it is a bust or a correction of that.
    """

    number: int
    how: Settlement
    user: str
    reason: str
    at: datetime
    placement: str = ""
    execution: str = ""


class ExecutionSettled(Event, frozen=True, tag=True):
    """A person settled a disputed execution: it is booked now, or dismissed."""

    execution: str
    placement: str
    how: Settlement
    user: str
    reason: str
    at: datetime


class PlacementTelephoned(Event, frozen=True, tag=True):
    """An order that the broker was given by voice; nothing is sent."""

    placement: Placement


class PlacementClosed(Event, frozen=True, tag=True):
    """A person ended a placement that its broker no longer knows."""

    placement: str
    user: str
    reason: str


class FillEntered(Event, frozen=True, tag=True):
    """A fill that was told by telephone, entered by hand."""

    placement: str
    execution: Execution


class FillBusted(Event, frozen=True, tag=True):
    """A fill that was entered by hand is taken back."""

    placement: str
    execution: str
    user: str
    reason: str


class DKRequested(Event, frozen=True, tag=True):
    """The broker is told that we do not know a trade (message Q); wire values, as it sent them."""

    session: str
    OrderID: str
    ExecID: str
    DKReason: DKReason
    Symbol: str
    Side: str
    user: str
    reason: str
    OrderQty: Decimal | None = None
    LastQty: Decimal | None = None
    LastPx: Decimal | None = None


SettlingEvent = (
    MassCancelAnswered
    | MassCancelEnded
    | MassCancelRequested
    | MassStatusRequested
    | PlacementsUnwanted
    | RequestOverdue
    | ReportSettled
    | ExecutionSettled
    | PlacementTelephoned
    | PlacementClosed
    | FillEntered
    | FillBusted
    | DKRequested
)
