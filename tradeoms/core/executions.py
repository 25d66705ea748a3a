"""What a broker's report does to a placement and to our book.

OrdStatus and OrderQty are the broker's last word; CumQty is the sum of what we booked.
A message is never refused: what fits nothing of ours is kept for a person to settle.
"""

from decimal import Decimal

from tradeoms.core.context import Context
from tradeoms.core.reopening import reopen
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Effect, OrdStatus, ReportKind, RequestKind
from tradeoms.model.orders import Execution, Placement, Report
from tradeoms.model.state import State

K = ReportKind


def receive(state: State, command: c.ReportReceived, ctx: Context) -> list[e.AnyEvent]:
    """A broker's message is a report on a placement, a rejected request, or unmatched."""
    report = command.report
    if report is None:
        return _unmatched(state, command, ctx, command.error)
    placement = find(state, command.session, report)
    if placement is None:
        return _unmatched(state, command, ctx, _why_unknown(report))
    if report.kind == K.MessageReject:
        reason = report.Text or f"reject of message {report.RefSeqNum}"
        alert = _alert(ctx, "reject", placement.placement, reason)
        return [e.RequestRejected(placement.placement, report.ClOrdID, reason), alert]
    if (
        report.kind == K.CancelReject
        and report.OrdStatus is OrdStatus.Rejected
        and not _is_new(placement, report)
    ):
        # The broker does not know what we wanted to cancel: no reason to kill a live placement.
        return _cancel_unknown(placement, report, ctx)
    if report.kind == K.Status and report.OrdStatus is OrdStatus.Rejected:
        return _unknown_at_broker(placement, report)
    if report.kind == K.Trade:
        return _trade(state, command, placement, report, ctx)
    if report.kind in (K.TradeCancel, K.TradeCorrect):
        return _amend_trade(state, command, placement, report, ctx)
    return [e.Reported(placement.placement, report), *_alerts(placement, report, ctx)]


def find(state: State, session: str, report: Report) -> Placement | None:
    """By ClOrdID; by OrderID only where the broker gives no ClOrdID (a telephoned order)."""
    key = report.ClOrdID or f"{session}|{report.OrderID}"
    placement = state.placements.get(state.placement_of.get(key, ""))
    return placement if placement and placement.session == session else None


def _why_unknown(report: Report) -> str:
    if report.ClOrdID:
        return f"ClOrdID {report.ClOrdID} is not ours on this session"
    return f"no ClOrdID, and OrderID {report.OrderID or '(none)'} is unknown"


def _unmatched(
    state: State, command: c.ReportReceived, ctx: Context, reason: str
) -> list[e.AnyEvent]:
    number = ctx.number("unmatched")
    return [
        e.ReportUnmatched(
            number, command.session, command.MsgSeqNum, reason, command.raw, command.report
        ),
        _alert(ctx, "unknown report", str(number), f"{command.session}: {reason}"),
    ]


def _alert(ctx: Context, kind: str, subject: str, text: str) -> e.AlertRaised:
    return e.AlertRaised(ctx.number("alert"), kind, subject, text, ctx.now)


def _is_new(placement: Placement, report: Report) -> bool:
    return any(
        r.kind is RequestKind.New and r.ClOrdID == report.ClOrdID for r in placement.requests
    )


