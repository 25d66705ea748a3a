"""Halts: the kill switch that lasts. What is open is cancelled, nothing new is done, and it takes two
persons to go on. A halt is in the journal, so that a restart ends none.
"""

from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.bounds import brief
from tradeoms.core.checks import bad_text
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.halts import covers_block, in_force
from tradeoms.core.killing import kill
from tradeoms.core.reasons import reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.halts import Consent, Halt
from tradeoms.model.state import State

PERSONS = 2  # who let work go on
LONGEST_NAME = 64


def halt(state: State, command: c.Halt, ctx: Context) -> list[e.AnyEvent]:
    """Halts, and asks for a cancel of all that is open; pressed again it asks for the cancels."""
    problems = reason_problems(command.reason) + _scope_problems(state, command)
    if problems:
        raise Refusal(*problems)
    new = Halt(
        ctx.name("halt", "H"),
        *(ctx.user, command.reason, ctx.now),
        *(command.trader, command.desk, command.account),
    )
    known = any(old.scope == new.scope for old in in_force(state))
    events: list[e.AnyEvent] = [] if known else [e.Halted(new)]
    if not known:
        text = f"{new.what} by {ctx.user}: {command.reason}; two persons must resume {new.halt}"
        events.append(alert(ctx, "halted", new.halt, text))
    open_now = [p for p in state.placements.values() if p.exposure > 0]
    meant = [p for p in open_now if covers_block(state, new, state.blocks[p.block], p.trader)]
    return [*events, *kill(state, meant, new.what, command.reason, ctx)]


def _scope_problems(state: State, command: c.Halt) -> list[c.Problem]:
    named = {name: getattr(command, name) for name in ("trader", "desk", "account")}
    chosen = [bool(value) for value in named.values()]
    if sum(chosen) + command.everything != 1:
        reason = "choose one of trader, desk, account and everything"
        return [c.Problem("trader", brief(ascii(command.trader)), reason)]
    if command.account and command.account not in state.accounts:
        return [c.Problem("account", brief(ascii(command.account)), "unknown account")]
    return [
        c.Problem(name, brief(ascii(value)), bad)
        for name, value in named.items()
        if (bad := bad_text(value) or ("is too long" if len(value) > LONGEST_NAME else ""))
    ]


def resume(state: State, command: c.Resume, ctx: Context) -> list[e.AnyEvent]:
    """Not by the trader who is halted, and not twice by one person."""
    known = state.halts.get(command.halt)
    if known is None:
        raise refuse("halt", brief(ascii(command.halt)), "unknown halt")
    problems = reason_problems(command.reason)
    if known.lifted is not None:
        problems.append(c.Problem("halt", known.halt, f"was lifted at {known.lifted:%H:%M:%S} UTC"))
    if ctx.user == known.trader:
        problems.append(c.Problem("user", ctx.user, "is halted: others resume"))
    if any(consent.user == ctx.user for consent in known.consents):
        problems.append(c.Problem("user", ctx.user, "has consented: another person is needed"))
    if problems:
        raise Refusal(*problems)
    consent = Consent(ctx.user, command.reason, ctx.now)
    lifted = len(known.consents) + 1 >= PERSONS
    says = "goes on" if lifted else "may go on, if a second person says so too"
    text = f"{known.what} {says}: {ctx.user}: {command.reason}"
    return [
        e.ResumeConsented(known.halt, consent, lifted),
        alert(ctx, "resumed" if lifted else "halted", known.halt, text),
    ]


def apply_halted(state: State, event: e.Halted) -> None:
    state.halts[event.halt.halt] = event.halt
    state.bump("halt", int(event.halt.halt[1:]))


def apply_consented(state: State, event: e.ResumeConsented) -> None:
    known, consent = state.halts[event.halt], event.consent
    state.halts[event.halt] = replace(
        known,
        consents=(*known.consents, consent),
        lifted=consent.at if event.lifted else None,
    )


DECIDE = {c.Halt: halt, c.Resume: resume}
APPLY = {e.Halted: apply_halted, e.ResumeConsented: apply_consented}
