"""Opposite orders: what could be crossed in the house before any of it is routed, and who gives and
takes how much.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from allocation.terms import Terms, allocate
from allocation.ties import tie_hash
from tradeoms import compliance
from tradeoms.compliance.fair import beyond_limit
from tradeoms.market.calendar import days
from tradeoms.model.crosses import CrossPart, FairPrice
from tradeoms.model.fields import BlockState, OrderState, Severity, Side, TimeInForce
from tradeoms.model.orders import ZERO, Order
from tradeoms.model.state import State

AT_ONCE = (TimeInForce.ImmediateOrCancel, TimeInForce.FillOrKill)


class Candidate(NamedTuple):
    """Orders of one instrument that could cross; `reason`: why they cannot, as things are.

    `left_out` are opposite orders that could not join, each with its reason.
    """

    instrument: str
    buys: tuple[Order, ...]
    sells: tuple[Order, ...]
    OrderQty: Decimal
    price: FairPrice | None
    reason: str
    left_out: tuple[tuple[str, str], ...]


def unsuited(order: Order) -> str:
    """Why an order never crosses; empty where it may."""
    if order.Side not in (Side.Buy, Side.Sell):
        return "sells short: only what is owned is crossed"
    if order.CashOrderQty is not None:
        return "is in money: how much it is, only a broker says"
    if order.StopPx is not None:
        return "waits for its stop"
    if order.TimeInForce in AT_ONCE:
        return f"is {order.TimeInForce.name}: it must go to a market at once"
    return ""


def candidates(state: State, now: datetime, user: str = "") -> Iterator[Candidate]:
    """One for each instrument that unrouted orders both buy and sell; with a `user`, without what is
    another trader's.
    """
    open_: dict[str, list[Order]] = {}
    for order in state.orders.values():
        if order.state is OrderState.Staged or _unrouted(state, order):
            open_.setdefault(order.instrument, []).append(order)
    for instrument, orders in open_.items():
        if len({order.Side.sells for order in orders}) > 1:
            yield _candidate(state, instrument, orders, now, user)


def _unrouted(state: State, order: Order) -> bool:
    block = state.blocks.get(order.block) if order.state is OrderState.InBlock else None
    return block is not None and block.state is BlockState.Open


def _candidate(
    state: State, instrument: str, orders: list[Order], now: datetime, user: str
) -> Candidate:
    price = compliance.price_of_cross(state, instrument, now)
    left_out: dict[str, str] = {}
    for order in orders:
        if user and order.claimed not in ("", user):
            left_out[order.order] = f"is {order.claimed}'s"
        elif why := _stays(state, order, price, now):
            left_out[order.order] = why
    left_out |= _of_one_taxpayer(state, [o for o in orders if o.order not in left_out])
    rest = [order for order in orders if order.order not in left_out]
    buys = tuple(order for order in rest if not order.Side.sells)
    sells = tuple(order for order in rest if order.Side.sells)
    reason = price if isinstance(price, str) else ""
    if not reason and not (buys and sells):
        reason = "no two of them may cross"
    return Candidate(
        instrument,
        buys,
        sells,
        min(_total(buys), _total(sells)),
        None if isinstance(price, str) else price,
        reason,
        tuple(left_out.items()),
    )


def _stays(state: State, order: Order, price: FairPrice | str, now: datetime) -> str:
    """Why an order cannot join, whoever is on the other side; empty where it can."""
    if order.state is OrderState.InBlock:
        return f"is in {order.block}: leave the block, or dissolve it"
    if cross := state.crossing.get(order.order):
        return f"is in {cross} already"
    if why := unsuited(order):
        return why
    if isinstance(price, FairPrice) and beyond_limit(order, price.Px):
        return f"its limit {order.Price} is beyond {price.Px}"
    found = compliance.check_cross(state, (order,), (order,), now)
    blocks = [v for v in found if v.severity is Severity.Block and v.rule != "cross_price"]
    return "; ".join(f"{v.account} {v.message}".strip() for v in blocks)


def _of_one_taxpayer(state: State, orders: Sequence[Order]) -> dict[str, str]:
    """Orders that would let a taxpayer, or an account, trade with itself: of its smaller side."""
    wanted: dict[tuple[str, bool], dict[str, Decimal]] = {}
    for order in orders:
        for member in order.members:
            who = state.accounts[member.account].taxpayer or member.account
            wanted.setdefault((who, order.Side.sells), {})[order.order] = order.OrderQty
    found: dict[str, str] = {}
    for (who, sells), sold in wanted.items():
        bought = wanted.get((who, False), {})
        if sells and bought:
            smaller = min(sold, bought, key=lambda side: sum(side.values(), ZERO))
            found.update(dict.fromkeys(smaller, f"{who} is on both sides"))
    return found


def _total(orders: Iterable[Order]) -> Decimal:
    return sum((order.OrderQty for order in orders), ZERO)


def shared(
    state: State, orders: Sequence[Order], OrderQty: Decimal, number: int
) -> tuple[CrossPart, ...]:
    """One side's quantity over its members, by the largest remainder of what each wants, in lots;
    members that get none are left out. `number` breaks ties.
    """
    rows = [(order.order, member) for order in orders for member in order.members]
    instrument = state.instruments[orders[0].instrument]
    wanted = np.array([instrument.units(member.OrderQty) for _, member in rows], np.int64)
    accounts = state.account_axis.numbers(tuple(member.account for _, member in rows))
    named = np.array([int(name[1:]) for name, _ in rows], np.int64)
    ties = tie_hash(
        np.full(len(rows), number, np.int64), (accounts << 32) | named, days(state.business_date)
    )
    total = np.array([instrument.units(OrderQty)], np.int64)
    lot = np.array([instrument.units(instrument.lot)], np.int64)
    one = np.array([0, len(rows)], np.int64)
    got = allocate(wanted, total, one, lot, ties, Terms()).tolist()
    return tuple(
        CrossPart(name, member.account, instrument.quantity(n))
        for (name, member), n in zip(rows, got, strict=True)
        if n
    )
