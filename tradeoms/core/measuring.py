"""Blocks in money: which part of the amount is where, and what the block comes to now.

What brokers say they work and what they have filled is the block's quantity; of the amount that no
broker has, an estimate. Units belong to members by their amounts. What was filled for more than the
amount, with the lot that rounding takes or the slack for prices that move, is beyond the orders.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import get_args

import numpy as np
from msgspec.structs import replace

from allocation.terms import Terms, allocate
from tradeoms.core.amounts import SLACK, cents, price_now, quantity_of
from tradeoms.core.attention import alert
from tradeoms.core.blocks import placements
from tradeoms.core.bounds import MOST_UNITS
from tradeoms.core.context import Context
from tradeoms.core.orders import pend
from tradeoms.core.splitting import ties
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState, Side
from tradeoms.model.orders import ZERO, Block, Statement
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

OfPlacement = (
    e.PlacementRouted
    | e.CancelRequested
    | e.ReplaceRequested
    | e.RequestDeferred
    | e.DeferralEnded
    | e.Reported
    | e.PlacementUnsent
    | e.RequestRejected
    | e.PlacementClosed
    | e.FillEntered
    | e.FillBusted
    | e.ExecutionSettled
)


def idle_amount(state: State, block: Block) -> Decimal:
    """The money of a block that no broker has: idle + committed = CashOrderQty."""
    multiplier = state.instruments[block.instrument].multiplier
    given = sum((p.committed(multiplier) for p in placements(state, block)), ZERO)
    return (block.CashOrderQty or ZERO) - given


def expected(state: State, block: Block, amount: Decimal, limit: Decimal | None) -> Decimal:
    """What an amount of the block would come to at a broker, with the limit that it is given."""
    price = price_now(state, block.instrument, block.Side, limit)
    if price is None or amount <= 0:
        return ZERO
    instrument = state.instruments[block.instrument]
    most = instrument.quantity(MOST_UNITS) // instrument.lot * instrument.lot
    return min(quantity_of(instrument, amount, price), most)


def measure_block(state: State, command: c.MeasureBlock, ctx: Context) -> list[e.AnyEvent]:
    """The quantity of a working block in money and its members' parts, where that has changed."""
    block = state.blocks[command.block]
    statement = block.statement
    if block.state is not BlockState.Working or statement is None:
        return []
    quantity = _quantity(state, block)
    if quantity == block.OrderQty and not command.split:
        return []
    instrument = state.instruments[block.instrument]
    units = _by_amounts(state, block, statement, instrument.units(quantity))
    quantities = tuple(instrument.quantity(n) for n in units)
    measured = e.BlockMeasured(block.block, quantity, quantities)
    return [measured, *_oversold(state, block, statement, units, ctx)]


def _quantity(state: State, block: Block) -> Decimal:
    """Filled, working, and what the rest of the amount would come to."""
    instrument, parts = state.instruments[block.instrument], placements(state, block)
    filled = sum((p.CumQty for p in parts), ZERO)
    cost = sum((p.notional for p in parts), ZERO) * instrument.multiplier
    amount = block.CashOrderQty or ZERO
    if cost > amount and filled > (most := _most(instrument, amount, filled, cost)):
        return most
    working = sum((p.exposure for p in parts), ZERO)
    total = filled + working + expected(state, block, idle_amount(state, block), block.Price)
    return _countable(instrument, total, filled)


def _countable(instrument: Instrument, total: Decimal, filled: Decimal) -> Decimal:
    """A quantity in units that can be booked: what a broker says it works may be none, or beyond."""
    most = max(filled, instrument.quantity(MOST_UNITS))
    if total >= most:
        return most
    unit = instrument.quantity(1)
    units = ceil(total / unit)
    return total if units * unit == total else units * unit


def _most(instrument: Instrument, amount: Decimal, filled: Decimal, cost: Decimal) -> Decimal:
    """The lots that hold an amount at the average price of what was filled: rounded up, or with slack."""
    lots = Fraction(amount) * Fraction(filled) / (Fraction(cost) * Fraction(instrument.lot))
    return max(ceil(lots), floor(lots * (1 + Fraction(SLACK)))) * instrument.lot


