"""Many blocks finished by one command: looked at all, then split, billed and booked in slices.

Nothing is booked if anything is wrong with any of them. Then each slice is split in one go, its
money too, and booked to lots so; what came meanwhile comes first, and a block that it has changed
is looked at again. In one go goes what depends on nothing that another block leaves behind. The
rest (a turn in a rotation, a price group, members who joined later, fills dealt out as they were
traded, errors, what was allocated before) follow one after another.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

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

MOST = 10_000  # blocks of one command
LOOKED, BOOKED = 4_000, 1_000  # lines of a slice: what others wait for, a few milliseconds
BLOCK = 40  # lines that a block is worth, besides its own


class Filled(NamedTuple):
    """A block that may be finished: its statement, units, placements with a fill, trade date, how much
    room it needs in the books. `split`, unless it must be by itself.
    """

    block: Block
    statement: Statement
    units: int
    placed: list[Placement]
    day: date
    need: tuple[int, int]
    split: Split | None = None


T = TypeVar("T")
Wrong = dict[str, tuple[c.Problem, ...]]
Slices = Generator[Iterable[e.AnyEvent], None, Iterable[e.AnyEvent]]


def finish_blocks(state: State, command: c.FinishBlocks, ctx: Context) -> Slices:
    """All of them, or none with everything that is wrong as long as none is booked.

    A block that can no longer be finished when its turn comes is left, and named in the answer.
    """
    if problems := bad_names(command.blocks, MOST):
        raise Refusal(*problems)
    found, wrong = list[Filled](), Wrong()
    members = [_members(state, name) for name in command.blocks]
    for names in _sliced(command.blocks, members, LOOKED):
        found += _looked_at(state, names, command.reason, wrong, ctx)
        yield ()
    if why := no_room_for_all(state, [one.need for one in found]):
        problems.append(c.Problem("blocks", str(len(found)), why))
    if problems := [*_named(command, wrong), *problems]:
        raise Refusal(*problems)
    found.sort(key=lambda one: (one.split is None, one.day))
    parts = list(_sliced(found, [len(one.statement.accounts) for one in found], BOOKED))
    for part in parts[:-1]:
        yield _finished(state, part, command.reason, wrong, ctx)
    return _ended(state, parts[-1], command, wrong, ctx)


def _sliced(rows: Sequence[T], lines: Sequence[int], most: int) -> Iterator[Sequence[T]]:
    """As many at a time as have so many lines, one at least."""
    start, size = 0, 0
    for n, more in enumerate(lines):
        size += BLOCK + more
        if n > start and size > most:
            yield rows[start:n]
            start, size = n, BLOCK + more
    if start < len(rows):
        yield rows[start:]


def _members(state: State, name: str) -> int:
    block = state.blocks.get(name)
    return len(block.statement.accounts) if block and block.statement else 1


def _named(command: c.FinishBlocks, wrong: Wrong) -> list[c.Problem]:
    return [
        replace(problem, field=f"blocks[{n}]")
        for n, name in enumerate(command.blocks)
        for problem in wrong.get(name, ())
    ]


def _looked_at(
    state: State, names: Sequence[str], reason: str, wrong: Wrong, ctx: Context
) -> list[Filled]:
    """Those that may be finished, with their splits; what speaks against the others goes to `wrong`."""
    found, plain = list[Filled](), list[Filled]()
    for name in names:
        try:
            one = _filled(state, name, reason, ctx)
        except Refusal as refusal:
            wrong[name] = refusal.problems
        else:
            (found if _by_itself(state, one) else plain).append(one)
    splits = fresh_all(state, [one[:3] for one in plain])
    said = [(one.block, cannot(state, one.block)) for one in found]
    said += [(one.block, takes_a_reason(s)) for one, s in zip(plain, splits, strict=True)]
    if not reason.strip():
        wrong |= {b.block: (c.Problem("", b.block, why),) for b, why in said if why}
    found += [one._replace(split=split) for one, split in zip(plain, splits, strict=True)]
    return [one for one in found if one.block.block not in wrong]


def _filled(state: State, name: str, reason: str, ctx: Context) -> Filled:
    block = live_block(state, name, BlockState.Working)
    must_be_mine(block, ctx)
    if why := unfinished(block, placements(state, block), reason):
        raise refuse("block", name, why)
    assert block.statement is not None
    placed = filled_parts(state, block)
    units = state.instruments[block.instrument].units(sum((p.CumQty for p in placed), ZERO))
    need = needed(state, block, placed)
    return Filled(block, block.statement, units, placed, day_of(block, placed), need)


def _by_itself(state: State, one: Filled) -> bool:
    """Whether its outcome hangs on what others are allocated, or what is booked hangs on it."""
    frozen, block = one.statement, one.block
    turns = frozen.terms is not None and frozen.terms.turn >= 0
    linked = frozen.earlier or frozen.price_group or frozen.prices != AVERAGE or turns
    changed = block.error or block.told or block.changes or any(p.adjusted for p in one.placed)
    return bool(linked or changed or taken_back(state, block.block, one.day))


def _changed(state: State, one: Filled) -> bool:
    """Whether it is no longer what was looked at: entities are replaced when they change."""
    block = state.blocks.get(one.block.block)
    if block is None or block is not one.block or (one.split and _by_itself(state, one)):
        return True
    return [*map(id, filled_parts(state, block))] != [*map(id, one.placed)]


def _still(
    state: State, part: Sequence[Filled], reason: str, wrong: Wrong, ctx: Context
) -> list[Filled]:
    """Those of a slice that may be finished now."""
    late = Wrong()
    names = [one.block.block for one in part if _changed(state, one)]
    kept = [one for one in part if one.block.block not in names]
    kept += _looked_at(state, names, reason, late, ctx) if names else []
    if why := no_room_for_all(state, [one.need for one in kept]):
        late |= {b.block: (c.Problem("", b.block, why),) for b, *_ in kept}
        kept = []
    wrong |= late
    return kept


def _finished(
    state: State, part: Sequence[Filled], reason: str, wrong: Wrong, ctx: Context
) -> Iterator[e.AnyEvent]:
    """Each event is to be booked, with what follows from it, before the next is asked for."""
    kept = _still(state, part, reason, wrong, ctx)
    together = [one for one in kept if one.split]
    for one in together:
        yield e.BlockFinished(one.block.block, reason, together=True)
    for one, rows in zip(together, _rows(state, together), strict=True):
        event = replace(allocated(state, one.block, one.placed, rows, ctx), together=True)
        yield event
        yield from exceptions(event, ctx)
    for names in _rounds(state, together):
        yield from booked(state, names, ctx)
    for one in kept:
        if not one.split:
            yield e.BlockFinished(one.block.block, reason)


def _ended(
    state: State, part: Sequence[Filled], command: c.FinishBlocks, wrong: Wrong, ctx: Context
) -> Iterator[e.AnyEvent]:
    """The last slice, which is booked with the answer: what was left is refused."""
    yield from _finished(state, part, command.reason, wrong, ctx)
    if left := _named(command, wrong):
        booked = len(command.blocks) - len(wrong)
        said = f"changed while others were finished ({booked} are): "
        raise Refusal(*(replace(one, reason=said + one.reason) for one in left))


def _rows(state: State, blocks: Sequence[Filled]) -> Iterator[Allotted]:
    """The money of all blocks, split in one go."""
    if not blocks:
        return
    bills = [money(state, state.instruments[one.block.instrument], one.placed) for one in blocks]
    splits = [one.split for one in blocks if one.split]
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


def _rounds(state: State, blocks: Sequence[Filled]) -> list[list[str]]:
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
    return [names for _, names in sorted(rounds.items())]


SLICED = {c.FinishBlocks: finish_blocks}
