"""Sorting and rounding that the splits and the reliefs are made of, against Python's own."""

from fractions import Fraction
from math import floor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from allocation.exact import mulround
from allocation.ragged import order_by, run_starts
from tests.allocation.reference import column

small, any_ = st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1)
positive = st.integers(1, 40) | st.integers(1, 2**62 - 1)


@given(st.integers(0, 30), st.integers(1, 4), st.data())
def test_order_by_sorts_as_python_does(size: int, keys: int, data: st.DataObject) -> None:
    values = data.draw(st.sampled_from([small, any_, small | any_]))
    rows = st.lists(values, min_size=size, max_size=size)
    columns = [data.draw(rows) for _ in range(keys)]
    last = data.draw(st.lists(st.integers(0, 2**64 - 1), min_size=size, max_size=size))
    order = order_by(*map(column, columns), np.array(last, np.uint64))
    wanted = sorted(range(size), key=lambda i: (*(key[i] for key in columns), last[i]))
    assert order.tolist() == wanted


@given(st.lists(small))
def test_what_is_in_order_already_stays(values: list[int]) -> None:
    assert order_by(column(sorted(values))).tolist() == list(range(len(values)))
    assert order_by(column([-value for value in sorted(values)])).tolist() == sorted(
        range(len(values)), key=lambda i: -sorted(values)[i]
    )


@given(st.lists(small))
def test_run_starts(values: list[int]) -> None:
    values.sort()
    assert run_starts(column(values)).tolist() == [values.index(value) for value in values]


@given(st.lists(st.tuples(positive, positive, positive), min_size=1, max_size=5))
def test_mulround_rounds_a_half_up_and_says_how_far_above_it_is(
    rows: list[tuple[int, int, int]],
) -> None:
    rows = [(min(a, c), b, c) for a, b, c in rows]
    quotient, above = mulround(*(column([row[n] for row in rows]) for n in range(3)))
    for (a, b, c), got, rest in zip(rows, quotient.tolist(), above.tolist(), strict=True):
        assert got == floor(Fraction(a * b, c) + Fraction(1, 2))
        assert rest == a * b + c // 2 - got * c
        assert 0 <= rest < c
