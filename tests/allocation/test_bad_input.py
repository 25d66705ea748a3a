"""Whatever the numbers: an exact result, or a refusal that names block and account. Never a wrap-around."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.commissions import Schedule, Tier, charge, charge_each
from allocation.each_price import deviations, high_to_low, rotation
from allocation.errors import (
    AllocationError,
    AmountOverflowError,
    BasisError,
    MarginsError,
    MinimumError,
    NegativeQuantityError,
    NoRoomError,
    NoWeightError,
    OverfillError,
    OversellError,
)
from allocation.exact import Int64
from allocation.fair_deal import fair_deal, in_proportion
from allocation.lots import Disposals, Lots
from allocation.methods import METHODS
from allocation.minimums import value_of_ticket
from allocation.prices import block_gross, split_cash
from allocation.rederive import rederive
from allocation.relief import ORDERS, relieve
from allocation.rounding import ROUNDING
from allocation.terms import Terms, allocate
from allocation.trades import Trades, book_trades
from tests.allocation.reference import column, columns

EDGES = [0, 1, -1, 2**31, 2**53 + 1, 2**61, 2**62 - 1, 2**62, 2**63 - 1, -(2**62), -(2**63)]
#: Mostly sound, now and then anything that int64 holds.
numbers = st.integers(0, 12) | st.integers(0, 10**12) | st.sampled_from(EDGES)
WHOLE = 1_000_000

Block = tuple[list[int], int, list[int]]


@st.composite
def blocks(draw: st.DrawFn) -> list[Block]:
    """Orders and fills, sound or not."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        ordered = draw(st.lists(numbers, max_size=4))
        most = max(min(sum(ordered), 2**63 - 1), 0)
        filled = draw(st.integers(0, most) | numbers)
        found.append((ordered, filled, draw(st.permutations(range(len(ordered))))))
    return found


def several(data: st.DataObject, size: int) -> Int64:
    return column(data.draw(st.lists(numbers, min_size=size, max_size=size)))


def sums(values: Int64, offsets: Int64) -> list[int]:
    """In Python's integers, which never wrap."""
    rows, edges = values.tolist(), offsets.tolist()
    return [sum(rows[a:b]) for a, b in pairwise(edges)]


@settings(max_examples=300)
@given(data=st.data())
def test_a_split_is_exact_or_refused(data: st.DataObject) -> None:
    ordered, filled, offsets, ties = columns(data.draw(blocks()))
    size = len(ordered)
    weights, cap, minimum = (
        several(data, size) if data.draw(st.booleans()) else None for _ in range(3)
    )
    name = data.draw(st.sampled_from(list(METHODS)))
    rounding = data.draw(st.sampled_from([r for r in ROUNDING if r != "cumulative"]))
    tier = column([data.draw(st.integers(0, 1)) for _ in range(size)])
    own = tier if data.draw(st.booleans()) else None
    terms = Terms(name, rounding, weights, cap=cap, minimum=minimum, tier=own)
    lot = several(data, len(filled))
    try:
        result = allocate(ordered, filled, offsets, lot, ties, terms)
    except AllocationError:
        return
    assert sums(result, offsets) == filled.tolist()
    assert ((result >= 0) & (result <= ordered)).all()
    assert terms.cap is None or (result <= terms.cap).all()


@settings(max_examples=150)
@given(data=st.data())
def test_money_is_exact_or_refused(data: st.DataObject) -> None:
    quantities, gross, offsets, ties = columns(data.draw(blocks()))
    commission, signs = several(data, len(gross)), st.sampled_from([1, -1])
    side = column([data.draw(signs) for _ in gross])
    try:
        cash = split_cash(quantities, gross, commission, side, offsets, ties)
    except AllocationError:
        return
    assert sums(cash.gross, offsets) == gross.tolist()
    assert sums(cash.commission, offsets) == commission.tolist()
    nets = [
        a + s * b
        for a, s, b in zip(gross.tolist(), side.tolist(), commission.tolist(), strict=True)
    ]
    assert sums(cash.net, offsets) == nets


@settings(max_examples=150)
@given(data=st.data())
def test_quantity_times_price_is_exact_or_refused(data: st.DataObject) -> None:
    quantity = several(data, data.draw(st.integers(1, 5)))
    price, scale = several(data, len(quantity)), data.draw(st.integers(2, 18))
    try:
        gross = block_gross(quantity, price, column([0, len(price)]), scale)
    except AllocationError:
        return
    exact = sum(q * p for q, p in zip(quantity.tolist(), price.tolist(), strict=True))
    whole = int(abs(Fraction(exact, 10 ** (scale - 2))) + Fraction(1, 2))
    assert gross.tolist() == [whole if exact >= 0 else -whole]


