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

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from allocation.checks import check_split
from allocation.cumulative import cumulative
from allocation.exact import LIMIT, Int64, Mask, Ties, muldiv, mulround, ratio_keys
from allocation.quota import quota_method
from allocation.ragged import (
    first_within,
    lengths_of,
    rank_within,
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
    sums = np.maximum(check_split(weights, totals, offsets, ties), 1)
    result = np.empty_like(weights)
    for blocks, some, within in _slabs(offsets):
        lengths = lengths_of(within)
        whole, sizes = np.repeat(totals[blocks], lengths), np.repeat(sums[blocks], lengths)
        floor, rest = muldiv(weights[some], whole, sizes)
        left = totals[blocks] - segment_sums(floor, within)
        result[some] = floor + first_within(within, left, -rest, ties[some])
    return result


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
    sums = np.maximum(check_split(weights, totals, offsets, ties), 1)
    result, gap, far = np.empty_like(weights), np.empty_like(totals), np.empty_like(totals)
    places = [np.zeros(0, np.int64)]
    for blocks, some, within in _slabs(offsets):
        near = _near(weights[some], totals[blocks], sums[blocks], within)
        result[some], gap[blocks], far[blocks] = near.units, near.gap, near.far
        places.append(near.moving + some.start)
    moving = _Moving.of(np.concatenate(places), weights, totals, sums, offsets)
    if len(moving.places):
        result[moving.places] = _settled(moving, result[moving.places], gap, far, ties)
    return result


@dataclass(frozen=True, slots=True)
class _Near:
    """A slab at step 0: ``units``, each block's ``gap`` to its total, a step ``far`` enough to close
    it, and the places of accounts that hold other units there.
    """

    units: Int64
    gap: Int64
    far: Int64
    moving: Int64


def _near(weights: Int64, totals: Int64, sums: Int64, offsets: Int64) -> _Near:
    lengths = lengths_of(offsets)
    divisor = np.repeat(sums, lengths)
    units, above = mulround(weights, np.repeat(totals, lengths), divisor)
    gap = totals - segment_sums(units, offsets)
    # One step where many are at a half; else about one account moves a step, and 8 more make it
    # rare that all must be asked.
    way, limit, far = np.sign(gap), (lengths + 1) // 2, np.zeros_like(gap)
    crossed, places = gap == 0, np.zeros(0, np.int64)
    for reach in (2 * gap + 8 * way, 4 * gap + 64 * way, way * limit):
        if crossed.all():
            break
        far = np.where(crossed, far, np.maximum(np.clip(reach, -limit, limit), -totals))
        places = _moved(weights, above, divisor, np.repeat(far, lengths))
        moving = _Moving.of(places, weights, totals, sums, offsets)
        gained = segment_sums(moving.units(far) - units[places], moving.offsets)
        crossed = np.where(gap < 0, gained <= gap, gained >= gap)
    return _Near(units, gap, far, places)


def _moved(weights: Int64, above: Int64, divisor: Int64, steps: Int64) -> Int64:
    """Places of the accounts that hold other units some ``steps`` (n_values,) away.

    ``above`` is how far their shares are above the border of their units.
    """
    if int(weights.max(initial=0)) * int(np.abs(steps).max(initial=0)) >= LIMIT:
        return np.flatnonzero(steps)
    there = weights * steps
    there += above
    # Below zero is beyond the divisor, as an unsigned number.
    return np.flatnonzero(there.view(np.uint64) >= divisor.view(np.uint64))


@dataclass(frozen=True, slots=True)
class _Moving:
    """Some accounts of all blocks, as columns; ``totals`` are the blocks'."""

    places: Int64
    offsets: Int64
    weights: Int64
    divisor: Int64
    totals: Int64

    @classmethod
    def of(
        cls, places: Int64, weights: Int64, totals: Int64, sums: Int64, offsets: Int64
    ) -> "_Moving":
        """Those at ``places``, ascending."""
        part = sub_offsets(places, offsets)
        return cls(places, part, weights[places], np.repeat(sums, lengths_of(part)), totals)

    def units(self, step: Int64) -> Int64:
        """Units of each at ``step`` (n_blocks,)."""
        shifted = np.repeat(self.totals + step, lengths_of(self.offsets))
        return mulround(self.weights, shifted, self.divisor)[0]


def _settled(moving: _Moving, units: Int64, gap: Int64, far: Int64, ties: Ties) -> Int64:
    """Units of those who move, who had ``units``, where each block's ``gap`` is closed."""

    def gained(there: Int64) -> Int64:
        return segment_sums(there - units, moving.offsets)

    low, high = np.minimum(far, 0), np.maximum(far, 1)
    step = _bisect(lambda t: gained(moving.units(t)) <= gap, low, high)
    least = moving.units(step)
    wanted = gap - gained(least)
    gains = moving.units(step + 1) > least
    gaining = np.flatnonzero(gains & np.repeat(wanted > 0, lengths_of(moving.offsets)))
    # The next unit comes at multiplier (2 * units + 1) / (2 * weight).
    keys = ratio_keys(2 * least[gaining] + 1, moving.weights[gaining])
    part = sub_offsets(gaining, moving.offsets)
    place = rank_within(part, *keys, ties[moving.places[gaining]])
    least[gaining] += place < np.repeat(wanted, lengths_of(part))
    return least


def _bisect(holds: Callable[[Int64], Mask], low: Int64, high: Int64) -> Int64:
    """Find the largest step of each block, from ``low`` to below ``high``, at which it ``holds``."""
    while (high - low > 1).any():
        middle = (low + high) // 2
        good = holds(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return low


def _slabs(offsets: Int64) -> Iterator[tuple[slice, slice, Int64]]:
    """Blocks, their values and their own offsets, slab after slab."""
    for first, end in slabs(offsets):
        start, stop = int(offsets[first]), int(offsets[end])
        yield slice(first, end), slice(start, stop), offsets[first : end + 1] - start


#: Rounding methods by name; a new one is a function and a row.
ROUNDING: dict[str, Rounding] = {
    "largest_remainder": largest_remainder,
    "webster": webster,
    "quota_method": quota_method,
    "cumulative": cumulative,
}
