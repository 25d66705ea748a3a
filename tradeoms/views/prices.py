"""Prices of record, one an instrument."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.reference import Price
from tradeoms.model.state import State
from tradeoms.views import touched
from tradeoms.views.splits import Shares, close_of, instruments, since_close


class PriceRow(Struct, frozen=True, gc=False):
    """A price of record; `key` is the instrument, `at` when it was true, as its source said.

    `close` is the price with which the last day ended, of a share of today where there was a split
    since, `ADV` the average daily volume, both as somebody said them.
    """

    key: str
    Symbol: str
    Currency: str
    Px: Decimal
    source: str
    at: str
    close: Decimal | None = None
    ADV: Decimal | None = None


def row(state: State, price: Price, splits: Shares) -> PriceRow:
    """The row of a price."""
    instrument = state.instruments[price.instrument]
    return PriceRow(
        key=price.instrument,
        Symbol=instrument.Symbol,
        Currency=instrument.Currency,
        Px=price.Px,
        source=price.source,
        at=price.at,
        close=close_of(state, price.instrument, splits),
        ADV=price.ADV,
    )


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, PriceRow | None]]:
    """Prices that were marked."""
    splits = since_close(state)
    for name in state.prices if type(event) is e.DayOpened else _touched(state, event):
        price = state.prices.get(name)
        if price is not None:
            yield name, row(state, price, splits)


def _touched(state: State, event: e.AnyEvent) -> Iterable[str]:
    if type(event) is e.PricesMarked:
        return dict.fromkeys(price.instrument for price in event.prices)
    return (*touched.instruments(event), *instruments(state, event))


def all_rows(state: State) -> Iterator[PriceRow]:
    """The price of every instrument that has one."""
    splits = since_close(state)
    for price in state.prices.values():
        yield row(state, price, splits)
