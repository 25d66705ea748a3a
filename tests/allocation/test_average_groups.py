"""Blocks of a day that share one average price."""

from fractions import Fraction

import pytest

from allocation.average_groups import merged, split_merged
from allocation.errors import GroupError
from allocation.prices import BUY, SELL, split_cash
from allocation.ragged import segment_sums
from tests.allocation.reference import column, columns


def test_accounts_of_all_blocks_of_a_group_get_one_price() -> None:
    # 100 at 10.00 and 300 at 10.20: everybody at 10.15.
    quantities, _, offsets, ties = columns([([60, 40], 0, [0, 1]), ([300], 0, [2]), ([10], 0, [0])])
    gross, commission = column([100_000, 306_000, 5_000]), column([100, 300, 10])
    side, groups = column([BUY, BUY, SELL]), column([7, 7, 3])
    cash = split_merged(quantities, gross, commission, side, groups, offsets, ties)
    assert cash.gross.tolist() == [60_900, 40_600, 304_500, 5_000]
    assert cash.commission.tolist() == [60, 40, 300, 10]
    assert cash.net.tolist() == [60_960, 40_640, 304_800, 4_990]
    assert {
        Fraction(g, q) for g, q in zip(cash.gross.tolist()[:3], [60, 40, 300], strict=True)
    } == {Fraction(1015)}


def test_every_block_its_own_group_is_the_plain_split() -> None:
    quantities, _, offsets, ties = columns(
        [([60, 41], 0, [0, 1]), ([], 0, []), ([300, 7], 0, [0, 1])]
    )
    money = column([100_001, 0, 306_007]), column([101, 0, 303]), column([BUY, SELL, SELL])
    cash = split_merged(quantities, *money, column([1, 2, 3]), offsets, ties)
    plain = split_cash(quantities, *money, offsets, ties)
    assert cash.net.tolist() == plain.net.tolist()
    assert segment_sums(cash.net, offsets).tolist() == [100_102, 0, 305_704]


def test_offsets_of_groups() -> None:
    blocks, accounts = merged(column([4, 4, 9]), column([0, 2, 3, 7]))
    assert blocks.tolist() == [0, 2, 3]
    assert accounts.tolist() == [0, 3, 7]


def test_groups_torn_apart_or_of_both_sides_are_refused() -> None:
    quantities, zero, offsets, ties = columns([([1], 0, [0])] * 3)
    sides = column([BUY, SELL, BUY])
    with pytest.raises(GroupError, match="side by side") as torn:
        split_merged(quantities, zero, zero, sides, column([1, 2, 1]), offsets, ties)
    assert torn.value.blocks == (2,)
    with pytest.raises(GroupError, match="buys and sales") as mixed:
        split_merged(quantities, zero, zero, sides, column([1, 1, 2]), offsets, ties)
    assert mixed.value.blocks == (1,)
