"""What a broker can do to an order, as values. ``which`` numbers the fills of a plan from 0."""

from typing import NamedTuple

from simulators.venue import Piece


class Ack(NamedTuple):
    """Report New."""


class Pending(NamedTuple):
    """Report that an order or request has come: PendingNew, PendingCancel or PendingReplace."""


class Fill(NamedTuple):
    """Report a trade of a quantity in shares at a price in ticks. ``Symbol`` and ``Side`` stand in
    the report in place of the order's; ``ends``: the rest of the order ends with the same report.
    """

    piece: Piece
    Symbol: str = ""
    Side: str = ""
    ends: bool = False


class Bust(NamedTuple):
    """Take back a fill."""

    which: int


class Correct(NamedTuple):
    """Correct a fill, or its last correction, to this quantity and price."""

    which: int
    piece: Piece


class Again(NamedTuple):
    """Send the last report once more with PossResend(97)."""


class Cancel(NamedTuple):
    """Cancel the rest without being asked; ExecRestatementReason(378) if there is a reason."""

    text: str
    reason: str = ""


class Expire(NamedTuple):
    """Expire the rest."""

    text: str


class Refuse(NamedTuple):
    """Reject the order."""

    text: str


class RefuseBy(NamedTuple):
    """Reject the order with a Reject(3) or BusinessMessageReject(j) that names its MsgSeqNum
    only.
    """

    MsgType: str


class RefuseDuplicate(NamedTuple):
    """Reject the order as a duplicate of itself: OrdStatus and quantities are those of the live
    order.
    """


class Lose(NamedTuple):
    """Forget the order without a word."""


class DoneForDay(NamedTuple):
    """Work the order no more today."""


class Stop(NamedTuple):
    """Guarantee a quantity at a price; nothing has traded."""

    piece: Piece


class Suspend(NamedTuple):
    """Stop working the order until its next fill."""


class Restate(NamedTuple):
    """Change the quantity unasked: as Restated with a reason, or as Replaced without one."""

    OrderQty: int
    reason: str = ""


class Split(NamedTuple):
    """Restate after a corporate action: ``new`` shares for each ``old`` ones."""

    new: int
    old: int


class Telephone(NamedTuple):
    """Report an order that was given by telephone, and its fill: without ClOrdID."""

    piece: Piece


class Grant(NamedTuple):
    """Do what was asked. ``OrdStatus`` stands in the report in place of the order's."""

    OrdStatus: str = ""


class Deny(NamedTuple):
    """Refuse what was asked: CxlRejReason(102) and Text(58)."""

    reason: str
    text: str


Act = (
    Ack
    | Pending
    | Fill
    | Bust
    | Correct
    | Again
    | Cancel
    | Expire
    | Refuse
    | RefuseBy
    | RefuseDuplicate
    | Lose
    | DoneForDay
    | Stop
    | Suspend
    | Restate
    | Split
    | Telephone
    | Grant
    | Deny
)
