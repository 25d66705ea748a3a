"""At most 300,000: 300,000 PASS, 300,001 BLOCK."""

from decimal import Decimal

import pytest

from tradeoms.model.commands import Route

BLOCK = [("order_quantity", "BLOCK")]


@pytest.mark.parametrize(("quantity", "found"), [(300_000, []), (300_001, BLOCK)])
def test_quantity(book, quantity, found):
    book.limit("order_quantity", most=300_000)
    assert book.rules(quantity) == found


def test_message(book):
    book.limit("order_quantity", most="300000")
    (violation,) = book.check(book.order(300_001))
    assert violation.message == "buy 300,001, at most 300,000: 1 too many"


def test_each_route(book):
    book.limit("order_quantity", most="300000")
    orders = book.enter(200_000), book.enter(200_000, account="A2")
    assert [v.facts["quantity"] for v in book.route(*orders)] == ["400000"]
    parts = (Route("BRK", Decimal(300_000)), Route("OTH", Decimal(100_000)))
    assert book.route(*orders, routes=parts) == ()
