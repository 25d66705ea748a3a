"""Rates of record: by day, one way or the other, and prices of record of the day before."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.builders import DAY, D, Desk, desk, instrument
from tradeoms.model import commands as c
from tradeoms.model.reference import Price, Rate
from tradeoms.views.rates import all_rows, rate_at


def rates(floor: Desk, *rows: tuple[str, str, str, int]) -> None:
    """Rates (Currency, base, rate, days before the first day)."""
    found = (Rate(a, b, D(r), "ECB", DAY - timedelta(n)) for a, b, r, n in rows)
    floor.done(c.SetRates(tuple(found)), "ops")


def test_a_rate_holds_until_the_next_one_and_backwards() -> None:
    floor = desk()
    rates(floor, ("EUR", "USD", "1.1", 5), ("EUR", "USD", "1.25", 2))
    found = [rate_at(floor.state, "EUR", "USD", DAY - timedelta(n)) for n in (6, 5, 3, 2, 0)]
    assert found == [None, *[Fraction(11, 10)] * 2, *[Fraction(5, 4)] * 2]
    assert rate_at(floor.state, "USD", "EUR", DAY) == Fraction(4, 5)
    assert rate_at(floor.state, "GBP", "USD", DAY) is None
    assert rate_at(floor.state, "GBP", "GBP", date.min) == 1


def test_a_third_currency_helps_and_a_pairs_own_rate_comes_first() -> None:
    floor = desk()
    floor.done(c.DefineInstruments((instrument("E", Currency="EUR"),)), "ops")
    rates(floor, ("EUR", "USD", "1.25", 2), ("GBP", "EUR", "1.2", 2))
    assert rate_at(floor.state, "GBP", "USD", DAY) == Fraction(3, 2)
    assert rate_at(floor.state, "USD", "GBP", DAY) == Fraction(2, 3)
    rates(floor, ("GBP", "USD", "1.6", 1))
    assert rate_at(floor.state, "GBP", "USD", DAY) == Fraction(8, 5)


def test_the_same_day_again_replaces() -> None:
    floor = desk()
    rates(floor, ("EUR", "USD", "1.1", 0), ("EUR", "USD", "1.0", 3))
    rates(floor, ("EUR", "USD", "1.2", 0))
    assert [(str(row.rate), row.day) for row in all_rows(floor.state)] == [
        ("1.0", DAY - timedelta(3)),
        ("1.2", DAY),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("Currency", "EURO"), ("Currency", ""), ("base", "EUR"), ("base", "US1")),
        *(("rate", D(0)), ("rate", D("-1")), ("rate", D("NaN")), ("rate", D("1e-11"))),
        *(("source", " "), ("source", "x" * 65), ("day", DAY + timedelta(1))),
    ],
)
def test_what_is_no_rate_is_refused(field: str, value: Any) -> None:
    good = {"Currency": "EUR", "base": "USD", "rate": D("1.1"), "source": "ECB", "day": DAY}
    command = c.SetRates((Rate(**good), Rate(**(good | {"base": "GBP", field: value}))))
    assert list(desk().refused(command, "ops")) == [f"rates[1].{field}"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    one = Rate("EUR", "USD", D("1.1"), "ECB", DAY)
    found = desk().refused(c.SetRates((one, one, Rate("", "", D(0), "", DAY))), "ops")
    assert found["rates[1].day"] == "is given twice"
    assert sorted(found) == sorted(
        ["rates[1].day", *(f"rates[2].{name}" for name in ("Currency", "base", "rate", "source"))]
    )


def marked(floor: Desk, price: str, day: date | None = None) -> tuple[Any, Any]:
    """Price of record and last close after a mark."""
    floor.done(c.MarkPrices((Price("ACME", D(price), "tape", ""),), day), "ops")
    state = floor.state
    return state.prices["ACME"].Px, state.last_prices[
        "ACME"
    ].Px if "ACME" in state.last_prices else None


def test_the_last_price_of_a_day_is_its_close() -> None:
    floor = desk()
    assert marked(floor, "51") == (51, None)
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    assert marked(floor, "51.5", DAY) == (D("51.5"), D("51.5"))  # late, and no price of today yet
    assert marked(floor, "52") == (52, D("51.5"))
    assert marked(floor, "51.25", DAY) == (52, D("51.25"))
    floor.done(c.OpenDay(DAY + timedelta(4)), "ops")
    assert marked(floor, "52.75", DAY + timedelta(1)) == (D("52.75"), D("52.75"))
    for day in (DAY, DAY + timedelta(5)):
        found = floor.refused(c.MarkPrices((Price("ACME", D(1), "", ""),), day), "ops")
        assert list(found) == ["day"]
