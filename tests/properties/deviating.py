"""Splits that a random machine may change: some of what one account gets goes to another."""

from collections.abc import Iterator, Sequence

from tests.builders import D
from tests.properties.acting import among
from tests.properties.invariants import idle
from tradeoms.core.joining import so_far
from tradeoms.model import commands as c
from tradeoms.model.fields import BlockState
from tradeoms.model.orders import Block, Statement
from tradeoms.model.state import State


def wish(state: State, pick: int, units: int) -> tuple[str, tuple[c.AccountQty, ...]]:
    """A block, and quantities for who has most of it and who may have more."""
    block, statement, got = among(list(_split(state)), pick)
    giver = max(range(len(got)), key=lambda n: got[n])
    room = [q - had for q, had in zip(statement.quantities, got, strict=True)]
    taker = max(range(len(got)), key=lambda n: (n != giver, room[n]))
    moved = min(units, got[giver], int(room[taker]))
    return block.block, tuple(
        c.AccountQty(statement.accounts[n], D(got[n] + more), statement.orders[n])
        for n, more in ((giver, -moved), (taker, moved))
    )


def _split(state: State) -> Iterator[tuple[Block, Statement, Sequence[int]]]:
    """Blocks that no broker fills any more, with what their members get."""
    for block in state.blocks.values():
        parts, statement = [state.placements[name] for name in block.placements], block.statement
        if statement is None or any(p.exposure or p.requests for p in parts):
            continue
        got: Sequence[int] = ()
        if (event := state.allocations.get(block.block)) is not None:
            got = event.quantities
        elif block.state is BlockState.Working and idle(state, block) >= 0:
            got = so_far(state, block, statement)
        if len(got) == len(statement.orders) > 1 and 0 < sum(got) < block.OrderQty:
            yield block, statement, got
