"""Trades that we do not know (message Q): offered to a person, never sent by themselves."""

from tradeoms.core.attention import alert
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.reasons import reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import ReportKind
from tradeoms.model.state import State


def dont_know_trade(state: State, command: c.DontKnowTrade, ctx: Context) -> list[e.AnyEvent]:
    """The broker is told, whatever a person settles here."""
    problems = reason_problems(command.reason)
    if bool(command.execution) == bool(command.number):
        problems.append(c.Problem("execution", command.execution, "name an execution or a number"))
    if problems:
        raise Refusal(*problems)
    asked = _of_report(state, command, ctx) if command.number else _of_trade(state, command, ctx)
    session = state.sessions.get(asked.session)
    if session is None or not session.up:
        raise refuse("session", asked.session, "is down")
    return [asked, alert(ctx, "trade not known", asked.ExecID, command.reason)]


def _of_trade(state: State, command: c.DontKnowTrade, ctx: Context) -> e.DKRequested:
    found = state.executions.get(command.execution)
    if found is None:
        raise refuse("execution", brief(command.execution), "unknown execution")
    placement = state.placements[found.placement]
    if found.user:
        raise refuse("execution", command.execution, "was entered by hand, not by the broker")
    return e.DKRequested(
        session=placement.session,
        OrderID=placement.OrderID,
        ExecID=found.ExecID,
        DKReason=command.DKReason,
        Symbol=placement.Symbol,
        Side=placement.Side.value,
        user=ctx.user,
        reason=command.reason,
        OrderQty=placement.OrderQty,
        LastQty=found.LastQty,
        LastPx=found.LastPx,
    )


def _of_report(state: State, command: c.DontKnowTrade, ctx: Context) -> e.DKRequested:
    found = state.unmatched.get(command.number)
    if found is None:
        raise refuse("number", command.number, "is no unknown report")
    report = found.report
    if report is None or report.kind not in (ReportKind.Trade, ReportKind.TradeCorrect):
        raise refuse("number", command.number, "tells of no trade")
    return e.DKRequested(
        session=found.session,
        OrderID=report.OrderID,
        ExecID=report.ExecID,
        DKReason=command.DKReason,
        Symbol=report.Symbol,
        Side=report.Side,
        user=ctx.user,
        reason=command.reason,
        OrderQty=report.OrderQty,
        LastQty=report.LastQty,
        LastPx=report.LastPx,
    )


def apply_dk(state: State, event: e.DKRequested) -> None:
    """A message to the broker; our book stays as it is."""


DECIDE = {c.DontKnowTrade: dont_know_trade}
APPLY = {e.DKRequested: apply_dk}
