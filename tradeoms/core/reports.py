"""Brokers' messages: which placement one belongs to, and what it may do there."""

from tradeoms import compliance
from tradeoms.core.attention import alert, unmatched
from tradeoms.core.booking import TELLS_CumQty, denies, duplicate, revives
from tradeoms.core.context import Context
from tradeoms.core.executions import amend, restated, trade
from tradeoms.core.pending import ask
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrdStatus, ReportKind, RequestKind, Severity, TimeInForce
from tradeoms.model.orders import ZERO, Placement, Report
from tradeoms.model.state import State

K = ReportKind
ON_EXECUTIONS = {
    K.Trade: trade,
    K.TradeCancel: amend,
    K.TradeCorrect: amend,
    K.Restated: restated,
}
STATUS_REQUEST = "H"
MSG_TYPES = {RequestKind.New: "D", RequestKind.Cancel: "F", RequestKind.Replace: "G"}
UNKNOWN_ORDER = "5"  # OrdRejReason


def receive(state: State, command: c.ReportReceived, ctx: Context) -> list[e.AnyEvent]:
    """A broker's message is a report on a placement, a rejected request, or unmatched."""
    report = command.report
    if report is None:
        return unmatched(command, command.error, ctx)
    placement = find(state, command.session, report)
    if placement is None:
        return unmatched(command, _why_unknown(report), ctx)
    return read(state, command, placement, report, ctx)


def read(
    state: State, command: c.ReportReceived, placement: Placement, report: Report, ctx: Context
) -> list[e.AnyEvent]:
    """What a report says of the placement that it is about."""
    events: list[e.AnyEvent] = []
    if revives(placement, report):
        text = f"the broker knows it after all; it was closed: {placement.closed}"
        events.append(alert(ctx, "closed placement lives", placement.placement, text))
    if on_executions := ON_EXECUTIONS.get(K(report.kind)):
        return events + on_executions(state, command, placement, report, ctx)
    return events + _other(state, placement, report, ctx)


