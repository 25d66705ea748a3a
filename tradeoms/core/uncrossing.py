"""A cross taken back, by two persons too: on both sides at once, and its orders are staged again."""

from collections.abc import Iterator

from msgspec.structs import replace

from tradeoms.core.action_orders import outdated
from tradeoms.core.attention import alert
from tradeoms.core.context import Context, Refusal
from tradeoms.core.crossing import known, not_second
from tradeoms.core.reasons import reason_problems
from tradeoms.core.reopening import undone
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.crosses import Word
from tradeoms.model.fields import BlockState, CrossState, Effect, TimeInForce
from tradeoms.model.orders import Block
from tradeoms.model.state import State

S = CrossState


def propose(state: State, command: c.BustCross, ctx: Context) -> list[e.AnyEvent]:
    """Nothing is taken back before a second person says so."""
    cross = known(state, command.cross, S.Approved)
    problems = reason_problems(command.reason)
    if problems:
        raise Refusal(*problems)
    text = f"{ctx.user} wants it taken back: {command.reason}; a second person must say so"
    return [
        e.BustProposed(cross.cross, Word(ctx.user, command.reason, ctx.now)),
        alert(ctx, "cross bust proposed", cross.cross, text),
    ]


def approve(state: State, command: c.ApproveBust, ctx: Context) -> list[e.AnyEvent]:
    """Whoever wants it back, or has an order in it, is not the second person."""
    cross = known(state, command.cross, S.BustProposed)
    problems = reason_problems(command.reason)
    assert cross.bust is not None
    if why := not_second(cross, cross.bust, ctx):
        problems.append(c.Problem("user", ctx.user, why))
    if problems:
        raise Refusal(*problems)
    text = f"taken back by {cross.bust.user} and {ctx.user}: {command.reason}"
    return [
        e.CrossBusted(cross.cross, Word(ctx.user, command.reason, ctx.now)),
        alert(ctx, "cross busted", cross.cross, text),
    ]


def react_busted(state: State, event: e.CrossBusted) -> list[c.Command]:
    """Both blocks, the one that was booked last first."""
    cross, word = state.crosses[event.cross], event.word
    return [c.TakeBack(block, word.user, word.reason) for block in reversed(cross.blocks)]


def take_back(state: State, command: c.TakeBack, ctx: Context) -> list[e.AnyEvent]:
    """Fills, allocation, lots and cash of one side; what was booked on it later is booked again."""
    block = state.blocks[command.block]
    assert block.state is BlockState.Allocated, f"{block.block} is {block.state}"
    fills = [x for x in state.executions.values() if x.block == block.block]
    return [
        *undone(state, block.block, f"cross {block.cross}: {command.reason}"),
        *(
            e.FillBusted(x.placement, x.key, command.user, command.reason)
            for x in fills
            if x.effect is Effect.Booked
        ),
        e.BlockDissolved(block.block),
        *_over(state, block),
    ]


def _over(state: State, block: Block) -> Iterator[e.OrderCancelled]:
    """Orders that cannot be staged again: their day is over, or their shares are others by now."""
    terms = outdated(state, block)
    for name in block.orders:
        order = state.orders[name]
        if (
            order.TimeInForce is not TimeInForce.GoodTillCancel
            and order.trade_date < state.business_date
        ):
            yield e.OrderCancelled(name, f"was for {order.trade_date} only", expired=True)
        elif terms is not None and order.trade_date < terms.day:
            reason = f"{terms.kind} of {terms.instrument} on {terms.day}, since it was crossed"
            yield e.OrderCancelled(name, reason)


def apply_proposed(state: State, event: e.BustProposed) -> None:
    cross = state.crosses[event.cross]
    state.crosses[event.cross] = replace(cross, state=S.BustProposed, bust=event.word)


def apply_rejected(state: State, event: e.BustRejected) -> None:
    """Why not is in the journal; the cross is what it was."""
    cross = state.crosses[event.cross]
    state.crosses[event.cross] = replace(cross, state=S.Approved, bust=None)


def apply_busted(state: State, event: e.CrossBusted) -> None:
    cross = state.crosses[event.cross]
    state.crosses[event.cross] = replace(cross, state=S.Busted, busted=event.word)


DECIDE = {c.BustCross: propose, c.ApproveBust: approve, c.TakeBack: take_back}
APPLY = {
    e.BustProposed: apply_proposed,
    e.BustRejected: apply_rejected,
    e.CrossBusted: apply_busted,
}
REACT = {e.CrossBusted: react_busted}
