"""What allocations do to the tax lots: a sell closes long lots by the account's method, a buy covers
the oldest short ones, and what is left opens a lot.

Blocks whose instruments have nothing to do with each other are computed in one go.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from allocation.exact import round_ratio
from allocation.lots import Disposals, Relief
from allocation.ragged import offsets_of, segment_ids
from allocation.relief import Named
from tradeoms.core.attention import alert
from tradeoms.core.average_basis import Averaged, averaged, open_columns
from tradeoms.core.context import Context
from tradeoms.core.gifts import counted_basis
from tradeoms.core.identifying import missing, named
from tradeoms.core.periods import counted_from
from tradeoms.core.relieving import AVERAGE, Names, relieve_sales
from tradeoms.market.calendar import days
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.fields import Side
from tradeoms.model.orders import Block
from tradeoms.model.state import State

NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Trades:
    """What blocks in different instruments were allocated, as columns (n,), block after block: the
    line of the allocation, account number, units, net cents, method of relief.

    `offsets` (n_blocks + 1,). `pairs`: a number for each block and account. Without methods all are
    FIFO. `day` is the trade date of all.
    """

    blocks: Sequence[Block]
    offsets: Int64s
    pairs: Int64s
    lines: Int64s
    accounts: Int64s
    units: Int64s
    net: Int64s
    methods: Names | None
    day: int


def _trades(state: State, blocks: Sequence[Block]) -> Trades:
    """Of those who got something."""
    given = [state.allocations[block.block] for block in blocks]
    units = [np.array(one.quantities, np.int64) for one in given]
    got = [np.flatnonzero(column) for column in units]
    offsets = offsets_of(np.array([len(own) for own in got], np.int64))
    accounts = _joined([state.account_axis.numbers(one.accounts) for one in given], got)
    return Trades(
        blocks,
        offsets,
        segment_ids(offsets) * len(state.account_axis.names) + accounts,
        np.concatenate(got),
        accounts,
        _joined(units, got),
        _joined([np.array(one.net, np.int64) for one in given], got),
        _methods(blocks, got),
        days(given[0].trade_date),
    )


def _joined(columns: Sequence[Int64s], places: Sequence[Int64s]) -> Int64s:
    return np.concatenate([one[own] for one, own in zip(columns, places, strict=True)])


def _methods(blocks: Sequence[Block], got: Sequence[Int64s]) -> Names | None:
    """How each account relieves lots, as the statements have it; covers and errors are FIFO."""
    found, others = list[str](), False
    for block, lines in zip(blocks, got, strict=True):
        assert block.statement is not None
        own = block.statement.lot_methods if block.Side.sells else ()
        found += [own[n] if n < len(own) else "FIFO" for n in lines.tolist()]
        others |= bool(own)
    return np.array(found, np.str_) if others else None


def booked(state: State, names: Sequence[str], ctx: Context) -> Iterator[e.AnyEvent]:
    """Each event is to be booked, with what follows from it, before the next is asked for."""
    trades = _trades(state, [state.blocks[name] for name in names])
    numbers, of = _closable(state, trades.blocks)
    pairs = of * len(state.account_axis.names) + state.lots["account"][numbers]
    closing = _closing(state, trades, numbers, pairs)
    closed_net = round_ratio(trades.net, closing, np.maximum(trades.units, 1))
    chosen = _named(state, trades, closing, numbers)
    averages = _averages(state, trades, closing, chosen, numbers, of)
    relief = _relieve(state, trades, closing, closed_net, chosen, numbers, pairs, averages)
    made = _Made.of(state, trades, trades.units - closing, trades.net - closed_net, relief, numbers)
    for n, block in enumerate(trades.blocks):
        own = slice(int(trades.offsets[n]), int(trades.offsets[n + 1]))
        yield made.event(state, n, averages[n])
        mine = None if chosen is None else _of_block(chosen, own)
        yield from missing(state, block, trades.lines[own], closing[own], mine, ctx)
        yield from _crossed_zero(state, made, n, ctx)


def _closable(state: State, blocks: Sequence[Block]) -> tuple[Int64s, Int64s]:
    """Numbers of the open lots that blocks may close, and the place of the block that each is for."""
    lots, axis = state.lots, state.instrument_axis
    wanted = np.full(len(axis.names), -1, np.int64)
    place = np.zeros(len(axis.names), np.int64)
    for n, block in enumerate(blocks):
        if not block.Side.short:
            column = axis.index[block.instrument]
            wanted[column], place[column] = block.Side is not Side.Sell, n
    open_ = (lots["remaining"] > 0) & (lots["short"] == wanted[lots["instrument"]])
    numbers = np.flatnonzero(open_)
    return numbers, place[lots["instrument"][numbers]]


def _closing(state: State, trades: Trades, numbers: Int64s, pairs: Int64s) -> Int64s:
    """Units of each trade that close lots; an account's trades in a block close in the order given."""
    if not len(numbers):
        return np.zeros_like(trades.units)
    room = np.zeros(len(trades.blocks) * len(state.account_axis.names), np.int64)
    np.add.at(room, pairs, state.lots["remaining"][numbers])
    order = np.argsort(trades.pairs, kind="stable")
    pair, units = trades.pairs[order], trades.units[order]
    ahead = np.cumsum(units) - units
    ahead -= ahead[np.searchsorted(pair, pair)]
    closing = np.empty_like(units)
    closing[order] = np.clip(room[pair] - ahead, 0, units)
    return closing


