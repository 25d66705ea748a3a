"""Brokers' messages that belong to nothing of ours, kept for a person to settle."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.orders import Report
from tradeoms.model.state import State

UNREAD = Report(kind="")


class UnmatchedRow(Struct, frozen=True, gc=False):
    """An unmatched message; `key` is its number, `raw` the wire text.

    The FIX fields are empty where the message could not be read or does not have them; `kind` is
    what it says (see ReportKind), Side the wire value.
    """

    key: str
    session: str
    MsgSeqNum: int
    reason: str
    kind: str
    ClOrdID: str
    OrderID: str
    ExecID: str
    Symbol: str
    Side: str
    LastQty: Decimal | None
    LastPx: Decimal | None
    TransactTime: str
    Text: str
    raw: str


def row(unmatched: e.ReportUnmatched) -> UnmatchedRow:
    """The row of an unmatched message."""
    report = unmatched.report or UNREAD
    return UnmatchedRow(
        key=str(unmatched.number),
        session=unmatched.session,
        MsgSeqNum=unmatched.MsgSeqNum,
        reason=unmatched.reason,
        kind=report.kind,
        ClOrdID=report.ClOrdID,
        OrderID=report.OrderID,
        ExecID=report.ExecID,
        Symbol=report.Symbol,
        Side=report.Side,
        LastQty=report.LastQty,
        LastPx=report.LastPx,
        TransactTime=report.TransactTime,
        Text=report.Text,
        raw=unmatched.raw,
    )


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, UnmatchedRow | None]]:
    """The message that found no owner."""
    if type(event) is e.ReportUnmatched:
        yield str(event.number), row(event)


def all_rows(state: State) -> Iterator[UnmatchedRow]:
    """Every unmatched message."""
    return map(row, state.unmatched.values())
