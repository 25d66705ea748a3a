"""Splitting whole totals over weights: exact, vectorised over all blocks at once.

Common arguments: ``weights`` int64 (n_values,) >= 0; ``totals`` int64 (n_blocks,) >= 0;
``offsets`` int64 (n_blocks + 1,); ``ties`` int64 or uint64 (n_values,), which orders equal
claims, lower first, and should be distinct within a block (else the position decides).
The result is int64 (n_values,), in the unit of ``totals``, with the block sums ``totals``.
Sums of weights and totals are below 2**62; products may be any size.

Raised by each: ColumnsError, NegativeQuantityError, NoWeightError (a total over nothing but zeros),
AmountOverflowError.

Source: M. Balinski, H. P. Young, Fair Representation, 2nd ed., 2001 (Hamilton, Webster).
"""

from collections.abc import Callable

import numpy as np

from allocation.errors import NegativeQuantityError, NoWeightError
from allocation.exact import Int64, Mask, Ties, indices, muldiv, ratio_keys, round_half_up
from allocation.ragged import (
    check_bound,
    check_int64,
    check_offsets,
    check_ties,
    first_within,
    rank_within,
    segment_ids,
    segment_sums,
    sub_offsets,
)

Rounding = Callable[[Int64, Int64, Int64, Ties], Int64]


def check_split(weights: Int64, totals: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Refuse what cannot be split, as the module says; return the sums of weights (n_blocks,)."""
    check_offsets(offsets, len(weights))
    check_int64(len(weights), weights=weights)
    check_int64(len(offsets) - 1, totals=totals)
    check_ties(ties, len(weights))
    if (weights < 0).any():
        raise NegativeQuantityError("a weight is negative", accounts=indices(weights < 0))
    if (totals < 0).any():
        raise NegativeQuantityError("a total is negative", blocks=indices(totals < 0))
    check_bound(totals=totals)
    sums = segment_sums(weights, offsets)
    empty = (sums == 0) & (totals > 0)
    if empty.any():
        raise NoWeightError("a total has nobody to go to", blocks=indices(empty))
    return sums


def largest_remainder(weights: Int64, totals: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Hamilton's method: the floor of each quota, then one unit each by the largest remainder.

    Each result is the floor or the ceiling of its quota ``weight * total / sum``. A growing
    total can take a unit back from an account (the Alabama paradox): use it once per block.
    """
    sums = check_split(weights, totals, offsets, ties)
    ids = segment_ids(offsets)
    divisor = np.maximum(sums, 1)[ids]
    floor, rest = muldiv(weights, totals[ids], divisor)
    left = totals - segment_sums(floor, offsets)
    return floor + first_within(offsets, left, -rest, ties)


def webster(weights: Int64, totals: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Webster's (Sainte-Lague) method: no account ever loses a unit as the total grows.

    Where the total does not exceed the sum of the weights, no result exceeds its weight, and at
    the sum each result is its weight.

    An account holds ``round(weight * m)`` units at multiplier ``m``. At ``m = (total + t) / sum``
    all accounts together are within half a unit each of ``total + t``, so the ``t`` sought lies
    within half the number of accounts, and from one ``t`` to the next no account gains more than
    one unit. Bisection finds that step; the units gained in it are ranked exactly.
    """
    sums = check_split(weights, totals, offsets, ties)
    ids = segment_ids(offsets)
    divisor = np.maximum(sums, 1)[ids]

    def units(shifted: Int64) -> Int64:
        """Units of each account at multiplier ``shifted / sum``."""
        return round_half_up(*muldiv(weights, shifted[ids], divisor), divisor)

    step = _bisect(lambda t: segment_sums(units(totals + t), offsets) <= totals, totals, offsets)
    least = units(totals + step)
    gaining = np.flatnonzero(units(totals + step + 1) > least)
    wanted = totals - segment_sums(least, offsets)
    gaining = gaining[(wanted > 0)[ids[gaining]]]
    # The next unit comes at multiplier (2 * units + 1) / (2 * weight).
    keys = ratio_keys(2 * least[gaining] + 1, weights[gaining])
    place = rank_within(sub_offsets(gaining, offsets), *keys, ties[gaining])
    least[gaining] += place < wanted[ids[gaining]]
    return least


def _bisect(holds: Callable[[Int64], Mask], totals: Int64, offsets: Int64) -> Int64:
    """Find the largest step of each block, within half its accounts, at which ``holds`` is true."""
    reach = (np.diff(offsets) + 1) // 2
    low: Int64 = -np.minimum(reach, totals)
    high: Int64 = reach
    while (high - low > 1).any():
        middle = (low + high) // 2
        good = holds(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return low


#: Rounding methods by name; a new one is a function and a row.
ROUNDING: dict[str, Rounding] = {
    "largest_remainder": largest_remainder,
    "webster": webster,
}
