"""Which open lots a disposal relieves, and the money that goes with them.

Source: 26 CFR 1.1012-1(c) (first in, first out by acquisition date, account by account).
"""

from collections.abc import Callable

import numpy as np

from allocation.errors import OversellError
from allocation.exact import Int64, round_ratio
from allocation.lots import Disposals, Lots, Relief, check_columns
from allocation.prices import split_money
from allocation.ragged import offsets_of, segment_ids

ReliefOrder = Callable[[Lots], tuple[Int64, ...]]


def fifo(lots: Lots) -> tuple[Int64, ...]:
    """First in, first out by acquisition date (not booking date), then sequence."""
    return lots.acquired, lots.sequence


#: Orders of relief by name: sort keys, most significant first; a new one is a function and a row.
RELIEF: dict[str, ReliefOrder] = {
    "FIFO": fifo,
}


def relieve(lots: Lots, disposals: Disposals, order: ReliefOrder = fifo) -> Relief:
    """Match disposals with lots of the same pair.

    Basis goes out by cumulative rounding, so that a lot's relieved parts add up to its basis when
    it is exhausted; a disposal's amount is divided over its rows by largest remainder.

    Raises:
        ColumnsError, NegativeQuantityError, AmountOverflowError: as :mod:`allocation.lots`.
        OversellError: names each pair that falls short; nothing is relieved.
    """
    check_columns(lots, disposals)
    sequence = np.lexsort((*reversed(order(lots)), lots.pair))
    position = offsets_of(lots.remaining[sequence])
    start = _place(lots.pair[sequence], position, disposals)
    # Lots and disposals are now intervals on one axis; every overlap is a row.
    end = start + disposals.quantity
    first = np.searchsorted(position[1:], start, side="right")
    last = np.searchsorted(position[1:], end, side="left")
    offsets = offsets_of((last - first + 1).astype(np.int64))
    disposal = segment_ids(offsets)
    place = np.arange(len(disposal)) - offsets[disposal] + first[disposal]
    lower = np.maximum(position[place], start[disposal])
    upper = np.minimum(position[place + 1], end[disposal])
    return _rows(lots, disposals, sequence[place], disposal, lower - position[place], upper - lower)


def _rows(
    lots: Lots, disposals: Disposals, lot: Int64, disposal: Int64, before: Int64, quantity: Int64
) -> Relief:
    """Put money on the rows; ``before`` is what this call relieved of the lot ahead of the row."""
    real = quantity > 0  # a lot without remaining quantity can lie inside an interval
    lot, disposal, before, quantity = lot[real], disposal[real], before[real], quantity[real]
    size, basis = lots.size[lot], lots.basis[lot]
    done = size - lots.remaining[lot] + before
    relieved = round_ratio(basis, done + quantity, size) - round_ratio(basis, done, size)
    rows = offsets_of(np.bincount(disposal, minlength=len(disposals.pair)).astype(np.int64))
    ties = np.arange(len(lot), dtype=np.int64)
    amount = split_money(disposals.amount, quantity, rows, ties)
    remaining = lots.remaining.copy()
    np.subtract.at(remaining, lot, quantity)
    return Relief(lot, disposal, quantity, relieved, amount, remaining)


def _place(pairs: Int64, position: Int64, disposals: Disposals) -> Int64:
    """Where on the axis of the sorted lots each disposal starts, or refuse the call."""
    order = np.argsort(disposals.pair, kind="stable")
    pair, quantity = disposals.pair[order], disposals.quantity[order]
    running = offsets_of(quantity)
    ahead = running[:-1] - running[np.searchsorted(pair, pair)]
    base = position[np.searchsorted(pairs, pair)]
    limit = position[np.searchsorted(pairs, pair, side="right")]
    missing = base + ahead + quantity - limit
    if (missing > 0).any():
        final = np.flatnonzero((missing > 0) & (np.append(pair[1:] != pair[:-1], True)))
        raise OversellError(pair[final].tolist(), missing[final].tolist())
    start = np.empty_like(quantity)
    start[order] = base + ahead
    return start
