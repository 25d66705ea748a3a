"""At most 10m: 190,000 × 52.40 = 9.956m PASS, 191,000 × 52.40 = 10.0084m BLOCK."""

from decimal import Decimal

import pytest

from tradeoms.model.commands import Route
from tradeoms.model.fields import OrdType, Side
from tradeoms.model.orders import Member

BLOCK = [("order_value", "BLOCK")]


@pytest.fixture
def valued(book):
    book.limit("order_value", most="10000000")
    return book


@pytest.mark.parametrize(
    ("quantity", "price", "found"),
    [
        (190_000, "52.40", []),
        (200_000, "50.00", []),
        (191_000, "52.40", BLOCK),
        (200_001, "50.00", BLOCK),
    ],
)
def test_buy_at_its_limit(valued, quantity, price, found):
    valued.mark("90.00")
    assert valued.rules(quantity, price) == found


def test_message_and_facts(valued):
    (violation,) = valued.check(valued.order(191_000, "52.40"))
    assert violation.message == "buy 191,000 × 52.40 = 10,008,400.00 USD, at most 10,000,000"
    assert violation.facts["value"] == "10008400.00"
    (violation,) = valued.check(valued.order(5_000, "52.40", instrument="FUT"))
    assert violation.message == "buy 5,000 × 52.40 × 50 = 13,100,000.00 USD, at most 10,000,000"


def test_all_accounts_of_an_order_together(valued):
    members = (Member("A1", Decimal(100_000)), Member("A2", Decimal(91_000)))
    assert valued.rules(members=members, price="52.40") == BLOCK


def test_market_at_the_mark_sells_at_the_higher_of_limit_and_mark(valued):
    valued.mark("52.40")
    valued.own("A1", 1_000_000)
    assert valued.rules(190_000) == []
    assert valued.rules(191_000) == BLOCK
    assert valued.rules(191_000, "1.00", side=Side.Sell) == BLOCK
    assert valued.rules(190_000, "53.00", side=Side.Sell) == BLOCK
    assert valued.rules(190_000, StopPx=Decimal(53), OrdType=OrdType.Stop) == BLOCK


def test_what_cannot_be_valued_is_not_within(valued):
    (violation,) = valued.check(valued.order(1))
    assert violation.message == "buy 1 cannot be valued: ABC has no price"


def test_a_route_over_small_orders_is_judged_by_itself(valued):
    orders = valued.enter(100_000, "52.40"), valued.enter(100_000, "52.40", account="A2")
    assert [v.message for v in valued.route(*orders)] == [
        "buy 200,000 × 52.40 = 10,480,000.00 USD, at most 10,000,000"
    ]
    halves = (Route("BRK", Decimal(100_000)), Route("OTH", Decimal(100_000)))
    assert valued.route(*orders, routes=halves) == ()
