"""Corporate actions in the exact book (C1-C4)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.booking import play, record
from allocation.corporate import exercise_unit_basis
from allocation.lot_errors import (
    DuplicateLotError,
    InsufficientError,
    LotError,
    LotQuantityError,
)
from allocation.lot_events import Buy, Distribution, Event, Exercise, Merger, Sell, SellShort, Split
from allocation.policy import Policy
from allocation.statements import OpenLot, open_lots
from allocation.wash import realized
from tests.allocation.ledgers import ledgers

BOUGHT, DAY = date(2020, 1, 2), date(2021, 6, 1)


def buy(lot: str, quantity: int, amount: int, account: str = "A", day: date = BOUGHT) -> Buy:
    return Buy(date=day, account=account, symbol="X", lot=lot, quantity=quantity, amount=amount)


def split(new: int, old: int, cash: int | None = None) -> Split:
    return Split(date=DAY, symbol="X", new=new, old=old, cash_in_lieu=cash)


def spin_off(**more: Any) -> Distribution:
    given: dict[str, Any] = {
        "date": DAY,
        "symbol": "X",
        "new_symbol": "Y",
        "quantity": 15,
        "value_old": 9,
        "value_new": 6,
        "suffix": "-y",
    }
    return Distribution(**{**given, **more})


def lots(*events: Event) -> list[tuple[str, str, Fraction, Fraction]]:
    """(account, lot, quantity, basis) of what is open."""
    return [(lot.account, lot.lot, lot.quantity, lot.basis) for lot in open_lots(play(events))]


def test_c1_each_lot_is_split_by_itself_and_keeps_its_date() -> None:
    events = (buy("a", 10, 100), buy("b", 5, 70, "B", date(2020, 2, 3)), split(3, 2))
    assert lots(*events) == [("A", "a", 15, 100), ("B", "b", Fraction(15, 2), 70)]
    dates = [lot.holding_from for lot in open_lots(play(events))]
    assert dates == [BOUGHT, date(2020, 2, 3)]


def test_c2_cash_in_lieu_sells_the_fraction_of_each_account() -> None:
    events = (
        buy("a", 1, 30),
        buy("b", 2, 60, day=date(2020, 2, 3)),
        buy("c", 1, 30, "B"),
        split(3, 2, 30),
    )
    book = play(events)
    rows = [(row.account, row.lot, row.quantity, row.proceeds, row.basis) for row in realized(book)]
    half = Fraction(1, 2)
    assert rows == [("A", "a", half, 15, 10), ("B", "c", half, 15, 10)]
    assert [row.term for row in realized(book)] == ["L", "L"]
    assert [lot.quantity for lot in open_lots(book)] == [1, 3, 1]


def test_c2_whole_shares_have_no_cash_in_lieu() -> None:
    with pytest.raises(LotError, match="no fraction"):
        play([buy("a", 2, 30), split(3, 2, 30)])


def test_c3_a_spin_off_divides_the_basis_by_value_and_keeps_the_dates() -> None:
    events = (buy("a", 10, 100), buy("b", 20, 300, day=date(2020, 2, 3)), spin_off())
    assert lots(*events) == [
        ("A", "a", 10, 75),
        ("A", "b", 20, 225),
        ("A", "a-y", 5, 25),
        ("A", "b-y", 10, 75),
    ]
    dates = {(lot.lot, lot.holding_from, lot.acquired) for lot in open_lots(play(events))}
    assert ("b-y", date(2020, 2, 3), date(2020, 2, 3)) in dates


def test_c3_rights_are_sold_with_their_part_of_the_basis() -> None:
    rights = spin_off(new_symbol="X-r", quantity=10, value_new=1, suffix="-r")
    sale = Sell(date=DAY, account="A", symbol="X-r", quantity=4, amount=8)
    rows = realized(play([buy("a", 10, 100), rights, sale]))
    assert [(row.lot, row.term, row.basis, row.gain) for row in rows] == [("a-r", "L", 4, 4)]


def test_rights_are_exercised_into_a_new_lot_held_from_that_day() -> None:
    rights = spin_off(new_symbol="X-r", quantity=10, value_new=1, suffix="-r")
    book = play([buy("a", 10, 100), rights])
    assert exercise_unit_basis(book, "X-r", Fraction(7)) == 8
    new = Exercise(date=DAY, account="A", symbol="X", rights="X-r", lot="N", price=7, quantity=4)
    record(book, new)
    found = {lot.lot: lot for lot in open_lots(book)}
    assert found["N"] == OpenLot("A", "X", "N", DAY, DAY, Fraction(4), Fraction(32))
    assert (found["a-r"].quantity, found["a-r"].basis) == (6, 6)
    rest = Exercise(date=DAY, account="A", symbol="X", rights="X-r", lot="M", price=7)
    record(book, rest)
    assert {lot.lot: lot.basis for lot in open_lots(book)} == {"a": 90, "N": 32, "M": 48}


def test_exercising_is_a_purchase_and_may_replace_a_loss() -> None:
    rights = spin_off(new_symbol="X-r", quantity=10, value_new=1, suffix="-r")
    sale = Sell(date=DAY, account="A", symbol="X", quantity=10, amount=50)
    new = Exercise(date=DAY, account="A", symbol="X", rights="X-r", lot="N", price=5)
    book = play([buy("a", 10, 100), rights, sale, new], "FIFO", Policy(wash=True))
    assert [int(row.disallowed) for row in realized(book)] == [40]
    assert [int(lot.basis) for lot in open_lots(book)] == [100]


def test_what_a_distribution_brings_is_no_purchase() -> None:
    """W15: the new class came without buying."""
    young = date(2021, 5, 20)
    bonus = spin_off(new_symbol="X.B", value_new=9, quantity=10, suffix="-b")
    same = Policy(wash=True, identical={"X": "acme", "X.B": "acme"})
    sale = Sell(date=DAY, account="A", symbol="X", quantity=10, amount=10)
    book = play([buy("a", 10, 100, day=young), bonus, sale], "FIFO", same)
    assert [int(row.disallowed) for row in realized(book)] == [0]


def test_c4_a_loss_that_waits_counts_in_new_shares() -> None:
    sale = Sell(date=date(2021, 5, 20), account="A", symbol="X", quantity=10, amount=50)
    again = buy("n", 10, 30, day=date(2021, 6, 2))
    book = play([buy("a", 10, 100), sale, split(2, 1), again], "FIFO", Policy(wash=True))
    assert [int(row.disallowed) for row in realized(book)] == [25]
    assert [int(lot.basis) for lot in open_lots(book)] == [55]


def test_a_merger_for_shares_keeps_basis_and_dates() -> None:
    event = Merger(date=DAY, symbol="X", new_symbol="Z", new=3, old=10)
    book = play([buy("a", 10, 100), event])
    assert open_lots(book) == [OpenLot("A", "Z", "a", BOUGHT, BOUGHT, Fraction(3), Fraction(100))]
    record(book, Sell(date=DAY, account="A", symbol="Z", quantity=3, amount=150))
    assert [int(row.gain) for row in realized(book)] == [50]


@pytest.mark.parametrize(
    ("cost", "gain", "basis"),
    [(50, 30, 50), (160, 20, 150), (200, 0, 170)],  # worth 30 in cash and 150 in shares
)
def test_a_merger_with_cash_taxes_gain_up_to_the_cash(cost: int, gain: int, basis: int) -> None:
    event = Merger(date=DAY, symbol="X", new_symbol="Z", new=1, old=2, cash=3, price=30)
    book = play([buy("a", 10, cost), event])
    assert [(row.proceeds, row.gain, row.term) for row in realized(book)] == [(30, gain, "L")]
    assert [(lot.symbol, lot.basis) for lot in open_lots(book)] == [("Z", basis)]


@given(
    ledgers(),
    st.sampled_from(
        [
            split(2, 1),
            split(1, 7),
            spin_off(),
            Merger(date=DAY, symbol="X", new_symbol="Z", new=3, old=7),
        ]
    ),
)
def test_basis_is_conserved(events: list[Event], action: Event) -> None:
    book = play(events)
    before = sum((lot.basis for lot in open_lots(book)), Fraction(0))
    if before:
        fields = {name: getattr(action, name) for name in action.__slots__}
        record(book, type(action)(**{**fields, "date": events[-1].date}))
        assert sum((lot.basis for lot in open_lots(book)), Fraction(0)) == before


@pytest.mark.parametrize(
    ("event", "error", "account", "lot"),
    [
        (spin_off(quantity=0), LotQuantityError, "*", "X"),
        (spin_off(value_new=0), LotQuantityError, "*", "X"),
        (spin_off(symbol="W"), InsufficientError, "*", "W"),
        (
            Exercise(date=DAY, account="A", symbol="X", rights="R", lot="N", price=1, quantity=1),
            InsufficientError,
            "A",
            "R",
        ),
        (
            Exercise(date=DAY, account="A", symbol="X", rights="X", lot="a", price=1, quantity=1),
            DuplicateLotError,
            "A",
            "a",
        ),
        (
            Merger(date=DAY, symbol="X", new_symbol="Z", new=1, old=1, cash=1),
            LotQuantityError,
            "*",
            "X",
        ),
        (Merger(date=DAY, symbol="X", new_symbol="Z", new=1, old=1), LotError, "*", "X"),
    ],
)
def test_refusals_change_nothing(
    event: Event, error: type[LotError], account: str, lot: str
) -> None:
    short = SellShort(date=BOUGHT, account="A", symbol="X", lot="s", quantity=1, amount=9)
    book = play([buy("a", 10, 100), short])
    before = open_lots(book)
    with pytest.raises(error) as caught:
        record(book, event)
    assert (caught.value.account, caught.value.lot) == (account, lot)
    assert open_lots(book) == before


def test_no_rights_no_basis() -> None:
    with pytest.raises(InsufficientError):
        exercise_unit_basis(play([buy("a", 1, 1)]), "R", Fraction(1))
