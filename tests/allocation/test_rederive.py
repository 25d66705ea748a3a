"""After accounts were told what they got: growth, a smaller order, an account that left, a bust."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import NegativeQuantityError, OverfillError
from allocation.rederive import Rederived, rederive
from allocation.terms import Terms, allocate
from tests.allocation.reference import block, column, columns

Block = tuple[list[int], int, list[int]]
lots = st.integers(1, 5)


def again(ordered: list[int], filled: int, sent: list[int], lot: int = 1) -> Rederived:
    """One block, ties by position."""
    ties = list(range(len(ordered)))
    orders, fills, offsets, keys = columns([(ordered, filled, ties)])
    wanted = allocate(orders, fills, offsets, column([lot]), keys, Terms())
    return rederive(wanted, column(sent), orders, offsets, column([lot]), keys)


def quantities(ordered: list[int], filled: int, sent: list[int], lot: int = 1) -> list[int]:
    """The same, quantities alone."""
    return again(ordered, filled, sent, lot).quantities.tolist()


@st.composite
def sent_block(draw: st.DrawFn) -> tuple[list[int], int, list[int]]:
    """Orders, fills, and what was sent of older orders and fills."""
    ordered, filled, _ = draw(block())
    return ordered, filled, [draw(st.integers(0, 45)) for _ in ordered]


@given(sent_block(), lots)
def test_sums_bounds_and_the_account_of_what_changed(part: Block, lot: int) -> None:
    ordered, filled, sent = part
    result = again(ordered, filled, sent, lot)
    rows = list(
        zip(
            *(column_.tolist() for column_ in (result.quantities, result.given, result.taken)),
            sent,
            ordered,
            strict=True,
        )
    )
    assert sum(row[0] for row in rows) == filled
    for quantity, given_, taken, before, order in rows:
        assert 0 <= quantity <= order
        assert quantity == before + given_ - taken
        assert not (given_ and taken)


@given(sent_block(), lots)
def test_no_more_is_taken_back_than_must_be(part: Block, lot: int) -> None:
    ordered, filled, sent = part
    result = again(ordered, filled, sent, lot)
    kept = [min(pair) for pair in zip(sent, ordered, strict=True)]
    lost = sum(sent) - sum(kept)
    assert sum(result.taken.tolist()) == lost + max(sum(kept) - filled, 0)
    if filled <= sum(kept):
        assert not result.given.any()


@given(block(), st.data())
def test_accounts_that_were_told_part_of_their_share_get_exactly_their_share(
    part: Block, data: st.DataObject
) -> None:
    ordered, filled, ties = part
    orders, fills, offsets, keys = columns([(ordered, filled, ties)])
    lot = column([1])
    wanted = allocate(orders, fills, offsets, lot, keys, Terms()).tolist()
    sent = [data.draw(st.integers(0, units)) for units in wanted]
    result = rederive(column(wanted), column(sent), orders, offsets, lot, keys)
    assert result.quantities.tolist() == wanted
    assert not result.taken.any()


def test_more_than_its_share_comes_from_the_others_in_proportion() -> None:
    # 100 for the first where 50 is its share: 30 from one, 20 from the other.
    assert quantities([100, 600, 400], 550, [100, 0, 0]) == [100, 270, 180]


def test_nothing_is_taken_from_others_that_they_were_told_they_have() -> None:
    assert quantities([100, 600, 400], 550, [100, 295, 0]) == [100, 295, 155]


def test_the_alabama_paradox_takes_nothing_back() -> None:
    assert quantities([6, 6, 2], 10, [0, 0, 0]) == [4, 4, 2]
    assert quantities([6, 6, 2], 11, [4, 4, 2]) == [4, 5, 2]


def test_an_account_that_left_gives_back_all_and_the_others_share_it() -> None:
    result = again([0, 600, 400], 500, [100, 240, 160])
    assert result.quantities.tolist() == [0, 300, 200]
    assert result.taken.tolist() == [100, 0, 0]
    assert result.given.tolist() == [0, 60, 40]


def test_a_smaller_order_gives_back_what_it_cannot_hold() -> None:
    result = again([100, 600, 400], 600, [200, 200, 200])
    assert result.quantities.tolist() == [100, 300, 200]
    assert result.taken.tolist() == [100, 0, 0]


def test_a_bust_takes_back_what_it_took_and_brings_shares_nearer() -> None:
    result = again([100, 600, 400], 440, [50, 300, 200])
    assert result.quantities.tolist() == [40, 240, 160]
    assert result.taken.tolist() == [10, 60, 40]
    # Who had less than its share keeps it all, and nobody gains from a loss.
    assert quantities([100, 600, 400], 440, [90, 200, 200]) == [48, 200, 192]


def test_what_is_taken_from_others_comes_in_whole_lots() -> None:
    assert quantities([300, 600, 600], 500, [300, 0, 0], lot=100) == [300, 100, 100]


def test_several_blocks_each_by_itself() -> None:
    ordered, _, offsets, ties = columns(
        [([6, 6, 2], 0, [0, 1, 2]), ([], 0, []), ([5, 5], 0, [0, 1])]
    )
    wanted, sent = column([5, 5, 1, 2, 2]), column([4, 4, 2, 5, 0])
    result = rederive(wanted, sent, ordered, offsets, column([1, 1, 1]), ties)
    assert result.quantities.tolist() == [4, 5, 2, 4, 0]
    assert result.taken.tolist() == [0, 0, 0, 1, 0]


def test_refusals_name_the_account() -> None:
    ordered, _, offsets, ties = columns([([5, 5], 0, [0, 1])])
    lot = column([1])
    with pytest.raises(NegativeQuantityError, match="negative") as sent:
        rederive(ordered, column([0, -1]), ordered, offsets, lot, ties)
    assert sent.value.accounts == (1,)
    with pytest.raises(OverfillError, match="wanted") as over:
        rederive(column([5, 6]), ordered, ordered, offsets, lot, ties)
    assert over.value.accounts == (1,)
