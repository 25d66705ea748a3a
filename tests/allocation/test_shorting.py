"""Short sales in the exact book: term (S1-S4), wash (W16), crossing zero (T6)."""

from datetime import date
from fractions import Fraction

import pytest

from allocation.book import Book, Gain
from allocation.booking import play, record
from allocation.lot_errors import (
    DuplicateLotError,
    InsufficientError,
    LotQuantityError,
    UnknownLotError,
)
from allocation.lot_events import Buy, BuyAcross, CloseShort, Event, Sell, SellShort, Split
from allocation.policy import Policy
from allocation.statements import open_lots
from allocation.wash import realized

OPENED = date(2024, 6, 3)


def buy(lot: str, day: date, quantity: int = 100, amount: int = 1000) -> Buy:
    return Buy(date=day, account="A", symbol="X", lot=lot, quantity=quantity, amount=amount)


def short(
    name: str = "S", day: date = OPENED, quantity: int = 100, amount: int = 1600
) -> SellShort:
    return SellShort(date=day, account="A", symbol="X", lot=name, quantity=quantity, amount=amount)


def close(deliver: str, day: date, quantity: int = 100, name: str = "S") -> CloseShort:
    return CloseShort(
        date=day, account="A", symbol="X", short=name, deliver=deliver, quantity=quantity
    )


def cover(lot: str, day: date, quantity: int, amount: int) -> BuyAcross:
    return BuyAcross(date=day, account="A", symbol="X", lot=lot, quantity=quantity, amount=amount)


def rows(*events: Event, wash: bool = False) -> list[tuple[str, str, int, int]]:
    """(lot, term, quantity, recognized) of each disposal."""
    book = play(events, "FIFO", Policy(wash=wash))
    return [_row(row) for row in realized(book)]


def _row(row: Gain) -> tuple[str, str, int, int]:
    return row.lot, row.term, int(row.quantity), int(row.recognized)


def test_s1_young_shares_make_the_gain_short_term_even_if_delivered_after_a_year() -> None:
    events = (buy("A", date(2023, 9, 1)), short(), close("A", date(2024, 10, 1)))
    assert rows(*events) == [("S", "S", 100, 600)]


def test_s1_shares_bought_while_short_count_and_start_again_at_closing() -> None:
    closed = date(2025, 9, 1)
    book = play(
        [short(), buy("A", date(2024, 7, 1)), buy("B", date(2024, 8, 1)), close("B", closed)]
    )
    assert [_row(row) for row in realized(book)] == [("S", "S", 100, 600)]
    assert [(lot.lot, lot.holding_from) for lot in open_lots(book)] == [("A", closed)]


def test_s2_old_shares_make_the_loss_long_term_even_if_new_ones_are_delivered() -> None:
    events = (
        buy("old", date(2020, 1, 2)),
        short(amount=900),
        buy("B", date(2024, 7, 1)),
        close("B", date(2024, 7, 2)),
    )
    assert rows(*events) == [("S", "L", 100, -100)]


def test_s3_else_the_delivered_shares_decide() -> None:
    old = buy("old", date(2020, 1, 2))
    assert rows(old, short(), close("old", date(2024, 7, 1))) == [("S", "L", 100, 600)]
    cover_it = cover("B", date(2024, 7, 1), 100, 1000)
    assert rows(short(), cover_it) == [("S", "S", 100, 600)]


def test_s4_what_exceeds_the_identical_quantity_goes_by_what_is_delivered() -> None:
    events = (
        buy("old", date(2020, 1, 2), 100, 1000),
        buy("young", date(2024, 5, 1), 40, 400),
        short(quantity=100),
        close("old", date(2024, 7, 1)),
    )
    assert rows(*events) == [("S", "S", 40, 240), ("S", "L", 60, 360)]
    losing = (
        buy("old", date(2020, 1, 2), 30, 300),
        short(quantity=100, amount=900),
        cover("B", date(2024, 7, 1), 100, 1000),
    )
    assert rows(*losing) == [("S", "L", 30, -30), ("S", "S", 70, -70)]


def test_s1_suspends_no_more_than_was_sold_short() -> None:
    closed = date(2024, 8, 1)
    book = play(
        [
            buy("A", date(2024, 1, 2), 100),
            short(quantity=60),
            cover("B", closed, 60, 600),
        ]
    )
    since = {(lot.holding_from, int(lot.quantity)) for lot in open_lots(book)}
    assert since == {(closed, 60), (date(2024, 1, 2), 40)}


def test_s1_suspended_shares_sold_before_closing_were_held_for_no_time() -> None:
    events = (
        buy("A", date(2023, 7, 3)),
        short(),
        Sell(date=date(2024, 9, 3), account="A", symbol="X", quantity=100, amount=2000),
    )
    assert rows(*events) == [("A", "S", 100, 1000)]


def test_a_short_is_closed_in_parts() -> None:
    book = Book()
    record(book, short())
    record(book, cover("B", date(2024, 7, 1), 30, 300))
    assert [(s.name, s.quantity, s.proceeds) for s in book.shorts] == [("S", 70, 1120)]
    record(book, cover("C", date(2024, 7, 2), 100, 1000))
    assert book.shorts == []
    assert [_row(row) for row in realized(book)] == [("S", "S", 30, 180), ("S", "S", 70, 420)]
    assert [(lot.lot, lot.quantity, lot.basis) for lot in open_lots(book)] == [("C", 30, 300)]


def test_t6_a_purchase_covers_the_oldest_short_first() -> None:
    events = (
        short("S1", date(2024, 6, 3), 10, 100),
        short("S2", date(2024, 6, 4), 10, 200),
        cover("B", date(2024, 6, 5), 15, 150),
    )
    assert rows(*events) == [("S1", "S", 10, 0), ("S2", "S", 5, 50)]


