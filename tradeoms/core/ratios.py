"""Units of lots in another ratio, in whole units, with what belongs to them: nothing is lost."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from tradeoms.core.matching import between

Values = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """What lots become: units and values of each, and of which lots the fraction was sold.

    `sold` has a lot's place, how many of the parts of a unit were its, and the values they take.
    """

    units: list[int]
    values: list[Values]
    sold: list[tuple[int, int, Values]]


class _Line:
    """Lots end to end, in parts of a new unit; values grow evenly along each."""

    def __init__(self, lengths: Sequence[int], values: Sequence[Values]) -> None:
        self.lengths, self.values = lengths, values
        self.starts = [0, *accumulate(lengths)]
        self.sums = [tuple(accumulate(column, initial=0)) for column in zip(*values, strict=True)]

    def upto(self, place: int) -> Values:
        """The values of all that lies before a place."""
        lot = min(bisect_right(self.starts, place) - 1, len(self.lengths) - 1)
        done, length = place - self.starts[lot], self.lengths[lot]
        return tuple(
            column[lot] + between(value, 0, done, length)
            for column, value in zip(self.sums, self.values[lot], strict=True)
        )


def divided(
    units: Sequence[int], values: Sequence[Values], numerator: int, denominator: int
) -> Shares:
    """Lots of one account, oldest first, at `numerator` new units for `denominator` old ones.

    What is no whole unit together is sold from the oldest. A unit that two lots share is that lot's
    which has more of it, and takes its part of the other's values along.
    """
    line = _Line([n * numerator for n in units], values)
    total = line.starts[-1]
    fraction = total % denominator
    ends = [_rounded(place, fraction, denominator) for place in line.starts]
    found = [line.upto(place) for place in ends]
    kept = [_less(b, a) for a, b in pairwise(found)]
    sold = [
        (n, end - start, _less(line.upto(end), line.upto(start)))
        for n, start in enumerate(line.starts[:-1])
        if (end := min(line.starts[n + 1], fraction)) > start
    ]
    return Shares([(b - a) // denominator for a, b in pairwise(ends)], kept, sold)


def _rounded(place: int, fraction: int, denominator: int) -> int:
    """The nearest end of a whole unit, counted from where the fraction ends."""
    if place <= fraction:
        return fraction
    whole = (2 * (place - fraction) + denominator) // (2 * denominator)
    return fraction + whole * denominator


def _less(a: Values, b: Values) -> Values:
    return tuple(x - y for x, y in zip(a, b, strict=True))
