"""Trade errors: what brokers filled beyond a block's orders, or a client got by mistake, is no
client's but an error account's.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.blocks import live_block, placements
from tradeoms.core.bounds import MOST_UNITS, bad_number, brief
from tradeoms.core.context import Context, Refusal
from tradeoms.core.reasons import reason_problems
from tradeoms.core.reopening import undone
from tradeoms.core.room import no_room
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState
from tradeoms.model.orders import ZERO, Block, ErrorPart, Moved
from tradeoms.model.state import State


def book_error(state: State, command: c.BookError, ctx: Context) -> list[e.AnyEvent]:
    """A person names the error account; it gets what is too much when the block is allocated.

    More fills after that need another decision; a bust makes it less by itself.
    """
    block = live_block(state, command.block, BlockState.Working)
    excess, problems = _excess(state, block), reason_problems(command.reason)
    if excess <= 0:
        reason = f"is not over-filled: {block.OrderQty + excess} of {block.OrderQty}"
        problems.append(c.Problem("block", command.block, reason))
    account, reason = _account(state, block, command.account)
    if reason:
        problems.append(c.Problem("account", brief(command.account), reason))
    if problems:
        raise Refusal(*problems)
    text = f"{excess} of {block.block} go to {account}: {command.reason}"
    return [
        e.ErrorBooked(block.block, account, excess, command.reason, ctx.user, ctx.now),
        alert(ctx, "trade error", block.block, text),
    ]


def _excess(state: State, block: Block) -> Decimal:
    """What was filled beyond the orders; below zero where less was filled."""
    return sum((p.CumQty for p in placements(state, block)), ZERO) - block.OrderQty


def still_overfilled(state: State, ctx: Context) -> list[e.AnyEvent]:
    """An alert for each block whose excess has no account yet: told every day until it has."""
    return [
        alert(ctx, "over-filled", block.block, f"{excess} belong to nobody: book the error")
        for block in state.blocks.values()
        if block.state is BlockState.Working
        and (excess := _excess(state, block)) > (block.error.quantity if block.error else ZERO)
    ]


def _account(state: State, block: Block, name: str) -> tuple[str, str]:
    """The error account that is meant, or why there is none; a block keeps the one it has."""
    if block.error is not None:
        name = name or block.error.account
        if name != block.error.account:
            return "", f"the errors of {block.block} are in {block.error.account} already"
    if name:
        known = state.accounts.get(name)
        if known is None:
            return "", "unknown account"
        return name, "" if known.error else "is no error account"
    found = [account.account for account in state.accounts.values() if account.error]
    if len(found) == 1:
        return found[0], ""
    return "", f"name one of the error accounts: {', '.join(found)}" if found else (
        "there is no error account"
    )


def move_to_error(state: State, command: c.MoveToError, ctx: Context) -> list[e.AnyEvent]:
    """The block is allocated anew with the error account in the client's place."""
    block = live_block(state, command.block, BlockState.Allocated)
    problems = reason_problems(command.reason)
    account, reason = _account(state, block, command.account)
    if reason:
        problems.append(c.Problem("account", brief(command.account), reason))
    elif why := no_room(state, block, placements(state, block), account):
        problems.append(c.Problem("account", account, why))
    if block.cross:
        problems.append(c.Problem("block", block.block, f"bust cross {block.cross} instead"))
    parts, short = _parts(state, block, command, ctx)
    if short:
        problems.append(c.Problem("quantity", brief(command.quantity), short))
    if problems:
        raise Refusal(*problems)
    settled = state.allocations[block.block].settle_date <= state.business_date
    text = f"{command.quantity} of {command.client} in {block.block} go to {account}"
    return [
        *undone(state, block.block, command.reason, settled, again=True),
        e.ErrorMoved(block.block, account, parts),
        e.BlockFinished(block.block, command.reason, settled),
        alert(ctx, "trade error", block.block, f"{text}: {command.reason}"),
    ]


def _parts(
    state: State, block: Block, command: c.MoveToError, ctx: Context
) -> tuple[tuple[Moved, ...], str]:
    """What each of the client's orders gives, the last first; or why they cannot."""
    scale = state.instruments[block.instrument].qty_scale
    if reason := bad_number(command.quantity, scale, MOST_UNITS):
        return (), reason
    left, parts, words = command.quantity, list[Moved](), (command.reason, ctx.user, ctx.now)
    for order, got in _held(state, block, command):
        if (taken := min(left, got)) > 0:
            parts.append(Moved(order, command.client, taken, *words))
            left -= taken
    if command.quantity <= 0:
        return (), "must be above zero"
    if left:
        return (), f"{command.client} got {command.quantity - left} of {block.block}"
    return tuple(parts), ""


def _held(state: State, block: Block, command: c.MoveToError) -> Iterator[tuple[str, Decimal]]:
    """The client's orders with what each was allocated, the last first."""
    event, instrument = state.allocations[block.block], state.instruments[block.instrument]
    rows = list(zip(event.orders, event.accounts, event.quantities, strict=True))
    for order, account, units in reversed(rows):
        if order and account == command.client and command.order in ("", order):
            yield order, instrument.quantity(units)


def apply_error(state: State, event: e.ErrorBooked) -> None:
    block = state.blocks[event.block]
    moved = block.error.moved if block.error else ()
    part = ErrorPart(event.account, event.quantity, event.reason, event.user, moved)
    state.blocks[event.block] = replace(block, error=part)
    state.errors[event.block] = None


def apply_moved(state: State, event: e.ErrorMoved) -> None:
    block, last = state.blocks[event.block], event.parts[-1]
    part = block.error or ErrorPart(event.account, ZERO, last.reason, last.user)
    part = replace(part, moved=(*part.moved, *event.parts))
    state.blocks[event.block] = replace(block, error=part)
    state.errors[event.block] = None


DECIDE = {c.BookError: book_error, c.MoveToError: move_to_error}
APPLY = {e.ErrorBooked: apply_error, e.ErrorMoved: apply_moved}
