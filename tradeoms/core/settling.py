"""What waits for a person: unknown reports and disputed executions, attached, booked or dismissed."""

from msgspec.structs import replace

from tradeoms.core.booking import in_later, keep_execution, last_traded
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.executions import amend, dissolved, unbookable, wrong_instrument
from tradeoms.core.pending import keep
from tradeoms.core.reasons import reason_problems
from tradeoms.core.reopening import reopen
from tradeoms.core.reports import foreign, read
from tradeoms.core.retired import has_left
from tradeoms.core.telephone import given_by_voice
from tradeoms.core.undoing import late_bust, undoing
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Execution, Report
from tradeoms.model.fields import Effect, ReportKind, Settlement
from tradeoms.model.state import State

#: Kinds of reports that tell nothing of an order.
OF_NO_ORDER = (ReportKind.MessageReject, ReportKind.MassCanceled, ReportKind.MassCancelReject)


def waiting_report(state: State, number: int) -> e.ReportUnmatched:
    """The unknown report that nobody has settled; Refusal where there is none."""
    found, settled = state.unmatched.get(number), state.settled_reports.get(number)
    if found is None:
        raise refuse("number", number, "is no unknown report")
    if settled is not None:
        raise refuse("number", number, f"was {settled.how} by {settled.user}: {settled.reason}")
    return found


def attach_report(state: State, command: c.AttachReport, ctx: Context) -> list[e.AnyEvent]:
    """To a placement, or to the order that was given by telephone."""
    found = waiting_report(state, command.number)
    problems = reason_problems(command.reason)
    if command.execution:
        return _attach_amendment(state, command, found, problems, ctx)
    if (command.order is None) == (not command.placement):
        problems.append(c.Problem("placement", command.placement, "name a placement or an order"))
    if found.report is None or found.report.kind in OF_NO_ORDER:
        problems.append(c.Problem("number", str(command.number), "tells nothing of an order"))
    if problems or found.report is None:
        raise Refusal(*problems)
    late = late_bust(state, found.report)
    if command.order is not None:
        _may_begin(state, found, found.report)
        said = undoing(state, found.report, command.order) if late else found.report
        words = command.order, found, said, command.reason
        events, name = given_by_voice(state, *words, ctx, undoes=late)
    else:
        events, name = [], command.placement
        _fits(state, name, found, found.report, ctx)
        if late:
            reason = "takes back what has left memory: give the order that undoes it"
            raise refuse("number", command.number, reason)
    how, user, reason = Settlement.Attached, ctx.user, command.reason
    numbers = [found.number] if late else _same_order(state, found, found.report)
    return [*events, *(e.ReportSettled(n, how, user, reason, ctx.now, name) for n in numbers)]


def _may_begin(state: State, found: e.ReportUnmatched, report: Report) -> None:
    """Refuse to make an order of what is booked already, or of what corrects another's fill."""
    late = late_bust(state, report)
    day, ref = report.TradeDate or report.TransactTime[:8], report.ExecRefID
    known = state.executions.get(f"{found.session}/{day}/{report.ExecID}")
    if known is not None:
        reason = f"is booked already: ExecID {known.ExecID} of {known.placement}"
        raise refuse("number", found.number, reason)
    if report.kind in AMENDMENTS and not late:
        raise refuse("number", found.number, "speaks of a fill: name the execution, or dismiss it")
    for number, settled in state.settled_reports.items() if late and ref else ():
        other = state.unmatched[number]
        said = other.report
        if said is None or not settled.placement or other.session != found.session:
            continue
        if (said.kind, said.ClOrdID, said.ExecRefID) == (report.kind, report.ClOrdID, ref):
            raise refuse("number", found.number, f"is booked already, as {settled.placement}")


AMENDMENTS = (ReportKind.TradeCancel, ReportKind.TradeCorrect)


def _attach_amendment(
    state: State,
    command: c.AttachReport,
    found: e.ReportUnmatched,
    problems: list[c.Problem],
    ctx: Context,
) -> list[e.AnyEvent]:
    """A bust or a correction takes back the fill that a person says it means."""
    target, key = state.executions.get(command.execution), command.execution
    if found.report is None or found.report.kind not in AMENDMENTS:
        reason = "is no bust and no correction"
        problems.append(c.Problem("number", str(command.number), reason))
    if command.order is not None or command.placement:
        reason = "is not needed: the execution says it"
        problems.append(c.Problem("placement", command.placement, reason))
    if target is None:
        problems.append(c.Problem("execution", brief(key), "unknown execution"))
    elif target.effect is not Effect.Booked:
        problems.append(c.Problem("execution", key, f"is {target.effect}, not booked"))
    elif (session := state.placements[target.placement].session) != found.session:
        reason = f"is with session {session}, not {found.session}"
        problems.append(c.Problem("execution", key, reason))
    elif found.report and (
        why := wrong_instrument(state.placements[target.placement], found.report)
    ):
        problems.append(c.Problem("execution", key, f"cannot be meant: {why}"))
    if problems or target is None or found.report is None:
        raise Refusal(*problems)
    for event in _amended(state, found, found.report, target, ctx):
        if isinstance(event, e.ReportUnmatched):
            raise refuse("number", found.number, f"cannot be attached: {event.reason}")
    how = Settlement.Attached
    return [
        e.ReportSettled(found.number, how, ctx.user, command.reason, ctx.now, target.placement, key)
    ]


def _amended(
    state: State, found: e.ReportUnmatched, report: Report, target: Execution, ctx: Context
) -> list[e.AnyEvent]:
    placement = state.placements[target.placement]
    return amend(state, _received(found, report), placement, report, ctx, target)


