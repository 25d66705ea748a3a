"""Conditions beside the method: caps, tiers, hold-back, minimum pieces."""

from contextlib import suppress
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import (
    AllocationError,
    BasisError,
    MinimumError,
    NegativeQuantityError,
    NoRoomError,
    OverfillError,
)
from allocation.exact import Int64
from allocation.methods import METHODS
from allocation.minimums import at_least, units_of_value, value_of_ticket
from allocation.ragged import offsets_of, segment_sums
from allocation.terms import Terms, allocate
from allocation.ties import tie_hash
from tests.allocation.reference import block, column, columns
from tests.allocation.test_methods import basis_of

Block = tuple[list[int], int, list[int]]


def one(ordered: list[int], filled: int, terms: Terms, lot: int = 1) -> list[int]:
    """One block, ties by position."""
    orders, fills, offsets, ties = columns([(ordered, filled, list(range(len(ordered))))])
    return allocate(orders, fills, offsets, column([lot]), ties, terms).tolist()


def attempt(*columns_: Int64, terms: Terms) -> list[int] | None:
    """The split, or None where no minimum pieces make the fill."""
    with suppress(MinimumError):
        return allocate(*columns_, terms).tolist()
    return None


def least(*quantities: int, draw: str = "largest") -> Terms:
    """Terms with minimums."""
    return Terms(minimum=column(quantities), draw=draw)  # type: ignore[arg-type]


def test_no_conditions_are_the_method() -> None:
    assert one([600, 300, 100], 550, Terms(), lot=100) == [300, 200, 50]
    assert one([6, 6, 2], 10, Terms(rounding="webster")) == [5, 4, 1]
    assert one([6, 6, 2], 5, Terms("nav", basis=column([1, 1, 3]))) == [2, 1, 2]


@pytest.mark.parametrize("name", METHODS)
@given(data=st.data())
def test_with_every_condition_at_once(name: str, data: st.DataObject) -> None:
    """Whatever is given sums to what was filled, within orders, caps and minimums."""
    ordered, filled, ties = data.draw(block())
    cap = [data.draw(st.integers(1, 50)) for _ in ordered]
    limits = [min(pair) for pair in zip(ordered, cap, strict=True)]
    filled = min(filled, sum(limits))
    minimum = [data.draw(st.integers(0, 9)) for _ in ordered]
    tier = [data.draw(st.integers(0, 1)) for _ in ordered]
    if name == "percentage":
        tier = [0] * len(tier)
    basis = basis_of(name, limits, [data.draw(st.integers(1, 9)) for _ in ordered])
    columns_ = {"basis": basis, "cap": cap, "minimum": minimum, "tier": tier}
    terms = Terms(name, **{key: column(values) for key, values in columns_.items()})
    orders, fills, offsets, keys = columns([(ordered, filled, ties)])
    result = attempt(orders, fills, offsets, column([1]), keys, terms=terms)
    if result is None:
        return
    assert sum(result) == filled
    rows = list(zip(result, limits, minimum, tier, strict=True))
    assert all(units == 0 or min(m, limit) <= units <= limit for units, limit, m, _ in rows)
    if any(units for units, _, _, own in rows if own):
        assert all(units == limit for units, limit, _, own in rows if not own)


def test_a_cap_limits_one_account_and_the_others_share_the_rest() -> None:
    assert one([600, 300, 100], 600, replace(Terms(), cap=column([300, 900, 900]))) == [
        300,
        225,
        75,
    ]
    with pytest.raises(NoRoomError, match="caps") as room:
        one([600, 300, 100], 601, replace(Terms(), cap=column([300, 200, 900])))
    assert room.value.blocks == (0,)
    with pytest.raises(NegativeQuantityError) as negative:
        one([600, 300, 100], 601, replace(Terms(), cap=column([300, -1, 900])))
    assert (negative.value.blocks, negative.value.accounts) == ((0,), (1,))
    with pytest.raises(OverfillError):
        one([600, 300], 901, replace(Terms(), cap=column([300, 300])))


