"""The kill switch: a cancel for every open placement of a broker, a block, or the house."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from tradeoms.core.asking import asked_to_cancel
from tradeoms.core.attention import alert
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal
from tradeoms.core.mass_cancels import apart, at_once
from tradeoms.core.pending import keep
from tradeoms.core.placements import cancel_request
from tradeoms.core.reasons import reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.placements import Placement
from tradeoms.model.state import State


def cancel_all(state: State, command: c.CancelAll, ctx: Context) -> list[e.AnyEvent]:
    """Asked of each placement, whatever else it waits for; those that cannot be asked are named."""
    problems = reason_problems(command.reason) + _scope_problems(state, command)
    if problems:
        raise Refusal(*problems)
    meant = [placement for placement in state.placements.values() if _means(command, placement)]
    scope = command.broker or command.block or "everything"
    return kill(state, meant, scope, command.reason, ctx, one_by_one=bool(command.block))


def kill(
    state: State,
    meant: Sequence[Placement],
    scope: str,
    reason: str,
    ctx: Context,
    one_by_one: bool = False,
) -> list[e.AnyEvent]:
    """A cancel for each that may still be filled; none of them is sent again."""
    reachable: dict[str, list[Placement]] = {}
    unreachable: list[str] = []
    for placement in meant:
        if asked_to_cancel(state, placement) or placement.unheard:
            continue
        session = state.sessions.get(placement.session)
        if session is None or not session.up:
            unreachable.append(placement.placement)
        else:
            reachable.setdefault(placement.session, []).append(placement)
    events: list[e.AnyEvent] = []
    for name, placements in reachable.items():
        events += _cancels(state, name, placements, one_by_one, ctx)
    text = f"{_counted(events)} by {ctx.user}: {reason}"
    events.append(alert(ctx, "kill switch", scope, text))
    if unreachable:
        text = f"not cancelled before their session is up: {', '.join(unreachable)}"
        events.append(alert(ctx, "kill switch", scope, text))
    if spoken := [p for p in meant if p.unheard]:
        names = ", ".join(f"{p.placement} at {p.broker}" for p in spoken)
        text = f"given by telephone, and to be cancelled there: {names}"
        events.append(alert(ctx, "kill switch", scope, text))
    if meant:
        events.append(e.PlacementsUnwanted(tuple([placement.placement for placement in meant])))
    return events


def _cancels(
    state: State, session: str, wanted: list[Placement], one_by_one: bool, ctx: Context
) -> list[e.AnyEvent]:
    """One request for all that a session has, where its broker takes that; else one an order."""
    request = None if one_by_one else at_once(state, session, wanted, ctx)
    if request is None:
        return [cancel_request(state, placement, ctx) for placement in wanted]
    own = [cancel_request(state, placement, ctx) for placement in wanted if apart(placement)]
    return [e.MassCancelRequested(request), *own]


def _counted(events: list[e.AnyEvent]) -> str:
    many = [event.request for event in events if isinstance(event, e.MassCancelRequested)]
    if not many:
        return f"{len(events)} cancels"
    orders = sum(len(request.placements) for request in many)
    return f"{len(events) - len(many)} cancels, {len(many)} of all orders ({orders})"


def _scope_problems(state: State, command: c.CancelAll) -> list[c.Problem]:
    chosen = [bool(command.broker), bool(command.block), command.everything]
    if sum(chosen) != 1:
        reason = "choose one of broker, block and everything"
        return [c.Problem("broker", brief(command.broker), reason)]
    if command.broker and command.broker not in state.brokers:
        return [c.Problem("broker", brief(command.broker), "unknown broker")]
    if command.block and command.block not in state.blocks:
        return [c.Problem("block", brief(command.block), "unknown block")]
    return []


def _means(command: c.CancelAll, placement: Placement) -> bool:
    """True for what may still be filled, whether or not it is being cancelled already."""
    meant = command.everything or placement.broker == command.broker
    return (meant or placement.block == command.block) and placement.exposure > 0


def cancel_unwanted(state: State, command: c.CancelUnwanted, ctx: Context) -> list[e.AnyEvent]:
    """A cancel for each order that should be gone and is open after a logon."""
    wanted = list(_unwanted(state, command.session))
    names = ", ".join(placement.placement for placement in wanted)
    text = f"cancelled now that the session is up: {names}"
    cancels = [cancel_request(state, placement, ctx) for placement in wanted]
    return [*cancels, alert(ctx, "kill switch", command.session, text)]


def _unwanted(state: State, session: str) -> Iterator[Placement]:
    """Not what one request for all has asked for: the clock looks after that."""
    waiting = [known.placements for known in state.mass_cancels.values() if known.waiting]
    for placement in state.placements.values():
        lives = placement.session == session and placement.exposure > 0
        reached = lives and not placement.unheard and not asked_to_cancel(state, placement)
        if placement.unwanted and reached and not any(placement.placement in w for w in waiting):
            yield placement


def react_changed(state: State, event: e.SessionChanged) -> list[c.Command]:
    """A kill outlasts a lost line, and what was on its way when the line was lost."""
    if not event.up or next(_unwanted(state, event.session), None) is None:
        return []
    return [c.CancelUnwanted(event.session)]


def apply_unwanted(state: State, event: e.PlacementsUnwanted) -> None:
    for name in event.placements:
        keep(state, replace(state.placements[name], unwanted=True, deferred=None))


DECIDE = {c.CancelAll: cancel_all, c.CancelUnwanted: cancel_unwanted}
APPLY = {e.PlacementsUnwanted: apply_unwanted}
REACT = {e.SessionChanged: react_changed}
