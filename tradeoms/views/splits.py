"""Prices of before a split in today's shares."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from tradeoms.model import events as e
from tradeoms.model.lot_actions import CorporateAction
from tradeoms.model.reference import Price
from tradeoms.model.state import State

PLACES = 8  # decimals of a price that was said of other shares
Shares = defaultdict[str, Fraction]


def since_close(state: State) -> Shares:
    """By instrument, how many shares of now one is of when the last day ended; mostly one."""
    found: Shares = defaultdict(lambda: Fraction(1))
    for one in reversed(state.lot_actions.values()):
        if one.booked <= state.last_date:
            break
        terms, counts = one.terms, not one.reversed_by
        if isinstance(terms, CorporateAction) and counts and terms.day > state.last_date:
            found[terms.instrument] *= terms.shares
    return found


def in_shares(number: Decimal, shares: Fraction) -> Decimal:
    """A price of one of the `shares` that one has become."""
    if shares == 1:
        return number
    found = Decimal(max(round(Fraction(number) / shares * 10**PLACES), 1)).scaleb(-PLACES)
    whole = found.to_integral_value()
    return whole if whole == found else found.normalize()


def close_of(state: State, instrument: str, splits: Shares) -> Decimal | None:
    """The price with which the last day ended, of a share of now."""
    close = state.last_prices.get(instrument)
    return None if close is None else in_shares(close.Px, splits[instrument])


def carried(price: Price, shares: Fraction) -> Price:
    """A price of record of before a split; what crosses would go by is of no use any more."""
    if shares == 1:
        return price
    ADV = None if price.ADV is None else in_shares(price.ADV, 1 / shares)
    return Price(price.instrument, in_shares(price.Px, shares), price.source, price.at, ADV)


def instruments(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Those of which it changes how many shares of now one of the last day is."""
    if isinstance(event, e.ActionsBooked):
        return {one.terms.instrument for one in event.actions}
    if isinstance(event, e.ActionReversed):
        return {state.lot_actions[event.action].terms.instrument}
    return ()
