"""FIX sessions as the journal knows them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.state import SessionState, State
from tradeoms.views import touched

#: Events about one session.
OWN = (
    *(e.SessionChanged, e.SessionControlled, e.SequenceSet, e.ReportUnmatched),
    *(e.AllocationReported, e.ConfirmationAnswered),
)
#: Events that a broker's message leads to.
HEARD = (*(e.AllocationAnswered, e.Confirmed, e.AlertRaised, e.MassCancelAnswered, e.ListReported),)


class SessionRow(Struct, frozen=True, gc=False):
    """A session; `brokers` it reaches, `in_seq` and `out_seq` the last message numbers on disk,
    `heard` when the last message came that is no heartbeat.
    """

    key: str
    brokers: str
    up: bool
    reason: str
    in_seq: int
    out_seq: int
    heard: datetime | None = None


def row(state: State, session: SessionState) -> SessionRow:
    """The row of a session."""
    brokers = (b.broker for b in state.brokers.values() if b.session == session.session)
    return SessionRow(
        key=session.session,
        brokers=", ".join(brokers),
        up=session.up,
        reason=session.reason,
        in_seq=session.in_seq,
        out_seq=session.out_seq,
        heard=session.heard,
    )


def upserts(state: State, keys: Iterable[str]) -> Iterator[tuple[str, SessionRow | None]]:
    """The rows of these sessions."""
    for name in keys:
        session = state.sessions.get(name)
        if session is not None:
            yield name, row(state, session)


def keys(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Sessions that changed, or on which a message came or left."""
    if isinstance(event, (e.MessagesSent, *OWN)):
        return (event.session,)
    if isinstance(event, e.BrokersDefined):
        return tuple(state.sessions)  # a broker may have left one session for another
    if isinstance(event, e.AllocationAnswered):
        return (state.instructions[event.AllocID].session,)
    if isinstance(event, e.Confirmed):
        return (event.confirmation.session,)
    if isinstance(event, e.MassCancelAnswered):
        return (state.mass_cancels[event.ClOrdID].session,)
    if isinstance(event, e.ListReported):
        return (state.lists[event.ListID].session,)
    if isinstance(event, e.AlertRaised) and event.subject in state.lists:
        return (state.lists[event.subject].session,)
    if isinstance(event, e.AlertRaised):
        return (event.subject,) if event.subject in state.sessions else ()
    return ()


def through(state: State, batch: touched.Batch) -> Iterable[str]:
    """The sessions of placements that changed."""
    return dict.fromkeys([state.placements[name].session for name in batch.placements])


def all_rows(state: State) -> Iterator[SessionRow]:
    """Every session that was ever seen."""
    for session in state.sessions.values():
        yield row(state, session)
