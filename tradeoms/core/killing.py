"""The kill switch: a cancel for every open placement of a broker, a block, or the house."""

from collections.abc import Iterator

from tradeoms.core.attention import alert
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal
from tradeoms.core.placements import cancel_request
from tradeoms.core.settling import reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import RequestKind
from tradeoms.model.orders import Placement
from tradeoms.model.state import State


def cancel_all(state: State, command: c.CancelAll, ctx: Context) -> list[e.AnyEvent]:
    """Asked of each placement, whatever else it waits for; those that cannot be asked are named."""
    problems = reason_problems(command.reason) + _scope_problems(state, command)
    if problems:
        raise Refusal(*problems)
    events: list[e.AnyEvent] = []
    unreachable: list[str] = []
    for placement in _open(state, command):
        session = state.sessions.get(placement.session)
        if session is None or not session.up:
            unreachable.append(placement.placement)
        else:
            events.append(cancel_request(state, placement, ctx))
    scope = command.broker or command.block or "everything"
    text = f"{len(events)} cancels by {ctx.user}: {command.reason}"
    events.append(alert(ctx, "kill switch", scope, text))
    if unreachable:
        text = f"not cancelled, their session is down: {', '.join(unreachable)}"
        events.append(alert(ctx, "kill switch", scope, text))
    return events


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


def _open(state: State, command: c.CancelAll) -> Iterator[Placement]:
    """What may still be filled and is not being cancelled already."""
    for placement in state.placements.values():
        meant = command.everything or placement.broker == command.broker
        if not (meant or placement.block == command.block) or not placement.exposure:
            continue
        if all(request.kind is not RequestKind.Cancel for request in placement.requests):
            yield placement


DECIDE = {c.CancelAll: cancel_all}