def _by_amounts(state: State, block: Block, statement: Statement, units: int) -> list[int]:
    """Units over the members in proportion to their amounts, by largest remainder."""
    instrument, count = state.instruments[block.instrument], len(statement.orders)
    broken = ties(state, block, statement.orders, statement.accounts, statement.seed)
    whole, one = np.array([units], np.int64), np.array([0, count], np.int64)
    lot = np.array([instrument.units(instrument.lot)], np.int64)
    terms = Terms(basis=cents(statement.amounts))
    return list(allocate(np.full(count, units), whole, one, lot, broken, terms).tolist())


def _oversold(
    state: State, block: Block, statement: Statement, units: Sequence[int], ctx: Context
) -> list[e.AnyEvent]:
    """An alert where an account turns out to sell more than it owns: at entry that was a guess."""
    if block.Side is not Side.Sell:
        return []
    instrument, found = state.instruments[block.instrument], list[str]()
    before = _by_account(statement, map(instrument.units, statement.quantities))
    for account, n in _by_account(statement, units).items():
        others = state.selling.at(account, instrument.instrument) - before[account]
        left = state.position.at(account, instrument.instrument) - others
        if n > max(before[account], left):
            found.append(f"{account} {instrument.quantity(n)} of {instrument.quantity(left)}")
    if not found:
        return []
    text = f"the amount is more than is owned: {', '.join(found)}"
    return [alert(ctx, "oversold", block.block, text)]


def _by_account(statement: Statement, units: Iterable[int]) -> Counter[str]:
    found = Counter[str]()
    for account, n in zip(statement.accounts, units, strict=True):
        found[account] += n
    return found


def apply_measured(state: State, event: e.BlockMeasured) -> None:
    """The statement, the block and its orders have the quantities; so has what is pending."""
    block = state.blocks[event.block]
    assert block.statement is not None
    statement = replace(block.statement, quantities=event.quantities)
    state.blocks[event.block] = replace(block, OrderQty=event.OrderQty, statement=statement)
    left = iter(event.quantities)
    for name in block.orders:  # the statement has their members in this order
        order = state.orders[name]
        pend(state, order, -1)
        members = tuple(replace(m, OrderQty=next(left)) for m in order.members)
        order = replace(order, members=members, OrderQty=sum((m.OrderQty for m in members), ZERO))
        state.orders[name] = order
        pend(state, order, 1)


def react_placement(state: State, event: OfPlacement) -> list[c.Command]:
    """A placement in money tells more of its block; two parts of an amount may make a lot less."""
    known = event.placement
    placement = state.placements[known] if isinstance(known, str) else known
    return [] if placement.CashOrderQty is None else _again(state, placement.block)


def react_unwanted(state: State, event: e.PlacementsUnwanted) -> list[c.Command]:
    """What was to follow a replace is asked for no more."""
    amounts = [p for n in event.placements if (p := state.placements[n]).CashOrderQty is not None]
    return [again for name in {p.block: None for p in amounts} for again in _again(state, name)]


def react_reopened(state: State, event: e.BlockReopened) -> list[c.Command]:
    """What came after the allocation counts now."""
    return _again(state, event.block)


def react_frozen(state: State, event: e.StatementFrozen) -> list[c.Command]:
    """Amounts of several orders are one amount from now on."""
    return _again(state, event.block, split=True)


def _again(state: State, block: str, split: bool = False) -> list[c.Command]:
    return [] if state.blocks[block].CashOrderQty is None else [c.MeasureBlock(block, split)]


DECIDE = {c.MeasureBlock: measure_block}
APPLY = {e.BlockMeasured: apply_measured}
REACT = {
    **dict.fromkeys(get_args(OfPlacement), react_placement),
    e.PlacementsUnwanted: react_unwanted,
    e.StatementFrozen: react_frozen,
    e.BlockReopened: react_reopened,
}
