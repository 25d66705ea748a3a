"""Cash 10,000, open buys 4,000: buy 120 at 50 PASS, 121 BLOCK; what comes later does not pay."""

from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from tests.compliance.conftest import TODAY
from tradeoms.model import events as e
from tradeoms.model.fields import Side
from tradeoms.model.openings import OpeningCash

COVER = [("cash_cover", "BLOCK")]


def fund(book, amount, after=None, account="A1"):
    """Cash, there at once or some days from now."""
    value_date = None if after is None else TODAY + timedelta(after)
    cash = OpeningCash(account, "USD", Decimal(amount), value_date)
    book.apply(e.OpeningBooked(f"c{len(book.state.openings)}", (), (cash,)))


def limit(book, sells="1", buffer="0"):
    book.limit("cash_cover", sells=sells, buffer=buffer)
    book.mark("50.00")


def test_open_buys_and_the_order_itself(book):
    limit(book)
    fund(book, "10000")
    book.enter(80)
    assert book.rules(120) == []
    (violation,) = book.check(book.order(121))
    assert violation.account == "A1"
    assert violation.message == (
        "buy for 6,050.00 USD, projected cash on 2026-11-24 10,000.00, other open buys 4,000.00, "
        "open sells 0.00: 50.00 missing"
    )
    assert violation.facts == {
        "cost": "6050.00",
        "cash": "10000.00",
        "open_buys": "4000.00",
        "open_sells": "0.00",
        "missing": "50.00",
        "day": "2026-11-24",
        "version": "1",
    }


def test_a_buy_costs_its_limit(book):
    limit(book)
    fund(book, "10000")
    assert book.rules(200, "50.00") == []
    assert book.rules(200, "50.01") == COVER


def test_at_routing_the_order_counts_once(book):
    limit(book)
    fund(book, "10000")
    first, second = book.enter(100), book.enter(100)
    assert book.route(first, second) == ()
    fund(book, "-1")
    (violation,) = book.route(first, second)  # the same of both
    assert (violation.facts["missing"], violation.facts["open_buys"]) == ("1.00", "5000.00")


def test_an_order_without_a_price_of_record_is_routed_at_its_limit(book):
    book.limit("cash_cover", sells="1", buffer="0")
    fund(book, "5000")
    order = book.enter(100, "50.00")
    assert book.route(order) == ()
    (violation,) = book.check(book.order(1))
    assert violation.message == "cannot be shown to be covered: ABC has no price"


def test_open_sells_pay_as_far_as_the_row_says(book):
    limit(book, sells="0.9")
    book.own("A1", 100)
    book.enter(100, side=Side.Sell)
    assert book.rules(90) == []
    assert book.rules(91) == COVER
    limit(book, sells="0")
    assert book.rules(1) == COVER


def test_sells_that_settle_later_do_not_pay(book):
    limit(book)
    slow = replace(book.state.instruments["FUT"], instrument="SLOW", settle_cycle=2)
    book.apply(e.InstrumentsDefined((replace(slow, multiplier=Decimal(1)),)))
    book.mark("50.00", "SLOW")
    book.own("A1", 100, "SLOW")
    book.enter(100, side=Side.Sell, instrument="SLOW")
    assert book.rules(1) == COVER
    assert book.rules(100, instrument="SLOW") == []


def test_cash_counts_from_its_value_date(book):
    limit(book)
    fund(book, "5000", after=2)
    assert book.rules(100) == COVER
    book.apply(e.DayOpened(TODAY + timedelta(1)))
    assert book.rules(100) == []


def test_what_is_needed_later_may_not_be_spent_today(book):
    limit(book)
    fund(book, "10000")
    fund(book, "-6000", after=3)
    fund(book, "6000", after=4)
    assert book.rules(80) == []
    assert book.rules(81) == COVER


def test_the_buffer_stays(book):
    limit(book, buffer="1000.50")
    fund(book, "6000")
    assert book.rules(99, "50.51") == COVER
    assert book.rules(99, "50.50") == []


def test_each_account_is_judged_and_sells_are_not(book):
    limit(book)
    fund(book, "5000", account="A2")
    assert book.rules(100, account="A2") == []
    assert book.rules(100, account="A1") == COVER
    book.own("A1", 100)
    assert book.rules(100, side=Side.Sell) == []
