"""Many blocks finished in one decision: split in one go, their money too, and booked to lots so.

That is for blocks whose split depends on nothing that another leaves behind. The rest (a turn in a
rotation, a price group, members who joined later, fills dealt out as they were traded, errors, what
was allocated before) follow one after another.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from allocation.prices import BUY, SELL, split_cash
from allocation.ragged import offsets_of
from tradeoms.core.allocations import Allotted, allocated, day_of, exceptions, filled_parts
from tradeoms.core.blocks import bad_names, live_block, placements, unfinished
from tradeoms.core.bookings import booked
from tradeoms.core.commissions import money
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.dealing import AVERAGE
from tradeoms.core.owners import must_be_mine
from tradeoms.core.parts import cannot, takes_a_reason
from tradeoms.core.room import needed, no_room_for_all
from tradeoms.core.sequence import taken_back
from tradeoms.core.splitting import Split, fresh_all
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState
from tradeoms.model.orders import ZERO, Block, Statement
from tradeoms.model.placements import Placement
from tradeoms.model.state import State

MOST = 2_000  # blocks of one command: everybody else waits for it
AT_ONCE = 64  # blocks whose lots are looked for in one go


class Filled(NamedTuple):
    """A block that may be finished: its statement, units, placements with a fill, trade date."""

    block: Block
    statement: Statement
    units: int
    placed: list[Placement]
    day: date


def finish_blocks(state: State, command: c.FinishBlocks, ctx: Context) -> Iterable[e.AnyEvent]:
    """All of them, or none with everything that is wrong."""
    if problems := bad_names(command.blocks, MOST):
        raise Refusal(*problems)
    found, wrong = list[Filled](), dict[str, tuple[c.Problem, ...]]()
    for name in command.blocks:
        try:
            found.append(_filled(state, name, command.reason, ctx))
        except Refusal as refusal:
            wrong[name] = refusal.problems
    together, alone = list[Filled](), list[Block]()
    for one in sorted(found, key=lambda one: one.day):
        if _by_itself(state, one):
            together.append(one)
        else:
            alone.append(one.block)
    splits = fresh_all(state, [one[:3] for one in together])
    if not command.reason.strip():
        said = [(block, cannot(state, block)) for block in alone]
        said += [(one.block, takes_a_reason(s)) for one, s in zip(together, splits, strict=True)]
        wrong |= {b.block: (c.Problem("", b.block, why),) for b, why in said if why}
    for n, name in enumerate(command.blocks):
        problems += [replace(p, field=f"blocks[{n}]") for p in wrong.get(name, ())]
    if why := no_room_for_all(state, [needed(state, one.block, one.placed) for one in found]):
        problems.append(c.Problem("blocks", str(len(found)), why))
    if problems:
        raise Refusal(*problems)
    return _finished(state, together, splits, alone, command.reason, ctx)


def _filled(state: State, name: str, reason: str, ctx: Context) -> Filled:
    block = live_block(state, name, BlockState.Working)
    must_be_mine(block, ctx)
    if why := unfinished(block, placements(state, block), reason):
        raise refuse("block", name, why)
    assert block.statement is not None
    placed = filled_parts(state, block)
    units = state.instruments[block.instrument].units(sum((p.CumQty for p in placed), ZERO))
    return Filled(block, block.statement, units, placed, day_of(block, placed))


def _by_itself(state: State, one: Filled) -> bool:
    """Whether what others are allocated changes nothing for it, and it nothing for what is booked."""
    frozen, block = one.statement, one.block
    turns = frozen.terms is not None and frozen.terms.turn >= 0
    linked = frozen.earlier or frozen.price_group or frozen.prices != AVERAGE or turns
    changed = block.error or block.told or any(p.adjusted for p in one.placed)
    return not linked and not changed and not taken_back(state, block.block, one.day)


def _finished(
    state: State,
    together: Sequence[Filled],
    splits: Sequence[Split],
    alone: Sequence[Block],
    reason: str,
    ctx: Context,
) -> Iterator[e.AnyEvent]:
    """Each event is to be booked, with what follows from it, before the next is asked for."""
    for one in together:
        yield e.BlockFinished(one.block.block, reason, together=True)
    for one, rows in zip(together, _rows(state, together, splits), strict=True):
        event = replace(allocated(state, one.block, one.placed, rows, ctx), together=True)
        yield event
        yield from exceptions(event, ctx)
    for names in _rounds(state, together):
        yield from booked(state, names, ctx)
    for block in alone:
        yield e.BlockFinished(block.block, reason)


def _rows(state: State, blocks: Sequence[Filled], splits: Sequence[Split]) -> Iterator[Allotted]:
    """The money of all blocks, split in one go."""
    if not blocks:
        return
    bills = [money(state, state.instruments[one.block.instrument], one.placed) for one in blocks]
    gross, costs = (np.array(column, np.int64) for column in zip(*bills, strict=True))
    side = np.array([SELL if one.block.Side.sells else BUY for one in blocks], np.int64)
    offsets = offsets_of(np.array([len(split.quantities) for split in splits], np.int64))
    quantities, ties = (np.concatenate([split[n] for split in splits]) for n in (0, 1))
    cash = split_cash(quantities, gross, costs, side, offsets, ties)
    parts = [np.split(column, offsets[1:-1]) for column in (cash.gross, cash.commission, cash.net)]
    for one, split, gross, costs, net in zip(blocks, splits, *parts, strict=True):
        yield Allotted(
            *(one.statement.orders, one.statement.accounts, split.quantities, gross, costs, net),
            *(split.policy, split.exception, split.turn, np.zeros_like(split.quantities)),
        )


def _rounds(state: State, blocks: Sequence[Filled]) -> Iterator[list[str]]:
    """Blocks of one day in instruments that have nothing to do with each other, day by day, the first
    of each first; their order within an instrument stays.
    """
    rounds: dict[tuple[date, int], list[str]] = {}
    due: dict[str, int] = {}
    for one in blocks:
        kin = state.kin.get(one.block.instrument, (one.block.instrument,))
        turn = max(due.get(name, 0) for name in kin)
        due |= dict.fromkeys(kin, turn + 1)
        rounds.setdefault((one.day, turn), []).append(one.block.block)
    for _, names in sorted(rounds.items()):
        for start in range(0, len(names), AT_ONCE):
            yield names[start : start + AT_ONCE]


DECIDE = {c.FinishBlocks: finish_blocks}
