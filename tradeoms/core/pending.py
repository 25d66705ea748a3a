"""Requests that wait for an answer: the broker is asked once, then a person is told, once."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from tradeoms.core.asking import of_before
from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.model import events as e
from tradeoms.model.fields import RequestKind, Transmission
from tradeoms.model.placements import Placement, Request
from tradeoms.model.state import State


def keep(state: State, placement: Placement) -> None:
    """Put a placement into the state, and onto or off the list of those that wait for an answer."""
    state.placements[placement.placement] = placement
    if placement.requests:
        state.pending[placement.placement] = len(placement.requests)
    else:
        state.pending.pop(placement.placement, None)


def ask(state: State, placement: Placement, ctx: Context) -> list[e.AnyEvent]:
    """The question how the order stands, where the broker answers such."""
    if not state.brokers[placement.broker].knows_status_requests or placement.telephoned:
        return []
    return [e.StatusRequested(placement.placement, placement.ClOrdID, ctx.now)]


def overdue(state: State, ctx: Context) -> list[e.AnyEvent]:
    """What waits too long: while a session is down, nothing; its logon asks about everything."""
    events: list[e.AnyEvent] = []
    for name in state.pending:
        placement = state.placements[name]
        session = state.sessions.get(placement.session)
        if session is not None and session.up:
            for request in placement.requests:
                events += _overdue(state, placement, request, ctx)
    return events


def _overdue(
    state: State, placement: Placement, request: Request, ctx: Context
) -> list[e.AnyEvent]:
    broker = state.brokers[placement.broker]
    patience = timedelta(seconds=broker.answer_seconds)
    if request.overdue or ctx.now < (request.since or request.at) + patience:
        return []
    # A question that overtakes its order on the way out would be answered with "unknown".
    queued = placement.transmission is Transmission.Queued
    left = not queued or of_before(state, placement, request)
    if left and broker.knows_status_requests and not request.asked:
        return [e.StatusRequested(placement.placement, request.ClOrdID, ctx.now)]
    what = f"no answer to the {request.kind} request {request.ClOrdID}"
    text = what if left else f"the {request.kind} request {request.ClOrdID} has not left yet"
    if left and request.kind is not RequestKind.New:
        waits = f", and a {placement.deferred.kind} waits for it" if placement.deferred else ""
        text += f"{waits}: a cancel or replace that is asked for now is sent at once"
    return [
        e.RequestOverdue(placement.placement, request.ClOrdID),
        alert(ctx, "no answer", placement.placement, text),
    ]


def apply_asked(state: State, event: e.StatusRequested) -> None:
    """The answer is awaited from now on."""
    _mark(state, event.placement, event.ClOrdID, event.at, asked=True)


def apply_resent(state: State, event: e.RequestResent) -> None:
    """The request begins to wait anew: where that is lost too, a person is told anew."""
    _mark(state, event.placement, event.ClOrdID, event.at, asked=False, overdue=False)
    placement = state.placements[event.placement]
    keep(state, replace(placement, transmission=Transmission.Queued))


def apply_overdue(state: State, event: e.RequestOverdue) -> None:
    _mark(state, event.placement, event.ClOrdID, None, overdue=True)


def _mark(state: State, name: str, ClOrdID: str, at: datetime | None, **marks: bool) -> None:
    placement = state.placements[name]
    requests = tuple(
        replace(r, since=at or r.since, **marks) if r.ClOrdID == ClOrdID else r
        for r in placement.requests
    )
    keep(state, replace(placement, requests=requests))


APPLY = {
    e.StatusRequested: apply_asked,
    e.RequestResent: apply_resent,
    e.RequestOverdue: apply_overdue,
}