def _other(state: State, placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    """Reports that book nothing."""
    if report.kind == K.MessageReject:
        return _message_reject(state, placement, report, ctx)
    if report.OrdStatus is OrdStatus.Rejected:
        if report.kind == K.CancelReject and not _asks(placement, report, RequestKind.New):
            # The broker does not know what we wanted to cancel: no reason to kill a live placement.
            return _cancel_unknown(placement, report, ctx)
        if report.kind == K.Status and _never_seen(report):
            return _unknown_at_broker(state, placement, report, ctx)
    return [
        e.Reported(placement.placement, report),
        *_alerts(placement, report, ctx),
        *_grown(placement, report, ctx),
        *_missing(state, placement, report, ctx),
        *(ask(state, placement, ctx) if denies(placement, report) else ()),
    ]


def find(state: State, session: str, report: Report) -> Placement | None:
    """By ClOrdID; a reject by the number of our message; by OrderID only where the broker gives no
    ClOrdID (a telephoned order).
    """
    if report.RefSeqNum is not None and not report.ClOrdID:
        return _rejected(state, session, report)[0]
    key = report.ClOrdID or f"{session}|{report.OrderID}"
    placement = state.placements.get(state.placement_of.get(key, ""))
    return placement if placement and placement.session == session else None


def _rejected(state: State, session: str, report: Report) -> tuple[Placement | None, str]:
    """The placement, and ClOrdID, of the unanswered request that left with RefSeqNum.

    Numbers above the session's last one are of before its last reset: they may come again.
    """
    known = state.sessions.get(session)
    if known is None or not report.RefSeqNum or report.RefSeqNum > known.out_seq:
        return None, ""
    for name in state.pending:
        placement = state.placements[name]
        for request in placement.requests if placement.session == session else ():
            kinds = (MSG_TYPES[request.kind], "")
            if request.MsgSeqNum == report.RefSeqNum and report.RefMsgType in kinds:
                return placement, request.ClOrdID
    return None, ""


def _why_unknown(report: Report) -> str:
    if report.ClOrdID:
        return f"ClOrdID {report.ClOrdID} is not ours on this session"
    return f"no ClOrdID, and OrderID {report.OrderID or '(none)'} is unknown"


def _asks(placement: Placement, report: Report, kind: RequestKind) -> bool:
    """True where the report is about an unanswered request of this kind."""
    return any(r.kind is kind and r.ClOrdID == report.ClOrdID for r in placement.requests)


def _message_reject(
    state: State, placement: Placement, report: Report, ctx: Context
) -> list[e.AnyEvent]:
    """The broker's engine refused a message; refusing our question says nothing about the order."""
    reason = report.Text or f"reject of message {report.RefSeqNum}"
    told = alert(ctx, "reject", placement.placement, reason)
    if report.RefMsgType == STATUS_REQUEST:
        return [told]
    ClOrdID = report.ClOrdID or _rejected(state, placement.session, report)[1]
    return [e.RequestRejected(placement.placement, ClOrdID, reason), told]


def _cancel_unknown(placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    text = f"the broker does not know the order: {report.Text or 'no text'}"
    return [
        e.RequestRejected(placement.placement, report.ClOrdID, text),
        alert(ctx, "cancel rejected", placement.placement, text),
    ]


def _blocked_now(state: State, placement: Placement, ClOrdID: str, ctx: Context) -> str:
    """What has come to forbid an order since it was routed; a cancel is always sent again."""
    request = next(r for r in placement.requests if r.ClOrdID == ClOrdID)
    if request.kind is RequestKind.Cancel:
        return ""
    block = state.blocks[placement.block]
    orders = tuple(state.orders[name] for name in block.orders)
    kind, price, stop = placement.OrdType, placement.Price, placement.StopPx
    routes = (c.Route(placement.broker, request.OrderQty, kind, price, stop),)
    found = compliance.check_route(state, block, orders, routes, ctx.now)
    return "; ".join(v.message for v in found if v.severity is Severity.Block)


def _never_seen(report: Report) -> bool:
    """True for a broker that does not know the order; false for one that knows and rejected it."""
    return report.OrdRejReason == UNKNOWN_ORDER or report.OrderID in ("", "NONE")


def _unknown_at_broker(
    state: State, placement: Placement, report: Report, ctx: Context
) -> list[e.AnyEvent]:
    """The answer to our question after a lost line: what it never saw is sent again, if still good.

    An order of an earlier day would trade at a time nobody meant; it is given back instead.
    """
    if all(r.ClOrdID != report.ClOrdID for r in placement.requests):
        text = f"the broker does not know {report.ClOrdID}"
        return [alert(ctx, "unknown at broker", placement.placement, text)]
    lasting = placement.TimeInForce is TimeInForce.GoodTillCancel
    text = "the broker never saw it, and its day is over"
    if _unwanted(placement, report.ClOrdID):
        text = "the broker never saw it, and it was to be cancelled"
    elif placement.trade_date == state.business_date or lasting:
        text = _blocked_now(state, placement, report.ClOrdID, ctx)
        if not text:
            return [e.RequestResent(placement.placement, report.ClOrdID, ctx.now)]
    return [
        e.PlacementUnsent(placement.placement, report.ClOrdID, text),
        alert(ctx, "unsent", placement.placement, text),
    ]


def _unwanted(placement: Placement, ClOrdID: str) -> bool:
    """True for a new order that we have asked to cancel since: it must not come alive now."""
    kinds = {r.ClOrdID: r.kind for r in placement.requests}
    asked = placement.unwanted or RequestKind.Cancel in kinds.values()
    return asked and kinds[ClOrdID] is RequestKind.New


def _alerts(placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    told = {
        K.Rejected: ("reject", "rejected by the broker"),
        K.Canceled: ("unsolicited cancel", "cancelled by the broker"),
        K.CancelReject: ("cancel rejected", "too late to cancel"),
    }.get(K(report.kind))
    if told is None or (report.kind == K.Canceled and _asks(placement, report, RequestKind.Cancel)):
        return []
    return [alert(ctx, told[0], placement.placement, report.Text or told[1])]


def _grown(placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    """An alert where the broker works more than we ever asked for."""
    most = max(placement.OrderQty, *(r.OrderQty for r in placement.requests), ZERO)
    if report.OrderQty is None or report.OrderQty <= most or duplicate(report):
        return []
    text = f"the broker works {report.OrderQty}, we asked for {most}"
    return [alert(ctx, "OrderQty raised", placement.placement, text)]


def _missing(state: State, placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    """An alert, and a question, where the broker has filled more, or less, than what we booked."""
    told = report.CumQty if report.kind in TELLS_CumQty else None
    if told is None or told == placement.CumQty:
        return []
    text = f"the broker's CumQty is {told}, our fills make {placement.CumQty}"
    told_already = report.kind == K.Status  # the answer to a question leads to no other
    return [
        alert(ctx, "fill missing", placement.placement, text),
        *(() if told_already else ask(state, placement, ctx)),
    ]


DECIDE = {c.ReportReceived: receive}
