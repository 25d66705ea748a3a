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

from allocation.checks import check_split
from allocation.cumulative import cumulative
from allocation.exact import Int64, Mask, Ties, muldiv, ratio_keys, round_half_up
from allocation.quota import quota_method
from allocation.ragged import (
    first_within,
    rank_within,
    segment_ids,
    segment_sums,
    slabs,
    sub_offsets,
)

Rounding = Callable[[Int64, Int64, Int64, Ties], Int64]


def largest_remainder(weights: Int64, totals: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Hamilton's method: the floor of each quota, then one unit each by the largest remainder.

    Each result is the floor or the ceiling of its quota ``weight * total / sum``. A growing
    total can take a unit back from an account (the Alabama paradox): use it once per block.
    """
    return _by_slab(_hamilton, weights, totals, offsets, ties)


def _hamilton(weights: Int64, totals: Int64, sums: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Largest remainder of one slab."""
    ids = segment_ids(offsets)
    floor, rest = muldiv(weights, totals[ids], sums[ids])
    left = totals - segment_sums(floor, offsets)
    return floor + first_within(offsets, left, -rest, ties)


def webster(weights: Int64, totals: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Webster's (Sainte-Lague) method: no account ever loses a unit as the total grows.

    Where the total does not exceed the sum of the weights, no result exceeds its weight, and at
    the sum each result is its weight.

    An account holds ``round(weight * m)`` units at multiplier ``m``. At ``m = (total + t) / sum``
    all accounts together are within half a unit each of ``total + t``, so the ``t`` sought lies
    within half the number of accounts, and from one ``t`` to the next no account gains more than
    one unit. Few accounts move between ``t = 0`` and the ``t`` sought: bisection over these finds
    the step, and the units gained in it are ranked exactly.
    """
    return _by_slab(_sainte_lague, weights, totals, offsets, ties)


def _sainte_lague(weights: Int64, totals: Int64, sums: Int64, offsets: Int64, ties: Ties) -> Int64:
    """Webster's method of one slab."""
    ids = segment_ids(offsets)
    divisor = sums[ids]

    def units(t: Int64) -> Int64:
        """Units of each account at ``t``."""
        return _units(weights, (totals + t)[ids], divisor)

    result = units(np.zeros_like(totals))
    gap = totals - segment_sums(result, offsets)
    far, there = _beyond(units, totals, offsets, gap)
    moving = np.flatnonzero(there != result)
    if not len(moving):
        return result
    part, some, of = sub_offsets(moving, offsets), weights[moving], ids[moving]
    over, wanted = divisor[moving], gap + segment_sums(result[moving], part)

    def held(t: Int64) -> Int64:
        """Units of each who moves at ``t``."""
        return _units(some, (totals + t)[of], over)

    low, high = np.minimum(far, 0), np.maximum(far, 1)
    step = _bisect(lambda t: segment_sums(held(t), part) <= wanted, low, high)
    least = held(step)
    gaining = np.flatnonzero(held(step + 1) > least)
    wanted -= segment_sums(least, part)
    # The next unit comes at multiplier (2 * units + 1) / (2 * weight).
    keys = ratio_keys(2 * least[gaining] + 1, some[gaining])
    place = rank_within(sub_offsets(gaining, part), *keys, ties[moving[gaining]])
    least[gaining] += place < wanted[of[gaining]]
    result[moving] = least
    return result


def _units(weights: Int64, shifted: Int64, sums: Int64) -> Int64:
    """Units at the multiplier ``shifted / sum``."""
    return round_half_up(*muldiv(weights, shifted, sums), sums)


def _beyond(
    units: Callable[[Int64], Int64], totals: Int64, offsets: Int64, gap: Int64
) -> tuple[Int64, Int64]:
    """Find for each block a step that crosses its ``gap``, near if it can be; and the units there."""
    limit = (np.diff(offsets) + 1) // 2
    # About one account moves a step; 8 more make it rare that all must be asked again.
    far = np.maximum(np.clip(2 * gap + 8 * np.sign(gap), -limit, limit), -totals)
    there = units(far)
    have = segment_sums(there, offsets)
    crossed = np.where(gap < 0, have <= totals, have >= totals)
    if not crossed.all():
        far = np.where(crossed, far, np.maximum(np.sign(gap) * limit, -totals))
        there = units(far)
    return far, there


def _bisect(holds: Callable[[Int64], Mask], low: Int64, high: Int64) -> Int64:
    """Find the largest step of each block, from ``low`` to below ``high``, at which it ``holds``."""
    while (high - low > 1).any():
        middle = (low + high) // 2
        good = holds(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return low


def _by_slab(
    split: Callable[[Int64, Int64, Int64, Int64, Ties], Int64],
    weights: Int64,
    totals: Int64,
    offsets: Int64,
    ties: Ties,
) -> Int64:
    """Check, then split slab after slab; blocks without any weight get a sum of 1."""
    sums = np.maximum(check_split(weights, totals, offsets, ties), 1)
    result = np.empty_like(weights)
    for first, end in slabs(offsets):
        some = slice(int(offsets[first]), int(offsets[end]))
        blocks = slice(first, end)
        within = offsets[first : end + 1] - offsets[first]
        result[some] = split(weights[some], totals[blocks], sums[blocks], within, ties[some])
    return result


#: Rounding methods by name; a new one is a function and a row.
ROUNDING: dict[str, Rounding] = {
    "largest_remainder": largest_remainder,
    "webster": webster,
    "quota_method": quota_method,
    "cumulative": cumulative,
}
