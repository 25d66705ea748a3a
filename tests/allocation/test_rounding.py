"""Every rounding method against its definition, and the promises each one makes."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import (
    AmountOverflowError,
    ColumnsError,
    NegativeQuantityError,
    NoWeightError,
)
from allocation.exact import LIMIT
from allocation.ragged import segment_sums
from allocation.rounding import ROUNDING, largest_remainder
from allocation.ties import tie_hash
from tests.allocation.reference import (
    block,
    by_block,
    column,
    columns,
    hamilton,
    quota_method,
    sainte_lague,
)

Block = tuple[list[int], int, list[int]]
EXACT = {
    "largest_remainder": hamilton,
    "webster": sainte_lague,
    "quota_method": quota_method,
}
#: Drawn, so that no definition says who gets what.
DRAWN = ("cumulative",)
MONOTONE = ("webster", "quota_method", "cumulative")
QUOTA = ("largest_remainder", "quota_method", "cumulative")
every = pytest.mark.parametrize("name", ROUNDING)
plain = pytest.mark.parametrize("name", EXACT)


def block_for(name: str, most: int = 40) -> st.SearchStrategy[Block]:
    """A block; a small one where every unit is laid out."""
    return block(most=5 if name in DRAWN else most)


def one(name: str, weights: list[int], total: int, ties: list[int] | None = None) -> list[int]:
    """Split one block."""
    order = list(range(len(weights))) if ties is None else ties
    return ROUNDING[name](*columns([(weights, total, order)])).tolist()


def test_every_method_has_a_reference() -> None:
    assert ROUNDING.keys() == {*EXACT, *DRAWN}


@plain
@given(parts=st.lists(block(beyond=True), max_size=6))
def test_agrees_with_its_definition(name: str, parts: list[Block]) -> None:
    assert ROUNDING[name](*columns(parts)).tolist() == by_block(EXACT[name], parts)


@every
@given(data=st.data())
def test_sums_and_bounds(name: str, data: st.DataObject) -> None:
    parts = data.draw(st.lists(block_for(name), max_size=6))
    weights, totals, offsets, ties = columns(parts)
    result = ROUNDING[name](weights, totals, offsets, ties)
    assert segment_sums(result, offsets).tolist() == totals.tolist()
    assert (result >= 0).all()
    assert (result <= weights).all()
    assert not result[weights == 0].any()


@every
@given(data=st.data())
def test_does_not_depend_on_the_order_of_accounts(name: str, data: st.DataObject) -> None:
    weights, total, ties = data.draw(block_for(name))
    shuffle = data.draw(st.permutations(range(len(weights))))
    plain = one(name, weights, total, ties)
    moved = one(name, [weights[i] for i in shuffle], total, [ties[i] for i in shuffle])
    assert moved == [plain[i] for i in shuffle]


@plain
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=9), st.integers(1, 1000))
def test_exact_proportions_come_back_exactly(name: str, units: list[int], factor: int) -> None:
    assert one(name, [unit * factor for unit in units], sum(units)) == units


@given(block(most=LIMIT // 8))
def test_largest_remainder_stays_within_the_quota(part: Block) -> None:
    weights, total, _ = part
    whole = sum(weights) or 1
    for weight, units in zip(weights, one("largest_remainder", *part), strict=True):
        assert units in (weight * total // whole, -(-weight * total // whole))


@pytest.mark.parametrize("name", QUOTA)
@given(data=st.data())
def test_within_the_rounded_quota(name: str, data: st.DataObject) -> None:
    part = data.draw(block_for(name))
    weights, total, _ = part
    whole = sum(weights) or 1
    for weight, units in zip(weights, one(name, *part), strict=True):
        assert units in (weight * total // whole, -(-weight * total // whole))


@pytest.mark.parametrize("name", MONOTONE)
@given(data=st.data())
def test_never_takes_back(name: str, data: st.DataObject) -> None:
    weights, _, ties = data.draw(block_for(name, 30))
    houses = range(sum(weights) + 1)
    split = ROUNDING[name](*columns([(weights, house, ties) for house in houses]))
    growth = np.diff(split.reshape(len(houses), len(weights)), axis=0)
    assert (growth >= 0).all()
    assert (growth.sum(axis=1) == 1).all() or not weights
    assert one(name, weights, sum(weights), ties) == weights


@given(block(most=LIMIT // 8), st.integers(0, LIMIT // 8))
def test_webster_never_takes_back_in_large_numbers(part: Block, more: int) -> None:
    weights, total, ties = part
    later = min(total + more, sum(weights))
    before, after = one("webster", weights, total, ties), one("webster", weights, later, ties)
    assert all(a <= b <= w for a, b, w in zip(before, after, weights, strict=True))
    assert sum(after) == later


@given(block(most=LIMIT // 8))
def test_webster_serves_the_best_claims_in_large_numbers(part: Block) -> None:
    """No unit given had a smaller claim than a unit refused, and ties decide between equals."""
    weights, _, ties = part
    claims = list(zip(weights, one("webster", *part), ties, strict=True))
    given_ = [(-Fraction(w, 2 * a - 1), tie) for w, a, tie in claims if a]
    refused = [(-Fraction(w, 2 * a + 1), tie) for w, a, tie in claims]
    assert not given_ or max(given_) < min(refused)


def test_the_alabama_paradox_is_hamiltons_alone() -> None:
    weights = [6, 6, 2]
    assert one("largest_remainder", weights, 10) == [4, 4, 2]
    assert one("largest_remainder", weights, 11) == [5, 5, 1]
    assert one("webster", weights, 10)[2] <= one("webster", weights, 11)[2]


@plain
def test_one_in_eighteen_digits_decides(name: str) -> None:
    """Weights that a double cannot tell apart are told apart."""
    close = [3 * 10**17 + 1, 3 * 10**17, 3 * 10**17]
    assert one(name, close, 1, [2, 1, 0]) == [1, 0, 0]


@plain
def test_ties_go_by_key_and_then_by_position(name: str) -> None:
    assert one(name, [1, 1, 1], 1, [5, 4, 9]) == [0, 1, 0]
    assert one(name, [1, 1, 1], 2, [0, 0, 0]) == [1, 1, 0]


@every
def test_no_blocks_and_empty_blocks(name: str) -> None:
    assert ROUNDING[name](*columns([])).tolist() == []
    assert ROUNDING[name](*columns([([], 0, []), ([0, 0], 0, [0, 1])])).tolist() == [0, 0]


@every
def test_what_cannot_be_split_is_refused_by_block_and_account(name: str) -> None:
    good: Block = ([1, 2], 1, [0, 1])
    split = ROUNDING[name]
    with pytest.raises(NegativeQuantityError) as negative:
        split(*columns([good, ([1, -2], 1, [0, 1])]))
    assert (negative.value.blocks, negative.value.accounts) == ((1,), (3,))
    with pytest.raises(NegativeQuantityError) as total:
        split(*columns([good, ([1, 2], -1, [0, 1])]))
    assert total.value.blocks == (1,)
    with pytest.raises(NoWeightError, match=r"blocks 1") as nobody:
        split(*columns([good, ([0, 0], 1, [0, 1]), ([], 0, [])]))
    assert nobody.value.blocks == (1,)
    with pytest.raises(AmountOverflowError) as wide:
        split(*columns([good, ([1], LIMIT, [0])]))
    assert wide.value.blocks == (1,)
    with pytest.raises(AmountOverflowError) as heavy:
        split(*columns([good, ([LIMIT - 1, 1], 1, [0, 1])]))
    assert heavy.value.blocks == (1,)


def test_a_float_is_refused() -> None:
    _, totals, offsets, ties = columns([([1, 2], 1, [0, 1])])
    with pytest.raises(ColumnsError, match="weights must be int64"):
        largest_remainder(np.array([1.0, 2.0]), totals, offsets, ties)


def test_tie_hash_is_a_function_of_its_inputs_without_collisions_in_a_block() -> None:
    accounts = np.arange(10_000, dtype=np.int64)
    blocks_ = np.full_like(accounts, 7)
    keys = tie_hash(blocks_, accounts, seed=42)
    assert keys.dtype == np.uint64
    assert len(np.unique(keys)) == len(keys)
    assert (keys == tie_hash(blocks_, accounts, seed=42)).all()
    assert (keys != tie_hash(blocks_, accounts, seed=43)).all()
    assert (keys != tie_hash(blocks_ + 1, accounts, seed=42)).all()
    assert keys[:3].tolist() == [
        tie_hash(column([7]), column([i]), 42 + 2**64)[0] for i in range(3)
    ]


def test_tie_hash_favours_nobody() -> None:
    """Over 2,000 blocks of ten equal accounts each account wins the odd unit about 200 times."""
    blocks_, accounts = np.divmod(np.arange(20_000, dtype=np.int64), 10)
    ties = tie_hash(blocks_, accounts, seed=1)
    ones, offsets = np.ones(20_000, np.int64), np.arange(0, 20_001, 10, dtype=np.int64)
    wins = largest_remainder(ones, ones[:2000], offsets, ties).reshape(2000, 10).sum(axis=0)
    assert wins.min() > 140
    assert wins.max() < 260


@pytest.mark.parametrize("name", ["largest_remainder", "webster"])
def test_many_blocks_of_uneven_size_as_one_by_one(name: str) -> None:
    """More values than one slab holds, in blocks of none, one, few and very many accounts."""
    rng = np.random.default_rng(7)
    sizes = column([0, 1, 70_000, 3, 0, 2_000, *rng.integers(0, 40, 3_000).tolist(), 1, 0])
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    weights = rng.integers(0, 10 ** rng.integers(1, 9, offsets[-1]))
    ids = np.repeat(np.arange(len(sizes)), sizes)
    sums = np.bincount(ids, weights, len(sizes)).astype(np.int64)
    totals = sums * rng.integers(0, 101, len(sizes)) // 100
    ties = tie_hash(ids, np.arange(offsets[-1], dtype=np.int64), 1)
    result = ROUNDING[name](weights, totals, offsets, ties)
    chosen = [1, 2, 3, 5, *range(6, 400)]
    for b in chosen:
        some = slice(offsets[b], offsets[b + 1])
        alone = ROUNDING[name](weights[some], totals[b : b + 1], column([0, sizes[b]]), ties[some])
        assert (result[some] == alone).all()
    assert segment_sums(result, offsets).tolist() == totals.tolist()
    few = [b for b in chosen if sizes[b] < 60 and totals[b] < 10**4]
    assert len(few) > 20
    for b in few:
        some = slice(offsets[b], offsets[b + 1])
        order = np.argsort(np.argsort(ties[some])).tolist()
        slow = EXACT[name](weights[some].tolist(), int(totals[b]), order)
        assert result[some].tolist() == slow


@pytest.mark.parametrize("spread", [1, 3, 1000, LIMIT // 70_000])
def test_webster_in_a_block_of_many_equal_or_unequal_accounts(spread: int) -> None:
    """Where the first guess is far off, nobody is lost: claims served are the best ones."""
    weights = np.random.default_rng(spread % 97).integers(1, spread + 1, 5_000)
    for share in (0, 1, 37, 99, 100):
        total = int(weights.sum()) // 100 * share
        units = one("webster", weights.tolist(), total)
        assert sum(units) == total
        given_ = max((Fraction(2 * a - 1, w) for a, w in zip(units, weights.tolist(), strict=True)))
        refused = min(
            (Fraction(2 * a + 1, w) for a, w in zip(units, weights.tolist(), strict=True))
        )
        assert given_ <= refused


def test_the_quota_method_says_what_is_too_much_for_it() -> None:
    with pytest.raises(AmountOverflowError, match="goes through") as many:
        one("quota_method", [2**40, 2**40 - 1], 2**30)
    assert many.value.blocks == (0,)
    assert one("quota_method", [2**40, 2**41], 3 * 2**30) == [2**30, 2**31]


def draws(weights: list[int], times: int) -> np.ndarray:
    """Everybody's units at every total, in many draws: (times, total, account)."""
    n, houses = len(weights), range(sum(weights) + 1)
    result = []
    for seed in range(times):
        ties = tie_hash(np.zeros(n, np.int64), np.arange(n, dtype=np.int64), seed)
        order = (ties >> np.uint64(1)).tolist()
        split = ROUNDING["cumulative"](*columns([(weights, house, order) for house in houses]))
        result.append(split.reshape(len(houses), n))
    return np.array(result)


def test_the_lottery_is_exact_on_average_at_every_total() -> None:
    weights = [5, 3, 2, 1]
    got = draws(weights, 1_000)
    exact = np.outer(np.arange(12), weights) / 11
    assert np.abs(got.mean(axis=0) - exact).max() < 0.06
    assert len(np.unique(got[:, 1], axis=0)) == 4  # the first unit may go to anybody


def test_the_lottery_starts_anew_when_everybody_has_its_weight() -> None:
    assert one("cumulative", [10**12, 3 * 10**12], 4 * 10**6) == [10**6, 3 * 10**6]
    assert one("cumulative", [10**12, 3 * 10**12], 9) in ([2, 7], [3, 6])


def test_the_lottery_says_what_is_too_much_for_it() -> None:
    good: Block = ([1, 2], 1, [0, 1])
    with pytest.raises(AmountOverflowError, match="lays out") as many:
        ROUNDING["cumulative"](*columns([good, ([8191, 2], 1, [0, 1])]))
    assert many.value.blocks == (1,)
