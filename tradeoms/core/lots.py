"""Tax lots, positions and cash of an allocation: booked whole, taken back whole."""

from dataclasses import dataclass, replace

import numpy as np

from allocation.exact import Mask, round_ratio
from allocation.lots import Disposals, Relief
from allocation.relief import Named
from allocation.term import long_term
from tradeoms.core.average_basis import Averaged, averaged, open_columns, set_average
from tradeoms.core.context import Context
from tradeoms.core.converted import take_back
from tradeoms.core.flows import record
from tradeoms.core.gifts import counted_basis, held_from
from tradeoms.core.identifying import missing, named
from tradeoms.core.opened import open_lots
from tradeoms.core.relieving import Names, relieve_sales
from tradeoms.core.washing import unwash
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.columns import Int64s
from tradeoms.model.fields import Side
from tradeoms.model.orders import Block
from tradeoms.model.state import State


@dataclass(frozen=True, slots=True)
class Trades:
    """One block's accounts as columns (n,): account number, units, net cents, method of relief.

    Without methods all are FIFO. `day` is the trade date.
    """

    accounts: Int64s
    units: Int64s
    net: Int64s
    day: int
    methods: Names | None


def _methods(block: Block, got: Mask) -> Names | None:
    """How each account relieves lots, as the statement has it; covers and errors are FIFO."""
    assert block.statement is not None
    own = block.statement.lot_methods if block.Side.sells else ()
    return np.array([*own, *["FIFO"] * (len(got) - len(own))], np.str_)[got] if own else None


def book_lots(state: State, command: c.BookLots, ctx: Context) -> list[e.AnyEvent]:
    """A sell closes long lots by the account's method, a buy covers the oldest short ones.

    What is left opens a lot.
    """
    block, allocation = state.blocks[command.block], state.allocations[command.block]
    got = np.array(allocation.quantities, np.int64) > 0
    trades = Trades(
        state.account_axis.numbers(allocation.accounts)[got],
        np.array(allocation.quantities, np.int64)[got],
        np.array(allocation.net, np.int64)[got],
        days(allocation.trade_date),
        _methods(block, got),
    )
    numbers = _closable(state, block)
    closing = _closing(state, trades, numbers)
    closed_net = round_ratio(trades.net, closing, np.maximum(trades.units, 1))
    lines = np.flatnonzero(got)
    chosen = named(state, block, lines, closing, numbers)
    average = _average(state, trades, closing, numbers, chosen)
    relief = _relieve(state, trades, closing, closed_net, numbers, chosen, average)
    opening = trades.units - closing
    opens = opening > 0
    event = e.LotsBooked(
        block=block.block,
        opened_numbers=tuple(range(state.lots.size, state.lots.size + int(opens.sum()))),
        opened_accounts=tuple(state.account_axis.names[i] for i in trades.accounts[opens].tolist()),
        opened_quantities=tuple(opening[opens].tolist()),
        opened_basis=tuple((trades.net - closed_net)[opens].tolist()),
        relieved_lots=tuple(numbers[relief.lot].tolist()),
        relieved_quantities=tuple(relief.quantity.tolist()),
        relieved_basis=tuple(
            counted_basis(
                *(state.lots, numbers[relief.lot], relief.quantity, relief.basis, relief.amount)
            ).tolist()
        ),
        relieved_proceeds=tuple(relief.amount.tolist()),
        averaged=average,
    )
    untold = missing(state, block, lines, closing, chosen, ctx)
    return [event, *untold, *_crossed_zero(state, block, trades, opens, ctx)]


def _closable(state: State, block: Block) -> Int64s:
    """Numbers of the open lots that the block may close."""
    lots = state.lots
    if block.Side.short:
        return np.zeros(0, np.int64)
    wanted = 0 if block.Side is Side.Sell else 1
    column = state.instrument_axis.index[block.instrument]
    return np.flatnonzero(
        (lots["instrument"] == column) & (lots["short"] == wanted) & (lots["remaining"] > 0)
    )


def _closing(state: State, trades: Trades, numbers: Int64s) -> Int64s:
    """Units of each trade that close lots; an account's trades close in the order given."""
    room = np.zeros(len(state.account_axis.names), np.int64)
    np.add.at(room, state.lots["account"][numbers], state.lots["remaining"][numbers])
    order = np.argsort(trades.accounts, kind="stable")
    accounts, units = trades.accounts[order], trades.units[order]
    ahead = np.cumsum(units) - units
    ahead -= ahead[np.searchsorted(accounts, accounts)]
    closing = np.empty_like(units)
    closing[order] = np.clip(room[accounts] - ahead, 0, units)
    return closing


def _average(
    state: State, trades: Trades, closing: Int64s, numbers: Int64s, chosen: Named | None
) -> Averaged:
    """Of accounts that sell more than the lots they named."""
    rest = closing.copy()
    if chosen is not None:
        np.subtract.at(rest, chosen.disposal, chosen.quantity)
    methods = None if trades.methods is None else trades.methods[rest > 0]
    return averaged(state, trades.accounts[rest > 0], methods, numbers)


