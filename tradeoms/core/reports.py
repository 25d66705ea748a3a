"""Brokers' messages: which placement one belongs to, and what it may do there."""

from itertools import filterfalse

from tradeoms import compliance
from tradeoms.core import lists, mass_cancels
from tradeoms.core.attention import alert, unmatched
from tradeoms.core.booking import PENDING, TELLS_CumQty, denies, duplicate, kept_OrderQty, revives
from tradeoms.core.context import Context
from tradeoms.core.executions import CORPORATE_ACTION, amend, restated, trade
from tradeoms.core.pending import ask
from tradeoms.core.placements import ask_again
from tradeoms.core.retired import not_ours
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import (
    OrdStatus,
    ReportKind,
    RequestKind,
    Severity,
    TimeInForce,
    Transmission,
)
from tradeoms.model.orders import ZERO
from tradeoms.model.placements import ENDED, Placement
from tradeoms.model.state import State

K = ReportKind
CANCEL_REJECTED = "cancel rejected"
#: By a report's kind, as it is written; as are the alerts.
ON_EXECUTIONS = {
    K.Trade.value: trade,
    K.TradeCancel.value: amend,
    K.TradeCorrect.value: amend,
    K.Restated.value: restated,
}
ALERTS = {
    K.Rejected.value: ("reject", "rejected by the broker"),
    K.Canceled.value: ("unsolicited cancel", "cancelled by the broker"),
    K.CancelReject.value: (CANCEL_REJECTED, "too late to cancel"),
}
STATUS_REQUEST = "H"
MSG_TYPES = {RequestKind.New: "D", RequestKind.Cancel: "F", RequestKind.Replace: "G"}
UNKNOWN_ORDER = "5"  # OrdRejReason
OVER = (OrdStatus.Filled, OrdStatus.Canceled, OrdStatus.Expired)  # nothing is left to cancel


def receive(state: State, command: c.ReportReceived, ctx: Context) -> list[e.AnyEvent]:
    """A broker's message is a report on a placement, a rejected request, or unmatched."""
    report = command.report
    if report is None:
        return unmatched(command, command.error, ctx)
    if mass_cancels.answers(state, command.session, report):
        return mass_cancels.answered(state, report, ctx)
    if (refused := lists.meant(state, command.session, report)) is not None:
        return lists.refused(state, refused, report, ctx)
    placement = find(state, command.session, report)
    if placement is None or report.kind in mass_cancels.KINDS:
        return unmatched(command, _why_unknown(state, report), ctx)
    return read(state, command, placement, report, ctx)


def read(
    state: State, command: c.ReportReceived, placement: Placement, report: Report, ctx: Context
) -> list[e.AnyEvent]:
    """What a report says of the placement that it is about."""
    events: list[e.AnyEvent] = []
    if revives(placement, report):
        text = f"the broker knows it after all; it was closed: {placement.closed}"
        events.append(alert(ctx, "closed placement lives", placement.placement, text))
    elif placement.transmission is Transmission.Unsent and report.OrdStatus not in (None, *ENDED):
        text = f"the broker knows it after all; it was given back: {placement.text}"
        events.append(alert(ctx, "unsent placement lives", placement.placement, text))
    if on_executions := ON_EXECUTIONS.get(report.kind):
        events += on_executions(state, command, placement, report, ctx)
    else:
        events += _other(state, placement, report, ctx)
    if report.OrderQty not in (None, placement.OrderQty) and e.Reported in map(type, events):
        events += _grown(state, placement, report, ctx)
        events += _shrunk(state, placement, report, ctx)
    if report.kind in (K.CancelReject, K.Replaced) and report.OrdStatus not in OVER:
        accepted = report.kind == K.Replaced
        if again := ask_again(state, placement, report.ClOrdID, ctx, accepted):
            # Refused for the id that it named: nothing that a person has to do.
            events = [*filterfalse(_cancel_rejected, events), *again]
    return events


def _cancel_rejected(event: e.AnyEvent) -> bool:
    return isinstance(event, e.AlertRaised) and event.kind == CANCEL_REJECTED


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
    events: list[e.AnyEvent] = [e.Reported(placement.placement, report)]
    events += _alerts(state, placement, report, ctx)
    events += _missing(state, placement, report, ctx)
    return events + ask(state, placement, ctx) if denies(placement, report) else events


