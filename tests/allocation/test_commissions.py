"""Bills by schedule and their parts: rounded once, nothing lost between broker and accounts."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.commissions import (
    WHOLE,
    Schedule,
    Tier,
    charge,
    charge_each,
    split_charge,
    with_charges,
)
from allocation.errors import AmountOverflowError, ColumnsError, NoWeightError, ScheduleError
from allocation.exact import LIMIT
from allocation.prices import BUY, SELL, split_cash
from allocation.ragged import segment_sums
from tests.allocation.reference import column, columns
from tests.allocation.test_prices import nearest

PENNY = Schedule(tiers=(Tier(0, Decimal("0.01")),))
TIERS = (Tier(0, Decimal("0.02")), Tier(1000, Decimal("0.01")), Tier(5000, Decimal("0.005")))


def bill(schedule: Schedule, quantity: int, gross: int = 0, side: int = BUY, scale: int = 0) -> int:
    """One bill in cents."""
    return int(charge(schedule, column([quantity]), column([gross]), column([side]), scale)[0])


def test_a_rate_per_share() -> None:
    assert bill(PENNY, 1250) == 1250
    assert bill(Schedule(tiers=(Tier(0, Decimal("0.0035")),)), 150) == 53  # 52.5
    assert bill(PENNY, 1250, scale=1) == 125


def test_basis_points_of_the_value() -> None:
    points = Schedule("value", (Tier(0, Decimal("2.5")),))
    assert bill(points, 1, 1_000_000) == 250
    assert bill(points, 1, -1_000_000, SELL) == 250
    assert bill(points, 1, 1_999) == 0  # 0.49975 of a cent
    assert bill(points, 1, 2_000) == 1


def test_tiers_by_slice_or_for_all() -> None:
    assert [bill(Schedule(tiers=TIERS), q) for q in (999, 1000, 1001, 6000)] == [
        1998,
        2000,
        2001,
        6500,
    ]
    whole = Schedule(tiers=TIERS, sliced=False)
    assert [bill(whole, q) for q in (999, 1000, 4999, 5000)] == [1998, 1000, 4999, 2500]
    # 1,000.5 shares, in tenths.
    assert bill(Schedule(tiers=TIERS), 10_005, scale=1) == 2001
    assert bill(whole, 9_999, scale=1) == 2000
    assert bill(whole, 10_000, scale=1) == 1000
    by_value = Schedule("value", (Tier(0, Decimal(10)), Tier(100_000, Decimal(5))))
    assert bill(by_value, 1, 300_000) == 200


def test_flat_minimum_and_maximum() -> None:
    schedule = Schedule(
        tiers=(Tier(0, Decimal("0.01")),),
        flat=Decimal("2.50"),
        minimum=Decimal(5),
        maximum=Decimal(20),
    )
    assert [bill(schedule, q) for q in (0, 100, 300, 1000, 5000)] == [0, 500, 550, 1250, 2000]


def test_a_fee_on_sales_alone() -> None:
    fee = Schedule("value", (Tier(0, Decimal("0.278")),), sides=(SELL,))
    assert bill(fee, 10, 5_000_000, BUY) == 0
    assert bill(fee, 10, 5_000_000, SELL) == 139


def test_schedules_that_contradict_themselves_are_refused_at_once() -> None:
    with pytest.raises(ScheduleError) as wrong:
        Schedule(
            tiers=(Tier(5, Decimal(1)), Tier(5, Decimal(2))),
            minimum=Decimal(9),
            maximum=Decimal(8),
            sides=(2,),
        )
    said = ("first tier starts at 0", "one above the other", "minimum 9 is above", "sides (2,)")
    assert all(text in str(wrong.value) for text in said)
    with pytest.raises(ScheduleError, match="no such") as unknown:
        charge_each([PENNY], column([0, 1]), *[column([1, 1])] * 3)
    assert unknown.value.accounts == (1,)
    with pytest.raises(ScheduleError, match="more decimals"):
        bill(Schedule(minimum=Decimal("0.001")), 1)


def test_a_charge_out_of_range_is_refused() -> None:
    with pytest.raises(AmountOverflowError):
        bill(PENNY, LIMIT)
    with pytest.raises(AmountOverflowError):
        bill(Schedule(tiers=(Tier(0, Decimal("1.00000001")),)), LIMIT // 1000)


rates = st.decimals("0", "9.9999", places=4)


@given(
    st.lists(st.tuples(st.integers(1, 5000), rates), min_size=1, max_size=4),
    st.booleans(),
    st.integers(0, 3),
    st.lists(st.integers(0, 30_000), max_size=6),
)
def test_agrees_with_the_rates_written_out(
    steps: list[tuple[int, Decimal]], sliced: bool, scale: int, quantities: list[int]
) -> None:
    starts = [sum(size for size, _ in steps[:i]) for i in range(len(steps))]
    tiers = tuple(Tier(s, rate) for s, (_, rate) in zip(starts, steps, strict=True))
    n = len(quantities)
    bills = charge(
        Schedule("unit", tiers, sliced), *map(column, (quantities, [0] * n, [BUY] * n)), scale
    )
    for quantity, got in zip(quantities, bills.tolist(), strict=True):
        units = Fraction(quantity, 10**scale)
        exact = Fraction(0)
        for i, tier in enumerate(tiers):
            end = starts[i + 1] if i + 1 < len(starts) else units
            if sliced:
                exact += max(min(units, end) - tier.start, 0) * Fraction(tier.rate)
            elif units >= tier.start:
                exact = units * Fraction(tier.rate)
        assert got == nearest(exact * 100)


def test_each_account_by_its_own_schedule() -> None:
    flat = Schedule(flat=Decimal(7))
    got = charge_each(
        [PENNY, flat], column([0, 1, 0]), column([100, 100, 5]), *[column([1, 1, 1])] * 2
    )
    assert got.tolist() == [100, 700, 5]


parts = st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, WHOLE)), min_size=1, max_size=7)


@given(parts.filter(lambda rows: any(q for q, _ in rows)), st.integers(-(10**12), 10**12))
def test_parts_add_up_and_follow_quantity_times_share(
    rows: list[tuple[int, int]], amount: int
) -> None:
    quantities, _, offsets, ties = columns([([q for q, _ in rows], 0, list(range(len(rows))))])
    got = split_charge(column([amount]), quantities, offsets, ties, column([s for _, s in rows]))
    assert sum(got.tolist()) == amount
    whole = sum(q * s for q, s in rows)
    for (quantity, share), part in zip(rows, got.tolist(), strict=True):
        assert abs(part - Fraction(quantity * share * amount, whole)) < 1


def test_an_account_without_research_leaves_the_bill_to_the_others() -> None:
    quantities, _, offsets, ties = columns([([600, 300, 100], 0, [0, 1, 2])])
    bears = column([WHOLE, 0, WHOLE])
    assert split_charge(column([700]), quantities, offsets, ties, bears).tolist() == [600, 0, 100]
    assert split_charge(column([700]), quantities, offsets, ties).tolist() == [420, 210, 70]
    with pytest.raises(NoWeightError):
        split_charge(column([700]), quantities, offsets, ties, column([0, 0, 0]))
    with pytest.raises(AmountOverflowError) as wide:
        split_charge(column([1]), column([1, LIMIT // 2, 1]), offsets, ties, column([9, 9, 9]))
    assert wide.value.accounts == (1,)


def test_nets_add_up_to_the_brokers_net_with_every_line_of_the_bill() -> None:
    quantities, _, offsets, ties = columns([([600, 300, 100], 0, [0, 1, 2]), ([50, 51], 0, [0, 1])])
    gross, execution = column([1_001_550, 99_999]), column([3337, 100])
    research, fee, side = column([1001, 7]), column([0, 3]), column([BUY, SELL])
    cash = split_cash(quantities, gross, execution, side, offsets, ties)
    lines = [split_charge(bill_, quantities, offsets, ties) for bill_ in (research, fee)]
    total = with_charges(cash, lines, side, offsets)
    assert segment_sums(total.net, offsets).tolist() == [1_001_550 + 4338, 99_999 - 110]
    assert (total.commission == cash.commission + lines[0] + lines[1]).all()
    assert (total.gross == cash.gross).all()
    assert (with_charges(cash, [], side, offsets).net == cash.net).all()
    with pytest.raises(ColumnsError, match="side must be"):
        with_charges(cash, lines, column([1, 0]), offsets)
    with pytest.raises(ColumnsError, match="charge"):
        with_charges(cash, [column([1])], side, offsets)
