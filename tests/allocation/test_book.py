"""The exact book: identification, averages, transfers, dates and refusals."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation import lot_errors as errors
from allocation.book import Book
from allocation.booking import HANDLERS, play, record
from allocation.lot_events import Buy, Event, Sell, Split, Transfer
from allocation.policy import Policy
from allocation.selection import KEYS
from allocation.statements import open_lots
from allocation.term import held_long, long_term
from allocation.wash import realized
from tests.allocation.ledgers import IRAS, ledgers
from tests.allocation.reference import column

DAY = date(2024, 3, 1)
EPOCH = date(1970, 1, 1)


def buy(lot: str, quantity: int, amount: int, **more: Any) -> Buy:
    given = {"date": DAY, "account": "A", "symbol": "X", **more}
    return Buy(lot=lot, quantity=quantity, amount=amount, **given)


def sell(quantity: int, amount: int, **more: Any) -> Sell:
    given = {"date": DAY + timedelta(days=30), "account": "A", "symbol": "X", **more}
    return Sell(quantity=quantity, amount=amount, **given)


def sold(*events: Event, method: str = "FIFO", **policy: Any) -> list[tuple[str, int, int]]:
    """(lot, quantity, gain) of each disposal."""
    rows = realized(play(events, method, Policy(**policy)))
    return [(row.lot, int(row.quantity), int(row.gain)) for row in rows]


LOTS = (
    buy("a", 10, 100, acquired=date(2020, 5, 4)),
    buy("b", 10, 130, acquired=date(2024, 2, 1)),
    buy("c", 10, 90, acquired=date(2022, 1, 3)),
    buy("d", 10, 130, acquired=date(2021, 1, 4)),
    buy("e", 10, 110, acquired=date(2024, 1, 2)),
)
ORDERS = {
    "FIFO": "adceb",
    "LIFO": "becda",
    "HIFO": "dbeac",
    "LOFO": "caedb",
    "HIGHEST_COST": "dbeac",
    "MINTAX": "bdeac",
    "SPEC": "adceb",
    "AVG": "adceb",
    "AVG_ALL": "adceb",
}


def test_every_method_has_its_case() -> None:
    assert ORDERS.keys() == KEYS.keys()


@pytest.mark.parametrize("method", ORDERS)
def test_lots_go_in_the_order_of_the_method(method: str) -> None:
    """At 11 a share: b and d lose, e is even, c gains more than a; b and e are short-term."""
    found = sold(*LOTS, sell(50, 550), method=method)
    assert "".join(lot for lot, _, _ in found) == ORDERS[method]


@given(ledgers(), st.sampled_from([name for name in KEYS if not name.startswith("AVG")]))
def test_what_goes_comes_before_what_stays(events: list[Event], method: str) -> None:
    """One more sale of half of an account, by each method, against its key."""
    book = play(events, method)
    held = book.pieces("joint", "X")
    total = sum((piece.quantity for piece in held), Fraction(0))
    if not held:
        return
    day = events[-1].date
    record(book, Sell(date=day, account="joint", symbol="X", quantity=total / 2, amount=100))
    gone = realized(book)[-1]
    left = book.pieces("joint", "X")
    unit = {piece.lot.name: piece.basis / piece.quantity for piece in left}
    last = gone.basis / gone.quantity
    match method:
        case "FIFO" | "SPEC":
            assert all(piece.lot.acquired >= gone.acquired for piece in left)
        case "LIFO":
            assert all(piece.lot.acquired <= gone.acquired for piece in left)
        case "HIFO" | "HIGHEST_COST":
            assert all(each <= last for each in unit.values())
        case "LOFO":
            assert all(each >= last for each in unit.values())
        case "MINTAX":
            losing = [name for name, each in unit.items() if each > 100 / (total / 2)]
            assert gone.gain < 0 or not losing


def test_t1_fifo_goes_by_acquisition_or_by_booking_if_the_policy_says_so() -> None:
    events = (buy("here", 1, 100), buy("gift", 1, 10, acquired=date(2010, 1, 4)), sell(1, 100))
    assert sold(*events) == [("gift", 1, 90)]
    assert sold(*events, fifo_key="booking") == [("here", 1, 0)]


def test_t2_lots_of_another_account_are_left_alone_unless_the_scope_is_global() -> None:
    events = (
        buy("other", 5, 50, account="B", date=DAY - timedelta(days=1)),
        buy("own", 5, 100),
        sell(5, 100),
    )
    assert sold(*events) == [("own", 5, 0)]
    assert sold(*events, scope="global") == [("other", 5, 50)]


def test_t3_lots_named_after_settlement_do_not_count() -> None:
    settle = DAY + timedelta(days=31)
    lots, named = (buy("a", 5, 50), buy("b", 5, 60)), {"b": 5}
    for day, lot in ((settle, "b"), (settle + timedelta(days=1), "a")):
        event = sell(5, 100, lots=named, settle=settle, identified=day)
        assert [row[0] for row in sold(*lots, event)] == [lot]


def test_t4_equal_keys_go_by_date_and_then_by_booking() -> None:
    same = (buy("late", 1, 10), buy("second", 1, 10), buy("old", 1, 10, acquired=EPOCH))
    for method, order in (("HIFO", ["old", "late", "second"]), ("LIFO", ["second", "late", "old"])):
        assert [row[0] for row in sold(*same, sell(3, 30), method=method)] == order


def test_t7_an_average_is_exact_and_pools_an_account() -> None:
    events = (
        buy("a", 1, 1),
        buy("b", 2, 1),
        buy("other", 1, 50, account="B"),
        sell(1, 10, method="AVG"),
    )
    book = play(events)
    assert realized(book)[0].basis == Fraction(2, 3)
    assert [lot.basis for lot in open_lots(book)] == [Fraction(4, 3), 50]
    everywhere = play([*events[:3], sell(1, 10, method="AVG_ALL")])
    assert realized(everywhere)[0].basis == 13
    assert [lot.basis for lot in open_lots(everywhere)] == [26, 13]


def test_a_transfer_keeps_dates_and_basis_and_can_be_sold_by_name() -> None:
    move = Transfer(
        date=DAY, account="A", to="B", symbol="X", quantity=4, lots={"b": 4}, method="LIFO"
    )
    book = play([*LOTS, move])
    moved = [lot for lot in open_lots(book) if lot.account == "B"]
    assert [(lot.lot, lot.quantity, lot.basis, lot.acquired) for lot in moved] == [
        ("b", 4, 52, date(2024, 2, 1))
    ]
    record(book, sell(4, 100, account="B", lots={"b": 4}))
    assert realized(book)[0].gain == 48
    by_method = Transfer(date=DAY, account="A", to="B", symbol="X", quantity=15)
    for method, lots in (("LIFO", "be"), ("MINTAX", "ad"), ("HIFO", "bd")):
        other = open_lots(play([*LOTS, by_method], method))
        assert sorted(lot.lot for lot in other if lot.account == "B") == sorted(lots)


def test_a_late_trade_is_booked_on_its_date() -> None:
    late = [buy("b", 1, 20, date=DAY), sell(1, 30), buy("a", 1, 10, date=DAY - timedelta(days=1))]
    assert [row[0] for row in sold(*late)] == ["a"]


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-3, 800))
def test_t9_one_date_and_many_agree(acquired: date, days: int) -> None:
    disposed = acquired + timedelta(days=days)
    many = long_term(column([(acquired - EPOCH).days]), column([(disposed - EPOCH).days]))
    assert held_long(acquired, disposed) == many[0]


def test_every_event_has_a_handler() -> None:
    assert set(Event.__args__) == set(HANDLERS)  # type: ignore[attr-defined]


REFUSED: list[tuple[Event, type[errors.LotError], str, str]] = [
    (sell(51, 100), errors.InsufficientError, "A", "X"),
    (sell(1, 100, account="B"), errors.InsufficientError, "B", "X"),
    (sell(11, 100, lots={"a": 11}), errors.InsufficientError, "A", "a"),
    (sell(1, 100, lots={"z": 1}), errors.UnknownLotError, "A", "z"),
    (sell(3, 100, lots={"a": 1, "b": 1}), errors.IdentificationError, "A", "a, b"),
    (sell(1, 100, lots={"a": 2, "b": -1}), errors.LotQuantityError, "A", "b"),
    (sell(0, 100), errors.LotQuantityError, "A", "X"),
    (sell(-1, 100), errors.LotQuantityError, "A", "X"),
    (sell(1, 100, method="BEST"), errors.MethodError, "A", "X"),
    (sell(1, 100, date=DAY - timedelta(days=1)), errors.LotDateError, "A", "X"),
    (buy("n", 0, 10), errors.LotQuantityError, "A", "n"),
    (buy("a", 1, 10), errors.DuplicateLotError, "A", "a"),
    (buy("n", 1, 10, acquired=DAY + timedelta(days=1)), errors.LotDateError, "A", "n"),
    (Transfer(date=DAY, account="A", to="A", symbol="X", quantity=1), errors.LotError, "A", "X"),
    (
        Transfer(date=DAY, account="A", to="B", symbol="X", quantity=51),
        errors.InsufficientError,
        "A",
        "X",
    ),
    (Split(date=DAY, symbol="X", new=0, old=1), errors.LotQuantityError, "*", "X"),
]


@pytest.mark.parametrize(("event", "error", "account", "lot"), REFUSED)
def test_a_refusal_names_account_and_lot_and_changes_nothing(
    event: Event, error: type[errors.LotError], account: str, lot: str
) -> None:
    book = play(LOTS)
    before = (open_lots(book), book.event, book.latest, book.sequence)
    with pytest.raises(error) as caught:
        record(book, event)
    assert (caught.value.account, caught.value.lot) == (account, lot)
    assert f"account {account}, lot {lot}: " in str(caught.value)
    assert (open_lots(book), book.event, book.latest, book.sequence) == before
    assert realized(book) == []


def test_an_oversell_says_how_much_is_missing() -> None:
    for event, missing in ((sell(53, 1), 3), (sell(12, 1, lots={"a": 12}), 2)):
        with pytest.raises(errors.InsufficientError) as caught:
            record(play(LOTS), event)
        assert caught.value.missing == missing


def test_an_unknown_standing_method_is_refused() -> None:
    with pytest.raises(errors.MethodError, match="'BEST'"):
        record(Book("BEST"), LOTS[0])


@given(ledgers(splits=True), st.data())
def test_a_refused_event_leaves_no_trace(events: list[Event], data: st.DataObject) -> None:
    """An oversell anywhere in a history: what follows is as if it had never been tried."""
    policy = Policy(wash=True, iras=IRAS)
    at = data.draw(st.integers(0, len(events) - 1))
    book = Book("HIFO", policy)
    for n, event in enumerate(events):
        record(book, event)
        if n == at:
            held = sum((p.quantity for p in book.pieces("trust", "X")), Fraction(0))
            too_much = Sell(
                date=event.date, account="trust", symbol="X", quantity=held + 1, amount=1
            )
            with pytest.raises(errors.InsufficientError):
                record(book, too_much)
    plain = play(events, "HIFO", policy)
    assert open_lots(book) == open_lots(plain)
    assert [str(row) for row in realized(book)] == [str(row) for row in realized(plain)]
