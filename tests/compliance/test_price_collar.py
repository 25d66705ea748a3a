"""Reference 50.00, collar 5%: buy 52.40 PASS, 52.60 BLOCK; 90 s old with 30 allowed: WARN."""

from decimal import Decimal

import pytest

from tradeoms.model.commands import Route
from tradeoms.model.fields import OrdType, Override, Severity, Side

BLOCK, WARN = ("price_collar", "BLOCK"), ("price_collar", "WARN")


@pytest.fixture
def collar(book):
    book.limit("price_collar", override=Override.One, most_distance="0.05", most_age_seconds=30)
    book.mark("50.00")
    return book


@pytest.mark.parametrize(
    ("price", "found"),
    [
        ("52.40", []),
        ("52.50", []),
        ("52.51", [BLOCK]),
        ("52.60", [BLOCK]),
        ("47.50", []),
        ("47.49", [BLOCK]),
    ],
)
def test_distance(collar, price, found):
    assert collar.rules(100, price) == found


def test_message_and_facts(collar):
    (violation,) = collar.check(collar.order(100, "52.60"))
    assert violation.message == (
        "buy limit 52.60 is 5.20% above the reference price 50.00, at most 5%: 47.5000 to 52.5000"
    )
    assert violation.override is Override.One
    assert violation.facts["distance"] == "0.052000"
    assert violation.facts["source"] == "close"


@pytest.mark.parametrize(
    ("age", "found"), [(0, []), (30, []), (31, [WARN]), (90, [WARN]), (-31, [WARN])]
)
def test_age(collar, age, found):
    collar.mark("50.00", age=age)
    assert collar.rules(100, "52.40") == found


def test_an_old_reference_warns_besides_the_block(collar):
    collar.mark("50.00", age=90)
    assert collar.rules(100, "52.60") == [BLOCK, WARN]
    warning = collar.check(collar.order(100, "52.60"))[1]
    assert "is 90 s old, at most 30 s" in warning.message


@pytest.mark.parametrize("at", ["", "yesterday", "2026-11-23", "2026-11-23T15:00:00"])
def test_a_time_that_cannot_be_compared_warns(collar, at):
    collar.mark("50.00", at=at)
    assert collar.rules(100, "50.00") == [WARN]


def test_no_reference_price_warns(collar):
    assert collar.rules(1, "10", instrument="FUT") == [WARN]
    (violation,) = collar.check(collar.order(1, instrument="FUT"))
    assert violation.message.startswith("no price")


def test_a_market_order_is_judged_by_the_age_only(collar):
    assert collar.rules(100) == []
    collar.mark("50.00", age=90)
    assert collar.rules(100) == [WARN]


def test_a_route_with_its_own_price(collar):
    order = collar.enter(100, "52.40")
    assert collar.route(order) == ()
    (violation,) = collar.route(order, routes=(Route("BRK", Decimal(100), Price=Decimal("45.00")),))
    assert violation.severity is Severity.Block
    assert "45.00 is 10.00% below" in violation.message
    market = collar.enter(100, account="A2")
    own = Route("BRK", Decimal(100), OrdType=OrdType.Limit, Price=Decimal("53.00"))
    assert [v.rule for v in collar.route(market, routes=(own,))] == ["price_collar"]


def test_what_has_moved_since_entry_counts_at_routing(collar):
    collar.own("A1", 100)
    order = collar.enter(100, "50.00", side=Side.Sell)
    collar.mark("60.00")
    (violation,) = collar.route(order)
    assert violation.message.startswith(
        "sell limit 50.00 is 16.67% below the reference price 60.00"
    )
