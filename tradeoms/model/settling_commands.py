"""Commands about what waits: for an answer of the broker, or for a person to settle it."""

from decimal import Decimal

from tradeoms.model import fields
from tradeoms.model.base import Command
from tradeoms.model.orders import NewOrder


class RequestMassStatus(Command, frozen=True, tag=True):
    """What follows from a logon where the broker takes one question about all open orders."""

    session: str


class CheckPending(Command, frozen=True, tag=True):
    """The clock's word that time has passed: what waits too long for its answer is looked after."""


class FailMassCancel(Command, frozen=True, tag=True):
    """The gateway's word that a request to cancel all orders cannot be said to the broker."""

    ClOrdID: str
    reason: str


class CancelAll(Command, frozen=True, tag=True):
    """The kill switch: ask for a cancel of every open placement of a broker, a block, or the house.

    Exactly one of `broker`, `block` and `everything` says which.
    """

    reason: str
    broker: str = ""
    block: str = ""
    everything: bool = False


class CancelUnwanted(Command, frozen=True, tag=True):
    """What follows from a logon where the kill switch could not reach, or not end, what is open."""

    session: str


class AttachReport(Command, frozen=True, tag=True):
    """Settle an unknown report: it belongs to `placement`, or tells of an order given by telephone.

    That `order` is entered as it was given: compliance is recorded and blocks nothing. What else
    waits of the same order at the broker is attached with it. Of a bust or a correction that does not
    say which fill it means, or says it wrongly, `execution` is that fill's key, and nothing else is
    needed.
    """

    number: int
    reason: str
    placement: str = ""
    order: NewOrder | None = None
    execution: str = ""


class ReadReport(Command, frozen=True, tag=True):
    """What follows from attaching a report: it is read as one of the placement's."""

    number: int
    placement: str
    execution: str = ""


class DismissReport(Command, frozen=True, tag=True):
    """Settle an unknown report: it means nothing to our book."""

    number: int
    reason: str


class BookExecution(Command, frozen=True, tag=True):
    """Settle a disputed execution: it happened, and is booked. `execution` is its key."""

    execution: str
    reason: str


class DismissExecution(Command, frozen=True, tag=True):
    """Settle a disputed execution: it is not ours. `execution` is its key."""

    execution: str
    reason: str


class DontKnowTrade(Command, frozen=True, tag=True):
    """Tell the broker that we do not know a trade (message Q): an unknown report or an execution.

    Nothing of our book changes: what the broker answers, or a person settles, does that.
    """

    reason: str
    DKReason: fields.DKReason = fields.DKReason.Other
    execution: str = ""
    number: int = 0


class ClosePlacement(Command, frozen=True, tag=True):
    """End by hand a placement that its broker no longer knows; what is left returns to the block."""

    placement: str
    reason: str


class EnterFill(Command, frozen=True, tag=True):
    """Book by hand a fill that was told by telephone."""

    placement: str
    LastQty: Decimal
    LastPx: Decimal
    reason: str
    LastMkt: str = ""


class BustFill(Command, frozen=True, tag=True):
    """Take back a fill that was entered by hand. `execution` is its key."""

    execution: str
    reason: str