def find(state: State, session: str, report: Report) -> Placement | None:
    """By ClOrdID; a reject by the number of our message; by OrderID only where the broker gives no
    ClOrdID of ours (a telephoned order), and only while that order may still be meant.
    """
    if report.RefSeqNum is not None and not report.ClOrdID:
        return _rejected(state, session, report)[0]
    # Where a request cancelled many orders, some brokers give its id, and the order's as the old one.
    many = report.ClOrdID in state.mass_cancels
    ClOrdID = report.OrigClOrdID if many else report.ClOrdID
    name, ours = state.placement_of.get(ClOrdID), True
    if name is None:
        alone = foreign(session, report) if ClOrdID else f"{session}|{report.OrderID}"
        name, ours = state.placement_of.get(alone, ""), False
    placement = state.placements.get(name)
    if placement is None or placement.session != session:
        return None
    return placement if ours or _still(state, placement, report) else None


def foreign(session: str, report: Report) -> str:
    """The key of an order with a ClOrdID that is not ours; empty where its OrderID names none."""
    if not report.ClOrdID or report.OrderID in ("", "NONE"):
        return ""
    return f"{session}|{report.ClOrdID}|{report.OrderID}"


def _still(state: State, placement: Placement, report: Report) -> bool:
    """True where an OrderID without our ClOrdID still means this placement: brokers begin theirs
    again every day, and nothing new is done for an order that has ended.
    """
    lasting = placement.TimeInForce is TimeInForce.GoodTillCancel
    if placement.trade_date != state.business_date and not (lasting and _alike(placement, report)):
        return False
    return placement.OrdStatus not in ENDED or report.kind in (K.TradeCancel, K.TradeCorrect)


def _alike(placement: Placement, report: Report) -> bool:
    """True where a report says what is traded, and it is what the placement trades: on a later day
    its OrderID may be another order's.
    """
    told = report.OrderQty
    same = (report.Symbol, report.Side) == (placement.Symbol, placement.Side.value)
    return same and told in (None, placement.OrderQty)


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


def _why_unknown(state: State, report: Report) -> str:
    if report.ClOrdID:
        return f"ClOrdID {report.ClOrdID} {not_ours(state, 'ClOrdID', report.ClOrdID)}"
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
    rejected = e.RequestRejected(placement.placement, ClOrdID, reason)
    return [rejected, told, *ask_again(state, placement, ClOrdID, ctx)]


