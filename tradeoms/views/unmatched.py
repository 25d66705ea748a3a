"""Brokers' messages that belong to nothing of ours, kept for a person to settle."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.state import State

UNREAD = Report(kind="")


class UnmatchedRow(Struct, frozen=True, gc=False):
    """An unmatched message; `key` is its number, `raw` the wire text.

    `status` is "open" until a person has settled it: attached to `placement`, or dismissed; then
    `user`, `settled` and `why` say by whom, when and for what reason. The FIX fields are empty
    where the message could not be read or does not have them; `kind` is what it says (see
    ReportKind), Side the wire value.
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
    status: str
    placement: str
    user: str
    settled: datetime | None
    why: str


def row(unmatched: e.ReportUnmatched, settled: e.ReportSettled | None) -> UnmatchedRow:
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
        status=settled.how.value if settled else "open",
        placement=settled.placement if settled else "",
        user=settled.user if settled else "",
        settled=settled.at if settled else None,
        why=settled.reason if settled else "",
    )


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, UnmatchedRow | None]]:
    """The message that found no owner, or was settled."""
    if type(event) is e.ReportUnmatched or type(event) is e.ReportSettled:
        yield str(event.number), _of(state, event.number)


def _of(state: State, number: int) -> UnmatchedRow:
    return row(state.unmatched[number], state.settled_reports.get(number))


def all_rows(state: State) -> Iterator[UnmatchedRow]:
    """Every unmatched message."""
    return (_of(state, number) for number in state.unmatched)
