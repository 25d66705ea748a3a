"""Brokers' answers to allocation instructions (P), and their own calculations (AS), which we answer."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from tradeoms.core import outbox
from tradeoms.core.attention import alert
from tradeoms.core.bounds import brief
from tradeoms.core.comparing import reported, row_of
from tradeoms.core.confirmations import confirm
from tradeoms.core.context import Context
from tradeoms.core.instructions import GONE, standing
from tradeoms.core.retired import not_ours
from tradeoms.core.unknown import unknown
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import AllocTransType, ConfirmationState, InstructionState
from tradeoms.model.posttrade import (
    AllocationAck,
    AllocationReport,
    ConfirmationSaid,
    Difference,
    Instruction,
    MessageRefused,
)
from tradeoms.model.state import State

S, T = InstructionState, AllocTransType
#: AllocStatus (87). FIX 4.2's 2 is a partial accept, which says the same.
STATES = {
    "0": S.Accepted,
    "1": S.BlockRejected,
    "2": S.AccountRejected,
    "3": S.Received,
    "4": S.Incomplete,
    "5": S.BlockRejected,
}
ENDS = (S.Replaced, S.Cancelled)
ALERTS = {
    S.BlockRejected: "allocation rejected",
    S.AccountRejected: "accounts rejected",
    S.Incomplete: "allocation incomplete",
}
ACCEPTED, REJECTED = "0", "1"  # AllocStatus of our AT
#: AllocRejCode by the first field that differs; 9: calculation difference.
REASONS = {"AllocAccount": "0", "Quantity": "1", "AvgPx": "2", "AllocQty": "8"}
CALCULATION = "9"


def receive(state: State, command: c.PostTradeReceived, ctx: Context) -> list[e.AnyEvent]:
    """A broker's message after the trade; what belongs to nothing of ours is kept for a person."""
    if command.said is None:
        return unknown(command, command.error, ctx)
    return ON[type(command.said)](state, command, command.said, ctx)


def acknowledge(
    state: State, command: c.PostTradeReceived, ack: AllocationAck, ctx: Context
) -> list[e.AnyEvent]:
    """P: told twice it is booked once, and what was decided is not received again."""
    known = state.instructions.get(ack.AllocID)
    if known is None or known.session != command.session:
        return unknown(
            command, f"AllocID {brief(ack.AllocID)} {not_ours(state, 'AllocID', ack.AllocID)}", ctx
        )
    to = STATES.get(ack.AllocStatus)
    if to is None:
        return unknown(command, f"AllocStatus {brief(ack.AllocStatus)} is unknown", ctx)
    rejected = _rejected(known, ack)
    if to is S.BlockRejected and known.repeated and known.state is S.Accepted:
        return [_second_copy(known, ack.Text, ctx)]
    told = (known.state, known.rejected, known.text) == (to, rejected, ack.Text)
    waits = known.state in (S.Queued, S.Unsent, S.Sent)
    if told or (to is S.Received and not waits):
        return []
    return [
        e.AllocationAnswered(known.AllocID, to, ack.AllocRejCode, ack.Text, rejected, ctx.now),
        *_alerts(known, to, ack, rejected, ctx),
    ]


def _second_copy(known: Instruction, text: str, ctx: Context) -> e.AlertRaised:
    """The broker rejects the repetition of what it accepted: nothing changes. Taken for the first
    copy's, the answer would have us tell it all anew.
    """
    told = f"{known.AllocID}, {known.block} at {known.broker}: its repetition was rejected: {text}"
    return alert(ctx, "repetition rejected", known.session, told)


def _rejected(known: Instruction, ack: AllocationAck) -> dict[str, str]:
    """The accounts that the broker does not take, and why."""
    found = {}
    for row in ack.rows:
        if not (row.IndividualAllocRejCode or row.AllocText):
            continue  # a row that is only named, as brokers do that list all of them
        n = row_of(known, row.AllocAccount, row.IndividualAllocID)
        account = row.AllocAccount if n is None else known.accounts[n]
        found[account] = f"{row.IndividualAllocRejCode} {row.AllocText}".strip()
    return found


def _alerts(
    known: Instruction,
    to: InstructionState,
    ack: AllocationAck,
    rejected: dict[str, str],
    ctx: Context,
) -> list[e.AnyEvent]:
    if to not in ALERTS:
        return []
    which = "; ".join(f"{account}: {why}" for account, why in rejected.items())
    code = f"AllocRejCode {ack.AllocRejCode}" if ack.AllocRejCode else ""
    kind = {T.Replace: "replace of ", T.Cancel: "cancel of "}.get(known.AllocTransType, "")
    what = f"{kind}{known.RefAllocID}: " if kind else ""
    said = ", ".join(part for part in (code, ack.Text, which) if part) or "no reason given"
    text = f"{known.block} at {known.broker}: {what}{said}"
    return [alert(ctx, ALERTS[to], known.AllocID, text)]