def _cancel_unknown(placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    text = f"the broker does not know the order: {report.Text or 'no text'}"
    return [
        e.RequestRejected(placement.placement, report.ClOrdID, text),
        alert(ctx, CANCEL_REJECTED, placement.placement, text),
    ]


def _blocked_now(state: State, placement: Placement, ClOrdID: str, ctx: Context) -> str:
    """What has come to forbid an order since it was routed; a cancel is always sent again."""
    request = next(r for r in placement.requests if r.ClOrdID == ClOrdID)
    if request.kind is RequestKind.Cancel:
        return ""
    block = state.blocks[placement.block]
    orders = tuple(state.orders[name] for name in block.orders)
    kind, price, stop = placement.OrdType, placement.Price, placement.StopPx
    amount = request.CashOrderQty or placement.CashOrderQty
    route = c.Route(placement.broker, request.OrderQty, kind, price, stop, CashOrderQty=amount)
    found = compliance.check_route(state, block, orders, (route,), ctx.now)
    return "; ".join(v.message for v in found if v.severity is Severity.Block)


def _never_seen(report: Report) -> bool:
    """True for a broker that does not know the order; false for one that knows and rejected it."""
    return report.OrdRejReason == UNKNOWN_ORDER or report.OrderID in ("", "NONE")


def _unknown_at_broker(
    state: State, placement: Placement, report: Report, ctx: Context
) -> list[e.AnyEvent]:
    """The answer to our question after a lost line: what it never saw is sent again, if still good.

    An order of an earlier day would trade at a time nobody meant; it is given back instead. What the
    broker says once more may answer a question of before this logon, and a copy may have arrived since;
    or it is the answer to the last question, which the line has lost at first. So it is asked anew.
    """
    request = next((r for r in placement.requests if r.ClOrdID == report.ClOrdID), None)
    if request is None:
        text = f"the broker does not know {report.ClOrdID}"
        return [alert(ctx, "unknown at broker", placement.placement, text)]
    if request.since and not request.asked:
        return []  # the answer to a question of before it was sent again: a copy is on its way
    if ctx.PossDup:
        anew = e.StatusRequested(placement.placement, report.ClOrdID, ctx.now)
        return [anew] if request.asked else []
    lasting = placement.TimeInForce is TimeInForce.GoodTillCancel
    text = "the broker never saw it, and its day is over"
    if _unwanted(placement, report.ClOrdID):
        text = "the broker never saw it, and it was to be cancelled"
    elif placement.trade_date == state.business_date or lasting:
        text = _blocked_now(state, placement, report.ClOrdID, ctx)
        if not text:
            return _once_more(state, placement, report.ClOrdID, ctx)
    return [
        e.PlacementUnsent(placement.placement, report.ClOrdID, text),
        alert(ctx, "unsent", placement.placement, text),
        *ask_again(state, placement, report.ClOrdID, ctx),
    ]


def _once_more(state: State, placement: Placement, ClOrdID: str, ctx: Context) -> list[e.AnyEvent]:
    """It is sent again, but for a change that another request is to follow, and for a cancel that
    names a change which the broker never saw either.
    """
    later = ask_again(state, placement, ClOrdID, ctx)
    if placement.deferred is None and not later:
        return [e.RequestResent(placement.placement, ClOrdID, ctx.now)]
    text = "the broker never saw it, and a later request takes its place"
    return [e.PlacementUnsent(placement.placement, ClOrdID, text), *later]


def _unwanted(placement: Placement, ClOrdID: str) -> bool:
    """True for an order, or a change, that we have asked to cancel since: it must not come alive."""
    kinds = {r.ClOrdID: r.kind for r in placement.requests}
    asked = placement.unwanted or RequestKind.Cancel in kinds.values()
    return asked and kinds[ClOrdID] is not RequestKind.Cancel


def _alerts(state: State, placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    told = ALERTS.get(report.kind)
    if told is None or (report.kind == K.Canceled and _wanted(state, placement, report)):
        return []
    return [alert(ctx, told[0], placement.placement, report.Text or told[1])]


def _wanted(state: State, placement: Placement, report: Report) -> bool:
    """True for a cancel that we have asked for: of this order, of all, or by its own terms."""
    if placement.TimeInForce.at_once:
        return True
    return _asks(placement, report, RequestKind.Cancel) or mass_cancels.meant(state, placement)


def _grown(state: State, placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    """An alert where the broker works more than we ever asked for."""
    most = max(placement.OrderQty, *(r.OrderQty for r in placement.requests), ZERO)
    if report.OrderQty is None or report.OrderQty <= most or duplicate(report):
        return []
    if state.blocks[placement.block].CashOrderQty is not None:
        return []  # what an amount comes to is the broker's to say
    if report.kind == K.Restated and report.ExecRestatementReason == CORPORATE_ACTION:
        return []  # told as such
    text = f"the broker works {report.OrderQty}, we asked for {most}"
    return [alert(ctx, "OrderQty raised", placement.placement, text)]


def _shrunk(state: State, placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    """An alert, and a question, where a live order is said to be smaller without a replace."""
    told, kept = report.OrderQty, kept_OrderQty(placement, report)
    asked = [r.OrderQty for r in placement.requests if r.kind is RequestKind.Replace]
    ignored = duplicate(report) or report.kind in PENDING or report.OrdStatus in ENDED
    if told is None or not 0 < told < placement.OrderQty or told in asked or ignored:
        return []
    if kept == told and (report.kind != K.Status or placement.CashOrderQty is not None):
        return []
    text = f"the broker says OrderQty {told} without a replace; {kept} is taken to stand"
    told_already = report.kind == K.Status  # the answer to a question leads to no other
    return [
        alert(ctx, "OrderQty lowered", placement.placement, text),
        *(() if told_already else ask(state, placement, ctx)),
    ]


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
