"""Exact arithmetic at and beyond the edge of int64."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import AmountOverflowError
from allocation.exact import LIMIT, muldiv, ratio_keys, round_ratio
from tests.allocation.reference import column

big = st.integers(0, LIMIT - 1)


@given(st.lists(st.tuples(big, big, st.integers(1, LIMIT - 1)), min_size=1, max_size=5))
def test_muldiv_is_exact_for_any_product(rows: list[tuple[int, int, int]]) -> None:
    rows = [(min(a, c), b, c) for a, b, c in rows]
    a, b, c = (column(values) for values in zip(*rows, strict=True))
    quotient, remainder = muldiv(a, b, c)
    expected = [divmod(x * y, z) for x, y, z in rows]
    assert list(zip(quotient.tolist(), remainder.tolist(), strict=True)) == expected


def test_muldiv_refuses_a_quotient_beyond_int64() -> None:
    with pytest.raises(AmountOverflowError):
        muldiv(column([2**61]), column([8]), column([1]))


@given(st.integers(1 - LIMIT, LIMIT - 1), big, st.integers(1, LIMIT - 1))
def test_round_ratio_takes_a_half_away_from_zero(value: int, part: int, whole: int) -> None:
    part = min(part, whole)
    exact = abs(Fraction(value * part, whole))
    nearest = (exact + Fraction(1, 2)).__floor__() * (1 if value >= 0 else -1)
    assert round_ratio(column([value]), column([part]), column([whole])).tolist() == [nearest]


@given(st.lists(st.tuples(big, st.integers(1, LIMIT - 1)), min_size=2, max_size=6))
def test_ratio_keys_order_like_fractions(ratios: list[tuple[int, int]]) -> None:
    keys = np.column_stack(ratio_keys(*(column(side) for side in zip(*ratios, strict=True))))
    for i, j in itertools.combinations(range(len(ratios)), 2):
        left, right = Fraction(*ratios[i]), Fraction(*ratios[j])
        assert (left < right) == (tuple(keys[i]) < tuple(keys[j]))
        assert (left == right) == (tuple(keys[i]) == tuple(keys[j]))


def test_ratio_keys_separate_neighbours() -> None:
    """(n-1)/n and n/(n+1) differ by 1/(n*(n+1)) only."""
    n = 2**61 - 1
    keys = np.column_stack(ratio_keys(column([n - 1, n]), column([n, n + 1])))
    assert tuple(keys[0]) < tuple(keys[1])
