"""What a corporate action, a transfer, a gift or a reversal would do, before it is booked."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

import numpy as np
from msgspec import Struct

from tradeoms.core.actions import placed, planned, taken_off, wanted_of
from tradeoms.core.context import Context
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import State


class Change(Struct, frozen=True):
    """What becomes of a position (`what` is position), of an account's cash, of this year's gains in an
    instrument, or of an order: its quantity, with the new price in `text`.
    """

    what: str
    account: str
    instrument: str
    before: Decimal
    after: Decimal
    text: str = ""


def preview(state: State, command: c.Command, user: str, now: datetime) -> list[Change]:
    """Everything that would be another; Refusal says what is wrong with the command."""
    ctx = Context(now, user, dict(state.counters))
    if isinstance(command, c.ReverseAction):
        tried, orders = taken_off(state, command, ctx), list[e.AnyEvent]()
    elif isinstance(command, c.ImportActions):
        with placed(command) as rows:
            tried, orders = planned(state, rows, ctx)
    else:
        tried, orders = planned(state, [wanted_of(command)], ctx)
    after = tried.state
    return [
        *_positions(state, after),
        *_cash(state, after),
        *_gains(state, after),
        *_orders(state, orders),
    ]


def _positions(state: State, after: State) -> Iterator[Change]:
    for row, column in np.argwhere(state.position.cells != after.position.cells).tolist():
        account, name = state.account_axis.names[row], state.instrument_axis.names[column]
        old, new = (int(books.position.cells[row, column]) for books in (state, after))
        quantity = state.instruments[name].quantity
        yield Change("position", account, name, quantity(old), quantity(new))


def _cash(state: State, after: State) -> Iterator[Change]:
    for row, column in np.argwhere(state.cash.cells != after.cash.cells).tolist():
        old, new = (state.money(int(books.cash.cells[row, column])) for books in (state, after))
        account, currency = state.account_axis.names[row], state.currency_axis.names[column]
        yield Change("cash", account, "", old, new, currency)


def _gains(state: State, after: State) -> Iterator[Change]:
    old, new = _recognized(state), _recognized(after)
    for account, name in sorted(old.keys() | new.keys()):
        one, other = old.get((account, name), 0), new.get((account, name), 0)
        if one != other:
            yield Change("gain", account, name, state.money(one), state.money(other))


def _recognized(state: State) -> dict[tuple[str, str], int]:
    table, sums = state.realized, dict[tuple[str, str], int]()
    names = ("account", "instrument", "gain", "disallowed")
    for account, column, gain, disallowed in zip(
        *(table[name].tolist() for name in names), strict=True
    ):
        pair = state.account_axis.names[account], state.instrument_axis.names[column]
        sums[pair] = sums.get(pair, 0) + gain + disallowed
    return sums


def _orders(state: State, events: Iterable[e.AnyEvent]) -> Iterator[Change]:
    for event in events:
        if isinstance(event, e.OrderAdjusted):
            order = state.orders[event.order]
            price = "" if event.Price is None else f" at {event.Price}"
            text = f"{event.order}{price}"
            yield Change("order", "", order.instrument, order.OrderQty, event.OrderQty, text)
        elif isinstance(event, e.OrderCancelled):
            order = state.orders[event.order]
            text = f"{event.order} cancelled"
            yield Change("order", "", order.instrument, order.OrderQty, Decimal(0), text)
