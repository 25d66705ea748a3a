"""Positions: what each account holds of each instrument, and what is pending in it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.fields import OrderState
from tradeoms.model.orders import Order
from tradeoms.model.state import State
from tradeoms.views import touched

CENT = Decimal("0.01")


class PositionRow(Struct, frozen=True, gc=False):
    """An account's position; `key` is account/instrument. Rows of nothing but zeros do not exist.

    `quantity` is booked (negative: short), `buying` and `selling` what visible unallocated orders
    may still change. `market_value` in `Currency`, to the cent, at Px, the price of record; both
    None where there is none.
    """

    key: str
    account: str
    instrument: str
    Symbol: str
    Currency: str
    quantity: Decimal
    buying: Decimal
    selling: Decimal
    Px: Decimal | None
    market_value: Decimal | None


Pairs = tuple[Int64s, Int64s]  # row numbers of accounts and of instruments, (n,) each


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, PositionRow | None]]:
    """Positions that the event moved, marked anew, or made pending."""
    pairs = _touched(state, event)
    return _rows(state, pairs) if pairs is not None else iter(())


def all_rows(state: State) -> Iterator[PositionRow]:
    """Every position that is not all zeros."""
    for _, row in _rows(state, _live(state, range(len(state.instrument_axis.names)))):
        if row is not None:
            yield row


def _touched(state: State, event: e.AnyEvent) -> Pairs | None:
    if isinstance(event, e.OrderEntered):
        visible = event.order.state is not OrderState.Draft
        return _members(state, [event.order]) if visible else None
    if isinstance(event, e.OrderCancelled):
        return _members(state, [state.orders[event.order]])
    if isinstance(event, e.BasketReleased):
        return _members(state, [state.orders[name] for name in event.orders])
    if isinstance(event, e.LotsBooked | e.LotsReversed | e.BlockAllocated | e.BlockReopened):
        name = state.blocks[event.block].instrument
        return _unique(state, ((one, name) for one in touched.accounts(state, event.block)))
    if isinstance(event, e.OpeningBooked):
        return _unique(state, ((lot.account, lot.instrument) for lot in event.lots))
    if isinstance(event, e.PricesMarked):
        return _live(state, [state.instrument_axis.index[p.instrument] for p in event.prices])
    if isinstance(event, e.InstrumentsDefined):
        index = state.instrument_axis.index
        return _live(state, [index[name] for name in touched.instruments(event)])
    return None


def _members(state: State, orders: Iterable[Order]) -> Pairs:
    return _unique(
        state, ((m.account, order.instrument) for order in orders for m in order.members)
    )


def _unique(state: State, names: Iterable[tuple[str, str]]) -> Pairs:
    accounts, instruments = state.account_axis.index, state.instrument_axis.index
    pairs = [(accounts[account], instruments[name]) for account, name in dict.fromkeys(names)]
    columns = np.array(pairs, np.int64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


def _live(state: State, columns: Iterable[int]) -> Pairs:
    """Pairs of the given instruments that are not all zeros."""
    wanted = np.unique(np.array(list(columns), np.int64))
    used = state.position.cells[:, wanted] != 0
    used |= (state.buying.cells[:, wanted] != 0) | (state.selling.cells[:, wanted] != 0)
    accounts, found = np.nonzero(used)
    return accounts, wanted[found]


def _rows(state: State, pairs: Pairs) -> Iterator[tuple[str, PositionRow | None]]:
    """Rows of the pairs; None for what is all zeros."""
    drafts = _drafts(state, frozenset(pairs[1].tolist())) if state.drafts else None
    cells = [grid.cells[pairs].tolist() for grid in (state.position, state.buying, state.selling)]
    columns = zip(pairs[0].tolist(), pairs[1].tolist(), *cells, strict=True)
    for account, column, quantity, buying, selling in columns:
        if drafts:
            buying -= drafts[account, column, False]
            selling -= drafts[account, column, True]
        name = state.account_axis.names[account]
        yield _row(state, name, state.instrument_axis.names[column], quantity, buying, selling)


def _drafts(state: State, columns: frozenset[int]) -> Counter[tuple[int, int, bool]]:
    """Units by account, instrument and side of baskets that are still being read."""
    units: Counter[tuple[int, int, bool]] = Counter()
    for order in (state.orders[name] for names in state.drafts.values() for name in names):
        column = state.instrument_axis.index[order.instrument]
        if column not in columns:
            continue
        instrument, sells = state.instruments[order.instrument], order.Side.sells
        for member in order.members:
            account = state.account_axis.index[member.account]
            units[account, column, sells] += instrument.units(member.OrderQty)
    return units


def _row(
    state: State, account: str, name: str, units: int, buying: int, selling: int
) -> tuple[str, PositionRow | None]:
    key = f"{account}/{name}"
    if not (units or buying or selling):
        return key, None
    instrument, price = state.instruments[name], state.prices.get(name)
    quantity = instrument.quantity(units)
    value = None
    if price is not None:
        value = (quantity * price.Px * instrument.multiplier).quantize(CENT, ROUND_HALF_UP)
    return key, PositionRow(
        key=key,
        account=account,
        instrument=name,
        Symbol=instrument.Symbol,
        Currency=instrument.Currency,
        quantity=quantity,
        buying=instrument.quantity(buying),
        selling=instrument.quantity(selling),
        Px=price.Px if price else None,
        market_value=value,
    )
