"""Relief of lots: order, exhaustion to the cent, shorts and shortfalls."""

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import (
    AmountOverflowError,
    ColumnsError,
    NegativeQuantityError,
    OversellError,
)
from allocation.exact import LIMIT, Int64
from allocation.lots import Disposals, Lots, Relief, open_basis, open_lots, realized_gain
from allocation.ragged import offsets_of
from allocation.relief import ORDERS, relieve
from tests.allocation.reference import column, hamilton

Case = tuple[Lots, Disposals]
every = pytest.mark.parametrize("name", ORDERS)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Lots of up to three pairs, some partly or fully relieved, and disposals they can meet."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 2),
                st.integers(0, 3),
                st.integers(1, 50),
                st.integers(-500, 5000),
                st.integers(0, 50),
            ),
            max_size=10,
        )
    )
    pair, acquired, size, basis, gone = (
        column([row[i] for row in rows]) if rows else column([]) for i in range(5)
    )
    remaining = np.maximum(size - gone, 0)
    sequence = column(draw(st.permutations(range(len(rows)))))
    left: dict[int, int] = defaultdict(int)
    for key, quantity in zip(pair.tolist(), remaining.tolist(), strict=True):
        left[key] += quantity
    sold = []
    for key in draw(st.lists(st.integers(0, 2), max_size=8)):
        if left[key]:
            quantity = draw(st.integers(1, left[key]))
            left[key] -= quantity
            sold.append((key, quantity, draw(st.integers(-100, 9999))))
    disposals = Disposals(*(column([row[i] for row in sold]) for i in range(3)))
    return Lots(pair, acquired, sequence, size, basis, remaining), disposals


def cumulative(basis: int, done: int, size: int) -> int:
    """Basis of the first ``done`` units, a half away from zero."""
    rounded = (abs(Fraction(basis * done, size)) + Fraction(1, 2)).__floor__()
    return rounded if basis >= 0 else -rounded


def naive(lots: Lots, disposals: Disposals, name: str) -> list[tuple[int, ...]]:
    """Lot by lot, disposal by disposal: (lot, disposal, quantity, basis, amount)."""
    keys = list(zip(*(key.tolist() for key in ORDERS[name](lots)), strict=True))
    order = sorted(range(len(lots.pair)), key=lambda i: keys[i])
    remaining, rows = lots.remaining.tolist(), []
    for disposal, wanted in enumerate(disposals.quantity.tolist()):
        part = []
        for lot in (i for i in order if lots.pair[i] == disposals.pair[disposal]):
            quantity = min(wanted, remaining[lot])
            if quantity:
                size, basis = int(lots.size[lot]), int(lots.basis[lot])
                done = size - remaining[lot]
                relieved = cumulative(basis, done + quantity, size) - cumulative(basis, done, size)
                part.append((lot, disposal, quantity, relieved))
                remaining[lot] -= quantity
                wanted -= quantity
        amount = int(disposals.amount[disposal])
        shares = hamilton([row[2] for row in part], abs(amount), list(range(len(part))))
        rows += [(*row, s if amount >= 0 else -s) for row, s in zip(part, shares, strict=True)]
    return rows


def rows_of(relief: Relief) -> list[tuple[int, ...]]:
    """Rows as tuples."""
    fields = (relief.lot, relief.disposal, relief.quantity, relief.basis, relief.amount)
    return list(zip(*(field.tolist() for field in fields), strict=True))


@every
@given(case=cases())
def test_agrees_with_relief_one_by_one(name: str, case: Case) -> None:
    assert rows_of(relieve(*case, ORDERS[name])) == naive(*case, name)


@given(cases())
def test_quantities_and_money_are_conserved(case: Case) -> None:
    lots, disposals = case
    relief = relieve(lots, disposals)
    for values, total in ((relief.quantity, disposals.quantity), (relief.amount, disposals.amount)):
        sums = np.zeros_like(total)
        np.add.at(sums, relief.disposal, values)
        assert (sums == total).all()
    basis = open_basis(lots)
    np.subtract.at(basis, relief.lot, relief.basis)
    after = Lots(lots.pair, lots.acquired, lots.sequence, lots.size, lots.basis, relief.remaining)
    assert (basis == open_basis(after)).all()
    assert not basis[relief.remaining == 0].any()


@given(cases(), st.data())
def test_does_not_depend_on_the_order_of_lots(case: Case, data: st.DataObject) -> None:
    lots, disposals = case
    shuffle = column(data.draw(st.permutations(range(len(lots.pair)))))
    fields = ("pair", "acquired", "sequence", "size", "basis", "remaining")
    moved = relieve(Lots(*(getattr(lots, field)[shuffle] for field in fields)), disposals)
    plain = rows_of(relieve(lots, disposals))
    assert [(int(shuffle[row[0]]), *row[1:]) for row in rows_of(moved)] == plain


