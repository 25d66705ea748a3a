"""The legal allocation of a finished block: one event that holds arrays."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
from msgspec.structs import replace

from allocation.methods import METHODS
from allocation.prices import BUY, SELL, printed_price, split_cash
from allocation.ties import tie_hash
from tradeoms.core.blocks import placements
from tradeoms.core.context import Context
from tradeoms.core.orders import pend
from tradeoms.market.calendar import days, settle_date
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState, OrderState
from tradeoms.model.orders import ZERO, Block, Placement, Statement
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

POLICY = "pro_rata/largest_remainder/1"
CENT = Decimal("0.01")
PLACES = 8  # decimals of a printed average price


def allocate_block(state: State, command: c.AllocateBlock, ctx: Context) -> list[e.AnyEvent]:
    """Pro rata to the statement, at the average price, money to the cent as brokers bill it."""
    block = state.blocks[command.block]
    instrument, statement = state.instruments[block.instrument], block.statement
    assert statement is not None
    parts = [p for p in placements(state, block) if p.CumQty]
    filled = sum((p.CumQty for p in parts), ZERO)
    notional = sum((p.notional for p in parts), ZERO)
    seed = days(state.business_date)
    # An order of several days is allocated as of its last fill's.
    trade_date = max((p.last_traded for p in parts if p.last_traded), default=block.trade_date)
    ties = _ties(state, block, statement, seed)
    one = np.array([0, len(statement.accounts)], np.int64)
    ordered = np.array([instrument.units(q) for q in statement.quantities], np.int64)
    units = np.array([instrument.units(filled)], np.int64)
    lot = np.array([instrument.units(instrument.lot)], np.int64)
    quantities = METHODS["pro_rata"](ordered, units, one, lot, ties)
    gross, commission = money(state, instrument, parts)
    side = np.array([SELL if block.Side.sells else BUY], np.int64)
    cash = split_cash(quantities, np.array([gross]), np.array([commission]), side, one, ties)
    event = e.BlockAllocated(
        block=block.block,
        policy=POLICY,
        seed=seed,
        quantity=int(units[0]),
        AvgPx=str(printed_price(Fraction(notional) / Fraction(filled), PLACES)) if filled else "0",
        trade_date=trade_date,
        settle_date=settle_date(
            trade_date,
            instrument.settle_cycle,
            state.holidays.get(instrument.Currency, frozenset()),
        ),
        allocated=ctx.now,
        orders=statement.orders,
        accounts=statement.accounts,
        quantities=tuple(quantities.tolist()),
        gross=tuple(cash.gross.tolist()),
        commission=tuple(cash.commission.tolist()),
        net=tuple(cash.net.tolist()),
    )
    return [event]


def _ties(
    state: State, block: Block, statement: Statement, seed: int
) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Who is first among equal claims: a hash of block, account and order, not list order."""
    accounts = state.account_axis.numbers(statement.accounts)
    orders = np.array([int(name[1:]) for name in statement.orders], np.int64)
    return tie_hash(
        np.full(len(accounts), int(block.block[1:]), np.int64), (accounts << 32) | orders, seed
    )


def money(state: State, instrument: Instrument, parts: list[Placement]) -> tuple[int, int]:
    """Gross and commission in cents, each rounded once a placement, as contract notes are."""
    gross = sum(cents(p.notional * instrument.multiplier) for p in parts)
    commission = sum(cents(p.CumQty * state.brokers[p.broker].commission_per_share) for p in parts)
    return gross, commission


def cents(amount: Decimal) -> int:
    """Money in whole cents, a half away from zero."""
    return int(amount.quantize(CENT, ROUND_HALF_UP).scaleb(2))


def apply_allocated(state: State, event: e.BlockAllocated) -> None:
    """Orders show what they got; nothing of them is pending any more."""
    block = state.blocks[event.block]
    state.allocations[event.block] = event
    state.blocks[event.block] = replace(block, state=BlockState.Allocated)
    instrument = state.instruments[block.instrument]
    got: dict[str, int] = dict.fromkeys(block.orders, 0)
    for name, units in zip(event.orders, event.quantities, strict=True):
        got[name] += units
    for name, units in got.items():
        order = state.orders[name]
        pend(state, order, -1)
        state.orders[name] = replace(
            order,
            state=OrderState.Allocated,
            CumQty=instrument.quantity(units),
            AvgPx=Decimal(event.AvgPx),
        )


def apply_reopened(state: State, event: e.BlockReopened) -> None:
    """The allocation is void; its orders wait for a new one."""
    block = state.blocks[event.block]
    del state.allocations[event.block]
    state.blocks[event.block] = replace(block, state=BlockState.Working)
    for name in block.orders:
        order = replace(state.orders[name], state=OrderState.InBlock, CumQty=ZERO, AvgPx=ZERO)
        state.orders[name] = order
        pend(state, order, 1)


def react_allocated(state: State, event: e.BlockAllocated) -> list[c.Command]:
    """Lots, positions and cash follow in the same transaction."""
    return [c.BookLots(event.block)]


DECIDE = {c.AllocateBlock: allocate_block}
APPLY = {e.BlockAllocated: apply_allocated, e.BlockReopened: apply_reopened}
REACT = {e.BlockAllocated: react_allocated}