@settings(max_examples=150)
@given(data=st.data())
def test_an_allocation_made_again_is_exact_or_refused(data: st.DataObject) -> None:
    ordered, _, offsets, ties = columns(data.draw(blocks()))
    wanted, sent = (several(data, len(ordered)) for _ in range(2))
    lot = several(data, len(offsets) - 1)
    try:
        result = rederive(wanted, sent, ordered, offsets, lot, ties)
    except AllocationError:
        return
    assert sums(result.quantities, offsets) == sums(wanted, offsets)
    assert ((result.quantities >= 0) & (result.quantities <= ordered)).all()
    assert (result.quantities - result.given + result.taken == sent).all()


@settings(max_examples=150)
@given(data=st.data())
def test_relief_is_exact_or_refused(data: st.DataObject) -> None:
    size, count = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 3))
    lots = Lots(
        several(data, size) & 1,
        several(data, size),
        np.arange(size),
        *(several(data, size) for _ in range(3)),
    )
    sales = Disposals(several(data, count) & 1, several(data, count), several(data, count))
    order = ORDERS[data.draw(st.sampled_from(list(ORDERS)))]
    try:
        relief = relieve(lots, sales, order)
    except AllocationError:
        return
    for n in range(count):
        mine = relief.disposal == n
        assert sum(relief.quantity[mine].tolist()) == sales.quantity[n]
        assert sum(relief.amount[mine].tolist()) == sales.amount[n]
    taken = [sum(relief.quantity[relief.lot == n].tolist()) for n in range(size)]
    assert (lots.remaining - column(taken) == relief.remaining).all()
    assert (relief.remaining >= 0).all()


@settings(max_examples=100)
@given(data=st.data())
def test_trades_are_booked_whole_or_not_at_all(data: st.DataObject) -> None:
    none, count = column([]), data.draw(st.integers(1, 6))
    side = column([data.draw(st.sampled_from([1, 1, -1])) for _ in range(count)])
    columns_ = [several(data, count) for _ in range(4)]
    trades = Trades(columns_[0] & 1, side, *columns_[1:])
    order = ORDERS[data.draw(st.sampled_from(list(ORDERS)))]
    try:
        booked = book_trades(Lots(*[none] * 6), trades, order)
    except AllocationError:
        return
    for pair in (0, 1):
        mine, lots = trades.pair == pair, booked.lots
        bought = sum((trades.quantity * side)[mine].tolist())
        assert sum(lots.remaining[lots.pair == pair].tolist()) == bought


def book(*given: Block) -> tuple[Int64, Int64, Int64, Int64, Int64]:
    """Blocks between two sound ones: ordered, filled, offsets, lot, ties."""
    sound = ([5, 5], 5, [0, 1])
    ordered, filled, offsets, ties = columns([sound, *given, sound])
    return ordered, filled, offsets, np.ones_like(filled), ties


