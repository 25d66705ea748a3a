"""Trade errors: what error accounts have of each block, and what that costs the firm."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.orders import Block
from tradeoms.model.state import State
from tradeoms.views import touched


class ErrorRow(Struct, frozen=True, gc=False):
    """An error account's part of a block; `key` is the block. Gone while the block is open again.

    `quantity` at AvgPx for `net` (what the account paid, or was paid), of it `moved` from clients.
    `gain` is what closing it brought so far, `open` what is left of it, worth `value` at the price
    of record; `cost` is what the firm has lost by it (below zero: won), unknown without a price.
    """

    key: str
    account: str
    instrument: str
    Symbol: str
    Side: str
    quantity: Decimal
    moved: Decimal
    AvgPx: Decimal
    net: Decimal
    Currency: str
    open: Decimal
    value: Decimal | None
    gain: Decimal
    cost: Decimal | None
    clients: str
    reason: str
    user: str
    trade_date: date


#: Events after which a row may be another.
ON = (
    *(e.ErrorBooked, e.ErrorMoved, e.BlockAllocated, e.BlockReopened),
    *(
        e.LotsBooked,
        e.LotsReversed,
        e.LotsWashed,
        e.HoldingsChanged,
        e.LotsConverted,
        e.PricesMarked,
        e.InstrumentsDefined,
    ),
)


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, ErrorRow | None]]:
    """The errors in the instrument that was booked, marked or defined."""
    if not state.errors:
        return
    names = _instruments(state, event)
    for name in state.errors:
        if not names.isdisjoint(_related(state, state.blocks[name])):
            yield name, row(state, name)


def _related(state: State, block: Block) -> tuple[str, ...]:
    """What its lots may have become."""
    return (block.instrument, *state.kin.get(block.instrument, ()))


def _instruments(state: State, event: e.AnyEvent) -> frozenset[str]:
    if isinstance(event, e.PricesMarked):
        return frozenset(price.instrument for price in event.prices)
    if isinstance(event, e.InstrumentsDefined):
        return touched.instruments(event)
    named = isinstance(event, e.LotsWashed | e.HoldingsChanged | e.LotsConverted)
    name: str = getattr(event, "name" if named else "block", "")
    if (action := state.lot_actions.get(name)) is not None:
        return frozenset(action.instruments)
    return frozenset({state.blocks[name].instrument} if name in state.blocks else ())


def row(state: State, name: str) -> ErrorRow | None:
    """The row of a block; None where its error account has nothing, or it is open again."""
    block, event = state.blocks[name], state.allocations.get(name)
    if event is None or block.error is None or "" not in event.orders:
        return None
    n, instrument = event.orders.index(""), state.instruments[block.instrument]
    units, worth, gain = _lots(state, block)
    value = _value(state, units)
    return ErrorRow(
        key=name,
        account=block.error.account,
        instrument=block.instrument,
        Symbol=instrument.Symbol,
        Side=block.Side.name,
        quantity=instrument.quantity(event.quantities[n]),
        moved=instrument.quantity(sum(event.moved)),
        AvgPx=event.own_prices().get(n, Decimal(event.AvgPx)),
        net=state.money(event.net[n]),
        Currency=instrument.Currency,
        open=instrument.quantity(units.get(block.instrument, 0)),
        value=None if value is None else round(value, 2),
        gain=state.money(gain),
        cost=None if value is None else state.money(worth - gain) - round(value, 2),
        clients=", ".join(dict.fromkeys(part.account for part in block.error.moved)),
        reason=block.error.moved[-1].reason if block.error.moved else block.error.reason,
        user=block.error.moved[-1].user if block.error.moved else block.error.user,
        trade_date=event.trade_date,
    )


def _value(state: State, units: dict[str, int]) -> Decimal | None:
    """What units of instruments are worth; None where one has no price of record."""
    total = Decimal(0)
    for name, held in units.items():
        if not held:
            continue
        if (price := state.prices.get(name)) is None:
            return None
        instrument = state.instruments[name]
        total += instrument.quantity(held) * price.Px * instrument.multiplier
    return total


def _lots(state: State, block: Block) -> tuple[dict[str, int], int, int]:
    """Open units by instrument (short ones below zero), cents that they cost, cents gained by closing.

    Without what wash sales add to lots: that is tax, not cost.
    """
    assert block.error is not None
    booked, account = state.bookings.get(block.block), block.error.account
    if booked is None:
        return {}, 0, 0
    sign, lots, closed = -1 if block.Side.sells else 1, state.lots, state.realized
    names = zip(booked.opened_numbers, booked.opened_accounts, booked.opened_basis, strict=True)
    opened = {number: basis for number, name, basis in names if name == account}
    own = np.flatnonzero(np.isin(lots["root"], list(opened)))
    columns = (lots["basis"][own] - lots["added"][own], lots["remaining"][own], lots["size"][own])
    rows = zip(*(column.tolist() for column in columns), strict=True)
    worth = sign * sum(basis * left // size for basis, left, size in rows if size)
    brought = sign * int(closed["proceeds"][np.isin(closed["lot"], own)].sum())
    number = state.account_axis.index[account]
    by_it = (closed["block"] == int(block.block[1:])) & (closed["account"] == number)
    gain = brought - (sign * sum(opened.values()) - worth) + int(closed["gain"][by_it].sum())
    units: dict[str, int] = {}
    pairs = zip(lots["instrument"][own].tolist(), lots["remaining"][own].tolist(), strict=True)
    for column, left in pairs:
        name = state.instrument_axis.names[column]
        units[name] = units.get(name, 0) + sign * left
    return units, worth, gain


def all_rows(state: State) -> Iterator[ErrorRow]:
    """Every error that stands."""
    for name in state.errors:
        if (found := row(state, name)) is not None:
            yield found
