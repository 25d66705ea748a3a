"""Brokers' confirmations of accounts (AK), compared with ours, and our answers (AU)."""

from msgspec.structs import replace

from tradeoms.core import outbox
from tradeoms.core.attention import alert
from tradeoms.core.bounds import brief
from tradeoms.core.comparing import confirmed, row_of
from tradeoms.core.context import Context
from tradeoms.core.instructions import GONE, standing
from tradeoms.core.retired import not_ours
from tradeoms.core.unknown import unknown
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import AffirmStatus, ConfirmationState, ConfirmTransType, Handling
from tradeoms.model.posttrade import Confirmation, ConfirmationSaid, Difference, Instruction
from tradeoms.model.state import State

C, T = ConfirmationState, ConfirmTransType
STATUS, REQUEST_REJECTED = "1", "3"  # ConfirmType
NOT_CONFIRMED = ("2", "3")  # ConfirmStatus: account mismatched, settlement instructions missing
WRONG_ACCOUNT, NO_SETTLEMENT, OTHER = "1", "2", "99"  # ConfirmRejReason
HOLDS = (C.Matched, C.Affirmed)


def confirm(
    state: State, command: c.PostTradeReceived, said: ConfirmationSaid, ctx: Context
) -> list[e.AnyEvent]:
    """AK: told twice it is booked once; each is answered with an AU."""
    key = f"{command.session}/{said.ConfirmID}"
    if key in state.affirmations:
        return _again(state, command, key, said, ctx)
    if said.ConfirmType in (STATUS, REQUEST_REJECTED):
        return [_status(command.session, said, ctx)]
    if said.ConfirmTransType == T.Cancel:
        return _cancel(state, command, said, ctx)
    known = _find(state, command.session, said)
    if known is None:
        named = brief(said.AllocID or said.IndividualAllocID or "nothing")
        return unknown(
            command, f"confirms {named}, which {not_ours(state, 'AllocID', said.AllocID)}", ctx
        )
    n = row_of(known, said.AllocAccount, said.IndividualAllocID)
    if n is None:
        text = f"{known.AllocID} has no account {brief(said.AllocAccount)}"
        rejected = answer(
            state, command.session, said, AffirmStatus.Rejected, WRONG_ACCOUNT, text, ctx
        )
        return [*unknown(command, text, ctx), rejected]
    return _compare(state, known, n, said, ctx)


def _again(
    state: State, command: c.PostTradeReceived, key: str, said: ConfirmationSaid, ctx: Context
) -> list[e.AnyEvent]:
    """A known ConfirmID: nothing happens, unless we asked, or it says something else this time."""
    known = state.confirmations.get(key)
    if known is not None and _content(known.said) != _content(said):
        return unknown(command, f"ConfirmID {brief(said.ConfirmID)} again, saying otherwise", ctx)
    if said.ConfirmReqID in state.confirmation_requests:
        before = state.affirmations[key]
        return [replace(before, at=ctx.now, version=before.version + 1)]
    return []


def _content(said: ConfirmationSaid) -> ConfirmationSaid:
    return replace(said, ConfirmReqID="", CopyMsgIndicator="", ConfirmType="")


def _status(session: str, said: ConfirmationSaid, ctx: Context) -> e.AlertRaised:
    refused = said.ConfirmType == REQUEST_REJECTED
    what = "refuses to confirm" if refused else f"says ConfirmStatus {said.ConfirmStatus}"
    named = said.ConfirmReqID or said.AllocID or said.ConfirmID
    text = f"{named}: the broker {what}: {said.Text or 'no reason given'}"
    return alert(ctx, "confirmation status", session, text)