def basis(*values: int) -> Int64:
    """What is weighed by, with the two sound blocks around it."""
    return column([WHOLE // 2, WHOLE // 2, *values, WHOLE // 2, WHOLE // 2])


def limits(*values: int) -> Int64:
    return column([9, 9, *values, 9, 9])


BAD: dict[str, tuple[type[AllocationError], Block, Terms, list[int]]] = {
    "a negative order": (NegativeQuantityError, ([4, -1], 3, [0, 1]), Terms(), [3]),
    "a negative total": (NegativeQuantityError, ([4, 1], -3, [0, 1]), Terms(), [2, 3]),
    "nothing but zero weights": (NoWeightError, ([0, 0], 1, [0, 1]), Terms(), [2, 3]),
    "values of zero": (NoWeightError, ([4, 4], 3, [0, 1]), Terms("nav", basis=basis(0, 0)), [2, 3]),
    "a negative value": (BasisError, ([4, 4], 3, [0, 1]), Terms("nav", basis=basis(5, -1)), [3]),
    "percentages of 99": (
        BasisError,
        ([4, 4], 3, [0, 1]),
        Terms("percentage", basis=basis(WHOLE // 2, WHOLE // 2 - WHOLE // 100)),
        [2, 3],
    ),
    "more fills than orders": (OverfillError, ([4, 4], 9, [0, 1]), Terms(), [2, 3]),
    "more fills than orders, own account behind": (
        OverfillError,
        ([4, 4], 9, [0, 1]),
        Terms(tier=column([0, 1, 0, 1, 0, 1])),
        [2, 3],
    ),
    "more fills than the caps": (
        NoRoomError,
        ([4, 4], 7, [0, 1]),
        Terms(cap=limits(2, 4)),
        [2, 3],
    ),
    "a negative cap": (NegativeQuantityError, ([4, 4], 3, [0, 1]), Terms(cap=limits(2, -4)), [3]),
    "a minimum that leaves nobody": (
        MinimumError,
        ([9, 9], 5, [0, 1]),
        Terms(minimum=column([0, 0, 8, 8, 0, 0])),
        [2, 3],
    ),
    "the same of the second tier": (
        MinimumError,
        ([9, 9], 12, [0, 1]),
        Terms(minimum=column([0, 0, 0, 8, 0, 0]), tier=column([0, 1, 0, 1, 0, 1])),
        [3],
    ),
    "a negative minimum": (
        NegativeQuantityError,
        ([4, 4], 3, [0, 1]),
        Terms(minimum=limits(0, -1)),
        [3],
    ),
    "orders beyond int64": (
        AmountOverflowError,
        ([2**62, 2**62], 3, [0, 1]),
        Terms(),
        [2, 3],
    ),
    "a rank that cannot be laid out": (
        AmountOverflowError,
        ([3, 2**30, 2**30 + 1], 2**30 + 5, [0, 1, 2]),
        Terms("priority", "quota_method", basis=column([0, 0, 0, 1, 1, 0, 0])),
        [],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_refusal_names_the_block_and_its_accounts(case: str) -> None:
    kind, block, terms, accounts = BAD[case]
    with pytest.raises(kind) as caught:
        allocate(*book(block), terms)
    assert type(caught.value) is kind
    assert caught.value.blocks == (1,)
    assert caught.value.accounts == tuple(accounts)


def test_a_minimum_of_a_tier_names_the_account_where_the_caller_has_it() -> None:
    # In the order of tiers the accounts of the block are 3, 2.
    terms = Terms(minimum=column([0, 0, 8, 0, 0, 0]), tier=column([0, 1, 1, 0, 0, 1]))
    with pytest.raises(MinimumError) as caught:
        allocate(*book(([9, 9], 12, [0, 1])), terms)
    assert (caught.value.blocks, caught.value.accounts) == ((1,), (2,))


WIDE = {
    "a flat fee": Schedule(flat=Decimal(10) ** 17),
    "a rebate": Schedule(flat=-(Decimal(10) ** 17)),
    "a rate": Schedule(tiers=(Tier(0, Decimal(10) ** 20),)),
    "a rate too fine": Schedule(tiers=(Tier(0, Decimal("1e-40")),)),
    "a minimum": Schedule(minimum=Decimal(10) ** 17),
    "a maximum": Schedule(maximum=Decimal(10) ** 17),
}


@pytest.mark.parametrize("case", WIDE)
def test_a_schedule_whose_money_int64_cannot_hold(case: str) -> None:
    one = column([1])
    with pytest.raises(AmountOverflowError):
        charge(WIDE[case], one, one, one)


def test_a_tier_beyond_int64_is_never_reached() -> None:
    rates = (Tier(0, Decimal("0.01")), Tier(2**70, Decimal(5)))
    seven, buy = column([7]), column([1])
    for sliced in (True, False):
        assert charge(Schedule(tiers=rates, sliced=sliced), seven, seven, buy).tolist() == [7]


def test_a_bill_is_named_by_its_place_in_the_call() -> None:
    schedules = [Schedule(), WIDE["a rate"]]
    with pytest.raises(AmountOverflowError) as caught:
        charge_each(schedules, column([0, 1, 0]), *[column([1, 1, 1])] * 3)
    assert caught.value.blocks == (1,)


def test_a_ticket_never_costs_less_than_nothing() -> None:
    with pytest.raises(NegativeQuantityError) as caught:
        value_of_ticket(column([500, -1]), 10)
    assert caught.value.accounts == (1,)


def test_deals_that_int64_cannot_hold() -> None:
    half, one, keys = column([2**61, 2**61]), column([1, 1]), column([0, 1])
    for deal in (fair_deal, in_proportion):
        args = (half, half, one, keys) if deal is fair_deal else (half, half, keys)
        with pytest.raises(AmountOverflowError):
            deal(*args)  # type: ignore[operator]
    least = column([-(2**63), 5])
    with pytest.raises(AmountOverflowError):
        high_to_low(one, one, least, keys)
    with pytest.raises(AmountOverflowError):
        rotation(one, one, least, -1, keys, 0)
    with pytest.raises(MarginsError):
        high_to_low(one, column([3]), column([1]), keys)
    apart = deviations(np.eye(2, dtype=np.int64) * 2, column([2**62 - 1, 2**62 - 3]))
    assert apart == [1, -1]


@pytest.mark.parametrize("deal", [fair_deal, in_proportion])
def test_no_fills_are_no_deal(deal: Callable[..., Int64]) -> None:
    none = column([])
    args = (none,) * (4 if deal is fair_deal else 3)
    assert deal(*args).size == 0


def test_an_oversell_books_nothing_and_says_what_is_missing() -> None:
    held = Lots(*(column([n]) for n in (7, 0, 0, 10, 1000, 10)))
    sales = Trades(*(column(v) for v in ([7, 7], [-1, -1], [1, 2], [6, 6], [700, 700])))
    with pytest.raises(OversellError) as caught:
        book_trades(held, sales)
    assert (caught.value.pairs, caught.value.missing) == ((7,), (2,))
    assert held.remaining.tolist() == [10]
