"""Long 1,000, open sell 400, new sell 700: BLOCK; 600: PASS."""

from decimal import Decimal

from tradeoms.model.fields import Override, Severity, Side
from tradeoms.model.orders import Member


def test_long_1000_open_sell_400(book):
    book.own("A1", 1000)
    book.enter(400, side=Side.Sell)
    assert book.rules(600, side=Side.Sell) == []
    (violation,) = book.check(book.order(700, side=Side.Sell))
    assert (violation.rule, violation.severity, violation.override) == (
        "oversell",
        Severity.Block,
        Override.Never,
    )
    assert violation.message == "sell 700, owned 1,000, pending sells 400: 100 too many"
    assert violation.account == "A1"
    wanted = {"wanted": "700", "owned": "1000", "pending": "400", "excess": "100", "version": "1"}
    assert violation.facts == wanted


def test_buys_and_other_accounts_are_not_judged(book):
    book.own("A1", 1000)
    assert book.rules(700) == []
    order = book.order(
        side=Side.Sell, members=(Member("A1", Decimal(1000)), Member("A2", Decimal(1)))
    )
    (violation,) = book.check(order)
    assert (violation.account, violation.facts["excess"]) == ("A2", "1")


def test_pending_buys_are_not_owned(book):
    book.enter(500)
    assert book.rules(1, side=Side.Sell) == [("oversell", "BLOCK")]


def test_no_more_than_the_order_is_too_many(book):
    book.own("S1", -300)
    (violation,) = book.check(book.order(100, side=Side.Sell, account="S1"))
    assert violation.message == "sell 100, owned -300, pending sells 0: 100 too many"


def test_a_withdrawn_sell_is_not_pending(book):
    book.own("A1", 1000)
    book.cancel(book.enter(400, side=Side.Sell))
    assert book.rules(1000, side=Side.Sell) == []


def test_at_routing_the_order_counts_once(book):
    book.own("A1", 1000)
    first, second = book.enter(400, side=Side.Sell), book.enter(600, side=Side.Sell)
    assert book.route(first, second) == ()
    book.own("A1", -100)
    found = book.route(first, second)
    assert [v.message for v in found] == [
        "O1: sell 400, owned 900, pending sells 600: 100 too many",
        "O2: sell 600, owned 900, pending sells 400: 100 too many",
    ]
