"""The same order twice in 2 s with 5 allowed: found; after 5 s: not."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.compliance.conftest import TODAY
from tradeoms.compliance import fingerprint
from tradeoms.model import events as e
from tradeoms.model.fields import Override, Severity, Side

WARN = [("duplicate_order", "WARN")]


@pytest.fixture
def once(book):
    book.limit("duplicate_order", Severity.Warn, seconds="5")
    book.enter(100, "52.40")
    return book


@pytest.mark.parametrize(("seconds", "found"), [(0, WARN), (2, WARN), (5, WARN), (6, [])])
def test_within_the_window(once, seconds, found):
    once.wait(seconds)
    assert once.rules(100, "52.4") == found


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 101},
        {"price": "52.41"},
        {"side": Side.SellShort},
        {"instrument": "FUT"},
        {"account": "A2"},
    ],
)
def test_anything_different_is_another_order(once, change):
    rules = once.rules(**{"quantity": 100, "price": "52.40", **change})
    assert WARN[0] not in rules


def test_message_names_the_earlier_order(once):
    once.wait(2)
    (violation,) = once.check(once.order(100, "52.40"))
    assert violation.message == (
        "buy 100 ABC at 52.40 is the same as O1, "
        "entered at 2026-11-23T15:00:00+00:00, at most 5 s ago"
    )
    assert (violation.account, violation.facts["earlier"]) == ("A1", "O1")


def test_a_withdrawn_order_does_not_count(once):
    once.cancel(once.state.orders["O1"])
    assert once.rules(100, "52.40") == []


def test_an_earlier_order_counts_though_a_later_one_was_withdrawn(once):
    once.wait(1)
    second = once.enter(100, "52.40")
    once.cancel(second)
    once.wait(1)
    (violation,) = once.check(once.order(100, "52.40"))
    assert violation.facts["earlier"] == "O1"


def test_a_new_business_day_forgets(once):
    once.apply(e.DayOpened(TODAY + timedelta(days=1)))
    assert once.rules(100, "52.40") == []
    assert once.state.fingerprints == {}


def test_at_routing_the_later_one_is_the_duplicate_while_the_earlier_stands(once):
    once.limit("duplicate_order", override=Override.One, seconds="5")
    once.wait(2)
    first, second = once.state.orders["O1"], once.enter(100, "52.40")
    assert once.route(first) == ()
    assert [v.severity for v in once.route(second)] == [Severity.Block]
    assert once.route(once.consent(second, "duplicate_order", "risk")) == ()
    once.cancel(first)
    assert once.route(second) == ()


def test_the_fingerprint_does_not_depend_on_how_numbers_are_written(book):
    one, two = book.order(100, "52.40"), book.order(Decimal("100.0"), "52.4")
    assert fingerprint(one, one.members[0]) == fingerprint(two, two.members[0])
