"""W18 of the whole book: nothing of what was paid and got is lost between gains and lots."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from tests.builders import Desk
from tradeoms.model import commands as c
from tradeoms.model.events import BlockAllocated, HoldingsChanged, LotsBooked, LotsWashed
from tradeoms.model.fields import TaxStatus
from tradeoms.model.lot_actions import LotTransfer
from tradeoms.model.orders import Block
from tradeoms.model.reference import Account, IdenticalGroup
from tradeoms.model.state import State
from tradeoms.views.lots import open_basis


def one_taxpayer(floor: Desk, accounts: tuple[str, ...], instruments: tuple[str, ...]) -> None:
    """Make the accounts one taxpayer's, the last of them an IRA, and the instruments identical."""
    *own, last = (Account(a, a, "one", may_short=True) for a in accounts)
    ira = replace(last, tax=TaxStatus.IRA)
    floor.done(c.DefineAccounts((*own, ira)), "ops")
    floor.done(c.DefineIdentical((IdenticalGroup("g", instruments),)), "compliance")


Totals = dict[tuple[str, str], int]


class Booked(NamedTuple):
    """A block's booking, which may have left memory."""

    block: Block
    allocation: BlockAllocated
    booking: LotsBooked
    washed: LotsWashed | None
    held: HoldingsChanged | None


def bookings(state: State) -> dict[str, Booked]:
    """Everything that is booked now, by block."""
    return {
        name: Booked(
            *(state.blocks[name], state.allocations[name], one),
            *(state.washes.get(name), state.holdings.get(name)),
        )
        for name, one in state.bookings.items()
    }


def money_is_recognized_deferred_or_lost(state: State, left: Iterable[Booked] = ()) -> None:
    """For each taxpayer and currency, to the cent: what is recognized is what sales brought less what
    was paid, plus the basis of what is open, plus what purchases in IRAs destroyed. `left` are
    bookings that have left memory.
    """
    recognized: Totals = defaultdict(int)
    table = state.realized
    names = ("account", "instrument", "gain", "disallowed", "lost", "taken")
    for account, instrument, gain, disallowed, lost, taken in zip(
        *(table[name].tolist() for name in names), strict=True
    ):
        recognized[_whose(state, account, instrument)] += gain + disallowed - lost
        assert 0 <= lost <= max(-gain, 0)
        assert disallowed <= max(-gain, 0)
        assert taken or lost <= disallowed  # what a sale takes over of a short's loss is below zero
    paid_in = _traded(state, (*bookings(state).values(), *left))
    for key in recognized.keys() | paid_in.keys():
        assert recognized[key] == paid_in[key], key


def _whose(state: State, account: int, instrument: int) -> tuple[str, str]:
    one = state.accounts[state.account_axis.names[account]]
    currency = state.instruments[state.instrument_axis.names[instrument]].Currency
    return one.taxpayer or one.account, currency


def _traded(state: State, every: tuple[Booked, ...]) -> Totals:
    """Sales less purchases and opening balances, plus the basis of what is open."""
    totals: Totals = defaultdict(int)
    for block, given, *_ in every:
        sign = 1 if block.Side.sells else -1
        column = state.instrument_axis.index[block.instrument]
        for account, net in zip(given.accounts, given.net, strict=True):
            row = state.account_axis.index[account]
            totals[_whose(state, row, column)] += sign * net
    for converted in state.conversions.values():
        moved = (converted.moved.get(column, ()) for column in ("account", "instrument", "cents"))
        for account, instrument, cents in zip(*moved, strict=True):
            totals[_whose(state, account, instrument)] += cents
    _move(state, totals)
    made = {n for one in every for n in one.booking.opened_numbers}
    made |= {n for one in every if one.washed for n in one.washed.numbers}
    made |= {n for one in every if one.held for n in one.held.opened_numbers}
    made |= {n for one in state.washes.values() for n in one.numbers}
    for cut in (*state.conversions.values(), *state.holdings.values()):
        made |= {*cut.opened_numbers}
    names = ("account", "instrument", "short", "size", "basis", "remaining")
    columns = (state.lots[name].tolist() for name in names)
    for number, (account, instrument, short, size, basis, left) in enumerate(
        zip(*columns, strict=True)
    ):
        sign = -1 if short else 1
        key = _whose(state, account, instrument)
        totals[key] += sign * open_basis(basis, size, left)
        if number not in made:
            totals[key] -= sign * basis
    return totals


def _move(state: State, totals: Totals) -> None:
    """What a transfer takes along, and what of a gift's basis counts in no sale: it lost before."""
    lots, cut = state.lots, defaultdict[int, int](int)
    whose = [
        _whose(state, *pair)
        for pair in zip(lots["account"].tolist(), lots["instrument"].tolist(), strict=True)
    ]
    for name, event in state.conversions.items():
        for lot, basis in zip(event.closed, event.basis, strict=True):
            cut[lot] += basis
        if isinstance(state.lot_actions[name].terms, LotTransfer):
            for lot, basis in zip(event.closed, event.basis, strict=True):
                totals[whose[lot]] += basis
            for lot, basis in zip(event.opened_numbers, event.opened.get("basis", ()), strict=True):
                totals[whose[lot]] -= basis
    for held in state.holdings.values():
        for lot, basis in zip(held.closed, held.opened["basis"], strict=True):
            cut[lot] += basis
    counted = defaultdict[int, int](int)
    for lot, basis in zip(*(state.realized[n].tolist() for n in ("lot", "basis")), strict=True):
        counted[lot] += basis
    for lot in np.flatnonzero(lots["markdown"]).tolist():
        size, basis, left = (int(lots[name][lot]) for name in ("size", "basis", "remaining"))
        rest = basis - open_basis(basis, size, left) - cut[lot] - counted[lot]
        assert 0 <= rest <= lots["markdown"][lot]
        totals[whose[lot]] += rest