def _fits(state: State, name: str, found: e.ReportUnmatched, report: Report, ctx: Context) -> None:
    """Refuse what could not be read as a report of the placement, such as an ExecID used again."""
    placement = state.placements.get(name)
    if placement is None:
        raise refuse("placement", brief(name), "unknown placement")
    if placement.session != found.session:
        raise refuse("placement", name, f"is with session {placement.session}, not {found.session}")
    if why := dissolved(state, placement):
        raise refuse("placement", name, f"cannot take it: {why}")
    for event in read(state, _received(found, report), placement, report, ctx):
        if isinstance(event, e.ReportUnmatched):
            raise refuse("number", found.number, f"cannot be attached: {event.reason}")


def _received(found: e.ReportUnmatched, report: Report) -> c.ReportReceived:
    """The report as it came."""
    return c.ReportReceived(found.session, found.MsgSeqNum, found.raw, report)


def _same_order(state: State, found: e.ReportUnmatched, report: Report) -> list[int]:
    """The report's number, and of what else waits of the same order at the broker, as it came."""
    key = report.ClOrdID, report.OrderID
    return [
        number
        for number, other in state.unmatched.items()
        if number == found.number
        or (
            number not in state.settled_reports
            and other.session == found.session
            and other.report is not None
            and report.OrderID
            and not late_bust(state, other.report)
            and (other.report.ClOrdID, other.report.OrderID) == key
        )
    ]


def read_report(state: State, command: c.ReadReport, ctx: Context) -> list[e.AnyEvent]:
    """What an attached report says of its placement; it is settled, so it never waits again."""
    found = state.unmatched[command.number]
    placement = state.placements[command.placement]
    if found.report is None:
        return []
    if command.execution:
        target = state.executions[command.execution]
        return _amended(state, found, found.report, target, ctx)
    if late_bust(state, found.report):
        order = state.orders[state.blocks[placement.block].orders[0]]
        said = undoing(state, found.report, order)
        return read(state, _received(found, said), placement, said, ctx)
    return read(state, _received(found, found.report), placement, found.report, ctx)


def react_settled(state: State, event: e.ReportSettled) -> list[c.Command]:
    """An attached report is read."""
    if not event.placement:
        return []
    return [c.ReadReport(event.number, event.placement, event.execution)]


def apply_settled(state: State, event: e.ReportSettled) -> None:
    """What follows under the same ids belongs to the same placement: many orders given by voice may
    have one ClOrdID, such as NONE.
    """
    state.settled_reports[event.number] = event
    found = state.unmatched[event.number]
    if (
        event.placement
        and found.report is not None
        and not has_left(state, "ClOrdID", found.report.ClOrdID)
        and (key := foreign(found.session, found.report))
    ):
        state.placement_of[key] = event.placement


def dismiss_report(state: State, command: c.DismissReport, ctx: Context) -> list[e.AnyEvent]:
    """Nothing of our book: the report stays in the journal, with who said so."""
    waiting_report(state, command.number)
    if problems := reason_problems(command.reason):
        raise Refusal(*problems)
    how = Settlement.Dismissed
    return [e.ReportSettled(command.number, how, ctx.user, command.reason, ctx.now)]


def _disputed(state: State, key: str, reason: str) -> Execution:
    """The execution that nobody has settled; Refusal where there is none, or no reason."""
    execution = state.executions.get(key)
    if execution is None:
        raise refuse("execution", brief(key), "unknown execution")
    if execution.effect is not Effect.Disputed:
        raise refuse("execution", key, f"is {execution.effect}, not disputed")
    if problems := reason_problems(reason):
        raise Refusal(*problems)
    return execution


def book_execution(state: State, command: c.BookExecution, ctx: Context) -> list[e.AnyEvent]:
    """It counts from now on; numbers that cannot be a fill never do."""
    found = _disputed(state, command.execution, command.reason)
    instrument = state.instruments[found.instrument]
    placement = state.placements[found.placement]
    bad = unbookable(instrument, placement, found.LastQty, found.LastPx)
    if bad := bad or dissolved(state, placement):
        raise refuse("execution", command.execution, f"cannot be booked: {bad}")
    settled = _settled(found, Settlement.Booked, command.reason, ctx)
    text = f"fill {found.ExecID} was booked after the allocation: {command.reason}"
    return [settled, *reopen(state, found.block, text, ctx)]


def dismiss_execution(state: State, command: c.DismissExecution, ctx: Context) -> list[e.AnyEvent]:
    """It never counts."""
    found = _disputed(state, command.execution, command.reason)
    return [_settled(found, Settlement.Dismissed, command.reason, ctx)]


def _settled(found: Execution, how: Settlement, reason: str, ctx: Context) -> e.ExecutionSettled:
    return e.ExecutionSettled(found.key, found.placement, how, ctx.user, reason, ctx.now)


def apply_execution_settled(state: State, event: e.ExecutionSettled) -> None:
    state.settled_executions[event.execution] = event
    found, placement = state.executions[event.execution], state.placements[event.placement]
    if event.how is Settlement.Dismissed:
        keep_execution(state, replace(found, effect=Effect.Dismissed))
        return
    keep_execution(state, replace(found, effect=Effect.Booked))
    booked = replace(
        placement,
        CumQty=placement.CumQty + found.LastQty,
        notional=placement.notional + found.LastQty * found.LastPx,
        last_traded=last_traded(placement, found),
        later=in_later(placement.later, found),
    )
    keep(state, booked)


DECIDE = {
    c.AttachReport: attach_report,
    c.ReadReport: read_report,
    c.DismissReport: dismiss_report,
    c.BookExecution: book_execution,
    c.DismissExecution: dismiss_execution,
}
APPLY = {
    e.ReportSettled: apply_settled,
    e.ExecutionSettled: apply_execution_settled,
}
REACT = {e.ReportSettled: react_settled}
