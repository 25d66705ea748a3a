"""Alerts are acknowledged, owned by somebody, or asleep until a time, after which they come back."""

from datetime import timedelta

from msgspec.structs import replace

from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.reasons import optional_reason_problems, reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Attention
from tradeoms.model.state import State

OVER = (Attention.Acknowledged, Attention.Ended)
MOST_SNOOZE = timedelta(days=7)


def acknowledge(state: State, command: c.AcknowledgeAlert, ctx: Context) -> list[e.AnyEvent]:
    """Dealt with, by whoever says so."""
    known = _waiting(state, command.number)
    if problems := optional_reason_problems(command.reason):
        raise Refusal(*problems)
    return [_attended(known, command.number, Attention.Acknowledged, command.reason, ctx)]


def own(state: State, command: c.OwnAlert, ctx: Context) -> list[e.AnyEvent]:
    """The sender looks after it from now on, and is asked at once if it was asleep."""
    known, problems = _waiting(state, command.number), optional_reason_problems(command.reason)
    owner = known.owner if known else ""
    if owner == ctx.user and known and known.how is Attention.Owned:
        problems.append(c.Problem("number", str(command.number), "is yours already"))
    if owner not in ("", ctx.user) and not command.reason.strip():
        problems.append(c.Problem("reason", "", f"taking over from {owner} needs a reason"))
    if problems:
        raise Refusal(*problems)
    event = _attended(known, command.number, Attention.Owned, command.reason, ctx)
    return [replace(event, owner=ctx.user)]


def snooze(state: State, command: c.SnoozeAlert, ctx: Context) -> list[e.AnyEvent]:
    """Asleep until a time; whose it is stays as it was."""
    known, problems = _waiting(state, command.number), reason_problems(command.reason)
    until = command.until
    if until.tzinfo is None:
        problems.append(c.Problem("until", str(until), "has no time zone"))
    elif not ctx.now < until <= ctx.now + MOST_SNOOZE:
        reason = f"must be ahead, by {MOST_SNOOZE.days} days at most"
        problems.append(c.Problem("until", str(until), reason))
    if problems:
        raise Refusal(*problems)
    event = _attended(known, command.number, Attention.Snoozed, command.reason, ctx)
    return [replace(event, until=until)]


def returned(state: State, ctx: Context) -> list[e.AnyEvent]:
    """Alerts whose time has come."""
    due = [number for number, until in state.snoozed.items() if until <= ctx.now]
    return [e.AlertReturned(number, ctx.now) for number in due]


def _waiting(state: State, number: int) -> e.AlertAttended | None:
    """What was done last with an alert that is not dealt with; Refusal where there is none."""
    if number not in state.alerts:
        raise refuse("number", number, "unknown alert")
    known = state.attended.get(number)
    if known is not None and known.how in OVER:
        told = f"was acknowledged by {known.user}" if known.user else "has ended by itself"
        raise refuse("number", number, told)
    return known


def ended(
    state: State, kind: str, subject: str, reason: str, ctx: Context
) -> list[e.AlertAttended]:
    """What was told of a subject is over without anybody: it asks for nobody any more."""
    return [
        _attended(state.attended.get(number), number, Attention.Ended, reason, ctx)
        for number, raised in state.alerts.items()
        if (raised.kind, raised.subject) == (kind, subject) and not over(state, number)
    ]


def over(state: State, number: int) -> bool:
    """Whether an alert waits for nobody any more, as somebody dealt with it or it ended."""
    known = state.attended.get(number)
    return known is not None and known.how in OVER


def _attended(
    known: e.AlertAttended | None, number: int, how: Attention, reason: str, ctx: Context
) -> e.AlertAttended:
    owner = known.owner if known else ""
    return e.AlertAttended(number, how, owner, ctx.user, reason, ctx.now)


def apply_attended(state: State, event: e.AlertAttended) -> None:
    state.attended[event.number] = event
    if event.until is None:
        state.snoozed.pop(event.number, None)
    else:
        state.snoozed[event.number] = event.until


def apply_returned(state: State, event: e.AlertReturned) -> None:
    """Whoever had it is asked again; what was done with it stays to be read."""
    known = state.attended[event.number]
    how = Attention.Owned if known.owner else Attention.Returned
    state.attended[event.number] = replace(known, how=how, until=None)
    del state.snoozed[event.number]


DECIDE = {c.AcknowledgeAlert: acknowledge, c.OwnAlert: own, c.SnoozeAlert: snooze}
APPLY = {e.AlertAttended: apply_attended, e.AlertReturned: apply_returned}
