"""Control of FIX sessions: logging on and off by hand, and where counting begins anew."""

from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.pending import keep
from tradeoms.core.sessions import session_of
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import SessionAction
from tradeoms.model.placements import Placement, Request
from tradeoms.model.state import SessionState, State

A = SessionAction
HIGHEST = 2**31 - 1  # a message number
LONGEST = 200  # characters of a reason


def _session(state: State, name: str) -> SessionState:
    session = state.sessions.get(name)
    if session is None:
        raise refuse("session", brief(name), "unknown session")
    return session


def control(state: State, command: c.ControlSession, ctx: Context) -> list[e.AnyEvent]:
    """A person's word about a session, if it makes sense now."""
    session = _session(state, command.session)
    if len(command.reason) > LONGEST:
        raise refuse("reason", brief(command.reason), f"is longer than {LONGEST} characters")
    if why := _senseless(session, command.action):
        raise refuse("action", command.action, why)
    text = f"{command.action} by {ctx.user}: {command.reason or 'no reason given'}"
    return [e.SessionControlled(command.session, command.action, text, ctx.now)]


def _senseless(session: SessionState, action: SessionAction) -> str:
    if action is A.Test:
        return "" if session.up else "the session is down"
    if action is A.Enable:
        return "is enabled already" if session.enabled else ""
    return "" if session.enabled else "the session is disabled"


def set_numbers(state: State, command: c.SetSequence, ctx: Context) -> list[e.AnyEvent]:
    """Message numbers agreed with the broker; only while nothing can move on the session."""
    session = _session(state, command.session)
    problems = [
        c.Problem(field, str(number), f"must be between 1 and {HIGHEST}")
        for field, number in (("next_in", command.next_in), ("next_out", command.next_out))
        if not 1 <= number <= HIGHEST
    ]
    if len(command.reason.strip()) < 1 or len(command.reason) > LONGEST:
        told = f"is needed, at most {LONGEST} characters"
        problems.append(c.Problem("reason", brief(command.reason), told))
    if session.up or (session.enabled and session.held is not False):
        problems.append(c.Problem("session", command.session, "stop or disable it first"))
    if problems:
        raise Refusal(*problems)
    text = f"set by {ctx.user}: {command.reason}"
    before = f"{session.in_seq + 1} in, {session.out_seq + 1} out"
    after = f"{command.next_in} in, {command.next_out} out"
    return [
        e.SequenceSet(command.session, command.next_in - 1, command.next_out - 1, ctx.now, text),
        alert(ctx, "sequence set", command.session, f"next were {before}, are {after}; {text}"),
    ]


def reset(state: State, command: c.ResetSequence, ctx: Context) -> list[e.AnyEvent]:
    """The numbers begin at 1: agreed by time, or told by the broker. Told twice it is done once."""
    known = session_of(state, command.session).numbers_at
    if known is not None and command.at <= known:
        return []
    return [e.SequenceSet(command.session, 0, 0, command.at, command.reason)]


def tell(state: State, command: c.TellSession, ctx: Context) -> list[e.AnyEvent]:
    """Something about a session that a person should look at."""
    return [alert(ctx, command.kind, command.session, command.text)]


def apply_controlled(state: State, event: e.SessionControlled) -> None:
    session = session_of(state, event.session)
    if event.action is A.Test:
        return
    enabled = {A.Enable: True, A.Disable: False}.get(event.action, session.enabled)
    held = {A.Start: True, A.Stop: False}.get(event.action)
    state.sessions[event.session] = replace(
        session, enabled=enabled, held=held, held_at=event.at, reason=event.reason
    )


def apply_numbers(state: State, event: e.SequenceSet) -> None:
    state.sessions[event.session] = replace(
        session_of(state, event.session),
        in_seq=event.in_seq,
        out_seq=event.out_seq,
        numbers_at=event.at,
    )
    for name in tuple(state.pending):
        placement = state.placements[name]
        if placement.session == event.session:
            keep(state, replace(placement, requests=_renumbered(placement, event.out_seq)))


def _renumbered(placement: Placement, last: int) -> tuple[Request, ...]:
    """Numbers above the last come again, for other messages: a reject of one is none of these."""
    return tuple([replace(r, MsgSeqNum=0) if r.MsgSeqNum > last else r for r in placement.requests])


DECIDE = {
    c.ControlSession: control,
    c.SetSequence: set_numbers,
    c.ResetSequence: reset,
    c.TellSession: tell,
}
APPLY = {e.SessionControlled: apply_controlled, e.SequenceSet: apply_numbers}
