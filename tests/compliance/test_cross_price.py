"""17a-7(b): the last sale of the day, else the mean of bid and offer; 20.10 and nothing else."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from tradeoms.compliance import price_of_cross
from tradeoms.model import events as e
from tradeoms.model.fields import Override, Severity, Side
from tradeoms.model.reference import Price

QUOTE = {"bid": D("20.00"), "offer": D("20.20")}
TODAY, YESTERDAY = "2026-11-23T09:31:00-05:00", "2026-11-22T23:59:59-05:00"


def mark(book, age=0, **fields):
    """A price of record, its quote of `age` seconds ago."""
    if "bid" in fields:
        fields["quoted_at"] = (book.now - timedelta(seconds=age)).isoformat()
    book.apply(e.PricesMarked((Price("ABC", D(19), "tape", "", **fields),)))


@pytest.fixture
def open_book(book):
    book.limit("cross_price", most_age_seconds=60, most_spread="0.02")
    return book


def found(book, buy=None, sell=None):
    """What the rule says of a cross of a buy and a sell with these limits."""
    sides = (book.order(10, sell, side=Side.Sell), book.order(10, buy, account="A2"))
    violations = [v for v in book.cross(*sides) if v.rule == "cross_price"]
    assert all((v.severity, v.override) == (Severity.Block, Override.Never) for v in violations)
    return [v.message for v in violations]


def priced(book):
    price = price_of_cross(book.state, "ABC", book.now)
    return price if isinstance(price, str) else (price.Px, price.basis)


def test_without_a_policy_nothing_is_crossed(book):
    mark(book, last=D("20.10"), last_at=TODAY)
    why = "the firm has no policy on crosses in force: set limits of cross_price"
    assert found(book) == [why] == [priced(book)]


def test_the_last_sale_of_the_day_comes_before_a_quote(open_book):
    mark(open_book, last=D("20.05"), last_at=TODAY, **QUOTE)
    assert priced(open_book) == (D("20.05"), "last sale")
    mark(open_book, last=D("20.05"), last_at=YESTERDAY, **QUOTE)
    assert priced(open_book) == (D("20.10"), "mid")


def test_the_day_is_that_of_the_market(open_book):
    late = "2026-11-24T00:30:00+09:00"
    mark(open_book, last=D("20.10"), last_at=late)
    assert priced(open_book) == "there is no sale of 2026-11-23, and no bid and offer"
    mark(open_book, last=D("20.10"), last_at="2026-11-23T23:30:00-05:00")
    assert priced(open_book) == (D("20.10"), "last sale")


@pytest.mark.parametrize(("age", "good"), [(60, True), (61, False), (-60, True), (-61, False)])
def test_a_quote_has_an_age(open_book, age, good):
    mark(open_book, age, **QUOTE)
    expected = (D("20.10"), "mid") if good else "bid and offer are 61 s old, at most 60 s"
    assert priced(open_book) == expected


def test_a_quote_may_be_so_wide(open_book):
    mark(open_book, bid=D("19.8"), offer=D("20.2"))
    assert priced(open_book) == (D("20.0"), "mid")
    mark(open_book, bid=D("19.79"), offer=D("20.2"))
    assert priced(open_book) == "bid 19.79 and offer 20.2 are too far apart"


def test_no_price_at_all(open_book):
    assert found(open_book) == ["there is no price of record"]


def test_neither_side_gets_worse_than_its_limit(open_book):
    mark(open_book, **QUOTE)
    assert found(open_book, buy="20.10", sell="20.10") == []
    assert found(open_book, buy="20.09") == ["the mid 20.10 is worse than the limit 20.09 of O4"]
    assert found(open_book, sell="20.11") == ["the mid 20.10 is worse than the limit 20.11 of O5"]