def _cancel(
    state: State, command: c.PostTradeReceived, said: ConfirmationSaid, ctx: Context
) -> list[e.AnyEvent]:
    """The broker takes a confirmation back: where it is the one that stands, its account is
    unconfirmed again; one that was rejected or replaced takes nothing with it.
    """
    older = state.confirmations.get(f"{command.session}/{said.ConfirmRefID}")
    if older is None:
        named = brief(said.ConfirmRefID or "nothing")
        return unknown(command, f"cancels confirmation {named}, which is unknown", ctx)
    new = replace(
        older, said=said, state=C.Cancelled, at=ctx.now, differences=(), user="", reason=""
    )
    text = f"{older.account} of {older.AllocID}, confirmed by {older.key}, was {older.state}"
    stands = state.confirmed.get(f"{older.AllocID}/{older.account}") == older.key
    events: list[e.AnyEvent] = [
        e.Confirmed(new, current=stands),
        answer(state, command.session, said, AffirmStatus.Received, "", "", ctx),
    ]
    if older.state in HOLDS:
        events.append(alert(ctx, "confirmation cancelled", new.key, text))
    return events


def _find(state: State, session: str, said: ConfirmationSaid) -> Instruction | None:
    """By AllocID, by the row's own id, else by an order of ours that it names."""
    name = said.AllocID or said.IndividualAllocID.rpartition("-")[0]
    known = state.instructions.get(name)
    if known is None and not name:
        for ClOrdID in said.ClOrdIDs:
            placement = state.placements.get(state.placement_of.get(ClOrdID, ""))
            if placement is not None:
                known = standing(state, placement.block, placement.broker)
    return known if known is not None and known.session == session else None


def _compare(
    state: State, known: Instruction, n: int, said: ConfirmationSaid, ctx: Context
) -> list[e.AnyEvent]:
    account = known.accounts[n]
    twice = _twice(state, known, account, said)
    void = _void(known)
    found = void or twice or (*_not_confirmed(said), *confirmed(state, known, n, said))
    told_before = _told_before(state, known, account, found)
    to = C.Mismatched if found else C.Matched
    new = Confirmation(known.session, known.AllocID, account, said, to, ctx.now, found)
    events: list[e.AnyEvent] = [e.Confirmed(new, current=not twice)]
    if told_before:  # rejected once more, it would only be renewed once more
        return [*events, answer(state, known.session, said, AffirmStatus.Received, "", "", ctx)]
    if found:
        text = "; ".join(map(str, found))
        events.append(
            answer(state, known.session, said, AffirmStatus.Rejected, _reason(found), text, ctx)
        )
        if void and _told_void(state, known):
            return events  # told of another account of the same allocation
        told = f"{account} of {known.AllocID} ({known.block} at {known.broker}): {text}"
        return [*events, alert(ctx, "confirmation mismatch", new.key, told)]
    automatic = state.brokers[known.broker].confirmations is Handling.Automatic
    status = AffirmStatus.Affirmed if automatic else AffirmStatus.Received
    return [*events, answer(state, known.session, said, status, "", "", ctx)]


def _told_before(
    state: State, known: Instruction, account: str, found: tuple[Difference, ...]
) -> bool:
    """True where what stands was rejected for the very same, or the allocation is void and the
    account was rejected for that.
    """
    if found and found == _void(known):
        return account in _told_void(state, known)
    before = state.confirmations.get(state.confirmed.get(f"{known.AllocID}/{account}", ""))
    if not found or before is None or before.state is not C.Mismatched:
        return False
    return before.differences == found


def _told_void(state: State, known: Instruction) -> set[str]:
    """Accounts that were rejected because the allocation holds no more."""
    why, every = _void(known), state.confirmations.values()
    return {x.account for x in every if x.AllocID == known.AllocID and x.differences == why}


def _twice(
    state: State, known: Instruction, account: str, said: ConfirmationSaid
) -> tuple[Difference, ...]:
    """A second confirmation of what is confirmed: in order as a copy, as what we asked for, or in
    place of the first.
    """
    current = state.confirmations.get(state.confirmed.get(f"{known.AllocID}/{account}", ""))
    if current is None or current.state not in HOLDS:
        return ()
    if said.ConfirmTransType == T.Replace:
        right = said.ConfirmRefID in ("", current.said.ConfirmID)
        return (
            ()
            if right
            else (Difference("ConfirmRefID", current.said.ConfirmID, said.ConfirmRefID),)
        )
    if said.CopyMsgIndicator == "Y" or said.ConfirmReqID in state.confirmation_requests:
        return ()
    return (Difference("ConfirmID", current.said.ConfirmID, said.ConfirmID),)


