"""The legal allocation of a finished block: one event that holds arrays."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from allocation.exact import Int64
from allocation.prices import printed_price
from tradeoms.core import parts
from tradeoms.core.attention import alert
from tradeoms.core.averaging import pooled
from tradeoms.core.blocks import placements
from tradeoms.core.charging import bills, cash_of, in_lines
from tradeoms.core.context import Context
from tradeoms.core.dealing import dealt, turns_of
from tradeoms.core.orders import pend
from tradeoms.core.parts import PLACES
from tradeoms.core.research import collect
from tradeoms.core.sequence import take_place, taken_back, to_book
from tradeoms.core.sharing import with_costs
from tradeoms.core.splitting import split, ties
from tradeoms.market.calendar import days, settle_date
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.allocation_events import Deal, averages
from tradeoms.model.fields import BlockState, OrderState
from tradeoms.model.orders import ZERO, Block, Statement
from tradeoms.model.placements import Placement
from tradeoms.model.state import State


class Allotted(NamedTuple):
    """Rows of an allocation, as `BlockAllocated` has them; money in cents."""

    orders: tuple[str, ...]
    accounts: tuple[str, ...]
    quantities: Int64
    gross: Int64
    commission: Int64
    net: Int64
    policy: str
    exception: str
    turn: int
    moved: Int64
    deal: Deal | None = None
    parts: tuple[tuple[int, ...], ...] = ()
    prices: tuple[str, ...] = ()


def allocate_block(state: State, command: c.AllocateBlock, ctx: Context) -> list[e.AnyEvent]:
    """By the statement's policy, at the average price, money to the cent as brokers bill it."""
    block = state.blocks[command.block]
    statement, fills = block.statement, filled_parts(state, block)
    assert statement is not None
    if statement.earlier:
        found = _by_parts(state, block, statement, seed_of(state, statement))
    else:
        found = _at_once(state, block, statement, fills, seed_of(state, statement))
    event = allocated(state, block, fills, found, ctx)
    event, alone = pooled(state, replace(event, internal=command.internal), ctx)
    told = [*exceptions(event, ctx), *alone]
    return [*taken_back(state, block.block, event.units_of or event.trade_date), event, *told]


def filled_parts(state: State, block: Block) -> list[Placement]:
    """Its placements with a fill."""
    return [p for p in placements(state, block) if p.CumQty]


def seed_of(state: State, statement: Statement) -> int:
    """What its ties are broken by; that of the day in statements of old."""
    return statement.seed or days(state.business_date)


def day_of(block: Block, fills: Sequence[Placement]) -> date:
    """An order of several days is allocated as of its last fill's."""
    return max((p.last_traded for p in fills if p.last_traded), default=block.trade_date)


def allocated(
    state: State, block: Block, fills: Sequence[Placement], found: Allotted, ctx: Context
) -> e.BlockAllocated:
    """The allocation of these rows, with what brokers bill in lines and fees on top."""
    instrument, statement = state.instruments[block.instrument], block.statement
    assert statement is not None
    filled = sum((p.CumQty for p in fills), ZERO)
    notional = sum((p.notional for p in fills), ZERO)
    trade_date, holidays = day_of(block, fills), state.holidays.get(instrument.Currency)
    event = e.BlockAllocated(
        block=block.block,
        policy=found.policy,
        seed=seed_of(state, statement),
        quantity=instrument.units(filled),
        AvgPx=str(printed_price(Fraction(notional) / Fraction(filled), PLACES)) if filled else "0",
        trade_date=trade_date,
        settle_date=settle_date(trade_date, instrument.settle_cycle, holidays or frozenset()),
        allocated=ctx.now,
        orders=found.orders,
        accounts=found.accounts,
        quantities=tuple(found.quantities.tolist()),
        gross=tuple(found.gross.tolist()),
        commission=tuple(found.commission.tolist()),
        net=tuple(found.net.tolist()),
        exception=found.exception,
        turn=found.turn,
        deal=found.deal,
        parts=found.parts,
        prices=found.prices,
        moved=tuple(found.moved.tolist()) if found.moved.any() else (),
        units_of=max((p.adjusted for p in fills if p.adjusted), default=None),
        bills=bills(state, instrument, fills),
    )
    return with_costs(state, event, in_lines(state, fills))


def _at_once(
    state: State, block: Block, statement: Statement, fills: list[Placement], seed: int
) -> Allotted:
    """All fills over all members."""
    instrument = state.instruments[block.instrument]
    units = instrument.units(sum((p.CumQty for p in fills), ZERO))
    most = instrument.units(block.OrderQty)
    found = split(state, block, statement, min(units, most))
    orders, accounts = statement.orders, statement.accounts
    moved = moved_units(state, block, found.quantities)
    quantities, broken = found.quantities - moved, found.ties
    if errors := max(units - most, 0) + int(moved.sum()):
        orders, accounts = _with_error(block, statement)
        quantities = np.append(quantities, errors)
        broken = ties(state, block, orders, accounts, seed)
    deal = dealt(state, block, accounts, quantities, broken)
    cash = cash_of(state, block, fills, quantities, broken, list(deal.parts()) if deal else None)
    return Allotted(
        *(orders, accounts, quantities, cash.gross, cash.commission, cash.net),
        *(found.policy, found.exception, found.turn, moved),
        deal=deal,
    )


