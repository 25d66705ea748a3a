"""Which open lots a disposal relieves, and the money that goes with them.

Source: 26 CFR 1.1012-1(c) (first in, first out by acquisition date, account by account).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from allocation.errors import ColumnsError, NegativeQuantityError, OversellError
from allocation.exact import Int64, indices, ratio_keys, round_ratio
from allocation.lot_errors import IdentifiedLotsError
from allocation.lots import Disposals, Lots, Relief, check_columns
from allocation.prices import split_money
from allocation.ragged import check_int64, offsets_of, segment_ids

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
    ahead[order] = running - running[np.searchsorted(named.lot[order], named.lot[order])]
    over = ahead + named.quantity - lots.remaining[named.lot]
    if (over > 0).any():
        final = np.flatnonzero(over > 0)
        raise OversellError(lots.pair[named.lot[final]].tolist(), over[final].tolist())
    return _rows(lots, disposals, named.lot, named.disposal, ahead, named.quantity)


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
    sequence = _sorted(lots.pair, order(lots))
    position = offsets_of(lots.remaining[sequence])
    sales, ahead = _place(lots.pair[sequence], position, disposals)
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
    return _rows(lots, disposals, sequence[place], disposal, lower - position[place], upper - lower)


def _sorted(pair: Int64, keys: tuple[Int64, ...]) -> Int64:
    """Order of the lots by pair and then by keys; lots mostly come in the order of their keys."""
    if _ascending(keys):
        return by_pair(pair)
    return np.lexsort((*reversed(keys), pair))


def _ascending(keys: tuple[Int64, ...]) -> bool:
    """Whether the keys, most significant first, never fall."""
    level = np.ones(max(len(keys[0]) - 1, 0), np.bool_)
    for key in keys:
        if (level & (key[1:] < key[:-1])).any():
            return False
        level &= key[1:] == key[:-1]
    return True


def by_pair(pair: Int64) -> Int64:
    """A stable order by pair. Numbers of 16 bits are sorted by their digits, in linear time."""
    if pair.max(initial=0) < _SHORT and pair.min(initial=0) >= 0:
        return np.argsort(pair.astype(np.uint16), kind="stable")
    return np.argsort(pair, kind="stable")


_SHORT = 2**16


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


def _place(pairs: Int64, position: Int64, disposals: Disposals) -> tuple[Int64, Int64]:
    """The disposals by pair, and where on the axis of the sorted lots each starts.

    Refuses the call where a pair falls short.
    """
    order = by_pair(disposals.pair)
    pair, quantity = disposals.pair[order], disposals.quantity[order]
    running = offsets_of(quantity)
    ahead = running[:-1] - running[np.searchsorted(pair, pair)]
    base = position[np.searchsorted(pairs, pair)]
    limit = position[np.searchsorted(pairs, pair, side="right")]
    missing = base + ahead + quantity - limit
    if (missing > 0).any():
        final = np.flatnonzero((missing > 0) & (np.append(pair[1:] != pair[:-1], True)))
        raise OversellError(pair[final].tolist(), missing[final].tolist())
    return order, base + ahead
