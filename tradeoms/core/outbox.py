"""Messages to brokers after the trade, until they have left: none is lost, none is sent by surprise.

A key is a MsgType and an id: J/AllocID, AU/session/ConfirmID, AT/session/AllocReportID,
BH/ConfirmReqID. A second answer to one confirmation is AU1, a third AU2: what becomes of the first
says nothing of them. Late is better than never here, so what could not leave goes out at the next logon.
"""

from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import InstructionState
from tradeoms.model.state import State

S = InstructionState
# What is known of a message in the outbox.
NEVER_LEFT, ON_ITS_WAY, MAY_HAVE_LEFT = 0, 1, 2


def affirmation_key(event: e.ConfirmationAnswered) -> str:
    """The key of an answer to a confirmation."""
    return f"AU{event.version or ''}/{event.session}/{event.ConfirmID}"


def session_of(state: State, key: str) -> str:
    """The session that a message goes to."""
    kind, _, name = key.partition("/")
    if kind == "J":
        return state.instructions[name].session
    if kind == "BH":
        return state.confirmation_requests[name].session
    return name.partition("/")[0]


def react_changed(state: State, event: e.SessionChanged) -> list[c.Command]:
    """After a logon, what has not left for certain is sent."""
    if not event.up:
        return []
    return [
        c.ResendPostTrade(key) for key in state.outbox if session_of(state, key) == event.session
    ]


def resend(state: State, command: c.ResendPostTrade, ctx: Context) -> list[e.AnyEvent]:
    """Again, as a possible repetition unless it is known that it never left."""
    if command.key not in state.outbox:
        return []
    return [e.PostTradeResent(command.key, state.outbox[command.key] != NEVER_LEFT)]


def confirm(state: State, command: c.ConfirmPostTrade, ctx: Context) -> list[e.AnyEvent]:
    """On disk: what left, and with which message numbers."""
    return [e.PostTradeSent(command.session, command.MsgSeqNums, command.keys)]


def give_back(state: State, command: c.ReturnPostTrade, ctx: Context) -> list[e.AnyEvent]:
    """The gateway could not send. One that can never be sent as it is, is not tried again.

    Of what waits for one logon a person is told once: it goes out by itself then.
    """
    if command.key not in state.outbox:
        return []
    events: list[e.AnyEvent] = [e.PostTradeUnsent(command.key, command.reason, command.hopeless)]
    first = state.outbox[command.key] == ON_ITS_WAY and not _waits(state, command.key)
    if command.hopeless or first:
        events.append(alert(ctx, "unsent", command.key, command.reason))
    return events


def _waits(state: State, key: str) -> bool:
    """True where something of the same session waits for its logon already."""
    session = session_of(state, key)
    return any(
        known == NEVER_LEFT and session_of(state, other) == session
        for other, known in state.outbox.items()
    )


def queue(state: State, key: str) -> None:
    """A message is on its way to the gateway."""
    state.outbox[key] = ON_ITS_WAY


def never_left(state: State, AllocID: str) -> bool:
    """True for an instruction that the broker cannot have seen."""
    known = state.instructions[AllocID]
    return known.state is S.Unsent and state.outbox.get(f"J/{AllocID}") != MAY_HAVE_LEFT


def apply_sent(state: State, event: e.PostTradeSent) -> None:
    for key, number in zip(event.keys, event.MsgSeqNums, strict=True):
        state.outbox.pop(key, None)
        _mark(state, key, S.Sent, number)


def apply_unsent(state: State, event: e.PostTradeUnsent) -> None:
    before = state.outbox[event.key]
    if event.hopeless:
        del state.outbox[event.key]
    elif before == ON_ITS_WAY:
        state.outbox[event.key] = NEVER_LEFT
    # A copy that cannot be repeated may be at the broker all the same: then it was sent.
    stays = event.hopeless and before == MAY_HAVE_LEFT
    _mark(state, event.key, S.Sent if stays else S.Unsent, 0, event.reason)


def apply_resent(state: State, event: e.PostTradeResent) -> None:
    state.outbox[event.key] = MAY_HAVE_LEFT if event.poss_resend else ON_ITS_WAY
    _mark(state, event.key, S.Queued, 0)
    kind, _, name = event.key.partition("/")
    if kind == "J" and event.poss_resend:
        state.instructions[name] = replace(state.instructions[name], repeated=True)


def _mark(state: State, key: str, to: InstructionState, MsgSeqNum: int, text: str = "") -> None:
    """An instruction shows how far its message came, unless the broker has answered it already."""
    kind, _, name = key.partition("/")
    if kind != "J":
        return
    known = state.instructions[name]
    waits = known.state in (S.Queued, S.Unsent, S.Sent)
    state.instructions[name] = replace(
        known,
        state=to if waits else known.state,
        MsgSeqNum=MsgSeqNum or known.MsgSeqNum,
        text=text if waits else known.text,
    )


DECIDE = {c.ResendPostTrade: resend, c.ConfirmPostTrade: confirm, c.ReturnPostTrade: give_back}
APPLY = {
    e.PostTradeSent: apply_sent,
    e.PostTradeUnsent: apply_unsent,
    e.PostTradeResent: apply_resent,
}
REACT = {e.SessionChanged: react_changed}
