"""Rates of record, and what a currency was worth in another on a day."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.reference import Rate
from tradeoms.model.state import State


class RateRow(Struct, frozen=True, gc=False):
    """A rate of record; `key` is Currency/base/day. One `Currency` is `rate` of `base`.

    It holds until the pair's next one.
    """

    key: str
    Currency: str
    base: str
    rate: Decimal
    day: date
    source: str


def rate_at(state: State, Currency: str, base: str, day: date) -> Fraction | None:
    """What one `Currency` was worth in `base`, exactly; None where no rate says so.

    The pair's own last rate, else its inverse, else the two through a third currency.
    """
    if Currency == base:
        return Fraction(1)
    found = _quoted(state, Currency, base, day)
    if found is not None:
        return found
    for through in state.currency_axis.names:
        first, second = _quoted(state, Currency, through, day), _quoted(state, through, base, day)
        if first is not None and second is not None:
            return first * second
    return None


def _quoted(state: State, Currency: str, base: str, day: date) -> Fraction | None:
    """The pair's own rate, or its inverse."""
    if own := _last(state, Currency, base, day):
        return Fraction(own.rate)
    inverse = _last(state, base, Currency, day)
    return 1 / Fraction(inverse.rate) if inverse else None


def _last(state: State, Currency: str, base: str, day: date) -> Rate | None:
    known = state.rates.get(f"{Currency}/{base}", ())
    return next((rate for rate in reversed(known) if rate.day <= day), None)


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, RateRow]]:
    """Rates that were set."""
    if isinstance(event, e.RatesSet):
        wanted = {(rate.Currency, rate.base, rate.day) for rate in event.rates}
        for row in all_rows(state):
            if (row.Currency, row.base, row.day) in wanted:
                yield row.key, row


def all_rows(state: State) -> Iterator[RateRow]:
    """Every rate of every day."""
    for pair, known in state.rates.items():
        for one in known:
            key = f"{pair}/{one.day}"
            yield RateRow(key, one.Currency, one.base, one.rate, one.day, one.source)
