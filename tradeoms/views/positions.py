"""Positions: what each account holds of each instrument, since when, and what is pending in it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

import numpy as np
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.fields import OrderState
from tradeoms.model.orders import Order
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State
from tradeoms.views import pairs, touched
from tradeoms.views.lots import EPOCH
from tradeoms.views.pairs import Pairs


class PositionRow(Struct, frozen=True, gc=False):
    """An account's position; `key` is account/instrument. Rows of nothing but zeros do not exist.

    `quantity` is booked as of the trade date (negative: short) = `start`, what the day began with,
    + `traded`, what was booked since, corporate actions and corrections of older trades included. `settled` is what of it
    has changed hands. `buying` and `selling` are open: what visible unallocated orders may still
    change. `market_value` in `Currency`, to the cent, at Px, the price of record; both None where
    there is none.
    """

    key: str
    account: str
    instrument: str
    Symbol: str
    Currency: str
    quantity: Decimal
    start: Decimal
    traded: Decimal
    settled: Decimal
    buying: Decimal
    selling: Decimal
    Px: Decimal | None
    market_value: Decimal | None


def keys(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Positions that the event moved, marked anew, or made pending."""
    if isinstance(event, e.OrderEntered):
        return _members([event.order]) if event.order.state is not OrderState.Draft else ()
    if isinstance(event, e.OrderCancelled | e.OrderAdjusted):
        return _members([state.orders[event.order]])
    if isinstance(event, e.BasketReleased):
        return _members([state.orders[name] for name in event.orders])
    if isinstance(event, e.LotsBooked | e.LotsReversed | e.LotsConverted):
        return [pairs.key(*pair) for pair in touched.booked(state, event)]
    if isinstance(event, e.BlockAllocated | e.BlockReopened | e.BlockMeasured):
        name = state.blocks[event.block].instrument
        return [pairs.key(account, name) for account in touched.accounts(state, event.block)]
    if isinstance(event, e.OpeningBooked):
        return [pairs.key(lot.account, lot.instrument) for lot in event.lots]
    if isinstance(event, e.PricesMarked):
        return _live_in(state, [price.instrument for price in event.prices])
    if isinstance(event, e.DayOpened):
        # What the last day showed may have been sold in it: every pair that ever had a lot.
        owned = pairs.unique(state, pairs.of_table(state, state.lots))
        return [*pairs.keys(state, _live(state)), *pairs.keys(state, owned)]
    return _live_in(state, touched.instruments(event))


def upserts(state: State, wanted: Iterable[str]) -> Iterator[tuple[str, PositionRow | None]]:
    """Rows of the keys; None for what is all zeros."""
    names = list(wanted)
    yield from zip(names, _rows(state, pairs.of_keys(state, names)), strict=True)


def all_rows(state: State) -> Iterator[PositionRow]:
    """Every position that is not all zeros."""
    return (row for row in _rows(state, _live(state)) if row is not None)


def _members(orders: Iterable[Order]) -> list[str]:
    return [pairs.key(m.account, order.instrument) for order in orders for m in order.members]


def _live(state: State, columns: slice | list[int] = slice(None)) -> Pairs:
    """Pairs of the given instruments that are not all zeros."""
    used = state.position.cells[:, columns] != 0
    used |= (state.buying.cells[:, columns] != 0) | (state.selling.cells[:, columns] != 0)
    accounts, places = np.nonzero(used)
    held = Pairs(accounts, np.arange(state.position.cells.shape[1])[columns][places])
    moved = pairs.of_table(state, state.flows)
    if isinstance(columns, list):
        moved = moved[np.isin(state.flows["instrument"], columns)]
    return pairs.unique(state, np.concatenate([held.numbers(state), moved]))


def _live_in(state: State, instruments: Iterable[str]) -> list[str]:
    columns = sorted({state.instrument_axis.index[name] for name in instruments})
    return pairs.keys(state, _live(state, columns)) if columns else []


def _rows(state: State, these: Pairs) -> Iterator[PositionRow | None]:
    drafts = _drafts(state, frozenset(these.instruments.tolist())) if state.drafts else None
    cells = [grid.cells[these].tolist() for grid in (state.position, state.buying, state.selling)]
    flows, today = state.flows, state.business_date.toordinal() - EPOCH
    traded = pairs.summed(state, these, flows, flows["units"], flows["booked"] == today)
    due = pairs.summed(state, these, flows, flows["units"], flows["settle"] > today)
    numbers = these.accounts.tolist(), these.instruments.tolist()
    columns = zip(*numbers, *cells, traded.tolist(), due.tolist(), strict=True)
    for account, column, quantity, buying, selling, moved, unsettled in columns:
        if drafts:
            buying -= drafts[account, column, False]
            selling -= drafts[account, column, True]
        if quantity or buying or selling or moved or unsettled:
            name = state.account_axis.names[account]
            instrument = state.instruments[state.instrument_axis.names[column]]
            units = (quantity, moved, unsettled, buying, selling)
            yield _row(state, name, instrument, *map(instrument.quantity, units))
        else:
            yield None


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
    state: State,
    account: str,
    instrument: Instrument,
    quantity: Decimal,
    traded: Decimal,
    unsettled: Decimal,
    buying: Decimal,
    selling: Decimal,
) -> PositionRow:
    price, name = state.prices.get(instrument.instrument), instrument.instrument
    value = None
    if price is not None:
        value = instrument.worth(quantity, price.Px)
    return PositionRow(
        key=pairs.key(account, name),
        account=account,
        instrument=name,
        Symbol=instrument.Symbol,
        Currency=instrument.Currency,
        quantity=quantity,
        start=quantity - traded,
        traded=traded,
        settled=quantity - unsettled,
        buying=buying,
        selling=selling,
        Px=price.Px if price else None,
        market_value=value,
    )
