"""A taxpayer who sells to himself has sold nothing: his loss is a wash sale's."""

from decimal import Decimal as D

from tradeoms.model import events as e
from tradeoms.model.fields import Severity, Side
from tradeoms.model.orders import Member
from tradeoms.model.reference import Account


def found(book, *taxpayers):
    """What the rule says where A1 sells to accounts of these taxpayers."""
    names = [f"B{n}" for n, _ in enumerate(taxpayers)]
    accounts = [Account(a, a, t, may_cross=True) for a, t in zip(names, taxpayers, strict=True)]
    book.apply(e.AccountsDefined((Account("A1", "One", "smith", may_cross=True), *accounts)))
    members = tuple(Member(name, D(5)) for name in names)
    violations = book.cross(book.order(10, side=Side.Sell), book.order(members=members))
    return [(v.severity, v.message) for v in violations if v.rule == "cross_taxpayer"]


def test_the_same_taxpayer_on_both_sides(book):
    assert found(book, "jones", "miller") == []
    told = "taxpayer smith sells from A1 to B1, B2"
    assert found(book, "jones", "smith", "smith") == [(Severity.Block, told)]


def test_nobodys_taxpayer_is_nobody(book):
    book.apply(e.AccountsDefined((Account("A1", "One", "", may_cross=True),)))
    assert found(book, "", "") == []


def test_a_row_makes_it_a_warning(book):
    book.limit("cross_taxpayer", Severity.Warn)
    assert [severity for severity, _ in found(book, "smith")] == [Severity.Warn]