def _cancel_unknown(placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    text = f"the broker does not know the order: {report.Text or 'no text'}"
    return [
        e.RequestRejected(placement.placement, report.ClOrdID, text),
        _alert(ctx, "cancel rejected", placement.placement, text),
    ]


def _unknown_at_broker(placement: Placement, report: Report) -> list[e.AnyEvent]:
    """The answer to our question after a lost line: what it never saw is sent again."""
    waiting = [r for r in placement.requests if r.ClOrdID == report.ClOrdID]
    return [e.RequestResent(placement.placement, report.ClOrdID)] if waiting else []


def _alerts(placement: Placement, report: Report, ctx: Context) -> list[e.AnyEvent]:
    asked = any(
        r.ClOrdID == report.ClOrdID and r.kind is RequestKind.Cancel for r in placement.requests
    )
    if report.kind == K.Rejected:
        return [_alert(ctx, "reject", placement.placement, report.Text or "rejected by the broker")]
    if report.kind == K.Canceled and not asked:
        return [
            _alert(
                ctx,
                "unsolicited cancel",
                placement.placement,
                report.Text or "cancelled by the broker",
            )
        ]
    if report.kind == K.CancelReject:
        return [
            _alert(ctx, "cancel rejected", placement.placement, report.Text or "too late to cancel")
        ]
    return []


def execution_key(session: str, report: Report, ExecID: str, default_day: str) -> str:
    """session/day/ExecID: unique although brokers begin their ExecIDs again every day."""
    return f"{session}/{report.TradeDate or report.TransactTime[:8] or default_day}/{ExecID}"


def _trade(
    state: State, command: c.ReportReceived, placement: Placement, report: Report, ctx: Context
) -> list[e.AnyEvent]:
    key = execution_key(command.session, report, report.ExecID, f"{state.business_date:%Y%m%d}")
    if key in state.executions:
        return []  # the same fill again: booked once
    if report.OrdStatus is OrdStatus.Stopped and report.CumQty == placement.CumQty:
        return [e.Reported(placement.placement, report, note="a guarantee, not a trade")]
    execution = _execution(key, placement, report, state)
    if execution is None or (reason := _wrong_instrument(placement, report)):
        reason = "LastQty or LastPx is missing or not above zero" if execution is None else reason
        alert = _alert(ctx, "disputed", placement.placement, f"ExecID {report.ExecID}: {reason}")
        return [
            e.Reported(placement.placement, report, Effect.Disputed, execution, note=reason),
            alert,
        ]
    after = placement.CumQty + execution.LastQty
    note = _doubt(placement, report, after)
    events: list[e.AnyEvent] = [
        e.Reported(placement.placement, report, Effect.Booked, execution, note=note)
    ]
    if note:
        events.append(
            _alert(ctx, "fill in doubt", placement.placement, f"ExecID {report.ExecID}: {note}")
        )
    return events + reopen(
        state, placement.block, f"fill {report.ExecID} came after the allocation", ctx
    )


def _execution(key: str, placement: Placement, report: Report, state: State) -> Execution | None:
    if not report.LastQty or not report.LastPx or report.LastQty <= 0 or report.LastPx <= 0:
        return None
    return Execution(
        key=key,
        ExecID=report.ExecID,
        placement=placement.placement,
        block=placement.block,
        broker=placement.broker,
        instrument=placement.instrument,
        Side=placement.Side,
        LastQty=report.LastQty,
        LastPx=report.LastPx,
        TransactTime=report.TransactTime,
        trade_date=state.business_date,
        LastMkt=report.LastMkt,
    )


def _wrong_instrument(placement: Placement, report: Report) -> str:
    if report.Symbol and report.Symbol != placement.Symbol:
        return f"Symbol {report.Symbol} on an order in {placement.Symbol}"
    if report.Side and report.Side != placement.Side:
        return f"Side {report.Side} on an order of side {placement.Side.value}"
    return ""


def _doubt(placement: Placement, report: Report, after: Decimal) -> str:
    if after > max([placement.OrderQty, *(r.OrderQty for r in placement.requests)]):
        return f"over-filled: {after} of {placement.OrderQty}"
    if report.CumQty is not None and report.CumQty != after:
        return f"the broker's CumQty is {report.CumQty}, our fills make {after}"
    if placement.Price is not None and report.LastPx is not None:
        worse = (
            report.LastPx < placement.Price
            if placement.Side.sells
            else report.LastPx > placement.Price
        )
        return f"LastPx {report.LastPx} is worse than the limit {placement.Price}" if worse else ""
    return ""


def _amend_trade(
    state: State, command: c.ReportReceived, placement: Placement, report: Report, ctx: Context
) -> list[e.AnyEvent]:
    """A bust removes, a correction replaces the execution that ExecRefID names."""
    target = state.executions.get(
        state.execution_of.get(f"{command.session}/{report.ExecRefID}", "")
    )
    if target is None or target.placement != placement.placement:
        return _unmatched(
            state,
            command,
            ctx,
            f"ExecRefID {report.ExecRefID} is no execution of {placement.placement}",
        )
    key = execution_key(command.session, report, report.ExecID, f"{state.business_date:%Y%m%d}")
    if target.effect is Effect.Busted or key in state.executions:
        return []  # the same amendment again
    execution, effect = None, Effect.Busted
    if report.kind == K.TradeCorrect:
        execution, effect = _execution(key, placement, report, state), Effect.Corrected
        if execution is None:
            return _unmatched(state, command, ctx, "a correction without LastQty or LastPx")
    text = f"{effect.value} ExecID {report.ExecRefID}: {target.LastQty} at {target.LastPx}"
    return [
        e.Reported(placement.placement, report, effect, execution, replaces=target.key),
        _alert(ctx, effect.value, placement.placement, text),
        *reopen(state, placement.block, text, ctx),
    ]


DECIDE = {c.ReportReceived: receive}
