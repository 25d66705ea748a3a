"""Tax lots, positions and cash of an allocation: booked whole, taken back whole."""

import numpy as np

from allocation.term import long_term
from tradeoms.core.average_basis import set_average
from tradeoms.core.bookings import booked
from tradeoms.core.context import Context
from tradeoms.core.converted import give_back, put_back, take_back, unrealize
from tradeoms.core.flows import record
from tradeoms.core.opened import open_lots
from tradeoms.core.periods import held_from, long_held
from tradeoms.core.washing import unwash
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.orders import Block
from tradeoms.model.state import State


def book_lots(state: State, command: c.BookLots, ctx: Context) -> list[e.AnyEvent]:
    """Of one allocation."""
    return [*booked(state, (command.block,), ctx)]


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
        if block.Side.sells:
            state.shorted[block.instrument] = None
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
        long_term=long_held(
            state.lots, lots, gain, long_term(held_from(state.lots, lots, gain, sold), sold)
        ),
        units=np.array(event.relieved_quantities, np.int64),
        matched=0,
        disallowed=0,
        lost=0,
        fraction=0,
        taken=0,
        settled=0,
        start=0,
        parts=0,
        became=0,
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
    if (changed := state.holdings.pop(event.block, None)) is not None:
        give_back(state, changed)
    unwash(state, event.block)
    if event.block in state.conversions:
        take_back(state, event.block)
        return
    block, booked = state.blocks[event.block], state.bookings.pop(event.block)
    state.bookings_of[block.instrument].remove(event.block)
    put_back(state, booked.relieved_lots, booked.relieved_quantities, booked.opened_numbers)
    set_average(state, booked.averaged, "old_")
    unrealize(state, int(event.block[1:]))
    _move(state, block, -1)


DECIDE = {c.BookLots: book_lots}
APPLY = {e.LotsBooked: apply_booked, e.LotsReversed: apply_reversed}
