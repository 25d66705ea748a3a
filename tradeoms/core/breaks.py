"""Breaks: found, owned, explained, and cleared when they are gone."""

from msgspec.structs import replace

from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.reasons import optional_reason_problems, reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.breaks import Break
from tradeoms.model.state import State

OPEN, EXPLAINED, CLEARED = "open", "explained", "cleared"


def found(state: State, new: Break) -> Break:
    """A break as it is now: one that is known keeps its age and owner, and its explanation as long
    as the difference is the same.
    """
    known = state.breaks.get(new.key)
    if known is None or known.state == CLEARED:
        return new
    kept = replace(new, since=known.since, owner=known.owner)
    same = (known.what, known.ours, known.theirs) == (new.what, new.ours, new.theirs)
    if known.state == EXPLAINED and same:
        return replace(kept, state=EXPLAINED, user=known.user, reason=known.reason, at=known.at)
    return kept


def cleared(state: State, known: Break, user: str, reason: str) -> Break:
    """The same break, gone."""
    return replace(known, state=CLEARED, seen=state.business_date, user=user, reason=reason)


def own(state: State, command: c.OwnBreak, ctx: Context) -> list[e.AnyEvent]:
    """The sender looks after it from now on."""
    known, problems = _open(state, command.key), optional_reason_problems(command.reason)
    if known.owner == ctx.user:
        problems.append(c.Problem("key", brief(command.key), "is yours already"))
    elif known.owner and not command.reason.strip():
        problems.append(c.Problem("reason", "", f"taking over from {known.owner} needs a reason"))
    if problems:
        raise Refusal(*problems)
    return [e.BreaksChanged((replace(known, owner=ctx.user, at=ctx.now),))]


def explain(state: State, command: c.ExplainBreak, ctx: Context) -> list[e.AnyEvent]:
    """Why it is there; it stays explained until the difference changes, or is gone."""
    known, problems = _open(state, command.key), reason_problems(command.reason)
    if problems:
        raise Refusal(*problems)
    owner = known.owner or ctx.user
    told = replace(
        known, state=EXPLAINED, owner=owner, user=ctx.user, reason=command.reason, at=ctx.now
    )
    return [e.BreaksChanged((told,))]


def _open(state: State, key: str) -> Break:
    known = state.breaks.get(key)
    if known is None:
        raise refuse("key", brief(key), "there is no such break")
    if known.state == CLEARED:
        raise refuse("key", brief(key), f"is cleared: {known.reason}")
    return known


def apply_changed(state: State, event: e.BreaksChanged) -> None:
    state.breaks.update((one.key, one) for one in event.breaks)


DECIDE = {c.OwnBreak: own, c.ExplainBreak: explain}
APPLY = {e.BreaksChanged: apply_changed}
