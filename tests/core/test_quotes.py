"""A last sale, a bid and an offer that make no sense are refused with the field."""

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import D, desk
from tradeoms.model import commands as c
from tradeoms.model.reference import Price


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"last": D(-1), "last_at": "2026-03-02T10:00:00Z"}, {"last": "must be above zero"}),
        ({"last": D(1)}, {"last_at": "must be an ISO time with a zone"}),
        (
            {"last": D(1), "last_at": "2026-03-02T10:00:00"},
            {"last_at": "must be an ISO time with a zone"},
        ),
        (
            {"bid": D(1)},
            {
                "offer": "bid and offer belong together",
                "quoted_at": "must be an ISO time with a zone",
            },
        ),
        (
            {"bid": D(2), "offer": D(1), "quoted_at": "2026-03-02T10:00:00Z"},
            {"offer": "is below the bid"},
        ),
    ],
)
def test_a_quote_that_makes_no_sense_is_refused(
    fields: dict[str, Any], wrong: dict[str, str]
) -> None:
    price = Price("ACME", Decimal(50), "tape", "", **fields)
    found = desk().refused(c.MarkPrices((price,)), "ops")
    assert found == {f"prices[0].{name}": reason for name, reason in wrong.items()}
