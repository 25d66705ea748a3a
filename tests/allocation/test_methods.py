"""What holds for every method in the table, whoever adds a row; and what each one is for."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.errors import (
    AllocationError,
    BasisError,
    NegativeQuantityError,
    NoRoomError,
    NoWeightError,
    OverfillError,
)
from allocation.exact import Int64
from allocation.methods import METHODS
from allocation.methods.weighted import WHOLE
from allocation.ragged import segment_sums
from allocation.rounding import ROUNDING
from allocation.turns import next_turn, queue
from tests.allocation.reference import block, column, columns, hamilton

every = pytest.mark.parametrize("name", METHODS)
#: Methods that leave an order unfilled only if none before it is, so that nobody ever loses.
IN_TURN = ("rotation", "lottery", "drift")
#: Methods that take nothing but the orders.
PLAIN = ("pro_rata", "equal", "lottery")
PERCENT = WHOLE // 100


class Case(NamedTuple):
    """One block with all that any method asks for."""

    ordered: list[int]
    filled: int
    ties: list[int]
    lot: int
    basis: list[int]


def basis_of(name: str, ordered: list[int], drawn: list[int]) -> list[int]:
    """What a method weighs by; a method with no line here gets any positive numbers."""
    if name == "percentage":
        return hamilton(drawn, WHOLE, list(range(len(drawn)))) if drawn else []
    return ordered if name == "fixed" else drawn


@st.composite
def case(draw: st.DrawFn, name: str, rounding: str = "largest_remainder") -> Case:
    """A block that the method can split; a small one, of whole percents, where all is laid out."""
    ordered, filled, ties = draw(block(most=5 if rounding == "cumulative" else 40))
    drawn = [draw(st.integers(1, 20)) for _ in ordered]
    basis = basis_of(name, ordered, drawn)
    if (name, rounding) == ("percentage", "cumulative"):
        basis = in_percent(basis)
    return Case(ordered, filled, ties, draw(st.integers(1, 12)), basis)


def in_percent(millionths: list[int]) -> list[int]:
    """Whole percents, of which the first has what is left over."""
    found = [part // PERCENT * PERCENT for part in millionths]
    return [found[0] + WHOLE - sum(found), *found[1:]] if found else []


def split(name: str, cases: list[Case], rounding: str = "largest_remainder") -> list[int]:
    """Several blocks in one call."""
    ordered, filled, offsets, ties = columns([(c.ordered, c.filled, c.ties) for c in cases])
    lot = column([c.lot for c in cases])
    basis = None if name in PLAIN else column([b for c in cases for b in c.basis])
    return METHODS[name](ordered, filled, offsets, lot, ties, basis, ROUNDING[rounding]).tolist()


def one(name: str, ordered: list[int], filled: int, basis: list[int], lot: int = 1) -> list[int]:
    """One block whose ties go by position."""
    return split(name, [Case(ordered, filled, list(range(len(ordered))), lot, basis)])


@every
@pytest.mark.parametrize("rounding", ROUNDING)
@settings(max_examples=30)
@given(data=st.data())
def test_sums_and_bounds_in_many_blocks_as_in_one(
    name: str, rounding: str, data: st.DataObject
) -> None:
    cases = data.draw(st.lists(case(name, rounding), max_size=4))
    result = split(name, cases, rounding)
    singly = [split(name, [c], rounding) for c in cases]
    assert result == [units for alone in singly for units in alone]
    for c, alone in zip(cases, singly, strict=True):
        assert sum(alone) == c.filled
        assert all(0 <= units <= order for units, order in zip(alone, c.ordered, strict=True))


@every
@settings(max_examples=40)
@given(data=st.data())
def test_the_inputs_are_left_alone_and_decide_alone(name: str, data: st.DataObject) -> None:
    c = data.draw(case(name))
    ordered, filled, offsets, ties = columns([(c.ordered, c.filled, c.ties)])
    basis = ordered if name in PLAIN else column(c.basis)
    inputs = (ordered, filled, offsets, column([c.lot]), ties, basis)
    before = [array.copy() for array in inputs]
    first = METHODS[name](*inputs)
    first += 1
    assert (METHODS[name](*inputs) == first - 1).all()
    assert all((old == new).all() for old, new in zip(before, inputs, strict=True))


@every
@settings(max_examples=40)
@given(data=st.data())
def test_odd_lots_are_few(name: str, data: st.DataObject) -> None:
    """Orders in whole lots: one account at most gets an odd piece."""
    c = data.draw(case(name))
    ordered = [order * c.lot for order in c.ordered]
    filled = data.draw(st.integers(0, sum(ordered)))
    basis = ordered if name == "fixed" else c.basis
    result = split(name, [Case(ordered, filled, c.ties, c.lot, basis)])
    odd = 0 if name != "priority" else len(set(basis)) - 1
    assert sum(units % c.lot > 0 for units in result) <= 1 + odd
    if name != "priority" and filled % c.lot == 0:
        assert not any(units % c.lot for units in result)


@pytest.mark.parametrize("rounding", ["webster", "quota_method", "cumulative"])
@pytest.mark.parametrize("name", ["pro_rata", "percentage", "fixed", "nav", "equal", *IN_TURN])
@settings(max_examples=30)
@given(data=st.data())
def test_nobody_loses_as_fills_grow(name: str, rounding: str, data: st.DataObject) -> None:
    if rounding != "webster" and name not in ("pro_rata", "fixed", *IN_TURN):
        return  # who reaches its order changes the quotas of the others
    c = data.draw(case(name, rounding))._replace(lot=1)
    fills = range(sum(c.ordered) + 1)
    result = column(split(name, [c._replace(filled=filled) for filled in fills], rounding))
    assert (np.diff(result.reshape(len(fills), len(c.ordered)), axis=0) >= 0).all()


@every
def test_refusals_name_the_block(name: str) -> None:
    good, bad = Case([5], 5, [0], 1, [5]), Case([5, 5], 5, [0, 1], 1, [5, 5])
    if name == "percentage":
        good, bad = good._replace(basis=[WHOLE]), bad._replace(basis=[WHOLE // 2] * 2)
    with pytest.raises((OverfillError, NoRoomError)) as over:
        split(name, [good, bad._replace(filled=11)])
    assert over.value.blocks == (1,)
    with pytest.raises(NegativeQuantityError) as lot:
        split(name, [good, bad._replace(lot=0)])
    assert lot.value.blocks == (1,)
    with pytest.raises(AllocationError) as empty:
        split(name, [good, bad._replace(ordered=[0, 0], filled=1, basis=[0, 0])])
    assert empty.value.blocks == (1,)
    assert split(name, [good, Case([], 0, [], 1, [])]) == [5]


@pytest.mark.parametrize("name", [name for name in METHODS if name not in PLAIN])
def test_a_missing_or_negative_basis_is_refused(name: str) -> None:
    ordered, filled, offsets, ties = columns([([5], 5, [0])])
    with pytest.raises(BasisError, match="needs"):
        METHODS[name](ordered, filled, offsets, column([1]), ties)
    with pytest.raises(BasisError, match="negative") as negative:
        METHODS[name](ordered, filled, offsets, column([1]), ties, column([-1]))
    assert (negative.value.blocks, negative.value.accounts) == ((0,), (0,))


def test_nav_follows_the_value_of_accounts_not_their_orders() -> None:
    assert one("nav", [900, 900, 900], 1000, [50, 30, 20]) == [500, 300, 200]


def test_what_an_order_cannot_hold_goes_to_the_others_by_weight() -> None:
    assert one("nav", [100, 900, 900], 1000, [50, 30, 20]) == [100, 540, 360]
    # Filling the second order in turn fills the third: two rounds.
    assert one("equal", [100, 350, 900], 1200, []) == [100, 350, 750]


def test_an_account_without_value_gets_nothing_although_it_has_an_order() -> None:
    assert one("nav", [900, 900], 400, [0, 7]) == [0, 400]
    with pytest.raises(NoRoomError) as room:
        one("nav", [900, 900], 901, [0, 7])
    assert room.value.blocks == (0,)
    with pytest.raises(NoWeightError):
        one("nav", [900, 900], 901, [0, 0])


def test_equal_splits_equally_in_lots() -> None:
    assert one("equal", [1000, 500, 100], 1000, [], lot=100) == [500, 400, 100]


def test_percentages_are_what_was_agreed() -> None:
    half = [WHOLE // 2, WHOLE // 4, WHOLE // 4]
    assert one("percentage", [1000, 1000, 1000], 800, half) == [400, 200, 200]
    with pytest.raises(BasisError, match="do not add up to 100") as wrong:
        one("percentage", [1000, 1000], 800, [WHOLE // 2, WHOLE // 2 - 1])
    assert wrong.value.blocks == (0,)


def test_fixed_quantities_are_kept_or_split_in_proportion() -> None:
    assert one("fixed", [900, 900], 400, [100, 300]) == [100, 300]
    assert one("fixed", [900, 900], 200, [100, 300]) == [50, 150]
    with pytest.raises(OverfillError, match="fixed"):
        one("fixed", [900, 900], 401, [100, 300])
    with pytest.raises(BasisError, match="above the order") as above:
        one("fixed", [100, 200], 400, [100, 300])
    assert above.value.accounts == (1,)


def test_priority_goes_rank_by_rank() -> None:
    assert one("priority", [300, 100, 600], 700, [1, 0, 1]) == [200, 100, 400]
    assert one("priority", [300, 100, 600], 90, [1, 0, 1]) == [0, 90, 0]


def test_the_largest_drift_is_filled_first() -> None:
    assert one("drift", [300, 100, 600], 650, [10, 90, 50]) == [0, 100, 550]


def test_the_lottery_follows_the_ties() -> None:
    assert split("lottery", [Case([300, 100, 600], 650, [9, 2, 5], 1, [0] * 3)]) == [0, 100, 550]


def rotate(ordered: list[int], filled: int, pointer: int) -> tuple[list[int], int]:
    """Accounts 11, 22, 33 from a pointer; what they get, and the next pointer."""
    offsets, numbers, at = column([0, 3]), column([11, 22, 33]), column([pointer])
    places = queue(numbers, at, offsets)
    result = one("rotation", ordered, filled, places.tolist())
    after: Int64 = next_turn(column(result), column(ordered), numbers, at, offsets)
    return result, int(after[0])


def test_the_rotation_goes_on_where_it_stopped() -> None:
    assert rotate([300, 300, 300], 400, 11) == ([300, 100, 0], 22)
    assert rotate([300, 300, 300], 300, 22) == ([0, 300, 0], 33)
    assert rotate([300, 300, 300], 500, 33) == ([200, 0, 300], 11)
    # A pointer to an account that has left goes to the next one above.
    assert rotate([300, 300, 300], 100, 23) == ([0, 0, 100], 33)


def test_the_rotation_moves_on_by_one_when_all_are_filled_and_stays_when_none_is() -> None:
    assert rotate([300, 300, 300], 900, 22) == ([300, 300, 300], 33)
    assert rotate([300, 300, 300], 0, 22) == ([0, 0, 0], 22)


def test_pointers_of_several_blocks_some_empty() -> None:
    offsets, numbers = column([0, 2, 2, 3]), column([1, 2, 7])
    pointer = column([2, 5, 1])
    assert queue(numbers, pointer, offsets).tolist() == [1, 0, 0]
    given_, ordered = column([0, 5, 4]), column([5, 5, 4])
    assert next_turn(given_, ordered, numbers, pointer, offsets).tolist() == [1, 5, 7]


def test_large_blocks_stay_exact() -> None:
    rng = np.random.default_rng(3)
    ordered = rng.integers(1, 10**13, 3_000)
    total = np.array([int(ordered.sum()) // 3])
    offsets, lot = column([0, 3_000]), column([100])
    for name in METHODS:
        basis = column(basis_of(name, ordered.tolist(), rng.integers(1, 10**6, 3_000).tolist()))
        result = METHODS[name](ordered, total, offsets, lot, np.arange(3_000), basis)
        assert segment_sums(result, offsets).tolist() == total.tolist()
        assert ((result >= 0) & (result <= ordered)).all()
