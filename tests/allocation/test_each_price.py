"""Fills dealt out whole: margins, nearness to the average, and the accepted simple ways."""

import time
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation import fair_deal as searching
from allocation.each_price import (
    Matrix,
    deviations,
    high_to_low,
    in_line,
    next_number,
    pooled_price,
    rotation,
)
from allocation.errors import AmountOverflowError, ColumnsError, MarginsError, NegativeQuantityError
from allocation.exact import LIMIT
from allocation.fair_deal import fair_deal, in_proportion
from tests.allocation.reference import column
from tests.conform.deals import least

Book = tuple[list[int], list[int], list[int]]


@st.composite
def book(draw: st.DrawFn, accounts: int = 5, fills: int = 5, most: int = 9) -> Book:
    """Quantities of accounts, fills with the same sum, and prices."""
    dealt = [
        [draw(st.integers(0, most)) for _ in range(draw(st.integers(1, fills)))]
        for _ in range(draw(st.integers(1, accounts)))
    ]
    width = max(map(len, dealt))
    deal = np.array([row + [0] * (width - len(row)) for row in dealt])
    quantities = [q for q in deal.sum(axis=1).tolist() if q] or [1]
    sizes = [f for f in deal.sum(axis=0).tolist() if f] or [1]
    return quantities, sizes, [draw(st.integers(-50, 50)) for _ in sizes]


def dealt(part: Book) -> Matrix:
    """Dealt fairly, ties by position."""
    quantities, fills, prices = map(column, part)
    return fair_deal(quantities, fills, prices, np.arange(len(quantities)))


def margins(deal: Matrix) -> tuple[list[int], list[int]]:
    """Row and column sums."""
    return deal.sum(axis=1).tolist(), deal.sum(axis=0).tolist()


def worst(deal: Matrix, prices: list[int]) -> Fraction:
    """The largest deviation."""
    return max(map(abs, deviations(deal, column(prices))))


@settings(max_examples=40)
@given(book(accounts=3, fills=3, most=3))
def test_small_books_are_dealt_as_well_as_can_be(part: Book) -> None:
    quantities, fills, prices = map(column, part)
    assert worst(dealt(part), part[2]) == least(quantities, fills, prices) * 10**6


@settings(max_examples=30)
@given(book())
def test_no_exchange_of_the_worst_account_would_make_it_better(part: Book) -> None:
    """A swap of one unit leaves the worse of the two no nearer than the worst was."""
    deal, prices = dealt(part), part[2]
    far = worst(deal, prices)
    account = [abs(d) for d in deviations(deal, column(prices))].index(far)
    for other in range(len(deal)):
        for given_, got in np.argwhere(deal[account][:, None] * deal[other][None, :] > 0).tolist():
            swapped = deal.copy()
            swapped[account, [given_, got]] += [-1, 1] if given_ != got else [0, 0]
            swapped[other, [given_, got]] += [1, -1] if given_ != got else [0, 0]
            apart = deviations(swapped, column(prices))
            assert max(abs(apart[account]), abs(apart[other])) >= far or _several(deal, prices, far)


def _several(deal: Matrix, prices: list[int], far: Fraction) -> bool:
    """Several accounts are equally far off: one alone made better does not lower the largest."""
    return [abs(d) for d in deviations(deal, column(prices))].count(far) > 1


@pytest.mark.parametrize("seed", range(8))
def test_partition_of_single_contracts(seed: int) -> None:
    """Two accounts and twelve different fills: the most even split of the prices is found."""
    prices = np.random.default_rng(seed).choice(400, 12, replace=False).tolist()
    half = Fraction(sum(prices), 2)
    best = min(abs(sum(chosen) - half) for chosen in combinations(prices, 6))
    assert worst(dealt(([6, 6], [1] * 12, prices)), prices) == best / 6


def test_a_block_of_37_300_shares_and_100_accounts() -> None:
    rng = np.random.default_rng(4)
    quantities = rng.multinomial(37_200, [0.01] * 100) + 1
    fills = rng.multinomial(37_260, [1 / 40] * 40) + 1
    prices = 1_000_000 + rng.integers(0, 30, 40) * 100
    start = time.process_time()
    deal = fair_deal(quantities, fills, prices, np.arange(100))
    assert time.process_time() - start < 20
    assert margins(deal) == (quantities.tolist(), fills.tolist())
    # A tick is 100 units of price; half a tick on one share is as near as whole shares come.
    assert worst(deal, prices.tolist()) <= Fraction(100, 2 * int(quantities.min()))


def test_a_thousand_accounts_keep_their_margins() -> None:
    rng = np.random.default_rng(5)
    quantities, prices = rng.integers(1, 50, 1_000), rng.integers(0, 60, 200)
    fills = rng.multinomial(quantities.sum() - 200, [1 / 200] * 200) + 1
    deal = fair_deal(quantities, fills, prices, np.arange(1_000))
    assert margins(deal) == (quantities.tolist(), fills.tolist())
    assert worst(deal, prices.tolist()) <= 30


