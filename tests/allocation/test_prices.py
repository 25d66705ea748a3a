"""Money to the cent: nothing is lost between the broker's figures and the accounts'."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import AmountOverflowError, ColumnsError, NegativeQuantityError
from allocation.exact import LIMIT
from allocation.prices import (
    BUY,
    SELL,
    average_price,
    block_gross,
    printed_price,
    split_cash,
    split_money,
)
from allocation.ragged import segment_ids, segment_sums
from tests.allocation.reference import column, columns

fills = st.lists(st.tuples(st.integers(0, 10**9), st.integers(-(10**8), 10**8)), max_size=6)


def nearest(value: Fraction) -> int:
    """Rounded, a half away from zero."""
    return (abs(value) + Fraction(1, 2)).__floor__() * (1 if value >= 0 else -1)


@given(st.lists(fills, max_size=4), st.integers(2, 8))
def test_gross_is_rounded_once_from_the_exact_value(
    blocks: list[list[tuple[int, int]]], scale: int
) -> None:
    offsets = column([sum(map(len, blocks[:i])) for i in range(len(blocks) + 1)])
    quantity = column([fill[0] for block in blocks for fill in block])
    price = column([fill[1] for block in blocks for fill in block])
    exact = [Fraction(sum(q * p for q, p in block), 10 ** (scale - 2)) for block in blocks]
    assert block_gross(quantity, price, offsets, scale).tolist() == [nearest(x) for x in exact]


def test_gross_beyond_sixty_three_bits_of_notional_is_exact() -> None:
    """1e9 units at 1,234.56789012: the notional in 1e-8 needs 67 bits."""
    gross = block_gross(column([10**9]), column([123_456_789_012]), column([0, 1]), 8)
    assert gross.tolist() == [123_456_789_012_000]


def test_gross_refuses_what_it_cannot_hold() -> None:
    one = column([0, 1])
    with pytest.raises(AmountOverflowError):
        block_gross(column([2**40]), column([2**40]), one, 2)
    with pytest.raises(AmountOverflowError):
        block_gross(column([1]), column([-(2**63)]), one, 2)
    with pytest.raises(NegativeQuantityError):
        block_gross(column([-1]), column([1]), one, 2)
    with pytest.raises(ColumnsError, match="scale 1 must lie between 2 and 18"):
        block_gross(column([1]), column([1]), one, 1)


def test_fractional_quantities_add_their_decimals_to_the_scale() -> None:
    """1.5 units at 10.01 make 15.015, rounded up."""
    assert block_gross(column([150]), column([1001]), column([0, 1]), 4).tolist() == [1502]


def test_currencies_without_or_with_three_decimals() -> None:
    fill = (column([3]), column([12_345_678]), column([0, 1]), 4)
    assert block_gross(*fill, minor=0).tolist() == [3704]
    assert block_gross(*fill, minor=3).tolist() == [3_703_703]


amounts = st.integers(-(10**15), 10**15)
accounts = st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any)


@given(st.lists(st.tuples(accounts, amounts, amounts, st.sampled_from([BUY, SELL])), max_size=4))
def test_nets_add_up_to_the_brokers_net(
    blocks: list[tuple[list[int], int, int, int]],
) -> None:
    quantities, _, offsets, ties = columns([(q, 0, list(range(len(q)))) for q, *_ in blocks])
    gross, commission, side = (column([row[i] for row in blocks]) for i in (1, 2, 3))
    cash = split_cash(quantities, gross, commission, side, offsets, ties)
    assert segment_sums(cash.gross, offsets).tolist() == gross.tolist()
    assert segment_sums(cash.commission, offsets).tolist() == commission.tolist()
    assert segment_sums(cash.net, offsets).tolist() == (gross + side * commission).tolist()
    assert (cash.net == cash.gross + side[segment_ids(offsets)] * cash.commission).all()


@given(accounts, amounts)
def test_every_account_is_within_a_cent_of_the_average(quantities: list[int], amount: int) -> None:
    weights, _, offsets, ties = columns([(quantities, 0, list(range(len(quantities))))])
    parts = split_money(column([amount]), weights, offsets, ties).tolist()
    for quantity, part in zip(quantities, parts, strict=True):
        assert abs(part - Fraction(quantity * amount, sum(quantities))) < 1
        assert quantity or not part


def test_a_rebate_is_the_mirror_image_of_a_commission() -> None:
    weights, _, offsets, ties = columns([([3, 3, 3], 0, [2, 0, 1])])
    assert split_money(column([100]), weights, offsets, ties).tolist() == [33, 34, 33]
    assert split_money(column([-100]), weights, offsets, ties).tolist() == [-33, -34, -33]


def test_money_and_sides_out_of_range_are_refused() -> None:
    weights, zero, offsets, ties = columns([([1], 0, [0]), ([1], 0, [0])])
    for amount in (LIMIT, -LIMIT, -(2**63)):
        with pytest.raises(AmountOverflowError) as caught:
            split_money(column([0, amount]), weights, offsets, ties)
        assert caught.value.blocks == (1,)
    with pytest.raises(ColumnsError, match="side must be"):
        split_cash(weights, zero, zero, column([1, 2]), offsets, ties)


def test_average_price_is_a_fraction_and_prints_rounded() -> None:
    price = average_price(200, 3, 2)
    assert price == Fraction(2, 3)
    assert printed_price(price, 4) == Decimal("0.6667")
    assert printed_price(-price, 4) == Decimal("-0.6667")
    assert str(printed_price(Fraction(10_015, 1000), 4)) == "10.0150"
    with pytest.raises(NegativeQuantityError):
        average_price(1, 0, 2)