def test_clients_come_before_the_own_account_within_the_method() -> None:
    terms = Terms(tier=column([1, 0, 0]))
    assert one([400, 600, 300], 600, terms) == [0, 400, 200]
    assert one([400, 600, 300], 1000, terms) == [100, 600, 300]
    with_nav = replace(terms, method="nav", basis=column([90, 1, 3]))
    assert one([400, 600, 300], 400, with_nav) == [0, 100, 300]


def test_an_odd_lot_of_a_client_is_filled_before_a_lot_of_the_firm() -> None:
    assert one([200, 150], 200, Terms(tier=column([1, 0])), lot=100) == [50, 150]


def test_nothing_is_split_before_enough_is_filled() -> None:
    terms = Terms(hold_back=column([500]))
    assert one([600, 400], 499, terms) == [0, 0]
    assert one([600, 400], 500, terms) == [300, 200]
    # A block that is smaller than that is split when it is complete.
    assert one([60, 40], 100, terms) == [60, 40]


def test_the_published_three_phases() -> None:
    orders = [5000, 3000, 900, 600, 300, 200]
    assert one(orders, 4000, least(*[200] * 6)) == [2000, 1200, 360, 240, 200, 0]
    seeded = one(orders, 4000, least(*[200] * 6, draw="seeded"))
    assert seeded[:4] == [2000, 1200, 360, 240]
    assert sorted(seeded[4:]) == [0, 200]


def test_a_rest_below_the_minimum_goes_to_those_who_have_something() -> None:
    # Shares 60, 30, 10: the 10 of the last is no piece; the others get it, 2 to 1.
    assert one([600, 300, 100], 100, least(20, 20, 20)) == [67, 33, 0]


def test_an_order_below_the_minimum_is_filled_whole_or_not_at_all() -> None:
    assert one([600, 300, 15], 600, least(20, 20, 20)) == [400, 200, 0]
    assert one([600, 300, 15], 915, least(20, 20, 20)) == [600, 300, 15]


def test_a_piece_more_is_made_where_the_others_have_no_room() -> None:
    # 183 and 917; the second order has room for 83 of 183; so the first gets a piece after all.
    assert one([200, 1000], 1100, least(200, 200)) == [200, 900]


def test_minimums_are_rounded_up_to_lots() -> None:
    assert one([5000, 4000, 1000], 1000, least(150, 150, 150), lot=100) == [600, 400, 0]


def test_minimums_that_leave_nobody_are_refused() -> None:
    with pytest.raises(MinimumError, match="no pieces") as nobody:
        one([600, 300], 100, least(200, 200))
    assert nobody.value.blocks == (0,)
    with pytest.raises(NegativeQuantityError) as negative:
        one([600, 300], 100, least(200, -1))
    assert negative.value.accounts == (1,)


def draws(shares: list[int], minimum: list[int], times: int) -> Int64:
    """What the accounts get in many blocks that differ in their ids alone."""
    n = len(shares)
    offsets = offsets_of(np.full(times, n, np.int64))
    ids, accounts = np.divmod(np.arange(times * n, dtype=np.int64), n)
    ties = tie_hash(ids, accounts, seed=11)
    columns_ = (np.tile(column(values), times) for values in (shares, [10_000] * n, minimum))
    result = at_least(*columns_, offsets, np.ones(times, np.int64), ties)
    assert (segment_sums(result, offsets) == sum(shares)).all()
    return result.reshape(times, n)


def test_a_draw_is_fair_in_expectation() -> None:
    """Small accounts win as often as their share is part of a piece, and never starve."""
    shares = [4000, 150, 100, 50, 10]
    got = draws(shares, [200] * 5, 8_000)
    assert set(np.unique(got[:, 1:]).tolist()) == {0, 200}
    wins = (got[:, 1:] > 0).mean(axis=0)
    assert np.abs(wins - [0.75, 0.5, 0.25, 0.05]).max() < 0.02
    assert np.abs(got.mean(axis=0) - shares).max() < 5


def test_a_draw_with_different_minimums_is_fair_too() -> None:
    shares, minimum = [4000, 150, 100, 90], [200, 300, 200, 100]
    got = draws(shares, minimum, 8_000)
    for account in (1, 2, 3):
        assert set(np.unique(got[:, account]).tolist()) == {0, minimum[account]}
    assert np.abs(got.mean(axis=0) - shares).max() < 6


