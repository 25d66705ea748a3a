"""All rules together: everything found, worst first; rows in force by date; what overrides lift."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tradeoms.compliance import still_blocked
from tradeoms.model.commands import Route
from tradeoms.model.fields import Override, Severity


def test_everything_is_found_worst_first(book):
    book.limit("price_collar", override=Override.One, most_distance="0.05", most_age_seconds="30")
    book.limit("order_value", override=Override.Two, most="1000")
    book.limit("order_quantity", Severity.Warn, most="10")
    book.limit("duplicate_order", override=Override.One, seconds=5)
    book.mark("50.00", age=90)
    book.enter(100, "52.60")
    book.restrict()
    found = book.check(book.order(100, "52.60"))
    assert [(v.rule, v.severity.value, v.override.value) for v in found] == [
        ("restricted_list", "BLOCK", "none"),
        ("order_value", "BLOCK", "two"),
        ("price_collar", "BLOCK", "one"),
        ("duplicate_order", "BLOCK", "one"),
        ("price_collar", "WARN", "none"),
        ("order_quantity", "WARN", "none"),
    ]
    assert all(v.facts["version"] == "1" for v in found)


def test_a_row_holds_from_its_day_until_the_next(book):
    today = book.state.business_date
    book.limit("order_quantity", effective=today + timedelta(days=1), most=10)
    assert book.rules(100) == []
    book.limit("order_quantity", effective=today - timedelta(days=9), most=100)
    assert book.rules(100) == []
    assert book.rules(101) == [("order_quantity", "BLOCK")]
    book.state.business_date = today + timedelta(days=1)
    assert book.rules(11) == [("order_quantity", "BLOCK")]


@pytest.mark.parametrize(
    ("override", "persons", "seconds", "blocked"),
    [
        (Override.Never, ("risk", "cco"), 60, True),
        (Override.One, (), 60, True),
        (Override.One, ("risk",), 60, False),
        (Override.One, ("risk",), 0, True),
        (Override.One, ("pm",), 60, True),
        (Override.Two, ("risk",), 60, True),
        (Override.Two, ("risk", "risk"), 60, True),
        (Override.Two, ("risk", "pm"), 60, True),
        (Override.Two, ("risk", "cco"), 60, False),
        (Override.Two, ("risk", "cco"), -1, True),
    ],
)
def test_what_lifts_a_block(book, override, persons, seconds, blocked):
    book.limit("order_quantity", override=override, most=10)
    order = book.consent(book.enter(100), "order_quantity", *persons, seconds=seconds)
    assert still_blocked(order, book.now) is blocked
    assert [v.rule for v in book.route(order)] == (["order_quantity"] if blocked else [])


def test_an_override_lifts_its_own_rule_only(book):
    book.limit("order_quantity", override=Override.One, most=10)
    order = book.consent(book.enter(100), "order_value", "risk")
    assert still_blocked(order, book.now)


def test_one_of_two_may_expire(book):
    book.limit("order_quantity", override=Override.Two, most=10)
    order = book.consent(book.enter(100), "order_quantity", "risk", seconds=60)
    order = book.consent(order, "order_quantity", "cco", seconds=600)
    assert book.route(order) == ()
    book.wait(60)
    assert [v.rule for v in book.route(order)] == ["order_quantity"]


def test_warnings_do_not_block_and_are_not_lifted(book):
    book.limit("order_quantity", Severity.Warn, Override.One, most=10)
    order = book.consent(book.enter(100), "order_quantity", "risk")
    assert not still_blocked(order, book.now)
    assert [(v.severity, v.override) for v in book.route(order)] == [
        (Severity.Warn, Override.Never)
    ]


def test_consent_to_one_order_does_not_lift_a_block_of_another_or_of_both(book):
    book.limit("order_quantity", override=Override.One, most=10)
    first = book.consent(book.enter(100), "order_quantity", "risk")
    small = book.enter(5, account="A2")
    assert [v.facts["quantity"] for v in book.route(first, small)] == ["105"]
    assert book.route(first, small, routes=(Route("BRK", Decimal(10)),)) == ()
    second = book.enter(90, account="A2")
    found = book.route(first, second, routes=(Route("BRK", Decimal(10)),))
    assert [v.message for v in found] == ["O3: buy 90, at most 10: 80 too many"]
    assert book.route(first, book.consent(second, "order_quantity", "risk")) == ()


def test_one_finding_on_many_orders_is_given_once(book):
    book.limit("price_collar", most_distance="0.05", most_age_seconds=30)
    book.mark("50.00", age=90)
    orders = [book.enter(100, "52.00", account=a) for a in ("A1", "A2", "S1")]
    (violation,) = book.route(*orders)
    assert violation.facts["orders"] == "O1 O2 O3"
    assert violation.message.startswith("the reference price")


def test_a_row_that_got_harder_holds_at_routing(book):
    order = book.consent(book.enter(100), "order_quantity", "risk")
    book.limit("order_quantity", most=10)
    assert [v.override for v in book.route(order)] == [Override.Never]


def test_a_placement_without_members_is_not_judged_by_account(book):
    order = replace(book.enter(100), members=())
    assert book.route(order) == ()
