"""Whether the book can hold what a block was filled with: int64 never wraps around."""

from collections.abc import Iterable, Sequence

import numpy as np

from tradeoms.core import fees
from tradeoms.core.bounds import MOST_CENTS, few
from tradeoms.core.charging import at_most
from tradeoms.model.orders import ZERO, Block, Placement
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State


def no_room(state: State, block: Block, placed: Sequence[Placement], error: str = "") -> str:
    """Why the money or the units of a block cannot be booked; empty where they can.

    Each account, and the `error` account, is looked at as if it got everything that was filled.
    """
    instrument, filled = state.instruments[block.instrument], [p for p in placed if p.CumQty]
    gross, bill = at_most(state, instrument, filled)
    assert block.statement is not None
    error = error or (block.error.account if block.error else "")
    names = [*block.statement.accounts, *([error] if error else ())]
    bill += fees.at_most(state, instrument, filled, gross, len(names)) if state.fees else 0
    cents, units = gross + bill, instrument.units(sum((p.CumQty for p in filled), ZERO))
    if cents >= MOST_CENTS:
        return f"its fills and bills are worth {state.money(cents):,}: more than can be booked"
    return full(state, instrument, names, cents, units)


def full(
    state: State, instrument: Instrument, accounts: Iterable[str], cents: int, units: int
) -> str:
    """Which of the accounts have no room for so much more to either side; empty where all have."""
    names = tuple(dict.fromkeys(accounts))
    rows = state.account_axis.numbers(names)
    cash = state.cash.cells[rows, state.currency_axis.index[instrument.Currency]]
    held = state.position.cells[rows, state.instrument_axis.index[instrument.instrument]]
    for what, balance, more in (("cash", cash, cents), ("position", held, units)):
        beyond = np.flatnonzero(np.abs(balance) > MOST_CENTS - more).tolist()
        if beyond:
            found = few([names[n] for n in beyond])
            return f"the {what} of {found} would be beyond what can be booked"
    return ""
