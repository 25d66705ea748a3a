"""Whether the book can hold what a block was filled with: int64 never wraps around."""

from collections.abc import Iterable, Sequence

import numpy as np

from tradeoms.core import fees
from tradeoms.core.bounds import MOST_CENTS, few
from tradeoms.core.charging import at_most
from tradeoms.model.orders import ZERO, Block
from tradeoms.model.placements import Placement
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State


def no_room(state: State, block: Block, placed: Sequence[Placement], error: str = "") -> str:
    """Why the money or the units of a block cannot be booked; empty where they can.

    Each account, and the `error` account, is looked at as if it got everything that was filled.
    """
    instrument, names = state.instruments[block.instrument], _accounts(block, error)
    cents, units = needed(state, block, placed, error)
    if cents >= MOST_CENTS:
        return f"its fills and bills are worth {state.money(cents):,}: more than can be booked"
    return full(state, instrument, names, cents, units)


def _accounts(block: Block, error: str) -> list[str]:
    assert block.statement is not None
    error = error or (block.error.account if block.error else "")
    return [*block.statement.accounts, *([error] if error else ())]


def needed(
    state: State, block: Block, placed: Sequence[Placement], error: str = ""
) -> tuple[int, int]:
    """Cents and units that no account can get more of by a block's allocation."""
    instrument, filled = state.instruments[block.instrument], [p for p in placed if p.CumQty]
    gross, bill = at_most(state, instrument, filled)
    if state.fees:
        count = len(_accounts(block, error))
        bill += fees.at_most(state, filled, gross, count)
    return gross + bill, instrument.units(sum((p.CumQty for p in filled), ZERO))


def no_room_for_all(state: State, needs: Sequence[tuple[int, int]]) -> str:
    """The same of many blocks as if one account got all of them, whose balances were the largest."""
    for grid, column in ((state.cash, 0), (state.position, 1)):
        if int(np.abs(grid.cells).max()) + sum(need[column] for need in needs) > MOST_CENTS:
            return "are more than can be booked at once: finish them one by one"
    return ""


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
