"""Only accounts whose clients have agreed, and never the firm itself."""

import pytest

from tradeoms.model import events as e
from tradeoms.model.fields import Override, Severity, Side
from tradeoms.model.reference import Account


def found(book, **fields):
    """What the rule says of a cross in which A2 buys as an account with these fields."""
    accounts = (Account("A1", "One", "T1", may_cross=True), Account("A2", "Two", "T2", **fields))
    book.apply(e.AccountsDefined(accounts))
    violations = book.cross(book.order(10, side=Side.Sell), book.order(10, account="A2"))
    mine = [v for v in violations if v.rule == "cross_eligible"]
    assert all((v.severity, v.override) == (Severity.Block, Override.Never) for v in mine)
    return [(v.account, v.message) for v in mine]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "may not cross: its client has not agreed"),
        ({"cross_note": "ends with 2025"}, "may not cross: ends with 2025"),
        (
            {"may_cross": True, "own": True},
            "is the firm's own: a principal cross takes consent trade by trade",
        ),
        ({"may_cross": True, "error": True}, "is an error account"),
    ],
)
def test_who_may_not(book, fields, why):
    assert found(book, **fields) == [("A2", why)]


def test_who_may(book):
    assert found(book, may_cross=True) == []
    book.limit("cross_eligible", Severity.Warn)
    assert len(found(book)) == 1, "no row softens it"
