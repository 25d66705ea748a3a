"""Cash: what each account has in each currency, as of the trade date of what is booked."""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.state import State
from tradeoms.views import touched


class CashRow(Struct, frozen=True, gc=False):
    """An account's cash; `key` is account/currency. `amount` to the cent, negative: overdrawn."""

    key: str
    account: str
    Currency: str
    amount: Decimal


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, CashRow | None]]:
    """Cash that the event moved."""
    if isinstance(event, e.LotsBooked | e.LotsReversed | e.LotsConverted):
        pairs = dict.fromkeys(
            (account, state.instruments[name].Currency)
            for account, name in touched.booked(state, event)
        )
    elif isinstance(event, e.OpeningBooked):
        pairs = dict.fromkeys((cash.account, cash.Currency) for cash in event.cash)
    else:
        return
    for account, currency in pairs:
        yield _row(state, account, currency)


def all_rows(state: State) -> Iterator[CashRow]:
    """Every amount that is not zero."""
    accounts, currencies = np.nonzero(state.cash.cells)
    for account, currency in zip(accounts.tolist(), currencies.tolist(), strict=True):
        names = state.account_axis.names[account], state.currency_axis.names[currency]
        _, row = _row(state, *names)
        if row is not None:
            yield row


def _row(state: State, account: str, currency: str) -> tuple[str, CashRow | None]:
    key, cents = f"{account}/{currency}", state.cash.at(account, currency)
    return key, CashRow(key, account, currency, state.money(cents)) if cents else None
