"""An account that gives up the average basis keeps it: what it holds has the average of that day.

26 CFR 1.1012-1(e)(9): the basis of each share right after the change is the one right before it. Until
its first sale the account may still revoke the method as if it never had had it.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from tradeoms.core.average_basis import averaged_of
from tradeoms.core.context import Context
from tradeoms.core.relieving import AVERAGE
from tradeoms.core.trying import making_room
from tradeoms.model import events as e
from tradeoms.model.lot_actions import LotAction, LotTransfer, booking_name
from tradeoms.model.reference import Account, Instrument
from tradeoms.model.state import State


def strike(
    state: State,
    ctx: Context,
    accounts: Sequence[Account] = (),
    instruments: Sequence[Instrument] = (),
) -> list[e.AnyEvent]:
    """The averages of accounts, or instruments, whose method is another once they are defined so."""
    found = []
    for account, instrument in [
        *_of_accounts(state, accounts),
        *_of_instruments(state, instruments),
    ]:
        if _would_change(state, account, instrument):
            name = ctx.name("action", "L")
            terms = LotTransfer(instrument, state.business_date, account, account, average=True)
            reason = "the account relieves these lots otherwise from now on"
            day, reference = state.business_date, f"{name}: average basis"
            found.append(LotAction(name, terms, reference, reason, ctx.user, ctx.now, day))
    return [*making_room(state, found), e.ActionsBooked(tuple(found))] if found else []


def _of_accounts(state: State, accounts: Sequence[Account]) -> Iterator[tuple[str, str]]:
    for new in accounts:
        old = state.accounts.get(new.account)
        if old is not None and old.fund_lot_method == AVERAGE != new.fund_lot_method:
            for name, one in state.instruments.items():
                if one.average_cost_allowed:
                    yield new.account, name


def _of_instruments(state: State, instruments: Sequence[Instrument]) -> Iterator[tuple[str, str]]:
    for new in instruments:
        old = state.instruments.get(new.instrument)
        if old is not None and old.average_cost_allowed and not new.average_cost_allowed:
            for name, one in state.accounts.items():
                if one.fund_lot_method == AVERAGE:
                    yield name, new.instrument


def _would_change(state: State, account: str, instrument: str) -> bool:
    """Whether it has sold of it by the average, and holds lots that are not at it."""
    row, column = state.account_axis.index[account], state.instrument_axis.index[instrument]
    lots, table = state.lots, state.realized
    sold = (table["account"] == row) & (table["instrument"] == column) & (table["quantity"] > 0)
    sold[sold] = lots["short"][table["lot"][sold]] == 0
    if not any(_by_average(state, account, n) for n in np.unique(table["block"][sold]).tolist()):
        return False
    own = (lots["account"] == row) & (lots["instrument"] == column) & (lots["short"] == 0)
    return bool(averaged_of(state, row, np.flatnonzero(own & (lots["remaining"] > 0))))


def _by_average(state: State, account: str, number: int) -> bool:
    """Whether a booking sold so, as far as it is known: of what has left memory it is taken for granted."""
    block = state.blocks.get(booking_name(number))
    if block is None or block.statement is None:
        return True
    rows = zip(block.statement.accounts, block.statement.lot_methods, strict=False)
    return (account, AVERAGE) in rows
