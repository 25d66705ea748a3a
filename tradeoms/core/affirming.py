"""What a person says of confirmations: affirmed, rejected (AU), asked for again (BH)."""

from tradeoms.core.bounds import brief
from tradeoms.core.confirmations import OTHER, answer
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.instructions import LONGEST, standing
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import AffirmStatus, Handling
from tradeoms.model.fields import ConfirmationState as C
from tradeoms.model.posttrade import Confirmation
from tradeoms.model.state import State


def affirm(state: State, command: c.AffirmConfirmations, ctx: Context) -> list[e.AnyEvent]:
    """All of them or none; one that does not match only with a reason, kept in the journal."""
    problems, events = _bad_reason(command.reason), list[e.AnyEvent]()
    for n, key in enumerate(command.confirmations):
        known = state.confirmations.get(key)
        why = _not_affirmable(state, known, command.reason)
        if why or known is None:
            problems.append(c.Problem(f"confirmations[{n}]", brief(key), why))
        else:
            said = known.said
            status, text = AffirmStatus.Affirmed, command.reason
            events.append(answer(state, known.session, said, status, "", text, ctx))
    if not command.confirmations:
        problems.append(c.Problem("confirmations", "", "must name at least one"))
    if problems:
        raise Refusal(*problems)
    return events


def _bad_reason(reason: str) -> list[c.Problem]:
    if len(reason) <= LONGEST and (reason.isascii() and reason.isprintable()):
        return []
    return [c.Problem("reason", brief(reason), f"may be {LONGEST} characters of ASCII at most")]


def _not_affirmable(state: State, known: Confirmation | None, reason: str) -> str:
    if known is None:
        return "unknown confirmation"
    if state.confirmed.get(f"{known.AllocID}/{known.account}") != known.key:
        return f"is {known.state}, and is not what stands for {known.account}"
    if known.state is C.Affirmed:
        return "is affirmed already"
    if why := state.instructions[known.AllocID].void:
        return f"its allocation holds no more: {why}"
    if known.state is C.Matched or reason.strip():
        return ""
    return f"is {known.state}: {'; '.join(map(str, known.differences))}; affirm it with a reason"


def reject(state: State, command: c.RejectConfirmation, ctx: Context) -> list[e.AnyEvent]:
    """A person does not agree with a confirmation that matches."""
    known, problems = state.confirmations.get(command.confirmation), _bad_reason(command.reason)
    if not command.reason.strip():
        problems.append(c.Problem("reason", "", "is needed"))
    if known is None:
        why = "unknown confirmation"
    else:
        why = "" if known.state is C.Matched else f"is {known.state}, not {C.Matched}"
    if why:
        problems.append(c.Problem("confirmation", brief(command.confirmation), why))
    if problems or known is None:
        raise Refusal(*problems)
    status = AffirmStatus.Rejected
    return [answer(state, known.session, known.said, status, OTHER, command.reason, ctx)]


def request(state: State, command: c.RequestConfirmations, ctx: Context) -> list[e.AnyEvent]:
    """BH: ask the broker to confirm an instruction, or one account of it, again."""
    known = state.instructions.get(command.AllocID)
    if known is None:
        raise refuse("AllocID", brief(command.AllocID), "unknown allocation instruction")
    if standing(state, known.block, known.broker) is not known:
        raise refuse("AllocID", known.AllocID, "is not what stands at the broker")
    if command.account and command.account not in known.accounts:
        raise refuse("account", brief(command.account), f"has no part in {known.AllocID}")
    if state.brokers[known.broker].confirmations is Handling.Outside:
        raise refuse("AllocID", known.AllocID, f"{known.broker} confirms outside FIX")
    name = f"R{state.business_date:%y%m%d}{ctx.number('ConfirmReqID'):07d}"
    return [
        e.ConfirmationsRequested(
            name, known.AllocID, command.account, known.session, ctx.user, ctx.now
        )
    ]


DECIDE = {
    c.AffirmConfirmations: affirm,
    c.RejectConfirmation: reject,
    c.RequestConfirmations: request,
}
