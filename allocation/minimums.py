"""Minimum pieces: nobody is left with less than is worth a ticket, and nobody starves by rule.

An account whose share is below its minimum gets the minimum or nothing. Which, is drawn by seed
with the probability share / minimum, so that in expectation it gets its share; or, where a policy
says so, whole minimums go to the largest shares first.

Source: US 8,219,481 (three phases: shares that reach the minimum; minimum pieces by draw; the rest).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from allocation.errors import BasisError, MinimumError, NegativeQuantityError
from allocation.exact import Int64, Mask, Ties, indices, muldiv
from allocation.proportional import proportional
from allocation.ragged import (
    at_fault,
    blocks_at_fault,
    check_int64,
    offsets_of,
    order_within,
    rank_within,
    segment_ids,
    segment_sums,
    sub_offsets,
)
from allocation.ties import mix

Draw = Literal["seeded", "largest"]
_ONE = 40  # bits of a probability


def units_of_value(value: Int64, price: Int64, scale: int, minor: int = 2) -> Int64:
    """Least quantity worth ``value``; all int64 of one shape, or prices as wide as values.

    ``value`` in minor units of the currency, ``price`` in units of 10**-scale, where ``scale`` is that
    of quantity and price together, and not below ``minor``.

    Raises:
        NegativeQuantityError: a negative value, or a price not above 0.
    """
    if (value < 0).any() or (price <= 0).any():
        wrong = indices((value < 0) | (price <= 0))
        raise NegativeQuantityError("a minimum value or its price is too small", accounts=wrong)
    whole, rest = muldiv(value, np.full_like(value, 10 ** (scale - minor)), price)
    return whole + (rest > 0)


def value_of_ticket(cost: Int64, basis_points: int) -> Int64:
    """Least value of a trade whose ticket ``cost`` is at most ``basis_points`` of it; minor units.

    Raises:
        BasisError: no basis points; NegativeQuantityError: a ticket that costs less than nothing.
    """
    if basis_points < 1:
        raise BasisError(f"a ticket may cost {basis_points} basis points: nothing could be traded")
    if (cost < 0).any():
        raise NegativeQuantityError("a ticket's cost is negative", accounts=indices(cost < 0))
    whole, rest = muldiv(cost, np.full_like(cost, 10_000), np.full_like(cost, basis_points))
    return whole + (rest > 0)


def at_least(
    shares: Int64,
    ordered: Int64,
    minimum: Int64,
    offsets: Int64,
    lot: Int64,
    ties: Ties,
    draw: Draw = "seeded",
) -> Int64:
    """Change ``shares`` so that nobody has less than its minimum, or than its order if that is less.

    Args:
        shares: int64 (n_values,), what the method gave.
        ordered: int64 (n_values,).
        minimum: int64 (n_values,), >= 0, rounded up to whole lots here.
        offsets, lot, ties: as :mod:`allocation.methods`.
        draw: ``seeded`` or ``largest``, see above.

    Returns:
        int64 (n_values,) with the same block sums.

    Raises:
        MinimumError: a block has no split in such pieces that this search finds.
    """
    check_int64(len(shares), minimum=minimum)
    if (minimum < 0).any():
        raise NegativeQuantityError("a minimum is negative", **at_fault(minimum < 0, offsets))
    size = lot[segment_ids(offsets)]
    least = np.minimum(-(-minimum // size) * size, ordered)
    small = (shares > 0) & (shares < least)
    if not small.any():
        return shares
    book = _Book(ordered, least, offsets, segment_sums(shares, offsets))
    pieces = _draw(shares, book, np.flatnonzero(small), ties, draw)
    return _settle(np.where(small, 0, shares), book, pieces, lot, ties)


@dataclass(frozen=True, slots=True)
class _Book:
    """What does not change: orders, least pieces, blocks and what each block has to split."""

    ordered: Int64
    least: Int64
    offsets: Int64
    totals: Int64


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Those below the minimum, in the order in which they are drawn; the first ``count`` are."""

    queue: Int64
    offsets: Int64
    count: Int64


