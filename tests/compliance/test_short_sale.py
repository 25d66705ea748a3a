"""A short sale needs permission and a locate, and must not stand in for a long one."""

import pytest

from tradeoms.model.fields import Override, Severity, Side

SHORT = {"side": Side.SellShort, "account": "S1", "locate": "BRK 500 L77 2026-11-23"}


def test_with_permission_and_locate_it_passes(book):
    assert book.rules(500, **SHORT) == []
    assert book.rules(500, **{**SHORT, "side": Side.SellShortExempt}) == []


@pytest.mark.parametrize("side", [Side.SellShort, Side.SellShortExempt])
@pytest.mark.parametrize("locate", ["", "  "])
def test_without_a_locate_it_is_blocked(book, side, locate):
    (violation,) = book.check(book.order(500, side=side, account="S1", locate=locate))
    assert violation.message.endswith("500: no locate is given")
    assert (violation.severity, violation.override, violation.account) == (
        Severity.Block,
        Override.Never,
        "S1",
    )


def test_an_account_that_may_not_and_has_no_locate_hears_both(book):
    messages = [v.message for v in book.check(book.order(500, side=Side.SellShort))]
    assert messages == [
        "sell short 500: A1 may not sell short",
        "sell short 500: no locate is given",
    ]


def test_a_net_long_account_sells_long_first(book):
    book.own("S1", 1000)
    book.enter(400, side=Side.Sell, account="S1")
    (violation,) = book.check(book.order(500, **SHORT))
    assert violation.message == (
        "sell short 500, owned 1,000, pending sells 400: net long 600, "
        "sell the long position first, marked long"
    )
    assert violation.facts["net_long"] == "600"
    assert book.rules(500, **{**SHORT, "side": Side.SellShortExempt}) == []
    book.enter(600, side=Side.Sell, account="S1")
    assert book.rules(500, **SHORT) == []


def test_at_routing_its_own_quantity_does_not_hide_the_long_position(book):
    order = book.enter(500, **SHORT)
    assert book.route(order) == ()
    book.own("S1", 200)
    assert [v.facts["net_long"] for v in book.route(order)] == ["200"]


def test_a_row_sets_severity_and_override(book):
    book.limit("short_sale", override=Override.Two)
    assert [v.override for v in book.check(book.order(1, side=Side.SellShort, account="S1"))] == [
        Override.Two
    ]
    book.limit("short_sale", Severity.Warn)
    assert book.rules(1, side=Side.SellShort, account="S1") == [("short_sale", "WARN")]