def refused(
    state: State, command: c.PostTradeReceived, said: MessageRefused, ctx: Context
) -> list[e.AnyEvent]:
    """3 or j: an instruction is rejected as a whole; of the rest a person is told."""
    known = _refused(state, command.session, said)
    text = said.Text or f"message {said.RefSeqNum}"
    if known is None:
        told = f"the broker's engine refused our {said.RefMsgType} {said.key}: {text}"
        return [alert(ctx, "reject", command.session, told)]
    if known.state in (S.BlockRejected, *ENDS):
        return []
    if known.repeated and known.state is S.Accepted:
        return [_second_copy(known, text, ctx)]
    ack = AllocationAck(known.AllocID, REJECTED, Text=text)
    return [
        e.AllocationAnswered(known.AllocID, S.BlockRejected, "", text, {}, ctx.now),
        *_alerts(known, S.BlockRejected, ack, {}, ctx),
    ]


def _refused(state: State, session: str, said: MessageRefused) -> Instruction | None:
    """By what the gateway remembers, else by the number of the message."""
    if said.RefMsgType != "J":
        return None
    known = state.instructions.get(said.key.removeprefix("J/"))
    if known is not None and known.session == session:
        return known
    for known in reversed(state.instructions.values()):
        if known.session == session and known.MsgSeqNum == said.RefSeqNum is not None:
            return known
    return None


def report(
    state: State, command: c.PostTradeReceived, said: AllocationReport, ctx: Context
) -> list[e.AnyEvent]:
    """AS: answered once, with what differs."""
    session = command.session
    if f"{session}/{said.AllocReportID}" in state.allocation_reports:
        return []
    known = _reported(state, session, said)
    if known is None:
        named = brief(said.AllocID or ", ".join(said.ClOrdIDs) or "nothing")
        return unknown(
            command, f"a report on {named}, which {not_ours(state, 'AllocID', said.AllocID)}", ctx
        )
    found: tuple[Difference, ...] = ()
    if said.AllocTransType != T.Cancel:
        found = _void(known) or reported(state, known, said)
    text = "; ".join(map(str, found))
    status, code = (REJECTED, _code(found[0])) if found else (ACCEPTED, "")
    answer = e.AllocationReported(session, known.AllocID, said, status, code, text, ctx.now)
    if not found:
        return [answer]
    return [answer, alert(ctx, "allocation report differs", known.AllocID, text)]


def _void(known: Instruction) -> tuple[Difference, ...]:
    why = known.void or (f"is {known.state}" if known.state in GONE else "")
    return (Difference("AllocID", why, known.AllocID),) if why else ()


def _code(difference: Difference) -> str:
    return REASONS.get(difference.field.partition(" of ")[0], CALCULATION)


def _reported(state: State, session: str, said: AllocationReport) -> Instruction | None:
    """By AllocID; where the broker gives none, by one of the orders that it names."""
    known = state.instructions.get(said.AllocID)
    if known is None and not said.AllocID:
        for ClOrdID in said.ClOrdIDs:
            placement = state.placements.get(state.placement_of.get(ClOrdID, ""))
            if placement is not None:
                known = standing(state, placement.block, placement.broker)
    return known if known is not None and known.session == session else None


def apply_answered(state: State, event: e.AllocationAnswered) -> None:
    """An accepted replace or cancel ends what it names, and all that this one was to replace."""
    known = state.instructions[event.AllocID]
    state.outbox.pop(f"J/{event.AllocID}", None)
    state.instructions[event.AllocID] = replace(
        known,
        state=known.state if known.state in ENDS else event.state,
        AllocRejCode=event.AllocRejCode,
        text=event.text,
        rejected=event.rejected,
        answered=event.at,
    )
    if event.state is S.Accepted and known.RefAllocID:
        _end(state, known)


def _end(state: State, known: Instruction) -> None:
    cancel = known.AllocTransType is T.Cancel
    name = known.RefAllocID
    while name:
        older = state.instructions[name]
        if older.state not in GONE:
            state.instructions[name] = replace(older, state=S.Cancelled if cancel else S.Replaced)
            _end_confirmations(state, older, cancel)
        name = older.RefAllocID


def _end_confirmations(state: State, older: Instruction, cancel: bool) -> None:
    to = ConfirmationState.Cancelled if cancel else ConfirmationState.Replaced
    for account in older.accounts:
        key = state.confirmed.pop(f"{older.AllocID}/{account}", "")
        if key:
            state.confirmations[key] = replace(state.confirmations[key], state=to)


def apply_reported(state: State, event: e.AllocationReported) -> None:
    key = f"{event.session}/{event.said.AllocReportID}"
    state.allocation_reports[key] = event
    outbox.queue(state, f"AT/{key}")


ON: dict[type, Callable[[State, c.PostTradeReceived, Any, Context], list[e.AnyEvent]]] = {
    AllocationAck: acknowledge,
    AllocationReport: report,
    ConfirmationSaid: confirm,
    MessageRefused: refused,
}
DECIDE = {c.PostTradeReceived: receive}
APPLY = {e.AllocationAnswered: apply_answered, e.AllocationReported: apply_reported}
