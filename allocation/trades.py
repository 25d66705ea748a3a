"""Buys and sells of many accounts and instruments, booked to lots in one call.

The mass path. First in, first out is an overlap of intervals and needs no loop where lots come in
by date; other orders depend on what is open at the moment, and go in rounds: the first buys and
sells of every pair at once, then the second ones. No step looks at single lots.
"""

from dataclasses import dataclass, replace

import numpy as np

from allocation.errors import ColumnsError
from allocation.exact import Int64, Mask, indices
from allocation.lots import Disposals, Lots, Relief, check_columns
from allocation.prices import BUY, SELL
from allocation.ragged import check_int64, order_by, run_starts
from allocation.relief import Matched, ReliefOrder, fifo, match, with_money


@dataclass(frozen=True, slots=True)
class Trades:
    """Columns int64 (n_trades,) in order of booking.

    ``side`` is ``BUY`` or ``SELL``, ``date`` days since 1970-01-01, ``amount`` a buy's cost or a
    sell's net proceeds in minor units.
    """

    pair: Int64
    side: Int64
    date: Int64
    quantity: Int64
    amount: Int64


@dataclass(frozen=True, slots=True)
class Booked:
    """``lots`` are those given and then one for each buy, in order, with what remains of them.

    In ``relief``, ``lot`` counts in these lots and ``disposal`` in the trades.
    """

    lots: Lots
    relief: Relief


def book_trades(lots: Lots, trades: Trades, order: ReliefOrder = fifo) -> Booked:
    """Open a lot for each buy, relieve lots for each sell, as if one after another.

    Raises:
        ColumnsError, NegativeQuantityError, AmountOverflowError: as :mod:`allocation.lots`.
        OversellError: names each pair that falls short at some moment; nothing is booked.
    """
    columns = {name: getattr(trades, name) for name in Trades.__slots__}
    check_int64(len(trades.pair), **columns)
    wrong: Mask = (trades.side != BUY) & (trades.side != SELL)
    if wrong.any():
        raise ColumnsError("side must be 1 (buy) or -1 (sell)", accounts=indices(wrong))
    opened, sold = np.flatnonzero(trades.side == BUY), np.flatnonzero(trades.side == SELL)
    everything, sales = _with_opened(lots, trades, opened), _disposals(trades, sold)
    check_columns(everything, sales)
    sequence = order_by(everything.pair, *order(everything))
    found = match(everything.pair[sequence], everything.remaining[sequence], sales)
    # A lot given is older than every trade.
    since = np.concatenate((np.full(len(lots.pair), -1, np.int64), opened))[sequence]
    if (since[found.lot] > sold[found.disposal]).any():
        found = _in_rounds(everything, sequence, since, trades, sold)
    relief = with_money(everything, sales, replace(found, lot=sequence[found.lot]))
    relief = replace(relief, disposal=sold[relief.disposal])
    return Booked(replace(everything, remaining=relief.remaining), relief)


def _with_opened(lots: Lots, trades: Trades, opened: Int64) -> Lots:
    first = int(lots.sequence.max(initial=-1)) + 1
    quantity = trades.quantity[opened]
    return Lots(
        pair=np.concatenate((lots.pair, trades.pair[opened])),
        acquired=np.concatenate((lots.acquired, trades.date[opened])),
        sequence=np.concatenate(
            (lots.sequence, np.arange(first, first + len(opened), dtype=np.int64))
        ),
        size=np.concatenate((lots.size, quantity)),
        basis=np.concatenate((lots.basis, trades.amount[opened])),
        remaining=np.concatenate((lots.remaining, quantity)),
    )


def _disposals(trades: Trades, sold: Int64) -> Disposals:
    return Disposals(trades.pair[sold], trades.quantity[sold], trades.amount[sold])


def _rounds(trades: Trades) -> Int64:
    """Number of each trade's round: a pair's next round begins with a buy after a sell."""
    order = order_by(trades.pair)
    pair, buys = trades.pair[order], trades.side[order] == BUY
    turns = np.zeros(len(pair), np.int64)
    turns[1:] = (buys[1:] & ~buys[:-1]) & (pair[1:] == pair[:-1])
    running = np.cumsum(turns)
    running -= running[run_starts(pair)]
    rounds = np.empty_like(running)
    rounds[order] = running
    return rounds


def _in_rounds(lots: Lots, sequence: Int64, since: Int64, trades: Trades, sold: Int64) -> Matched:
    """Match round by round; each sees only the lots that are open by then.

    Lots are taken in their ``sequence``, which is that of every round; ``since`` (n_lots,) is the
    trade that opened each, in this sequence, and ``sold`` (n_sales,) the trades that sell.
    """
    rounds, left = _rounds(trades), lots.remaining[sequence]
    starts = np.where(since < 0, -1, rounds[since])
    pair, taken = lots.pair[sequence], np.zeros_like(left)
    numbers = np.searchsorted(pair, trades.pair[sold])  # where a pair's lots begin stands for it
    own = run_starts(pair)
    active: Mask = np.zeros(len(pair) + 1, np.bool_)
    by_round = np.argsort(rounds[sold], kind="stable")
    edges = np.searchsorted(rounds[sold][by_round], np.arange(int(rounds.max()) + 2))
    parts = []
    for number in range(len(edges) - 1):
        mine = by_round[edges[number] : edges[number + 1]]
        active[numbers[mine]] = True
        chosen = np.flatnonzero((left > 0) & (starts <= number) & active[own])
        active[numbers[mine]] = False
        part = match(pair[chosen], left[chosen], _disposals(trades, sold[mine]))
        lot = chosen[part.lot]
        parts.append((lot, mine[part.disposal], taken[lot] + part.before, part.quantity))
        np.add.at(taken, lot, part.quantity)
        np.subtract.at(left, lot, part.quantity)
    lot, sale, before, quantity = (np.concatenate(column) for column in zip(*parts, strict=True))
    rows = np.argsort(sale, kind="stable")
    return Matched(lot[rows], sale[rows], before[rows], quantity[rows])