def _by_parts(state: State, block: Block, statement: Statement, seed: int) -> Allotted:
    """Each fill over those who were members when it came."""
    divided = parts.divide(state, block, statement)
    whole, over = divided.split, divided.beyond
    orders, accounts = statement.orders, statement.accounts
    moved = moved_units(state, block, whole.quantities)
    if over.units or moved.any():
        orders, accounts = _with_error(block, statement)
        divided = parts.with_errors(divided, moved, ties(state, block, orders, accounts, seed))
    cash = parts.money(state, block, divided)
    columns = [divided.split.quantities, cash.gross, cash.commission, cash.net]
    prices = cash.prices
    if over.units:
        net = over.gross - over.commission if block.Side.sells else over.gross + over.commission
        extra = (over.units, over.gross, over.commission, net)
        columns = [np.append(own[:-1], own[-1] + n) for own, n in zip(columns, extra, strict=True)]
        price = parts.average(state, block, over, int(moved.sum()), prices[-1])
        prices = (*prices[:-1], price)
    return Allotted(
        *(orders, accounts, columns[0], columns[1], columns[2], columns[3]),
        *(whole.policy, whole.exception, whole.turn, moved),
        parts=tuple(tuple(row.tolist()) for row in divided.parts),
        prices=prices,
    )


def _with_error(block: Block, statement: Statement) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One more row, without an order: the error account's."""
    assert block.error is not None, f"{block.block} was finished with more than ordered"
    return (*statement.orders, ""), (*statement.accounts, block.error.account)


def moved_units(state: State, block: Block, got: Int64) -> Int64:
    """Units of each member that are the error account's, as far as the member would have them."""
    result = np.zeros_like(got)
    assert block.statement is not None
    members = list(zip(block.statement.orders, block.statement.accounts, strict=True))
    for part in block.error.moved if block.error else ():
        left = state.instruments[block.instrument].units(part.quantity)
        for n, member in enumerate(members):
            if member == (part.order, part.account):
                taken = min(left, int(got[n] - result[n]))
                result[n], left = result[n] + taken, left - taken
    return result


def exceptions(event: e.BlockAllocated, ctx: Context) -> list[e.AnyEvent]:
    """A split that is not what the policy says is looked at by a person."""
    if not event.exception:
        return []
    text = f"{event.exception}; split {event.policy}"
    return [alert(ctx, "split by exception", event.block, text)]


def apply_allocated(state: State, event: e.BlockAllocated) -> None:
    """Orders show what they got; nothing of them is pending any more."""
    block = state.blocks[event.block]
    state.allocations[event.block] = event
    take_place(state, block.instrument, event.block, event.units_of or event.trade_date)
    state.undelivered[event.block] = None
    collect(state, event, 1)
    state.blocks[event.block] = replace(block, state=BlockState.Allocated)
    instrument = state.instruments[block.instrument]
    got: dict[str, int] = dict.fromkeys(block.orders, 0)
    for name, units in zip(event.orders, event.quantities, strict=True):
        if name in got:  # the error account's part is of no order; others may have left
            got[name] += units
    if event.turn >= 0:
        state.turns[event.policy.rpartition("/")[0]] = event.turn
    if event.deal and event.deal.turn >= 0 and block.statement and block.statement.terms:
        state.turns[turns_of(block.statement.terms.policy)] = event.deal.turn
    prices = _prices(event)
    for name, units in got.items():
        order = state.orders[name]
        pend(state, order, -1)
        state.orders[name] = replace(
            order,
            state=OrderState.Allocated,
            CumQty=instrument.quantity(units),
            AvgPx=prices.get(name, Decimal(event.AvgPx)),
        )


def _prices(event: e.BlockAllocated) -> dict[str, Decimal]:
    """The average price of each order that has one of its own."""
    if event.deal is None:
        return parts.paid(event)
    number = {name: n for n, name in enumerate(event.orders)}
    fills = ((number[event.orders[n]], price, units) for n, price, units in event.deal.parts())
    return {event.orders[n]: price for n, price in averages(fills).items()}


def apply_reopened(state: State, event: e.BlockReopened) -> None:
    """The allocation is void; its orders wait for a new one."""
    block = state.blocks[event.block]
    void = state.allocations.pop(event.block)
    collect(state, void, -1)
    state.undelivered[event.block] = None
    told = tuple(n for name, n in zip(void.orders, void.quantities, strict=True) if name)
    if void.moved:  # the error account holds it for them: it is theirs to lose or to keep
        told = tuple(sum(pair) for pair in zip(told, void.moved, strict=True))
    # What was moved to the error account is not known by part: there nothing is held on to.
    by_part = tuple(() if void.moved else row[: len(told)] for row in void.parts)
    state.blocks[event.block] = replace(
        block, state=BlockState.Working, told=told, told_parts=by_part
    )
    for name in block.orders:
        order = replace(state.orders[name], state=OrderState.InBlock, CumQty=ZERO, AvgPx=ZERO)
        state.orders[name] = order
        pend(state, order, 1)


def react_allocated(state: State, event: e.BlockAllocated) -> list[c.Command]:
    """Lots, positions and cash follow in the same transaction; later trades behind it, if again."""
    if event.again or event.together:
        return []
    return to_book(state, (state.blocks[event.block].instrument,), event.block)


DECIDE = {c.AllocateBlock: allocate_block}
APPLY = {e.BlockAllocated: apply_allocated, e.BlockReopened: apply_reopened}
REACT = {e.BlockAllocated: react_allocated}