def test_w16_a_loss_on_a_short_goes_into_the_next_short() -> None:
    book = play(
        [
            short("S1", date(2024, 6, 3), 10, 100),
            cover("B", date(2024, 6, 5), 10, 150),
            short("S2", date(2024, 7, 5), 4, 60),
            short("S3", date(2024, 7, 6), 4, 60),
            cover("C", date(2024, 9, 2), 2, 20),
            cover("D", date(2024, 9, 3), 2, 20),
        ],
        "FIFO",
        Policy(wash=True),
    )
    found = [(row.lot, int(row.disallowed), int(row.recognized)) for row in realized(book)]
    # 5 lost a share, 4 shares sold short again on day 30; S3 is a day too late
    assert found == [("S1", 20, -30), ("S2", 0, 0), ("S2", 0, 0)]


def test_w16_a_short_open_in_the_window_before_replaces_too() -> None:
    events = (
        short("S1", date(2024, 6, 3), 10, 100),
        short("S2", date(2024, 6, 4), 10, 150),
        cover("B", date(2024, 6, 5), 10, 150),
        cover("C", date(2024, 9, 5), 10, 100),
    )
    assert rows(*events, wash=True) == [("S1", "S", 10, 0), ("S2", "S", 10, 0)]


def test_w16_or_into_a_plain_sale() -> None:
    sales = [
        Sell(date=day, account="A", symbol="X", quantity=2, amount=30)
        for day in (date(2024, 6, 4), date(2024, 7, 6), date(2024, 7, 7))
    ]
    events = (
        buy("A", date(2020, 1, 2), 10, 100),
        short("S1", date(2024, 6, 3), 10, 100),
        sales[0],
        cover("B", date(2024, 6, 6), 10, 150),
        *sales[1:],
    )
    found = [(row.lot, row.disallowed) for row in realized(play(events, "FIFO", Policy(wash=True)))]
    # 5 lost a share; the sale two days before and that of day 30 take over two shares each
    assert found == [("A", -10), ("S1", 20), ("A", -10), ("A", 0)]


def test_section_1233_is_not_for_retirement_accounts_and_dealers() -> None:
    for policy in (Policy(iras=frozenset({"B"})), Policy(exempt=frozenset({"B"}))):
        own = Buy(date=date(2024, 5, 1), account="B", symbol="X", lot="A", quantity=10, amount=10)
        book = play([own, short(), cover("C", date(2024, 7, 1), 100, 1000)], "FIFO", policy)
        assert [lot.holding_from for lot in open_lots(book)] == [date(2024, 5, 1)]


def test_s2_shares_that_one_short_suspends_are_not_old_for_the_next() -> None:
    events = (
        buy("A", date(2023, 7, 3), 10),
        short("S1", date(2024, 6, 3), 10, 90),
        short("S2", date(2024, 8, 1), 10, 90),
        cover("B", date(2024, 8, 2), 20, 200),
    )
    assert [(row[0], row[1]) for row in rows(*events)] == [("S1", "S"), ("S2", "S")]


def test_w16_delivering_shares_owned_on_the_short_date_makes_it_the_date_of_sale() -> None:
    events = [
        buy("A", date(2024, 1, 2), 10, 200),
        short(quantity=10, amount=100),
        buy("R", date(2024, 6, 20), 10, 100),
        close("A", date(2024, 12, 2), 10),
    ]
    book = play(events, "FIFO", Policy(wash=True))
    assert [int(row.disallowed) for row in realized(book)] == [100]
    assert [int(lot.basis) for lot in open_lots(book)] == [200]


def test_a_split_scales_both_sides() -> None:
    two = Split(date=date(2024, 6, 20), symbol="X", new=2, old=1)
    events = (buy("A", date(2024, 5, 1), 10, 100), short(quantity=10, amount=160), two)
    book = play([*events, close("A", date(2024, 7, 1), 20)])
    assert [_row(row) for row in realized(book)] == [("S", "S", 20, 60)]
    assert book.shorts == []


@pytest.mark.parametrize(
    ("event", "error", "lot"),
    [
        (close("A", OPENED, 101), InsufficientError, "A"),
        (close("B", OPENED, 1), UnknownLotError, "B"),
        (close("A", OPENED, 1, name="T"), UnknownLotError, "T"),
        (close("A", OPENED, 0), LotQuantityError, "X"),
        (short("S", OPENED), DuplicateLotError, "S"),
        (short("T", OPENED, 0), LotQuantityError, "T"),
        (cover("A", OPENED, 5, 50), DuplicateLotError, "A"),
        (cover("N", OPENED, -5, 50), LotQuantityError, "N"),
    ],
)
def test_refusals_name_the_lot_and_change_nothing(
    event: Event, error: type[Exception], lot: str
) -> None:
    book = play([buy("A", date(2024, 1, 2), 100), short(quantity=50, amount=800)])
    before = (open_lots(book), str(book.shorts), realized(book), book.event)
    with pytest.raises(error) as caught:
        record(book, event)
    assert (caught.value.account, caught.value.lot) == ("A", lot)  # type: ignore[attr-defined]
    assert (open_lots(book), str(book.shorts), realized(book), book.event) == before


def test_more_than_the_short_is_refused() -> None:
    book = play([buy("A", date(2024, 1, 2), 100), short(quantity=50, amount=800)])
    with pytest.raises(InsufficientError) as caught:
        record(book, close("A", OPENED, 60))
    assert (caught.value.lot, caught.value.missing) == ("S", Fraction(10))