def test_of_many_accounts_of_one_lot_each_kind_is_tried_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """10,000 contracts at two prices for as many accounts: none can be better off, which is seen at
    once, not after a search for each of them.
    """
    tried = []
    search = searching._swap
    monkeypatch.setattr(searching, "_swap", lambda *args: tried.append(args[3]) or search(*args))
    ones, fills = np.ones(10_000, np.int64), np.array([4_000, 6_000])
    deal = fair_deal(ones, fills, np.array([7, 9]), np.arange(10_000))
    assert deal.sum(axis=0).tolist() == [4_000, 6_000]
    assert len(tried) == 1


def test_equal_accounts_get_equal_prices_where_they_can() -> None:
    assert dealt(([2, 2], [2, 2], [10, 20])).tolist() == [[1, 1], [1, 1]]
    assert dealt(([4], [1, 3], [10, 20])).tolist() == [[1, 3]]
    assert fair_deal(*[column([])] * 4).shape == (0, 0)


@given(book())
def test_in_line_deals_everything_in_order(part: Book) -> None:
    quantities, fills, prices = map(column, part)
    deal = in_line(quantities, fills, np.arange(len(quantities)), prices)
    assert margins(deal) == part[:2]
    units = [
        price
        for row in deal
        for price in np.repeat(prices, row)[np.argsort(np.repeat(prices, row))]
    ]
    assert units == sorted(units)


DEALS = {
    "fair": lambda q, f, p, n: fair_deal(q, f, p, n),
    "in proportion": lambda q, f, p, n: in_proportion(q, f, n),
    "high to low": lambda q, f, p, n: high_to_low(q, f, p, n),
    "rotation": lambda q, f, p, n: rotation(q, f, p, 1, n, 2),
}


@pytest.mark.parametrize("name", DEALS)
@settings(max_examples=20)
@given(part=book(), data=st.data())
def test_every_deal_keeps_its_margins_whatever_the_order_of_accounts(
    name: str, part: Book, data: st.DataObject
) -> None:
    quantities, fills, prices = map(column, part)
    numbers = np.arange(len(quantities))
    deal = DEALS[name](quantities, fills, prices, numbers)
    assert margins(deal) == part[:2]
    assert (deal >= 0).all()
    shuffle = data.draw(st.permutations(range(len(quantities))))
    moved = DEALS[name](quantities[shuffle], fills, prices, numbers[shuffle])
    assert (moved == deal[shuffle]).all()


def test_the_highest_number_gets_the_highest_prices_on_both_sides() -> None:
    deal = high_to_low(column([1, 2]), column([1, 1, 1]), column([5, 9, 7]), column([4, 8]))
    assert deal.tolist() == [[1, 0, 0], [0, 1, 1]]


def test_the_best_price_goes_to_whose_turn_it_is() -> None:
    numbers, ones, prices = column([11, 22, 33]), column([1, 1, 1]), column([9, 7, 8])
    buys = rotation(ones, ones, prices, 1, numbers, 22)
    assert buys.argmax(axis=1).tolist() == [0, 1, 2]
    sales = rotation(ones, ones, prices, -1, numbers, 22)
    assert sales.argmax(axis=1).tolist() == [1, 0, 2]
    assert [next_number(numbers, pointer) for pointer in (11, 22, 23, 33, 34)] == [
        22,
        33,
        11,
        11,
        22,
    ]
    assert next_number(column([5]), 5) == 5


def test_the_pooled_price_is_on_the_tick_and_leaves_a_residual() -> None:
    pooled = pooled_price(column([1, 1]), column([100, 125]), 25, Fraction(2))
    assert (pooled.average, pooled.rounded) == (Fraction(225, 2), 125)  # a half goes up
    assert pooled.residual == -50
    assert pooled_price(column([4]), column([50]), 25, Fraction(2)).residual == 0
    with pytest.raises(NegativeQuantityError, match="no average"):
        pooled_price(column([0]), column([100]), 25, Fraction(2))


def test_what_cannot_be_dealt_is_refused() -> None:
    with pytest.raises(MarginsError, match="fills total 3, accounts total 2"):
        dealt(([1, 1], [3], [5]))
    with pytest.raises(NegativeQuantityError, match="account's") as account:
        dealt(([1, 0], [1], [5]))
    assert account.value.accounts == (1,)
    with pytest.raises(NegativeQuantityError, match="fill's") as fill:
        dealt(([1], [1, 0], [5, 5]))
    assert fill.value.accounts == (1,)
    with pytest.raises(ColumnsError, match="prices"):
        dealt(([1], [1], [5, 6]))
    with pytest.raises(AmountOverflowError):
        dealt(([1, 1], [1, 1], [-LIMIT // 4, LIMIT // 4]))
