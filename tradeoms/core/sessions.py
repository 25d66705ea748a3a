"""FIX sessions: up or down, the numbers that are on disk, and what to ask after a lost line."""

from datetime import datetime

from msgspec.structs import replace

from tradeoms.core.attending import ended
from tradeoms.core.attention import alert
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, refuse
from tradeoms.core.pending import keep
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Transmission
from tradeoms.model.state import SessionState, State

DOWN = "session down"  # the kind of alert


def change_session(state: State, command: c.ChangeSession, ctx: Context) -> list[e.AnyEvent]:
    """A session logged on or off; an alert where it went down, which ends when it is up again."""
    events: list[e.AnyEvent] = [
        e.SessionChanged(command.session, command.up, command.reason, ctx.now)
    ]
    if command.up:
        events += ended(state, DOWN, command.session, "the session is up again", ctx)
    elif session_of(state, command.session).up:
        events.append(alert(ctx, DOWN, command.session, command.reason or "logged off"))
    return events


def session_of(state: State, name: str) -> SessionState:
    """The session's state, a fresh one where it was never seen."""
    return state.sessions.get(name) or SessionState(name)


def react_changed(state: State, event: e.SessionChanged) -> list[c.Command]:
    """After a logon the broker is asked about every request that it has not answered, and how every
    open order stands: at once where it takes such a question.
    """
    if not event.up:
        return []
    pending = [n for n in state.pending if state.placements[n].session == event.session]
    others = [
        p
        for p in state.placements.values()
        if p.session == event.session and not p.requests and p.LeavesQty and not p.telephoned
    ]
    asked = [c.RequestStatus(name) for name in pending]
    brokers = {p.broker: state.brokers[p.broker] for p in others}
    if any(broker.knows_mass_status for broker in brokers.values()):
        return [*asked, c.RequestMassStatus(event.session)]
    one_by_one = {name for name, broker in brokers.items() if broker.knows_status_requests}
    return [*asked, *(c.RequestStatus(p.placement) for p in others if p.broker in one_by_one)]


def request_mass_status(
    state: State, command: c.RequestMassStatus, ctx: Context
) -> list[e.AnyEvent]:
    """One question for all of our orders on the session."""
    name = ctx.name("mass_status", f"{state.business_date:%y%m%d}-")
    return [e.MassStatusRequested(command.session, name, ctx.now)]


def apply_mass_status(state: State, event: e.MassStatusRequested) -> None:
    """The answers come one by one, as reports of status."""
    state.bump("mass_status", int(event.MassStatusReqID.partition("-")[2]))


def request_status(state: State, command: c.RequestStatus, ctx: Context) -> list[e.AnyEvent]:
    """A question for each unanswered request, else for the order; a person is told where the broker
    takes no questions.
    """
    placement = state.placements.get(command.placement)
    if placement is None:
        raise refuse("placement", brief(command.placement), "unknown placement")
    if placement.unheard:
        raise refuse("placement", command.placement, "was given by telephone: ask there")
    if ctx.user and not session_of(state, placement.session).up:
        raise refuse("placement", command.placement, f"session {placement.session} is down")
    asked = [r.ClOrdID for r in placement.requests] or [placement.ClOrdID]
    if state.brokers[placement.broker].knows_status_requests:
        return [e.StatusRequested(placement.placement, ClOrdID, ctx.now) for ClOrdID in asked]
    if ctx.user:
        reason = f"{placement.broker} answers no status requests"
        raise refuse("placement", command.placement, reason)
    text = f"no answer to {asked[-1]}, and {placement.broker} answers no status requests"
    return [alert(ctx, "ask the broker", placement.placement, text)]


def apply_changed(state: State, event: e.SessionChanged) -> None:
    session = session_of(state, event.session)
    logged_on = event.at if event.up else session.logged_on
    state.sessions[event.session] = replace(
        session, up=event.up, reason=event.reason, logged_on=logged_on
    )


def apply_sent(state: State, event: e.MessagesSent) -> None:
    session = session_of(state, event.session)
    state.sessions[event.session] = replace(
        session, out_seq=event.MsgSeqNums[-1] if event.MsgSeqNums else session.out_seq
    )
    # Where not every message was a request, the numbers of an old record are not known.
    numbers = event.MsgSeqNums if len(event.MsgSeqNums) == len(event.ClOrdIDs) else ()
    number_of = dict(zip(event.ClOrdIDs, numbers, strict=False))
    for ClOrdID in event.ClOrdIDs:
        if (name := state.placement_of.get(ClOrdID)) is not None:  # not of a request about all
            _left(state, name, ClOrdID, number_of.get(ClOrdID, 0))


def _left(state: State, name: str, ClOrdID: str, MsgSeqNum: int) -> None:
    placement = state.placements[name]
    queued = placement.transmission is Transmission.Queued
    requests = tuple(
        [replace(r, MsgSeqNum=MsgSeqNum) if r.ClOrdID == ClOrdID else r for r in placement.requests]
    )
    transmission = Transmission.Sent if queued else placement.transmission
    keep(state, replace(placement, requests=requests, transmission=transmission))


def received(state: State, cause: e.Cause, at: datetime) -> None:
    """Remember that everything of a session up to this number is on disk, and when it came.

    A lower number that is no repetition means that the session began to count anew.
    """
    if not cause.MsgSeqNum:
        return
    known = session_of(state, cause.session)
    counts = cause.MsgSeqNum > known.in_seq or not cause.PossDup
    in_seq = cause.MsgSeqNum if counts else known.in_seq
    state.sessions[cause.session] = replace(known, in_seq=in_seq, heard=at)


DECIDE = {
    c.ChangeSession: change_session,
    c.RequestStatus: request_status,
    c.RequestMassStatus: request_mass_status,
}
APPLY = {
    e.SessionChanged: apply_changed,
    e.MessagesSent: apply_sent,
    e.MassStatusRequested: apply_mass_status,
}
REACT = {e.SessionChanged: react_changed}
