"""What is left within each limit: exactly as much as the rule then lets pass, and no lot more."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from tests.compliance.conftest import Book
from tests.compliance.test_cash_cover import fund
from tradeoms.compliance import Case, Room, Stage, rooms
from tradeoms.model.fields import Severity, Side

WHOLE = st.integers(1, 5000)


def room(book, order, rule) -> Room:
    (found,) = [
        r for r in rooms(Case.of(book.state, Stage.Entry, book.now, order)) if r.rule == rule
    ]
    return found


def full(quantity, price, value, most, cash, owned) -> Book:
    book = Book()
    book.mark("50.00")
    book.limit("order_value", most=str(value))
    book.limit("order_quantity", most=str(most))
    book.limit("cash_cover", sells="1", buffer="7")
    book.limit("price_collar", most_distance="0.10", most_age_seconds=60)
    fund(book, cash)
    book.own("A1", owned)
    return book


@given(WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, st.sampled_from(["45.01", "50.00", "54.99"]))
def test_the_most_passes_and_one_more_does_not(quantity, value, most, cash, owned, price):
    book = full(quantity, price, value * 50, most, cash * 50, owned)
    sides = {"order_value": Side.Buy, "order_quantity": Side.Buy, "cash_cover": Side.Buy}
    for rule, side in (sides | {"oversell": Side.Sell}).items():
        found = room(book, book.order(quantity, price, side), rule)
        assert found.left == found.limit - found.has
        for units, fits in ((found.most, True), (found.most + 1, False)):
            if units:
                assert (rule not in dict(book.rules(units, price, side))) is fits
        assert (rule in dict(book.rules(quantity, price, side))) is (found.left < 0)


def test_what_is_open_already_is_taken_off():
    book = full(0, "50", 10**6, 10**6, 10_000, 300)
    before = room(book, book.order(10), "cash_cover")
    assert (before.has, before.limit, before.most) == (D("500.00"), D("9993.00"), D(199))
    book.enter(100)
    assert room(book, book.order(10), "cash_cover").limit == D("4993.00")
    book.enter(120, side=Side.Sell)
    owned = room(book, book.order(10, side=Side.Sell), "oversell")
    assert (owned.limit, owned.left, owned.account) == (D(180), D(170), "A1")


def test_a_limit_price_has_room_to_the_nearer_end():
    book = full(0, "50", 10**6, 10**6, 10_000, 300)
    above = room(book, book.order(1, "52"), "price_collar")
    assert (above.limit, above.left, above.most) == (D("55.0000"), D("3.0000"), None)
    below = room(book, book.order(1, "44"), "price_collar")
    assert (below.limit, below.left) == (D("45.0000"), D("-1.0000"))


def test_only_limits_in_force_and_only_what_can_be_valued():
    book = Book()
    book.own("A1", 5)
    assert rooms(Case.of(book.state, Stage.Entry, book.now, book.order(1))) == []
    book.limit("order_value", Severity.Warn, most="100")
    book.limit("cash_cover", sells="1", buffer="0")
    assert rooms(Case.of(book.state, Stage.Entry, book.now, book.order(1))) == []
    assert room(book, book.order(1, "60"), "order_value").severity is Severity.Warn
    assert room(book, book.order(1, "60"), "order_value").most == 1
