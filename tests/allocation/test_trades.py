"""The mass path: buys and sells in one call are what the exact book says one by one."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.booking import play
from allocation.errors import ColumnsError, OversellError
from allocation.lot_errors import IdentifiedLotsError
from allocation.lot_events import Buy, Event, Sell
from allocation.lots import Disposals, Lots, open_basis, open_lots
from allocation.mintax import minimum_tax
from allocation.relief import ORDERS, Named, relieve, relieve_named
from allocation.selection import KEYS
from allocation.statements import open_lots as exact_lots
from allocation.trades import Booked, Trades, book_trades
from allocation.wash import realized
from tests.allocation.reference import column

EPOCH = date(1970, 1, 1)
Row = tuple[int, int, int, int, int]
NONE = column([])
NO_LOTS = Lots(NONE, NONE, NONE, NONE, NONE, NONE)


@st.composite
def trades(draw: st.DrawFn) -> list[Row]:
    """(pair, side, date, quantity, amount) in order of booking; no sale is short."""
    rows: list[Row] = []
    held = [0, 0, 0]
    day = 19_000
    for _ in range(draw(st.integers(0, 14))):
        pair = draw(st.integers(0, 2))
        day += draw(st.sampled_from([0, 1, 200, -30]))  # a lot may come in with an older date
        amount = draw(st.integers(0, 60))
        if held[pair] and draw(st.booleans()):
            quantity = draw(st.integers(1, held[pair]))
            held[pair] -= quantity
            rows.append((pair, -1, day, quantity, amount))
        else:
            quantity = draw(st.integers(1, 8))
            held[pair] += quantity
            rows.append((pair, 1, day, quantity, amount))
    return rows


def columns(rows: list[Row]) -> Trades:
    return Trades(*(column([row[i] for row in rows]) for i in range(5)))


def exact(rows: list[Row], method: str) -> tuple[list[tuple[str, str, int]], dict[str, int]]:
    """The same in the exact book, in cents: (sale, lot, quantity) and what is open by lot.

    The book has one clock: the date of a trade here is a date of acquisition alone.
    """
    events: list[Event] = []
    for n, (pair, side, day, quantity, amount) in enumerate(rows):
        common = {"account": str(pair), "symbol": "X", "quantity": quantity, "amount": amount}
        today = EPOCH + timedelta(days=40_000 + n)
        if side == 1:
            acquired = EPOCH + timedelta(days=day)
            events.append(Buy(date=today, lot=str(n), acquired=acquired, **common))
        else:
            events.append(Sell(date=today, **common))
    book = play(events, method)
    gone = [
        (str((row.date - EPOCH).days - 40_000), row.lot, int(row.quantity))
        for row in realized(book)
    ]
    return gone, {lot.lot: int(lot.quantity) for lot in exact_lots(book)}


def booked(rows: list[Row], result: Booked) -> tuple[list[tuple[str, str, int]], dict[str, int]]:
    """The columns in the same terms."""
    bought = [str(n) for n, row in enumerate(rows) if row[1] == 1]
    relief = result.relief
    gone = [
        (str(sale), bought[lot], quantity)
        for lot, sale, quantity in zip(
            relief.lot.tolist(), relief.disposal.tolist(), relief.quantity.tolist(), strict=True
        )
    ]
    left = zip(bought, result.lots.remaining.tolist(), strict=True)
    return gone, {name: quantity for name, quantity in left if quantity}


def test_the_orders_are_methods_of_the_exact_book() -> None:
    assert ORDERS.keys() <= KEYS.keys()
    assert set(KEYS) - set(ORDERS) == {"MINTAX", "SPEC", "AVG", "AVG_ALL"}


@given(trades(), st.sampled_from(["FIFO", "LIFO", "LOFO", "HIFO", "HIGHEST_COST"]))
def test_both_engines_relieve_the_same_lots(rows: list[Row], name: str) -> None:
    result = book_trades(NO_LOTS, columns(rows), ORDERS[name])
    assert booked(rows, result) == exact(rows, name)


@given(trades(), st.sampled_from(sorted(ORDERS)))
def test_money_and_units_are_conserved(rows: list[Row], name: str) -> None:
    given, result = columns(rows), book_trades(NO_LOTS, columns(rows), ORDERS[name])
    buys = given.side == 1
    relief = result.relief
    assert relief.basis.sum() + open_basis(result.lots).sum() == given.amount[buys].sum()
    assert relief.amount.sum() == given.amount[~buys].sum()
    assert result.lots.remaining.sum() == (given.side * given.quantity).sum()
    exact_basis = [
        Fraction(int(result.lots.basis[lot]) * quantity, int(result.lots.size[lot]))
        for lot, quantity in zip(relief.lot.tolist(), relief.quantity.tolist(), strict=True)
    ]
    for basis, true in zip(relief.basis.tolist(), exact_basis, strict=True):
        assert abs(basis - true) <= 1


@given(trades(), st.sampled_from(sorted(ORDERS)), st.integers(0, 14))
def test_two_calls_are_one_call(rows: list[Row], name: str, cut: int) -> None:
    whole = book_trades(NO_LOTS, columns(rows), ORDERS[name])
    first = book_trades(NO_LOTS, columns(rows[:cut]), ORDERS[name])
    second = book_trades(first.lots, columns(rows[cut:]), ORDERS[name])
    assert second.lots.remaining.tolist() == whole.lots.remaining.tolist()
    basis = [*first.relief.basis.tolist(), *second.relief.basis.tolist()]
    assert basis == whole.relief.basis.tolist()


def test_a_sale_before_its_purchase_is_an_oversell() -> None:
    rows = [(4, 1, 1, 5, 50), (4, -1, 2, 7, 70), (4, 1, 3, 5, 50)]
    for order in ORDERS.values():
        with pytest.raises(OversellError) as caught:
            book_trades(NO_LOTS, columns(rows), order)
        assert (caught.value.pairs, caught.value.missing) == ((4,), (2,))


@pytest.mark.parametrize("other", [3 + 2**16, 3 + 2**40, -1, 3 - 2**16])
def test_pairs_of_any_number_are_kept_apart(other: int) -> None:
    rows = [(3, 1, 1, 5, 50), (other, 1, 2, 5, 60), (3, -1, 3, 5, 70), (other, -1, 4, 4, 80)]
    relief = book_trades(NO_LOTS, columns(rows)).relief
    assert relief.lot.tolist() == [0, 1]
    assert relief.basis.tolist() == [50, 48]


def test_an_unknown_side_is_refused() -> None:
    with pytest.raises(ColumnsError, match="side") as caught:
        book_trades(NO_LOTS, columns([(1, 1, 1, 1, 1), (1, 2, 1, 1, 1)]))
    assert caught.value.accounts == (1,)


def lots(*rows: tuple[int, int, int, int]) -> Lots:
    """(pair, acquired, quantity, basis)."""
    pair, acquired, quantity, basis = (column([row[i] for row in rows]) for i in range(4))
    return open_lots(pair, acquired, np.arange(len(rows), dtype=np.int64), quantity, basis)


def test_hifo_and_lofo_compare_unit_basis_exactly() -> None:
    """A third against 33/100 and 34/100: none of them is a binary fraction."""
    held = lots((1, 1, 100, 33), (1, 2, 3, 1), (1, 3, 100, 34))
    sale = Disposals(column([1]), column([203]), column([0]))
    assert relieve(held, sale, ORDERS["HIFO"]).lot.tolist() == [2, 1, 0]
    assert relieve(held, sale, ORDERS["LOFO"]).lot.tolist() == [0, 1, 2]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.integers(18_200, 19_000), st.integers(1, 9), st.integers(0, 99)
        ),
        min_size=1,
        max_size=10,
    ),
    st.integers(0, 60),
    st.data(),
)
def test_minimum_tax_agrees_with_the_exact_book(
    rows: list[tuple[int, int, int, int]], amount: int, data: st.DataObject
) -> None:
    held = lots(*rows)
    pairs = sorted({row[0] for row in rows})
    total = [sum(row[2] for row in rows if row[0] == pair) for pair in pairs]
    wanted = [data.draw(st.integers(1, most)) for most in total]
    sales = Disposals(column(pairs), column(wanted), column([amount] * len(pairs)))
    disposed = np.full(len(pairs), 19_001, np.int64)
    relief = relieve(held, sales, minimum_tax(sales, disposed, held.acquired))
    events: list[Event] = [
        Buy(
            date=EPOCH + timedelta(days=19_000),
            acquired=EPOCH + timedelta(days=acquired),
            account=str(pair),
            symbol="X",
            lot=str(n),
            quantity=quantity,
            amount=basis,
        )
        for n, (pair, acquired, quantity, basis) in enumerate(rows)
    ]
    day = EPOCH + timedelta(days=19_001)
    for pair, quantity in zip(pairs, wanted, strict=True):
        events.append(
            Sell(date=day, account=str(pair), symbol="X", quantity=quantity, amount=amount)
        )
    gone = [(row.lot, int(row.quantity)) for row in realized(play(events, "MINTAX"))]
    found = zip(relief.lot.tolist(), relief.quantity.tolist(), strict=True)
    assert [(str(lot), quantity) for lot, quantity in found] == gone


def test_minimum_tax_needs_one_price_a_pair() -> None:
    sales = Disposals(column([1, 1]), column([1, 1]), column([5, 6]))
    with pytest.raises(ColumnsError, match="one disposal"):
        minimum_tax(sales, column([1, 1]), NONE)
    none = Disposals(NONE, NONE, NONE)
    assert relieve(lots((1, 1, 1, 1)), none, minimum_tax(none, NONE, column([1]))).lot.size == 0


def named(*rows: tuple[int, int, int]) -> Named:
    """(lot, disposal, quantity)."""
    return Named(*(column([row[i] for row in rows]) for i in range(3)))


HELD = lots((1, 1, 10, 100), (1, 2, 10, 200), (2, 1, 10, 300))
SALES = Disposals(column([1, 1]), column([6, 8]), column([600, 801]))


def test_named_lots_are_relieved_as_named() -> None:
    relief = relieve_named(HELD, SALES, named((1, 0, 6), (0, 1, 5), (1, 1, 3)))
    assert relief.lot.tolist() == [1, 0, 1]
    assert relief.basis.tolist() == [120, 50, 60]
    assert relief.amount.tolist() == [600, 501, 300]
    assert relief.remaining.tolist() == [5, 1, 10]


def test_named_lots_that_cannot_be_relieved_are_refused() -> None:
    for rows in (((1, 0, 5), (0, 1, 8)), ((2, 0, 6), (0, 1, 8))):
        with pytest.raises(IdentifiedLotsError) as caught:
            relieve_named(HELD, SALES, named(*rows))
        assert caught.value.blocks == (0,)
    with pytest.raises(OversellError) as short:
        relieve_named(HELD, SALES, named((0, 0, 6), (0, 1, 8)))
    assert (short.value.pairs, short.value.missing) == ((1,), (4,))
    one = Disposals(column([1]), column([11]), column([0]))
    with pytest.raises(OversellError) as short:
        relieve_named(HELD, one, named((0, 0, 11)))
    assert short.value.missing == (1,)
    for rows in (((0, 1, 8), (1, 0, 6)), ((3, 0, 6), (0, 1, 8)), ((0, 0, 6), (0, 2, 8))):
        with pytest.raises(ColumnsError):
            relieve_named(HELD, SALES, named(*rows))
    with pytest.raises(ValueError, match="not positive"):
        relieve_named(HELD, SALES, named((0, 0, 6), (0, 1, 8), (1, 1, 0)))