def test_a_draw_depends_on_ids_and_seed_alone() -> None:
    orders, accounts = [5000, 300, 300, 300], [7, 8, 9, 10]

    def drawn(shuffle: list[int], seed: int) -> dict[int, int]:
        ids = column([accounts[i] for i in shuffle])
        ties = tie_hash(np.full(4, 5, np.int64), ids, seed)
        ordered = column([orders[i] for i in shuffle])
        one_block, terms = column([0, 4]), Terms(minimum=column([100] * 4))
        result = allocate(ordered, column([1000]), one_block, column([1]), ties, terms)
        return dict(zip(ids.tolist(), result.tolist(), strict=True))

    first = drawn([0, 1, 2, 3], 1)
    assert drawn([3, 1, 0, 2], 1) == first
    assert any(drawn([0, 1, 2, 3], seed) != first for seed in range(2, 8))


def test_many_blocks_as_one_by_one_with_minimums() -> None:
    rng = np.random.default_rng(5)
    offsets = offsets_of(rng.integers(0, 9, 300))
    ordered = rng.integers(1, 40, offsets[-1]) * 100
    filled = segment_sums(ordered, offsets) * rng.integers(30, 100, 300) // 100
    ids = np.repeat(np.arange(300), np.diff(offsets))
    ties, lot = tie_hash(ids, np.arange(len(ids)), 3), np.full(300, 10, np.int64)
    minimum = np.full(len(ordered), 200, np.int64)

    def split(some: slice, blocks: slice, draw: str) -> list[int]:
        own = offsets[blocks.start : blocks.stop + 1] - offsets[blocks.start]
        terms = Terms(minimum=minimum[some], draw=draw)  # type: ignore[arg-type]
        return allocate(ordered[some], filled[blocks], own, lot[blocks], ties[some], terms).tolist()

    for draw in ("seeded", "largest"):
        able = []
        for b in range(300):
            some = slice(offsets[b], offsets[b + 1])
            try:
                able.append((b, split(some, slice(b, b + 1), draw)))
            except MinimumError:
                filled[b] = 0
                able.append((b, [0] * (some.stop - some.start)))
        alone = [units for _, units in able for units in units]
        assert split(slice(0, len(ids)), slice(0, 300), draw) == alone
        assert np.count_nonzero(filled) > 200


def test_no_split_is_refused_that_a_small_search_finds_nearby() -> None:
    """Complete fills and single accounts always work, whatever the minimum."""
    for first, second, minimum in product((50, 200, 1000), (50, 200, 1000), (1, 100, 500)):
        assert one([first, second], first + second, least(minimum, minimum)) == [first, second]
        assert one([first], min(first, minimum), least(minimum)) == [min(first, minimum)]


def test_a_minimum_value_in_units() -> None:
    # 1,000.00 at 12.34 (in hundredths): 81.04 shares, so 82; exactly 10 shares at 100.00.
    values, prices = column([100_000, 100_000, 0, 9]), column([1234, 10_000, 5, 4])
    assert units_of_value(values, prices, 2).tolist() == [82, 10, 0, 3]
    # Prices in ten-thousandths, quantities in thousandths: scale 7.
    assert units_of_value(column([100_000]), column([123_400]), 7).tolist() == [81_038]
    for value, price in ((-1, 1), (1, 0), (1, -5)):
        with pytest.raises(NegativeQuantityError):
            units_of_value(column([value]), column([price]), 2)


def test_a_ticket_may_cost_so_many_basis_points() -> None:
    assert value_of_ticket(column([500, 501]), 10).tolist() == [500_000, 501_000]
    assert value_of_ticket(column([1]), 3).tolist() == [3334]
    with pytest.raises(BasisError, match="0 basis points"):
        value_of_ticket(column([500]), 0)


def test_terms_refuse_columns_of_other_lengths() -> None:
    for name in ("basis", "cap", "minimum", "tier", "hold_back"):
        terms = replace(Terms("nav"), basis=column([1, 1]))
        with pytest.raises(AllocationError, match="shape"):
            one([5, 5], 3, replace(terms, **{name: column([1, 2, 3])}))