def _named(state: State, trades: Trades, closing: Int64s, numbers: Int64s) -> Named | None:
    """The lots that were named for sales, as `identifying.named` has them, of all blocks."""
    found = list[Named]()
    for n, block in enumerate(trades.blocks):
        own = slice(int(trades.offsets[n]), int(trades.offsets[n + 1]))
        part = named(state, block, trades.lines[own], closing[own], numbers)
        if part is not None:
            found.append(replace(part, disposal=part.disposal + own.start))
    if not found:
        return None
    columns = ([getattr(part, name) for part in found] for name in Named.__slots__)
    return Named(*(np.concatenate(column) for column in columns))


def _of_block(chosen: Named, own: slice) -> Named:
    """What is named for a block's trades, counted from its first."""
    mine = (chosen.disposal >= own.start) & (chosen.disposal < own.stop)
    return Named(chosen.lot[mine], chosen.disposal[mine] - own.start, chosen.quantity[mine])


def _averages(
    state: State,
    trades: Trades,
    closing: Int64s,
    chosen: Named | None,
    numbers: Int64s,
    of: Int64s,
) -> list[Averaged]:
    """By block, of accounts that sell more than the lots they named."""
    if trades.methods is None or not (trades.methods == AVERAGE).any():
        return [{} for _ in trades.blocks]
    rest = closing.copy()
    if chosen is not None:
        np.subtract.at(rest, chosen.disposal, chosen.quantity)
    block = segment_ids(trades.offsets)
    found = list[Averaged]()
    for n in range(len(trades.blocks)):
        some = (rest > 0) & (block == n)
        mine = trades.accounts[some], trades.methods[some], numbers[of == n]
        found.append(averaged(state, *mine))
    return found


def _relieve(
    state: State,
    trades: Trades,
    closing: Int64s,
    amounts: Int64s,
    chosen: Named | None,
    numbers: Int64s,
    pairs: Int64s,
    averages: Sequence[Averaged],
) -> Relief:
    """Rows by trade: `disposal` is the place among all trades."""
    closes = np.flatnonzero(closing)
    if not len(closes):
        return Relief(NONE, NONE, NONE, NONE, NONE, NONE)
    if chosen is not None:
        chosen = replace(chosen, disposal=np.searchsorted(closes, chosen.disposal))
    relief = relieve_sales(
        open_columns(state, numbers, pairs, averages),
        Disposals(trades.pairs[closes], closing[closes], amounts[closes]),
        None if trades.methods is None else trades.methods[closes],
        trades.day,
        counted_from(state.lots, numbers, trades.day),
        chosen,
    )
    return replace(relief, disposal=closes[relief.disposal])


@dataclass(frozen=True, slots=True)
class _Made:
    """What is opened and relieved, as lists over all blocks; `opens` and `rows` (n_blocks + 1) say
    which of it is whose.
    """

    blocks: Sequence[Block]
    opens: list[int]
    accounts: list[str]
    quantities: list[int]
    basis: list[int]
    rows: list[int]
    relieved: tuple[list[int], ...]

    @classmethod
    def of(
        cls,
        state: State,
        trades: Trades,
        opening: Int64s,
        basis: Int64s,
        relief: Relief,
        numbers: Int64s,
    ) -> "_Made":
        """From the columns of all trades."""
        opens, lots = np.flatnonzero(opening), numbers[relief.lot]
        names = state.account_axis.names
        cost = counted_basis(state.lots, lots, relief.quantity, relief.basis, relief.amount)
        return cls(
            trades.blocks,
            np.searchsorted(opens, trades.offsets).tolist(),
            [names[i] for i in trades.accounts[opens].tolist()],
            opening[opens].tolist(),
            basis[opens].tolist(),
            np.searchsorted(relief.disposal, trades.offsets).tolist(),
            tuple(column.tolist() for column in (lots, relief.quantity, cost, relief.amount)),
        )

    def opened(self, n: int) -> list[str]:
        """Accounts in which a block opens lots."""
        return self.accounts[self.opens[n] : self.opens[n + 1]]

    def event(self, state: State, n: int, average: Averaged) -> e.LotsBooked:
        """A block's own part; its lots follow those that there are now."""
        new, rows = slice(*self.opens[n : n + 2]), slice(*self.rows[n : n + 2])
        lots, quantities, basis, proceeds = (tuple(column[rows]) for column in self.relieved)
        return e.LotsBooked(
            block=self.blocks[n].block,
            opened_numbers=tuple(range(state.lots.size, state.lots.size + new.stop - new.start)),
            opened_accounts=tuple(self.accounts[new]),
            opened_quantities=tuple(self.quantities[new]),
            opened_basis=tuple(self.basis[new]),
            relieved_lots=lots,
            relieved_quantities=quantities,
            relieved_basis=basis,
            relieved_proceeds=proceeds,
            averaged=average,
        )


def _crossed_zero(state: State, made: _Made, n: int, ctx: Context) -> Iterator[e.AnyEvent]:
    """A plain sell that found too few lots opened a short: booked, and a person must look."""
    block, opened = made.blocks[n], made.opened(n)
    if block.Side is Side.Sell and opened:
        text = f"sold more than owned: {', '.join(opened)}"
        yield alert(ctx, "oversold", block.block, text)
