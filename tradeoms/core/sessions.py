"""FIX sessions: up or down, the numbers that are on disk, and what to ask after a lost line."""

from msgspec.structs import replace

from tradeoms.core.context import Context
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Transmission
from tradeoms.model.state import SessionState, State


def change_session(state: State, command: c.ChangeSession, ctx: Context) -> list[e.AnyEvent]:
    """A session logged on or off; an alert where it went down."""
    events: list[e.AnyEvent] = [e.SessionChanged(command.session, command.up, command.reason)]
    if not command.up and session_of(state, command.session).up:
        text = command.reason or "logged off"
        events.append(
            e.AlertRaised(ctx.number("alert"), "session down", command.session, text, ctx.now)
        )
    return events


def session_of(state: State, name: str) -> SessionState:
    """The session's state, a fresh one where it was never seen."""
    return state.sessions.get(name) or SessionState(name)


def react_changed(state: State, event: e.SessionChanged) -> list[c.Command]:
    """After a logon the broker is asked about every request that it has not answered."""
    if not event.up:
        return []
    return [
        c.RequestStatus(p.placement)
        for p in state.placements.values()
        if p.session == event.session and p.requests
    ]


def request_status(state: State, command: c.RequestStatus, ctx: Context) -> list[e.AnyEvent]:
    """A question for each unanswered request; a person where the broker takes no questions."""
    placement = state.placements[command.placement]
    if state.brokers[placement.broker].knows_status_requests:
        return [e.StatusRequested(placement.placement, r.ClOrdID) for r in placement.requests]
    ClOrdID = placement.requests[-1].ClOrdID
    text = f"no answer to {ClOrdID}, and {placement.broker} answers no status requests"
    return [
        e.AlertRaised(ctx.number("alert"), "ask the broker", placement.placement, text, ctx.now)
    ]


def apply_changed(state: State, event: e.SessionChanged) -> None:
    state.sessions[event.session] = replace(
        session_of(state, event.session), up=event.up, reason=event.reason
    )


def apply_sent(state: State, event: e.MessagesSent) -> None:
    session = session_of(state, event.session)
    state.sessions[event.session] = replace(
        session, out_seq=event.MsgSeqNums[-1] if event.MsgSeqNums else session.out_seq
    )
    for ClOrdID in event.ClOrdIDs:
        placement = state.placements[state.placement_of[ClOrdID]]
        if placement.transmission is Transmission.Queued:
            state.placements[placement.placement] = replace(
                placement, transmission=Transmission.Sent
            )


def apply_asked(state: State, event: e.StatusRequested) -> None:
    """A question changes nothing; its answer may."""


def apply_resent(state: State, event: e.RequestResent) -> None:
    placement = state.placements[event.placement]
    state.placements[event.placement] = replace(placement, transmission=Transmission.Queued)


def received(state: State, cause: e.Cause) -> None:
    """Remember that everything of a session up to this number is on disk.

    A lower number that is no repetition means that the session began to count anew.
    """
    if not cause.MsgSeqNum:
        return
    known = session_of(state, cause.session)
    if cause.MsgSeqNum > known.in_seq or not cause.PossDup:
        state.sessions[cause.session] = replace(known, in_seq=cause.MsgSeqNum)


DECIDE = {c.ChangeSession: change_session, c.RequestStatus: request_status}
APPLY = {
    e.SessionChanged: apply_changed,
    e.MessagesSent: apply_sent,
    e.StatusRequested: apply_asked,
    e.RequestResent: apply_resent,
}
REACT = {e.SessionChanged: react_changed}
