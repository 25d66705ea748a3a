"""What an account is worth: its net asset value at the prices and rates of record."""

from collections import defaultdict
from fractions import Fraction

import numpy as np

from tradeoms.core.bounds import MOST_CENTS
from tradeoms.core.context import refuse
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State
from tradeoms.views.rates import rate_at

WHY = "the allocation policy needs the value of accounts"


def net_asset_value(state: State, account: str, Currency: str) -> int:
    """Cash and positions of all currencies, in cents of one, rounded down.

    Raises:
        Refusal: no price or rate of record; more than can be weighed.
    """
    total = Fraction(0)
    for currency, cents in _by_currency(state, account).items():
        if cents:
            total += cents * _rate(state, account, currency, Currency)
    if abs(total) >= MOST_CENTS:
        raise refuse("account", account, "is worth more than an allocation policy can weigh")
    return total.__floor__()


def _by_currency(state: State, account: str) -> dict[str, int]:
    """Cash and what positions are worth, in cents of each currency."""
    row, found = state.account_axis.index[account], defaultdict[str, int](int)
    for column in np.flatnonzero(state.cash.cells[row]).tolist():
        found[state.currency_axis.names[column]] += int(state.cash.cells[row, column])
    for column in np.flatnonzero(state.position.cells[row]).tolist():
        instrument = state.instruments[state.instrument_axis.names[column]]
        units = int(state.position.cells[row, column])
        found[instrument.Currency] += priced(state, instrument, units)
    return found


def _rate(state: State, account: str, currency: str, Currency: str) -> Fraction:
    rate = rate_at(state, currency, Currency, state.business_date)
    if rate is None:
        reason = f"has {currency}, of which there is no rate of record in {Currency}: {WHY}"
        raise refuse("account", account, reason)
    return rate


def priced(state: State, instrument: Instrument, units: int) -> int:
    """What units are worth, in cents of the instrument's currency; Refusal without a price."""
    if not units:
        return 0
    price = state.prices.get(instrument.instrument)
    if price is None:
        raise refuse("instrument", instrument.instrument, f"has no price of record: {WHY}")
    return instrument.cents(units, price.Px)
