"""Trade errors: what brokers filled beyond a block's orders belongs to no client."""

from decimal import Decimal

from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.blocks import live_block, placements
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal
from tradeoms.core.reasons import reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState
from tradeoms.model.orders import ZERO, Block, ErrorPart
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


def apply_error(state: State, event: e.ErrorBooked) -> None:
    part = ErrorPart(event.account, event.quantity, event.reason, event.user)
    state.blocks[event.block] = replace(state.blocks[event.block], error=part)


DECIDE = {c.BookError: book_error}
APPLY = {e.ErrorBooked: apply_error}