def _draw(shares: Int64, book: _Book, small: Int64, ties: Ties, draw: Draw) -> _Pieces:
    """Who gets a whole minimum."""
    part = sub_offsets(small, book.offsets)
    if draw == "largest":
        queue = small[order_within(part, -shares[small], ties[small])]
        running = offsets_of(book.least[queue])[1:]
        before = offsets_of(book.least[queue])[part[:-1]]
        pool = segment_sums(shares[small], part)
        ids = segment_ids(part)
        count = segment_sums((running - before[ids] <= pool[ids]).astype(np.int64), part)
        return _Pieces(queue, part, count)
    line = small[order_within(part, ties[small])]
    hit = _systematic(shares[line], book.least[line], part, _starts(ties, book.offsets))
    rank = rank_within(part, (~hit).astype(np.int64), np.arange(len(line), dtype=np.int64))
    queue = np.empty_like(line)
    queue[part[segment_ids(part)] + rank] = line
    return _Pieces(queue, part, segment_sums(hit.astype(np.int64), part))


def _systematic(shares: Int64, least: Int64, part: Int64, start: Int64) -> Mask:
    """Mark who is drawn: points one apart from a random start, each share a stretch of its chance.

    Everybody's probability is exactly its chance, and the number drawn is the sum of chances,
    rounded up or down. Source: systematic sampling (W. G. Madow, 1949).
    """
    chance, _ = muldiv(shares, np.full_like(shares, 1 << _ONE), least)
    running, ids = offsets_of(chance), segment_ids(part)
    after = running[1:] - running[part[:-1]][ids] + start[ids]
    return (after >> _ONE) > ((after - chance) >> _ONE)


def _starts(ties: Ties, offsets: Int64) -> Int64:
    """A point below one for each block, from its ties in any order."""
    held = np.diff(offsets) > 0
    result = np.zeros(len(held), np.uint64)
    if held.any():
        result[held] = np.bitwise_xor.reduceat(ties.astype(np.uint64), offsets[:-1][held])
    return (mix(result) >> np.uint64(64 - _ONE)).astype(np.int64)


def _settle(kept: Int64, book: _Book, pieces: _Pieces, lot: Int64, ties: Ties) -> Int64:
    """Give the drawn their pieces, and level the rest over all who hold something."""
    count, moved = pieces.count.copy(), np.zeros_like(pieces.count)
    while True:
        result = kept.copy()
        drawn = np.arange(len(pieces.queue)) - pieces.offsets[:-1][segment_ids(pieces.offsets)]
        taken = pieces.queue[drawn < count[segment_ids(pieces.offsets)]]
        result[taken] = book.least[taken]
        gap = book.totals - segment_sums(result, book.offsets)
        room = np.where(result > 0, book.ordered - result, 0)
        spare = result - np.minimum(book.least, result)
        change = (gap > segment_sums(room, book.offsets)).astype(np.int64)
        change -= -gap > segment_sums(spare, book.offsets)
        if not change.any():
            break
        count += change
        lost = (change * moved < 0) | (count < 0) | (count > np.diff(pieces.offsets))
        if lost.any():
            fault = blocks_at_fault(lost, book.offsets)
            raise MinimumError("no pieces of the minimum make the fill", **fault)
        moved = np.where(change != 0, change, moved)
    # What was drawn is fair as it is, so the rest is the others' where they have room for it.
    others = np.where(kept > 0, room, 0)
    enough = segment_sums(others, book.offsets) >= gap
    room = np.where(enough[segment_ids(book.offsets)], others, room)
    weights = np.where(room > 0, book.ordered, 0)
    result += proportional(weights, room, np.maximum(gap, 0), book.offsets, lot, ties)
    result -= proportional(spare, spare, np.maximum(-gap, 0), book.offsets, lot, ties)
    return result
