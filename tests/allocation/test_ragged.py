"""Ragged columns: sums, places and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import AmountOverflowError, ColumnsError
from allocation.exact import LIMIT
from allocation.ragged import (
    check_int64,
    check_offsets,
    check_ties,
    first_within,
    least_within,
    order_within,
    rank_within,
    segment_ids,
    segment_sums,
    slabs,
    sub_offsets,
)
from tests.allocation.reference import column

OFFSETS = column([0, 2, 2, 5])

segments = st.lists(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2)), max_size=6))


def test_ids_and_sums_of_segments_some_empty() -> None:
    assert segment_ids(OFFSETS).tolist() == [0, 0, 2, 2, 2]
    assert segment_sums(column([1, 2, 3, 4, 5]), OFFSETS).tolist() == [3, 0, 12]


def test_sums_are_exact_although_the_running_sum_wraps() -> None:
    values = column([LIMIT - 1] * 6 + [-LIMIT + 1])
    sums = segment_sums(values, column([0, 1, 2, 3, 4, 5, 7]))
    assert sums.tolist() == [LIMIT - 1] * 5 + [0]


@pytest.mark.parametrize("values", [[LIMIT - 1, 1], [2**63 - 1] * 4, [-(2**63), -1]])
def test_a_sum_out_of_bounds_names_its_segment(values: list[int]) -> None:
    offsets = column([0, 1, 1 + len(values)])
    with pytest.raises(AmountOverflowError) as caught:
        segment_sums(column([7, *values]), offsets)
    assert caught.value.blocks == (1,)


def test_sub_offsets_keep_empty_segments() -> None:
    assert sub_offsets(column([1, 2, 4]), OFFSETS).tolist() == [0, 1, 1, 3]


@given(segments)
def test_rank_is_the_place_in_a_stable_sort(parts: list[list[tuple[int, int]]]) -> None:
    offsets = column(np.cumsum([0, *map(len, parts)]).tolist())
    first = column([pair[0] for part in parts for pair in part])
    second = column([pair[1] for part in parts for pair in part])
    for keys, width in (((first,), 1), ((first, second), 2)):
        ranks = rank_within(offsets, *keys).tolist()
        expected = []
        for part in parts:
            order = sorted(range(len(part)), key=lambda i, p=part: p[i][:width])
            expected += [order.index(i) for i in range(len(part))]
        assert ranks == expected


@given(segments, st.data())
def test_first_within_is_a_cut_through_the_ranks(
    parts: list[list[tuple[int, int]]], data: st.DataObject
) -> None:
    offsets = column(np.cumsum([0, *map(len, parts)]).tolist())
    counts = column([data.draw(st.integers(0, len(part))) for part in parts])
    key = column([pair[0] for part in parts for pair in part])
    ties = column([pair[1] for part in parts for pair in part])
    expected = rank_within(offsets, key, ties) < counts[segment_ids(offsets)]
    assert (first_within(offsets, counts, key, ties) == expected).all()


def test_least_within_is_the_first_of_a_sort() -> None:
    first, second = column([5, 3, 4, 2, 2]), column([0, 0, 9, 8, 7])
    assert least_within(column([0, 2, 5]), first, second).tolist() == [1, 4]
    assert least_within(column([0, 2, 5]), first).tolist() == [1, 3]
    assert least_within(column([0])).tolist() == []


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 8))
def test_slabs_are_whole_segments(lengths: list[int], size: int) -> None:
    offsets = column(np.cumsum([0, *lengths]).tolist())
    runs = list(slabs(offsets, size))
    assert [first for first, _ in runs] == [0, *(end for _, end in runs)][: len(runs)]
    assert (runs[-1][1] if runs else 0) == len(lengths)
    for first, end in runs:
        assert end == first + 1 or offsets[end] - offsets[first] <= size


def test_keys_too_wide_to_pack_sort_the_same() -> None:
    key = column([LIMIT, -LIMIT, 5, 2**63 - 1, -(2**63)])
    assert order_within(OFFSETS, key).tolist() == [1, 0, 4, 2, 3]


@pytest.mark.parametrize(
    "offsets",
    [
        np.array([], np.int64),
        np.array([0, 3], np.int32),
        column([0, 2]),
        column([1, 3]),
        np.zeros((1, 1), np.int64),
    ],
)
def test_offsets_that_do_not_partition_are_refused(offsets: np.ndarray) -> None:
    with pytest.raises(ColumnsError):
        check_offsets(offsets, 3)


def test_decreasing_offsets_name_the_segment() -> None:
    with pytest.raises(ColumnsError) as caught:
        check_offsets(column([0, 3, 2, 3]), 3)
    assert caught.value.blocks == (1,)


def test_columns_of_other_types_or_lengths_are_refused() -> None:
    with pytest.raises(ColumnsError, match="price must be int64, not float64"):
        check_int64(2, price=np.array([1.0, 2.0]))
    with pytest.raises(ColumnsError, match="shape"):
        check_int64(2, price=column([1]))
    with pytest.raises(ColumnsError, match="ties must be int64 or uint64"):
        check_ties(np.array([1.0]), 1)
    with pytest.raises(ColumnsError, match="shape"):
        check_ties(column([1]), 2)
