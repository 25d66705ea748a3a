"""Rates of record: what one currency is worth in another, by day."""

from tradeoms.core.bounds import MOST_PRICE, PRICE_PLACES, bad_currency, bad_number, brief
from tradeoms.core.context import Context, Refusal
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.reference import Rate
from tradeoms.model.state import State

LONGEST_SOURCE = 64


def set_rates(state: State, command: c.SetRates, ctx: Context) -> list[e.AnyEvent]:
    """Above zero, of two currencies, of a day that has begun, and each but once."""
    problems: list[c.Problem] = []
    seen = set[tuple[str, str, object]]()
    for n, rate in enumerate(command.rates):
        found = {
            "Currency": bad_currency(rate.Currency),
            "base": bad_currency(rate.base)
            or ("is the same as Currency" if rate.base == rate.Currency else ""),
            "rate": bad_number(rate.rate, PRICE_PLACES, MOST_PRICE)
            or ("" if rate.rate > 0 else "must be above zero"),
            "source": _bad_source(rate.source),
            "day": f"is after the open day {state.business_date}"
            if rate.day > state.business_date
            else "is given twice"
            if (rate.Currency, rate.base, rate.day) in seen
            else "",
        }
        seen.add((rate.Currency, rate.base, rate.day))
        problems += [
            c.Problem(f"rates[{n}].{name}", brief(getattr(rate, name)), why)
            for name, why in found.items()
            if why
        ]
    if problems:
        raise Refusal(*problems)
    return [e.RatesSet(command.rates)]


def _bad_source(text: str) -> str:
    if not text.strip():
        return "is needed"
    return "" if len(text) <= LONGEST_SOURCE and text.isprintable() else "is too long"


def apply_rates(state: State, event: e.RatesSet) -> None:
    for rate in event.rates:
        pair = f"{rate.Currency}/{rate.base}"
        kept: list[Rate] = [r for r in state.rates.get(pair, ()) if r.day != rate.day]
        state.rates[pair] = tuple(sorted([*kept, rate], key=lambda r: r.day))


DECIDE = {c.SetRates: set_rates}
APPLY = {e.RatesSet: apply_rates}
