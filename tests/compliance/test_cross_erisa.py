"""Plans cross by a policy, from 100 million of assets on: 95 million are too few."""

from decimal import Decimal as D

import pytest

from tradeoms.model import events as e
from tradeoms.model.fields import Side
from tradeoms.model.reference import Account


def found(book, assets):
    """What the rule says of a cross in which A2 is a plan's."""
    plan = Account("A2", "Two", "", may_cross=True, erisa=True, plan_assets=assets)
    book.apply(e.AccountsDefined((Account("A1", "One", "T1", may_cross=True), plan)))
    violations = book.cross(book.order(10, side=Side.Sell), book.order(10, account="A2"))
    return [(v.account, v.message) for v in violations if v.rule == "cross_erisa"]


def test_no_plan_without_a_policy(book):
    why = "is a plan's: the firm has no policy on crosses of plans in force"
    assert found(book, D(100000000)) == [("A2", why)]


@pytest.mark.parametrize(
    ("assets", "why"),
    [
        (D(95000000), ["is of a plan of 95,000,000, at least 100,000,000 are needed"]),
        (D(100000000), []),
        (None, ["is a plan's, of unknown assets"]),
    ],
)
def test_large_plans_by_policy(book, assets, why):
    book.limit("cross_erisa", least_assets="100000000")
    assert [message for _, message in found(book, assets)] == why
