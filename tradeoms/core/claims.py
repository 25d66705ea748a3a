"""Claims: which trader works an order or a block, and how it passes from one to another."""

from collections.abc import Sequence

from msgspec.structs import replace

from tradeoms.core.bounds import brief
from tradeoms.core.checks import bad_text
from tradeoms.core.context import Context, Refusal
from tradeoms.core.reasons import optional_reason_problems, reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrderState
from tradeoms.model.orders import Block, Order
from tradeoms.model.state import State

MOST_NAMES = 1000  # of one command: other people's wait behind it
LONGEST_NAME = 64


def claim(state: State, command: c.Claim, ctx: Context) -> list[e.AnyEvent]:
    """To the sender; taking over what is another trader's needs a reason."""
    problems, found = _named(state, command.names)
    owners = sorted({one.claimed for one in found} - {"", ctx.user})
    if owners and not command.reason.strip():
        reason = f"taking over from {', '.join(owners)} needs a reason"
        problems.append(c.Problem("reason", "", reason))
    problems += optional_reason_problems(command.reason)
    problems += [
        c.Problem("names", one.name, "is yours already") for one in found if one.claimed == ctx.user
    ]
    return _changed(problems, found, ctx.user, command.reason, ctx)


def release(state: State, command: c.Release, ctx: Context) -> list[e.AnyEvent]:
    """Only by who has it; others take over."""
    problems, found = _named(state, command.names)
    problems += optional_reason_problems(command.reason)
    problems += [
        c.Problem("names", one.name, f"is {one.claimed or 'nobody'}'s, not yours")
        for one in found
        if one.claimed != ctx.user
    ]
    return _changed(problems, found, "", command.reason, ctx)


def reassign(state: State, command: c.Reassign, ctx: Context) -> list[e.AnyEvent]:
    """To another trader, always with a reason."""
    problems, found = _named(state, command.names)
    problems += [*_bad_trader("trader", command.trader), *reason_problems(command.reason)]
    problems += [
        c.Problem("names", one.name, f"is {one.claimed}'s already")
        for one in found
        if one.claimed == command.trader
    ]
    return _changed(problems, found, command.trader, command.reason, ctx)


def hand_over(state: State, command: c.HandOver, ctx: Context) -> list[e.AnyEvent]:
    """Everything that is open and one trader's."""
    problems = [*_bad_trader("to", command.to), *reason_problems(command.reason)]
    found = state.work_of(command.trader) if command.trader else []
    if not found:
        problems.append(c.Problem("trader", brief(ascii(command.trader)), "has claimed nothing"))
    elif command.trader == command.to:
        problems.append(c.Problem("to", brief(command.to), "has it already"))
    return _changed(problems, found, command.to, command.reason, ctx)


def _named(state: State, names: tuple[str, ...]) -> tuple[list[c.Problem], list[Order | Block]]:
    """The open orders and blocks of these names, and what is wrong with the others."""
    if not 0 < len(names) <= MOST_NAMES:
        reason = f"must be 1 to {MOST_NAMES} orders and blocks"
        return [c.Problem("names", str(len(names)), reason)], []
    problems: list[c.Problem] = []
    found: dict[str, Order | Block] = {}
    for n, name in enumerate(names):
        one = state.blocks.get(name) or state.orders.get(name)
        if name in found:
            problems.append(c.Problem(f"names[{n}]", brief(name), "is named twice"))
        elif one is None or one.state is OrderState.Draft:
            problems.append(c.Problem(f"names[{n}]", brief(ascii(name)), "unknown order or block"))
        elif reason := _closed(one):
            problems.append(c.Problem(f"names[{n}]", name, reason))
        else:
            found[name] = one
    return problems, list(found.values())


def _closed(one: Order | Block) -> str:
    """Why it cannot be claimed by itself; empty where it can."""
    if isinstance(one, Order) and one.state is OrderState.InBlock:
        return f"is in {one.block}: who has the block has the order"
    return "" if one.is_open else f"is {one.state}"


def _bad_trader(field: str, name: str) -> list[c.Problem]:
    if not name.strip():
        return [c.Problem(field, brief(ascii(name)), "needs a trader's name")]
    if bad := bad_text(name) or ("is too long" if len(name) > LONGEST_NAME else ""):
        return [c.Problem(field, brief(ascii(name)), bad)]
    return []


def _changed(
    problems: list[c.Problem],
    found: Sequence[Order | Block],
    trader: str,
    reason: str,
    ctx: Context,
) -> list[e.AnyEvent]:
    if problems:
        raise Refusal(*problems)
    orders = tuple(one.order for one in found if isinstance(one, Order))
    blocks = tuple(one.block for one in found if isinstance(one, Block))
    return [e.ClaimsChanged(orders, blocks, trader, ctx.user, reason, ctx.now)]


def apply_changed(state: State, event: e.ClaimsChanged) -> None:
    for name in event.orders:
        state.orders[name] = replace(state.orders[name], claimed=event.trader)
    for name in event.blocks:
        state.blocks[name] = replace(state.blocks[name], claimed=event.trader)


DECIDE = {c.Claim: claim, c.Release: release, c.Reassign: reassign, c.HandOver: hand_over}
APPLY = {e.ClaimsChanged: apply_changed}
