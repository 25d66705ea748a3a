"""Units of lots in another ratio, in whole units, with what belongs to them: nothing is lost."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from allocation.exact import LIMIT, round_ratio
from allocation.ragged import segment_ids
from tradeoms.model.columns import Int64s

#: A column (n,), of Python's integers where int64 cannot hold what is computed.
Whole = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Shares:
    """What lots become, as columns (n,): units and values of each.

    Of the lots `sold` (m,) a fraction of a unit is sold: so many `parts` of it, with `taken` values.
    """

    units: Int64s
    values: list[Int64s]
    sold: Int64s
    parts: Whole
    taken: list[Int64s]


class _Line:
    """Lots of owners end to end, in parts of a new unit; values grow evenly along each.

    `base`, `last` (n,): where the line of each lot's owner begins, and the owner's last lot.
    """

    def __init__(self, lengths: Whole, values: list[Int64s], offsets: Int64s) -> None:
        self.lengths, self.values, self.sums = lengths, values, [np.cumsum(v) - v for v in values]
        self.ends = np.cumsum(lengths)
        self.starts = self.ends - lengths
        owner = segment_ids(offsets)
        self.base, self.last = self.starts[offsets[:-1]][owner], (offsets[1:] - 1)[owner]

    def upto(self, places: Whole, lots: Int64s) -> list[Int64s]:
        """The values of all that lies before places on the lines of the lots' owners."""
        found = np.searchsorted(self.starts, places, side="right") - 1
        at = np.minimum(found, self.last[lots])
        done, length = places - self.starts[at], self.lengths[at]
        columns = zip(self.sums, self.values, strict=True)
        return [before[at] + portion(value[at], done, length) for before, value in columns]

    def between(self, starts: Whole, ends: Whole, lots: Int64s) -> list[Int64s]:
        """The values of what lies there."""
        columns = zip(self.upto(starts, lots), self.upto(ends, lots), strict=True)
        return [(end - start).astype(np.int64) for start, end in columns]


def divided(units: Int64s, values: list[Int64s], offsets: Int64s, ratio: Fraction) -> Shares:
    """Lots of owners (offsets (n_owners + 1,)), oldest first, at `ratio` new units for each old one.

    What is no whole unit of an owner together is sold from the oldest. A unit that two lots share is
    that lot's which has more of it, and takes its part of the other's values along.
    """
    new, old = ratio.numerator, ratio.denominator
    wide = 4 * (int(units.sum()) * new + old) >= LIMIT
    line = _Line(units.astype(object if wide else np.int64) * new, values, offsets)
    fraction = (line.ends[line.last] - line.base) % old
    lots = np.arange(len(units), dtype=np.int64)
    starts, ends = (
        _rounded(place - line.base, fraction, old) for place in (line.starts, line.ends)
    )
    kept = line.between(line.base + starts, line.base + ends, lots)
    sold = np.flatnonzero(line.starts - line.base < fraction)
    end = np.minimum(line.ends, line.base + fraction)[sold]
    start = line.starts[sold]
    whole = ((ends - starts) // old).astype(np.int64)
    return Shares(whole, kept, sold, end - start, line.between(start, end, sold))


def portion(value: Int64s, part: Whole, whole: Whole) -> Int64s:
    """`value * part / whole`, a half away from zero, of parts of any size."""
    if part.dtype != np.object_:
        return round_ratio(value, part, whole)
    nearest = (2 * np.abs(value).astype(np.object_) * part + whole) // (2 * whole)
    found: Int64s = np.sign(value) * nearest.astype(np.int64)
    return found


def along(totals: Int64s, parts: Whole, offsets: Int64s) -> Int64s:
    """Each owner's total over its lots by their parts, in order, to the cent."""
    owner, ends = segment_ids(offsets), np.cumsum(parts)
    base, size = (ends - parts)[offsets[:-1]][owner], sums(parts, offsets)[owner]
    value = totals[owner]
    return portion(value, ends - base, size) - portion(value, ends - parts - base, size)


def sums(parts: Whole, offsets: Int64s) -> Whole:
    """Of each owner's lots, of which it has one at least."""
    ends = np.cumsum(parts)
    found: Whole = ends[offsets[1:] - 1] - (ends - parts)[offsets[:-1]]
    return found


def _rounded(places: Whole, fraction: Whole, denominator: int) -> Whole:
    """The nearest end of a whole unit, counted from where the fraction ends."""
    whole = (2 * (places - fraction) + denominator) // (2 * denominator)
    nearest: Whole = np.where(places <= fraction, fraction, fraction + whole * denominator)
    return nearest
