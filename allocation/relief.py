"""Which open lots a disposal relieves, and the money that goes with them.

Source: 26 CFR 1.1012-1(c) (first in, first out by acquisition date, account by account).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from allocation.errors import ColumnsError, NegativeQuantityError, OversellError
from allocation.exact import Int64, indices, ratio_keys, round_ratio
from allocation.lot_errors import IdentifiedLotsError
from allocation.lots import Disposals, Lots, Relief, check_columns
from allocation.prices import split_money
from allocation.ragged import check_int64, offsets_of, order_by, run_starts, segment_ids

#: Sort keys of lots, most significant first. What remains of a lot is none of them.
ReliefOrder = Callable[[Lots], tuple[Int64, ...]]


def fifo(lots: Lots) -> tuple[Int64, ...]:
    """First in, first out by acquisition date (not booking date), then sequence."""
    return lots.acquired, lots.sequence


def lifo(lots: Lots) -> tuple[Int64, ...]:
    """Last in, first out by acquisition date, then sequence."""
    return -lots.acquired, -lots.sequence


def hifo(lots: Lots) -> tuple[Int64, ...]:
    """Highest basis a unit first, exactly; equal ones first in, first out (T4)."""
    return *(-key for key in ratio_keys(lots.basis, lots.size)), *fifo(lots)


def lofo(lots: Lots) -> tuple[Int64, ...]:
    """Lowest basis a unit first, exactly; equal ones first in, first out (T4)."""
    return *ratio_keys(lots.basis, lots.size), *fifo(lots)


def highest_cost(lots: Lots) -> tuple[Int64, ...]:
    """Largest loss, else smallest gain: at one price the highest basis first (T5)."""
    return hifo(lots)


#: Orders of relief by name: sort keys, most significant first; a new one is a function and a row.
#: Minimum tax needs the price of a sale: :func:`allocation.mintax.minimum_tax` makes its order.
ORDERS: dict[str, ReliefOrder] = {
    "FIFO": fifo,
    "LIFO": lifo,
    "HIFO": hifo,
    "LOFO": lofo,
    "HIGHEST_COST": highest_cost,
}


@dataclass(frozen=True, slots=True)
class Named:
    """Specific identification, columns int64 (n,): ``quantity`` of ``lot`` for ``disposal``.

    Rows of one disposal lie together, disposals ascending.
    """

    lot: Int64
    disposal: Int64
    quantity: Int64


def relieve_named(lots: Lots, disposals: Disposals, named: Named) -> Relief:
    """Relieve the lots that were named (SPEC).

    Raises:
        ColumnsError, NegativeQuantityError, AmountOverflowError: as :mod:`allocation.lots`.
        IdentifiedLotsError: a lot of another pair, or quantities that do not add up to their
            disposal's; names the disposals.
        OversellError: names each pair of which a lot is named for more than it has.
    """
    check_columns(lots, disposals)
    check_int64(len(named.lot), lot=named.lot, disposal=named.disposal, quantity=named.quantity)
    _check_named(lots, disposals, named)
    order = np.argsort(named.lot, kind="stable")
    running = offsets_of(named.quantity[order])[:-1]
    ahead = np.empty_like(running)
    ahead[order] = running - running[run_starts(named.lot[order])]
    over = ahead + named.quantity - lots.remaining[named.lot]
    if (over > 0).any():
        final = np.flatnonzero(over > 0)
        raise OversellError(lots.pair[named.lot[final]].tolist(), over[final].tolist())
    rows = Matched(named.lot, named.disposal, ahead, named.quantity)
    return with_money(lots, disposals, rows)


def _check_named(lots: Lots, disposals: Disposals, named: Named) -> None:
    if (np.diff(named.disposal) < 0).any():
        raise ColumnsError("rows of named lots must go by disposal")
    for column, length in ((named.lot, len(lots.pair)), (named.disposal, len(disposals.pair))):
        if ((column < 0) | (column >= length)).any():
            raise ColumnsError("a named lot or its disposal does not exist")
    if (named.quantity < 1).any():
        raise NegativeQuantityError(
            "a named quantity is not positive", accounts=indices(named.quantity < 1)
        )
    sums = np.zeros_like(disposals.quantity)
    np.add.at(sums, named.disposal, named.quantity)
    wrong = sums != disposals.quantity
    wrong[named.disposal[lots.pair[named.lot] != disposals.pair[named.disposal]]] = True
    if wrong.any():
        raise IdentifiedLotsError(np.flatnonzero(wrong).tolist())


def relieve(lots: Lots, disposals: Disposals, order: ReliefOrder = fifo) -> Relief:
    """Match disposals with lots of the same pair.

    Basis goes out by cumulative rounding, so that a lot's relieved parts add up to its basis when
    it is exhausted; a disposal's amount is divided over its rows by largest remainder.

    Raises:
        ColumnsError, NegativeQuantityError, AmountOverflowError: as :mod:`allocation.lots`.
        OversellError: names each pair that falls short; nothing is relieved.
    """
    check_columns(lots, disposals)
    sequence = order_by(lots.pair, *order(lots))
    found = match(lots.pair[sequence], lots.remaining[sequence], disposals)
    return with_money(lots, disposals, replace(found, lot=sequence[found.lot]))


@dataclass(frozen=True, slots=True)
class Matched:
    """Columns int64 (n_rows,), by disposal: ``quantity`` of ``lot``, of which ``before`` had gone."""

    lot: Int64
    disposal: Int64
    before: Int64
    quantity: Int64


def match(pair: Int64, remaining: Int64, disposals: Disposals) -> Matched:
    """Match disposals with lots (n_lots,) that are sorted by pair and then in order of relief.

    Raises:
        OversellError: names each pair that falls short.
    """
    position = offsets_of(remaining)
    sales, ahead = _place(pair, position, disposals)
    # Lots and disposals are now intervals on one axis; every overlap is a row. Bounds are looked up
    # in ascending order, which is several times quicker, and then put back as given.
    start, first, last = (np.empty_like(ahead) for _ in range(3))
    start[sales] = ahead
    first[sales] = np.searchsorted(position[1:], ahead, side="right")
    last[sales] = np.searchsorted(position[1:], ahead + disposals.quantity[sales])
    end = start + disposals.quantity
    offsets = offsets_of(last - first + 1)
    disposal = segment_ids(offsets)
    place = np.arange(len(disposal)) - offsets[disposal] + first[disposal]
    lower = np.maximum(position[place], start[disposal])
    upper = np.minimum(position[place + 1], end[disposal])
    real = upper > lower  # a lot without remaining quantity can lie inside an interval
    if not real.all():
        place, disposal, lower, upper = (column[real] for column in (place, disposal, lower, upper))
    return Matched(place, disposal, lower - position[place], upper - lower)


def with_money(lots: Lots, disposals: Disposals, rows: Matched) -> Relief:
    """Put money on the rows; ``before`` is what this call relieved of the lot ahead of the row."""
    lot, disposal, quantity = rows.lot, rows.disposal, rows.quantity
    size, basis = lots.size[lot], lots.basis[lot]
    done = size - lots.remaining[lot] + rows.before
    relieved = round_ratio(basis, done + quantity, size) - round_ratio(basis, done, size)
    offsets = offsets_of(np.bincount(disposal, minlength=len(disposals.pair)).astype(np.int64))
    ties = np.arange(len(lot), dtype=np.int64)
    amount = split_money(disposals.amount, quantity, offsets, ties)
    remaining = lots.remaining.copy()
    np.subtract.at(remaining, lot, quantity)
    return Relief(lot, disposal, quantity, relieved, amount, remaining)


def _place(pairs: Int64, position: Int64, disposals: Disposals) -> tuple[Int64, Int64]:
    """The disposals by pair, and where on the axis of the sorted lots each starts.

    Refuses the call where a pair falls short.
    """
    order = order_by(disposals.pair)
    pair, quantity = disposals.pair[order], disposals.quantity[order]
    running = offsets_of(quantity)
    starts = run_starts(pair)
    ahead = running[:-1] - running[starts]
    heads = np.flatnonzero(starts == np.arange(len(pair)))
    own, counts = pair[heads], np.diff(heads, append=len(pair))
    base = np.repeat(position[np.searchsorted(pairs, own)], counts)
    limit = np.repeat(position[np.searchsorted(pairs, own, side="right")], counts)
    missing = base + ahead + quantity - limit
    if (missing > 0).any():
        final = np.flatnonzero((missing > 0) & (np.append(pair[1:] != pair[:-1], True)))
        raise OversellError(pair[final].tolist(), missing[final].tolist())
    return order, base + ahead
