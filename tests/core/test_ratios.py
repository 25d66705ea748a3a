"""Lots in another ratio: the columns say what a loop over each owner's lots says, at any size."""

from bisect import bisect_right
from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeoms.core.matching import between
from tradeoms.core.ratios import along, divided

Lot = tuple[int, int]  # units, cents
LOTS = st.lists(st.tuples(st.integers(1, 10**12), st.integers(-(10**15), 10**15)), min_size=1)
SMALL = st.lists(st.tuples(st.integers(1, 30), st.integers(-50, 50)), min_size=1, max_size=6)
RATIOS = st.sampled_from(
    [
        Fraction(2),
        Fraction(1, 10),
        Fraction(3, 7),
        Fraction(11, 10),
        Fraction(10**19 + 1, 10**18 + 7),
    ]
)


def looped(lots: list[Lot], ratio: Fraction) -> tuple[list[Lot], list[tuple[int, int, int]]]:
    """One owner's: units and cents of each lot, and (lot, parts, cents) of what is sold."""
    new, old = ratio.numerator, ratio.denominator
    starts = [0, *accumulate(units * new for units, _ in lots)]
    before = [0, *accumulate(cents for _, cents in lots)]
    fraction = starts[-1] % old

    def upto(place: int) -> int:
        lot = min(bisect_right(starts, place) - 1, len(lots) - 1)
        return before[lot] + between(lots[lot][1], 0, place - starts[lot], lots[lot][0] * new)

    def nearest(place: int) -> int:
        beyond = place - fraction
        return fraction if beyond <= 0 else fraction + (2 * beyond + old) // (2 * old) * old

    ends = [nearest(place) for place in starts]
    kept = [((b - a) // old, upto(b) - upto(a)) for a, b in pairwise(ends)]
    sold = [
        (n, end - start, upto(end) - upto(start))
        for n, start in enumerate(starts[:-1])
        if (end := min(starts[n + 1], fraction)) > start
    ]
    return kept, sold


@settings(max_examples=150)
@given(st.lists(LOTS, min_size=1, max_size=4) | st.lists(SMALL, min_size=1), RATIOS)
def test_many_owners_as_each_by_itself(owners: list[list[Lot]], ratio: Fraction) -> None:
    units, cents = (np.array([lot[n] for lots in owners for lot in lots]) for n in (0, 1))
    offsets = np.array([0, *accumulate(map(len, owners))])
    found = divided(units, [cents, -cents], offsets, ratio)
    kept, sold, first = list[Lot](), list[tuple[int, int, int]](), 0
    for lots in owners:
        mine, parts = looped(lots, ratio)
        kept += mine
        sold += [(first + n, part, value) for n, part, value in parts]
        first += len(lots)
    assert list(zip(found.units.tolist(), found.values[0].tolist(), strict=True)) == kept
    rows = found.sold.tolist(), found.parts.tolist(), found.taken[0].tolist()
    assert list(zip(*rows, strict=True)) == sold
    assert found.values[1].tolist() == [-value for _, value in kept]
    whole = sum(value for _, value in kept) + sum(value for *_, value in sold)
    assert whole == cents.sum()


@pytest.mark.parametrize("kind", [np.int64, object])
def test_a_total_goes_along_the_parts_of_each_owner(kind: type) -> None:
    parts = np.array([1, 1, 1, 5, 3], kind)
    found = along(np.array([100, -7]), parts, np.array([0, 3, 5]))
    assert found.tolist() == [33, 34, 33, -4, -3]