@given(cases())
def test_one_call_is_the_same_as_one_for_each_disposal(case: Case) -> None:
    lots, disposals = case
    rows: list[tuple[int, ...]] = []
    for i in range(len(disposals.pair)):
        single = Disposals(
            disposals.pair[i : i + 1], disposals.quantity[i : i + 1], disposals.amount[i : i + 1]
        )
        relief = relieve(lots, single)
        rows += [(row[0], i, *row[2:]) for row in rows_of(relief)]
        lots = Lots(
            lots.pair, lots.acquired, lots.sequence, lots.size, lots.basis, relief.remaining
        )
    assert rows == rows_of(relieve(*case))


def lot(quantity: int, basis: int) -> Lots:
    """One lot of pair 7."""
    return open_lots(*(column([value]) for value in (7, 0, 0, quantity, basis)))


def test_a_thousand_small_sales_never_drift_from_the_lots_unit_cost() -> None:
    """A dollar over 1,000 units: rounding what is left each time would lag by 80 cents."""
    ones = np.ones(1000, np.int64)
    relief = relieve(lot(1000, 100), Disposals(ones * 7, ones, ones))
    gone = np.cumsum(relief.basis)
    sold = np.arange(1, 1001)
    assert (np.abs(10 * gone - sold) <= 5).all()
    assert gone[-1] == 100


def test_fifo_goes_by_acquisition_and_then_sequence() -> None:
    lots = open_lots(
        column([7, 7, 7]), column([5, 3, 5]), column([0, 9, -1]), column([10] * 3), column([1] * 3)
    )
    relief = relieve(lots, Disposals(column([7]), column([25]), column([100])), ORDERS["FIFO"])
    assert relief.lot.tolist() == [1, 2, 0]
    assert relief.quantity.tolist() == [10, 10, 5]
    assert relief.amount.tolist() == [40, 40, 20]


def test_an_order_of_relief_is_a_function() -> None:
    def lifo(lots: Lots) -> tuple[Int64, ...]:
        return -lots.acquired, -lots.sequence

    lots = open_lots(*(column([a, b]) for a, b in ((7, 7), (1, 2), (0, 0), (10, 10), (50, 60))))
    relief = relieve(lots, Disposals(column([7]), column([15]), column([90])), lifo)
    assert relief.lot.tolist() == [1, 0]
    assert relief.basis.tolist() == [60, 25]


def test_a_cover_relieves_a_short_lot_and_the_gain_changes_sign() -> None:
    """Sold short 100 for 1,500.00, 40 covered at 620.00: a loss of 20.00."""
    cover = Disposals(column([7]), column([40]), column([62_000]))
    relief = relieve(lot(100, 150_000), cover)
    assert relief.basis.tolist() == [60_000]
    assert realized_gain(relief, np.array([True])).tolist() == [-2_000]
    assert realized_gain(relief, np.array([False])).tolist() == [2_000]
    assert relief.remaining.tolist() == [60]


def test_a_shortfall_names_pairs_and_quantities_and_relieves_nothing() -> None:
    lots = lot(10, 100)
    disposals = Disposals(column([9, 7, 7, 9]), column([1, 8, 5, 2]), column([0] * 4))
    with pytest.raises(OversellError, match=r"pairs 7, 9") as caught:
        relieve(lots, disposals)
    assert caught.value.pairs == (7, 9)
    assert caught.value.missing == (3, 3)
    assert lots.remaining.tolist() == [10]


def test_nothing_to_do() -> None:
    none = column([])
    assert rows_of(relieve(lot(10, 100), Disposals(none, none, none))) == []
    empty = Lots(none, none, none, none, none, none)
    assert rows_of(relieve(empty, Disposals(none, none, none))) == []
    with pytest.raises(OversellError):
        relieve(empty, Disposals(column([1]), column([1]), column([1])))
    assert offsets_of(none).tolist() == [0]


@pytest.mark.parametrize(("size", "remaining"), [(0, 0), (5, 6), (5, -1)])
def test_quantities_of_lots_out_of_range_are_refused(size: int, remaining: int) -> None:
    none, one = column([]), column([1])
    lots = Lots(one, one, one, column([size]), one, column([remaining]))
    with pytest.raises(NegativeQuantityError) as caught:
        relieve(lots, Disposals(none, none, none))
    assert caught.value.accounts == (0,)


def test_other_columns_out_of_range_are_refused() -> None:
    one = column([7])
    with pytest.raises(NegativeQuantityError):
        relieve(lot(1, 1), Disposals(one, column([0]), one))
    with pytest.raises(AmountOverflowError):
        relieve(lot(1, LIMIT), Disposals(one, column([1]), one))
    with pytest.raises(AmountOverflowError):
        relieve(lot(1, 1), Disposals(one, column([1]), column([-(2**63)])))
    with pytest.raises(ColumnsError):
        relieve(lot(1, 1), Disposals(one, column([1, 2]), one))