def _void(known: Instruction) -> tuple[Difference, ...]:
    why = known.void or (f"is {known.state}" if known.state in GONE else "")
    return (Difference("AllocID", why, known.AllocID),) if why else ()


def _not_confirmed(said: ConfirmationSaid) -> tuple[Difference, ...]:
    if said.ConfirmStatus not in NOT_CONFIRMED:
        return ()
    return (Difference("ConfirmStatus", "4", said.ConfirmStatus),)


def _reason(found: tuple[Difference, ...]) -> str:
    missing = Difference("ConfirmStatus", "4", NOT_CONFIRMED[1])
    if missing in found or found[0].field == "NoSettlPartyIDs":
        return NO_SETTLEMENT
    return WRONG_ACCOUNT if Difference("ConfirmStatus", "4", NOT_CONFIRMED[0]) in found else OTHER


def answer(
    state: State,
    session: str,
    said: ConfirmationSaid,
    status: AffirmStatus,
    ConfirmRejReason: str,
    text: str,
    ctx: Context,
) -> e.ConfirmationAnswered:
    """What is said of a confirmation to its broker (AU)."""
    before = state.affirmations.get(f"{session}/{said.ConfirmID}")
    return e.ConfirmationAnswered(
        session=session,
        ConfirmID=said.ConfirmID,
        TradeDate=said.TradeDate,
        AffirmStatus=status,
        ConfirmRejReason=ConfirmRejReason,
        Text=text,
        user=ctx.user,
        at=ctx.now,
        version=before.version + 1 if before else 0,
    )


def apply_confirmed(state: State, event: e.Confirmed) -> None:
    """The account's confirmation, in place of the one before; one taken back leaves none, where it
    was the one that stood.
    """
    new = event.confirmation
    state.confirmations[new.key] = new
    place = f"{new.AllocID}/{new.account}"
    stood, named = state.confirmed.get(place, ""), f"{new.session}/{new.said.ConfirmRefID}"
    if new.state is C.Cancelled:
        _end(state, new, named, C.Cancelled)
        if stood == named:
            del state.confirmed[place]
    elif event.current:
        for key in {stood, named} - {new.key}:
            _end(state, new, key, C.Replaced)
        state.confirmed[place] = new.key


def _end(state: State, new: Confirmation, key: str, to: ConfirmationState) -> None:
    """What a confirmation cancels or replaces is of its own account."""
    old = state.confirmations.get(key)
    if old is not None and (old.AllocID, old.account) == (new.AllocID, new.account):
        state.confirmations[key] = replace(old, state=to)


def apply_affirmed(state: State, event: e.ConfirmationAnswered) -> None:
    key = f"{event.session}/{event.ConfirmID}"
    before = state.affirmations.get(key)
    if before is not None:  # the newest answer alone is owed to the broker
        state.outbox.pop(outbox.affirmation_key(before), None)
    state.affirmations[key] = event
    outbox.queue(state, outbox.affirmation_key(event))
    known = state.confirmations.get(key)
    if known is None:
        return
    to = known.state
    if event.AffirmStatus is AffirmStatus.Affirmed:
        to = C.Affirmed
    elif event.AffirmStatus is AffirmStatus.Rejected and known.state in HOLDS:
        to = C.Rejected
    reason = event.Text if event.user else known.reason
    user = event.user or known.user
    state.confirmations[key] = replace(known, state=to, user=user, reason=reason)


def apply_requested(state: State, event: e.ConfirmationsRequested) -> None:
    state.confirmation_requests[event.ConfirmReqID] = event
    state.bump("ConfirmReqID", int(event.ConfirmReqID[7:]))
    outbox.queue(state, f"BH/{event.ConfirmReqID}")


APPLY = {
    e.Confirmed: apply_confirmed,
    e.ConfirmationAnswered: apply_affirmed,
    e.ConfirmationsRequested: apply_requested,
}