def _relieve(
    state: State,
    trades: Trades,
    closing: Int64s,
    amounts: Int64s,
    numbers: Int64s,
    chosen: Named | None,
    average: Averaged,
) -> Relief:
    lots, closes = state.lots, closing > 0
    if chosen is not None:
        chosen = replace(chosen, disposal=(np.cumsum(closes) - 1)[chosen.disposal])
    return relieve_sales(
        open_columns(state, numbers, lots["account"][numbers], average),
        Disposals(trades.accounts[closes], closing[closes], amounts[closes]),
        None if trades.methods is None else trades.methods[closes],
        trades.day,
        lots["holding_from"][numbers],
        chosen,
    )


def _crossed_zero(
    state: State, block: Block, trades: Trades, opens: Mask, ctx: Context
) -> list[e.AnyEvent]:
    """A plain sell that found too few lots opened a short: booked, and a person must look."""
    if block.Side is not Side.Sell or not opens.any():
        return []
    names = ", ".join(state.account_axis.names[i] for i in trades.accounts[opens].tolist())
    return [
        e.AlertRaised(
            ctx.number("alert"), "oversold", block.block, f"sold more than owned: {names}", ctx.now
        )
    ]


def apply_booked(state: State, event: e.LotsBooked) -> None:
    """Open the new lots, take from the relieved ones, move positions and cash."""
    block = state.blocks[event.block]
    instrument = state.instrument_axis.index[block.instrument]
    set_average(state, event.averaged)
    _realize(state, block, event)
    relieved = np.array(event.relieved_lots, np.int64)
    np.subtract.at(state.lots["remaining"], relieved, np.array(event.relieved_quantities, np.int64))
    if event.opened_accounts:
        open_lots(
            state,
            state.account_axis.numbers(event.opened_accounts),
            instrument=instrument,
            short=int(block.Side.sells),
            acquired=days(state.allocations[event.block].trade_date),
            size=np.array(event.opened_quantities, np.int64),
            basis=np.array(event.opened_basis, np.int64),
        )
    state.bookings[event.block] = event
    state.bookings_of.setdefault(block.instrument, []).append(event.block)
    _move(state, block, 1)


def _realize(state: State, block: Block, event: e.LotsBooked) -> None:
    if not event.relieved_lots:
        return
    lots = np.array(event.relieved_lots, np.int64)
    basis, proceeds = (
        np.array(event.relieved_basis, np.int64),
        np.array(event.relieved_proceeds, np.int64),
    )
    sold = np.full(len(lots), days(state.allocations[event.block].trade_date), np.int64)
    short = state.lots["short"][lots] == 1
    gain = np.where(short, basis - proceeds, proceeds - basis)
    if (gain < 0).any():
        latest = state.loss_days.get(block.instrument, 0)
        state.loss_days[block.instrument] = max(latest, int(sold[0]))
    state.realized.append(
        block=int(block.block[1:]),
        lot=lots,
        account=state.lots["account"][lots],
        instrument=state.lots["instrument"][lots],
        sold=sold,
        quantity=np.array(event.relieved_quantities, np.int64),
        basis=basis,
        proceeds=proceeds,
        gain=gain,
        # A covered short is short-term here; sections 1233(b) and (d) may say otherwise.
        long_term=long_term(held_from(state.lots, lots, gain), sold) & ~short,
        units=np.array(event.relieved_quantities, np.int64),
        matched=0,
        disallowed=0,
        lost=0,
        fraction=0,
    )


def _move(state: State, block: Block, sign: int) -> None:
    """Positions by the units, cash by the net, of the block's allocation."""
    allocation = state.allocations[block.block]
    instrument = state.instruments[block.instrument]
    accounts = state.account_axis.numbers(allocation.accounts)
    units, net = np.array(allocation.quantities, np.int64), np.array(allocation.net, np.int64)
    record(state, block, sign, accounts, units, net)
    sign = -sign if block.Side.sells else sign
    held = state.position.cells[:, state.instrument_axis.index[block.instrument]]
    cash = state.cash.cells[:, state.currency_axis.index[instrument.Currency]]
    np.add.at(held, accounts, sign * units)
    np.add.at(cash, accounts, -sign * net)


def apply_reversed(state: State, event: e.LotsReversed) -> None:
    """As if never booked: its lots are empty, what it took is back, its gains are zero."""
    unwash(state, event.block)
    if event.block in state.conversions:
        take_back(state, event.block)
        return
    block, booked = state.blocks[event.block], state.bookings.pop(event.block)
    state.bookings_of[block.instrument].remove(event.block)
    np.add.at(
        state.lots["remaining"],
        np.array(booked.relieved_lots, np.int64),
        np.array(booked.relieved_quantities, np.int64),
    )
    set_average(state, booked.averaged, "old_")
    opened = np.array(booked.opened_numbers, np.int64)
    state.lots["remaining"][opened] = 0
    state.lots["basis"][opened] = 0
    gone = state.realized["block"] == int(event.block[1:])
    for column in ("quantity", "basis", "proceeds", "gain", "units"):
        state.realized[column][gone] = 0
    _move(state, block, -1)


DECIDE = {c.BookLots: book_lots}
APPLY = {e.LotsBooked: apply_booked, e.LotsReversed: apply_reversed}
