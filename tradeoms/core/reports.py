"""Brokers' messages: which placement one belongs to, and what it may do there."""

from tradeoms import compliance
from tradeoms.core.attention import alert, unmatched
from tradeoms.core.booking import TELLS_CumQty
from tradeoms.core.context import Context
from tradeoms.core.executions import amend, restated, trade
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrdStatus, ReportKind, RequestKind, Severity, TimeInForce
from tradeoms.model.orders import Placement, Report
from tradeoms.model.state import State

K = ReportKind
ON_EXECUTIONS = {
    K.Trade: trade,
    K.TradeCancel: amend,
    K.TradeCorrect: amend,
    K.Restated: restated,
}
STATUS_REQUEST = "H"
UNKNOWN_ORDER = "5"  # OrdRejReason


def receive(state: State, command: c.ReportReceived, ctx: Context) -> list[e.AnyEvent]:
    """A broker's message is a report on a placement, a rejected request, or unmatched."""
    report = command.report
    if report is None:
        return unmatched(command, command.error, ctx)
    placement = find(state, command.session, report)
    if placement is None:
        return unmatched(command, _why_unknown(report), ctx)
    if on_executions := ON_EXECUTIONS.get(K(report.kind)):
        return on_executions(state, command, placement, report, ctx)
    if report.kind == K.MessageReject:
        return _message_reject(placement, report, ctx)
    if report.OrdStatus is OrdStatus.Rejected:
        if report.kind == K.CancelReject and not _asks(placement, report, RequestKind.New):
            # The broker does not know what we wanted to cancel: no reason to kill a live placement.
            return _cancel_unknown(placement, report, ctx)
        if report.kind == K.Status and _never_seen(report):
            return _unknown_at_broker(state, placement, report, ctx)
    return [
        e.Reported(placement.placement, report),
        *_alerts(placement, report, ctx),
        *_missing(placement, report, ctx),
    ]


def find(state: State, session: str, report: Report) -> Placement | None:
    """By ClOrdID; by OrderID only where the broker gives no ClOrdID (a telephoned order)."""
    key = report.ClOrdID or f"{session}|{report.OrderID}"
    placement = state.placements.get(state.placement_of.get(key, ""))
    return placement if placement and placement.session == session else None


def _why_unknown(report: Report) -> str:
    if report.ClOrdID:
        return f"ClOrdID {report.ClOrdID} is not ours on this session"
    return f"no ClOrdID, and OrderID {report.OrderID or '(none)'} is unknown"


def _asks(placement: Placement, report: Report, kind: RequestKind) -> bool:
    """True where the report is about an unanswered request of this kind."""
    return any(r.kind is kind and r.ClOrdID == report.ClOrdID for r in placement.requests)


def _message_reject(placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    """The broker's engine refused a message; refusing our question says nothing about the order."""
    reason = report.Text or f"reject of message {report.RefSeqNum}"
    told = alert(ctx, "reject", placement.placement, reason)
    if report.RefMsgType == STATUS_REQUEST:
        return [told]
    return [e.RequestRejected(placement.placement, report.ClOrdID, reason), told]


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
    if placement.trade_date == state.business_date or lasting:
        text = _blocked_now(state, placement, report.ClOrdID, ctx)
        if not text:
            return [e.RequestResent(placement.placement, report.ClOrdID)]
    return [
        e.PlacementUnsent(placement.placement, report.ClOrdID, text),
        alert(ctx, "unsent", placement.placement, text),
    ]


def _alerts(placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    told = {
        K.Rejected: ("reject", "rejected by the broker"),
        K.Canceled: ("unsolicited cancel", "cancelled by the broker"),
        K.CancelReject: ("cancel rejected", "too late to cancel"),
    }.get(K(report.kind))
    if told is None or (report.kind == K.Canceled and _asks(placement, report, RequestKind.Cancel)):
        return []
    return [alert(ctx, told[0], placement.placement, report.Text or told[1])]


def _missing(placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    """An alert where the broker has filled more, or less, than what we booked."""
    told = report.CumQty if report.kind in TELLS_CumQty else None
    if told is None or told == placement.CumQty:
        return []
    text = f"the broker's CumQty is {told}, our fills make {placement.CumQty}"
    return [alert(ctx, "fill missing", placement.placement, text)]


DECIDE = {c.ReportReceived: receive}
