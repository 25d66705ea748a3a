"""What a trader types into the routing ticket."""

from decimal import Decimal as D

import pytest

from blotter.split import BadSplit, parse
from tradeoms.model.commands import Route
from tradeoms.model.fields import OrdType

KNOWN = ("ALPHA", "BRAVO", "Charly")


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("ALPHA 500", [("ALPHA", 500)]),
        ("alpha 500, bravo rest", [("ALPHA", 500), ("BRAVO", 1500)]),
        ("charly rest", [("Charly", 2000)]),
        ("ALPHA 0.5k,BRAVO 0.25", [("ALPHA", 500), ("BRAVO", D("0.25"))]),
        ("ALPHA 25%, BRAVO rest", [("ALPHA", 500), ("BRAVO", 1500)]),
        ("ALPHA 0.01%, BRAVO rest", [("BRAVO", 2000)]),
        ("ALPHA 33.33%", [("ALPHA", 666)]),
        ("ALPHA 1500 , BRAVO REST,", [("ALPHA", 1500), ("BRAVO", 500)]),
    ],
)
def test_splits(text: str, routes: list[tuple[str, D]]) -> None:
    assert parse(text, D(2000), KNOWN, "Market") == tuple(Route(b, D(q)) for b, q in routes)


def test_a_price_makes_a_market_order_a_limit_order() -> None:
    assert parse("ALPHA 500 @ 10.25", D(2000), KNOWN, "Market") == (
        Route("ALPHA", D(500), OrdType.Limit, D("10.25")),
    )
    assert parse("ALPHA 500@10.25", D(2000), KNOWN, "Limit") == (
        Route("ALPHA", D(500), None, D("10.25")),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "at least one"),
        ("ALPHA", "write BROKER QUANTITY"),
        ("OSCAR 5", "unknown broker OSCAR; known: ALPHA, BRAVO, Charly"),
        ("ALPHA x", "not a number"),
        ("ALPHA k", "not a number"),
        ("ALPHA nan", "not above zero"),
        ("ALPHA -5", "not above zero"),
        ("ALPHA 0", "not above zero"),
        ("ALPHA 1,500", "write BROKER QUANTITY"),
        ("ALPHA 0.01%", "0.01% of 2,000 is nothing"),
        ("ALPHA x%", "not a number"),
        ("ALPHA 90%, BRAVO 500", "300 more than the idle"),
        ("ALPHA 2001", "1 more than the idle 2,000"),
        ("ALPHA rest, BRAVO rest", "only one"),
        ("ALPHA 2000, BRAVO rest", "no rest"),
        ("ALPHA 5 @ x", "not a number"),
        *((f"ALPHA {n}", "more digits") for n in ("9" * 30, "1e30", "1e-13", "1e999k")),
        ("ALPHA 1e999999k", "not a number"),
        ("ALPHA 5 @ 1e16", "more digits"),
        ("ALPHA 101%", "more than all"),
    ],
)
def test_what_cannot_be_sent_says_why(text: str, reason: str) -> None:
    with pytest.raises(BadSplit, match=reason):
        parse(text, D(2000), KNOWN, "Market")
