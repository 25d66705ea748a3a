"""Opening balances: the lots and cash that accounts own on day one."""

from collections.abc import Sequence

import numpy as np

from tradeoms.core.bounds import MOST_MONEY, MOST_UNITS, bad_number, brief
from tradeoms.core.context import Context, Refusal
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.reference import OpeningCash, OpeningLot
from tradeoms.model.state import State

MOST_CENTS = 2**62


def book_opening(state: State, command: c.BookOpening, ctx: Context) -> list[e.AnyEvent]:
    """All lots and cash of a batch, or none; a batch that is booked already changes nothing."""
    if command.batch in state.openings:
        return []
    problems = [
        *(p for n, lot in enumerate(command.lots) for p in _lot_problems(state, n, lot)),
        *(p for n, cash in enumerate(command.cash) for p in _cash_problems(state, n, cash)),
    ]
    problems = problems or _balance_problems(state, command)
    if problems:
        raise Refusal(*problems)
    return [e.OpeningBooked(command.batch, command.lots, command.cash)]


def _balance_problems(state: State, command: c.BookOpening) -> list[c.Problem]:
    """Balances that int64 cents could not hold with room for what is still to be traded."""
    cents: dict[tuple[str, str], int] = {}
    for cash in command.cash:
        pair = (cash.account, cash.Currency)
        cents[pair] = cents.get(pair, state.cash.at(*pair)) + int(cash.amount.scaleb(2))
    reason = "the balance would be beyond what can be booked"
    return [
        c.Problem("cash", f"{account}/{currency}", reason)
        for (account, currency), total in cents.items()
        if abs(total) > MOST_CENTS
    ]


def _lot_problems(state: State, n: int, lot: OpeningLot) -> list[c.Problem]:
    instrument = state.instruments.get(lot.instrument)
    reasons = {
        "account": "" if lot.account in state.accounts else "unknown account",
        "instrument": "" if instrument else "unknown instrument",
        "basis": bad_number(lot.basis, 2, MOST_MONEY) or ("is below zero" if lot.basis < 0 else ""),
    }
    if instrument:
        bad = bad_number(lot.quantity, instrument.qty_scale, instrument.quantity(MOST_UNITS))
        reasons["quantity"] = bad or ("" if lot.quantity else "is zero")
    return _problems(f"lots[{n}]", lot, reasons)


def _cash_problems(state: State, n: int, cash: OpeningCash) -> list[c.Problem]:
    reasons = {
        "account": "" if cash.account in state.accounts else "unknown account",
        "Currency": "" if cash.Currency else "is empty",
        "amount": bad_number(cash.amount, 2, MOST_MONEY),
    }
    return _problems(f"cash[{n}]", cash, reasons)


def _problems(
    field: str, row: OpeningLot | OpeningCash, reasons: dict[str, str]
) -> list[c.Problem]:
    return [
        c.Problem(f"{field}.{name}", brief(getattr(row, name)), reason)
        for name, reason in reasons.items()
        if reason
    ]


def apply_opening(state: State, event: e.OpeningBooked) -> None:
    state.openings.add(event.batch)
    for cash in event.cash:
        row, column = state.account_axis.index[cash.account], state.currency_axis.add(cash.Currency)
        state.cash.fit()
        state.cash.cells[row, column] += int(cash.amount.scaleb(2))
    if event.lots:
        _open_lots(state, event.lots)


def _open_lots(state: State, lots: Sequence[OpeningLot]) -> None:
    accounts = state.account_axis.numbers(tuple(lot.account for lot in lots))
    instruments = state.instrument_axis.numbers(tuple(lot.instrument for lot in lots))
    units = np.array(
        [state.instruments[lot.instrument].units(lot.quantity) for lot in lots], np.int64
    )
    state.lots.append(
        account=accounts,
        instrument=instruments,
        short=(units < 0).astype(np.int64),
        acquired=np.array([days(lot.acquired) for lot in lots], np.int64),
        size=np.abs(units),
        basis=np.array([int(lot.basis.scaleb(2)) for lot in lots], np.int64),
        remaining=np.abs(units),
    )
    np.add.at(state.position.cells, (accounts, instruments), units)


DECIDE = {c.BookOpening: book_opening}
APPLY = {e.OpeningBooked: apply_opening}
