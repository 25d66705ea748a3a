"""ABC restricted 10:00 -> ABC orders are blocked, others are not."""

from datetime import timedelta

import pytest

from tradeoms.model.fields import Override, Severity, Side
from tradeoms.model.orders import Member

BLOCKED = [("restricted_list", "BLOCK")]


def test_an_issuer_on_the_list_is_blocked_without_any_limit_row(book):
    assert book.rules(100, "50.00") == []
    book.restrict(reason="deal team")
    (violation,) = book.check(book.order(100, "50.00"))
    assert (violation.severity, violation.override) == (Severity.Block, Override.Never)
    assert violation.message == "buy of ABC Inc is restricted since 2026-11-23: deal team"
    assert violation.facts["issuer"] == "ABC Inc"
    assert book.rules(1, "50.00", instrument="FUT") == []


def test_a_row_cannot_soften_it(book):
    book.restrict()
    book.limit("restricted_list", Severity.Warn, Override.One)
    (violation,) = book.check(book.order(100))
    assert (violation.severity, violation.override) == (Severity.Block, Override.Never)


@pytest.mark.parametrize(
    ("first", "last", "found"), [(-1, None, 1), (0, 0, 1), (1, None, 0), (-5, -1, 0)]
)
def test_it_holds_from_its_first_to_its_last_day(book, first, last, found):
    today = book.state.business_date
    book.restrict(
        effective=today + timedelta(days=first),
        expires=None if last is None else today + timedelta(days=last),
    )
    assert len(book.rules(100)) == found


def test_it_may_hold_for_one_side_only(book):
    book.own("A1", 100)
    book.restrict(sells=False)
    assert book.rules(100) == BLOCKED
    assert book.rules(100, side=Side.Sell) == []
    book.state.restrictions.clear()
    book.restrict(buys=False)
    assert book.rules(100) == []
    assert book.rules(100, side=Side.Sell) == BLOCKED


def test_staged_orders_are_judged_again_at_routing(book):
    order = book.enter(100, "50.00")
    other = book.enter(members=(Member("A2", order.OrderQty),), price="50.00")
    assert book.route(order, other) == ()
    book.restrict()
    (violation,) = book.route(order, other)
    assert violation.facts["orders"] == "O1 O2"
    assert violation.message.startswith("buy of ABC Inc")
