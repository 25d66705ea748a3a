"""What a number may be, so that nothing in the book overflows, rounds or is no number at all.

Quantities are int64 in the instrument's units and money is int64 in cents; a number outside these
bounds is refused where it enters, with its field, instead of failing where it is booked.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

MOST_UNITS = 10**12  # quantity × 10^qty_scale of one order, fill or lot
MOST_PRICE = Decimal(10**9)
MOST_MONEY = Decimal(10**15)  # of one order, placement or balance brought in
MOST_CENTS = 2**62  # of a block or a balance: half of what int64 holds, so that a bust has room too
PRICE_PLACES = 10  # decimals of a price: with 12 digits of quantity a product is still exact
RATE_PLACES = 8
SHOWN = 5  # names in a refusal
MOST_RATE = Decimal(1000)


@cache
def most_quantity(qty_scale: int) -> Decimal:
    """The largest quantity with so many decimals."""
    return Decimal(MOST_UNITS).scaleb(-qty_scale)


def bad_number(value: Decimal, places: int, most: Decimal | int) -> str:
    """Why a number cannot be kept; empty where it is finite, within ± `most`, and fine enough.

    Compared, never computed with, until it is known to be small: arithmetic on 1e9999999 raises.
    """
    if not value.is_finite():
        return "is not a number"
    if not -most <= value <= most:
        return f"is beyond {most:,}"
    if value != round(value, places):
        return f"has more than {places} decimals"
    return ""


def bad_units(quantity: Decimal, qty_scale: int) -> str:
    """Why something is no quantity of an instrument; empty where it is above zero and can be kept."""
    return bad_number(quantity, qty_scale, most_quantity(qty_scale)) or (
        "" if quantity > 0 else "must be above zero"
    )


def bad_price(price: Decimal) -> str:
    """Why something cannot be a price; empty where it is above zero and can be kept."""
    return bad_number(price, PRICE_PLACES, MOST_PRICE) or (
        "" if price > 0 else "must be above zero"
    )


def bad_money(amount: Decimal) -> str:
    """Why an amount cannot be kept in cents; empty where it can."""
    return bad_number(amount, 2, MOST_MONEY) or ("" if amount >= 0 else "is below zero")


def bad_tolerance(value: Decimal) -> str:
    """Why something cannot be what two numbers may differ by; empty where it can."""
    return bad_number(value, RATE_PLACES, MOST_RATE) or ("" if value >= 0 else "is below zero")


def bad_currency(code: str) -> str:
    """Why a text is no currency; empty where it is. Codes are ISO 4217's, and those for minor units."""
    return "" if len(code) == 3 and code.isascii() and code.isalpha() else "must have three letters"


def brief(value: object) -> str:
    """A value as given, for a problem: never longer than a line."""
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def few(names: Sequence[str]) -> str:
    """The first few of many names."""
    return ", ".join([*names[:SHOWN], *(["..."] if len(names) > SHOWN else [])])
