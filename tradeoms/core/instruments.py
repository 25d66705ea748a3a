"""What can be wrong with reference data that later decisions compute with or send to brokers."""

from decimal import Decimal
from itertools import pairwise

from tradeoms.core.bounds import (
    MOST_PRICE,
    MOST_RATE,
    MOST_UNITS,
    PRICE_PLACES,
    RATE_PLACES,
    bad_currency,
    bad_number,
    brief,
)
from tradeoms.core.checks import bad_text
from tradeoms.model.commands import Problem
from tradeoms.model.reference import Instrument

MOST_PLACES = 8  # decimals of a quantity
SENT = ("Symbol", "SecurityID", "SecurityIDSource")
UNITS = ("qty_scale", "price_scale", "Currency", "multiplier")
MOST_CYCLE = 30  # settlement days


def instrument_problems(field: str, new: Instrument) -> list[Problem]:
    """Numbers that cannot be divided by, texts that would break a FIX message, ticks with gaps."""
    reasons = {name: bad_text(getattr(new, name)) for name in SENT}
    if not new.Symbol:
        reasons["Symbol"] = "is empty"
    reasons["Currency"] = bad_currency(new.Currency)
    if not 0 <= new.settle_cycle <= MOST_CYCLE:
        reasons["settle_cycle"] = f"must be from 0 to {MOST_CYCLE} days"
    if not 0 <= new.price_scale <= MOST_PLACES:
        reasons["price_scale"] = f"must be from 0 to {MOST_PLACES}"
    if not 0 <= new.qty_scale <= MOST_PLACES:
        reasons["qty_scale"] = f"must be from 0 to {MOST_PLACES}"
    else:
        reasons["lot"] = _bad_divisor(new.lot, new.qty_scale, new.quantity(MOST_UNITS))
    reasons["multiplier"] = _bad_divisor(new.multiplier, RATE_PLACES, MOST_RATE * MOST_RATE)
    reasons["ticks"] = _bad_ticks(new)
    return [
        Problem(f"{field}{name}", brief(getattr(new, name)), reason)
        for name, reason in reasons.items()
        if reason
    ]


def _bad_divisor(value: Decimal, places: int, most: Decimal) -> str:
    return bad_number(value, places, most) or ("" if value > 0 else "must be above zero")


def _bad_ticks(new: Instrument) -> str:
    """Every price above zero must find its tick."""
    for tick in new.ticks:
        if reason := _bad_divisor(tick.tick, PRICE_PLACES, MOST_PRICE):
            return f"a tick {reason}"
        if reason := bad_number(tick.from_price, PRICE_PLACES, MOST_PRICE):
            return f"a tick's first price {reason}"
    starts = [tick.from_price for tick in new.ticks]
    rising = all(a < b for a, b in pairwise(starts))
    return "" if starts[:1] == [0] and rising else "must begin at price 0 and rise"


def changed_units(field: str, old: Instrument | None, new: Instrument) -> list[Problem]:
    """What of a known instrument would give another meaning to what is booked in it."""
    if old is None:
        return []
    return [
        Problem(f"{field}{name}", str(getattr(new, name)), "of an instrument never changes")
        for name in UNITS
        if getattr(new, name) != getattr(old, name)
    ]


def bad_rate(rate: Decimal) -> str:
    """Why a commission rate cannot be used; empty where it can."""
    return bad_number(rate, RATE_PLACES, MOST_RATE) or ("is below zero" if rate < 0 else "")
