"""Pro rata in whole lots: what every split must satisfy, and who gets the odd piece."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import AllocationError, NegativeQuantityError, OverfillError
from allocation.exact import LIMIT
from allocation.methods.pro_rata import pro_rata
from allocation.ragged import segment_ids
from tests.allocation.reference import block, column, columns, hamilton

Block = tuple[list[int], int, list[int]]
lots = st.integers(1, 12)


def one(part: Block, lot: int) -> list[int]:
    """Split one block."""
    ordered, filled, offsets, ties = columns([part])
    return pro_rata(ordered, filled, offsets, column([lot]), ties).tolist()


def simple(ordered: list[int], filled: int, lot: int) -> list[int]:
    """Split one block whose ties go by position."""
    return one((ordered, filled, list(range(len(ordered)))), lot)


@given(block())
def test_lots_of_one_are_largest_remainder(part: Block) -> None:
    assert one(part, 1) == hamilton(*part)


@given(block(), lots, st.integers(0, 11))
def test_orders_in_lots_are_split_in_lots(part: Block, lot: int, odd: int) -> None:
    ordered, filled, ties = part
    whole = one(([order * lot for order in ordered], filled * lot, ties), lot)
    assert whole == [units * lot for units in hamilton(*part)]
    more = filled * lot + odd % lot
    if more <= sum(ordered) * lot:
        rest = [units % lot for units in one(([o * lot for o in ordered], more, ties), lot)]
        assert sorted(rest)[:-1] == [0] * (len(rest) - 1)


@given(block(most=40), lots)
def test_at_most_one_odd_piece_where_an_order_can_hold_it(part: Block, lot: int) -> None:
    ordered, _, _ = part
    result = one(part, lot)
    odd = [i for i, units in enumerate(result) if units % lot]
    # Several odd pieces only where, taking them back, no single order could hold them all.
    pieces = sum(result[i] % lot for i in odd)
    rooms = [order - units + units % lot for order, units in zip(ordered, result, strict=True)]
    assert len(odd) <= 1 or max(rooms) < pieces


def test_exact_proportions_come_back_exactly() -> None:
    assert simple([6000, 4000], 5000, 100) == [3000, 2000]


def test_an_extra_lot_goes_only_where_the_order_has_room() -> None:
    # The larger remainder is the second account's (1.76 lots), whose order holds one lot only.
    assert simple([1000, 190], 1100, 100) == [1000, 100]


def test_the_odd_piece_goes_to_the_account_furthest_below_its_share() -> None:
    assert simple([600, 300, 100], 550, 100) == [300, 200, 50]


def test_the_odd_piece_passes_over_an_order_too_small_for_it() -> None:
    assert simple([110, 500], 560, 100) == [100, 460]


def test_orders_below_a_lot_share_what_cannot_be_lots() -> None:
    assert simple([50, 50, 50, 50], 100, 100) == [25, 25, 25, 25]


def test_lots_the_small_cannot_hold_go_to_the_large_in_proportion() -> None:
    ordered = [50] * 16 + [3000, 1000]
    assert simple(ordered, 2400, 100) == [0] * 16 + [1800, 600]


def test_a_large_block_does_not_overflow() -> None:
    ordered = [LIMIT // 4, LIMIT // 4, 3]
    assert simple(ordered, LIMIT // 4, 1) == hamilton(ordered, LIMIT // 4, [0, 1, 2])


def test_refusals_name_the_block() -> None:
    ordered, _, offsets, ties = columns([([5], 5, [0]), ([5, 5], 5, [0, 1])])
    with pytest.raises(OverfillError, match="more was filled than ordered") as over:
        pro_rata(ordered, column([5, 11]), offsets, column([1, 1]), ties)
    assert over.value.blocks == (1,)
    with pytest.raises(NegativeQuantityError) as lot:
        pro_rata(ordered, column([5, 5]), offsets, column([1, 0]), ties)
    assert lot.value.blocks == (1,)
    assert issubclass(AllocationError, ValueError)


def test_inputs_are_left_alone() -> None:
    ordered, filled, offsets, ties = columns([([130, 120], 220, [0, 1])])
    before = ordered.copy()
    assert pro_rata(ordered, filled, offsets, column([100]), ties).tolist() == [120, 100]
    assert (ordered == before).all()
    assert segment_ids(offsets).dtype == np.int64
