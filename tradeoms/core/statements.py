"""The two sides of a reconciliation: what a file says, and what our books say of the same."""

from decimal import Decimal
from typing import NamedTuple

import numpy as np

from tradeoms.core.bounds import brief
from tradeoms.core.sheets import Column, Row, at, number, one_of, read, text
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model.columns import Int64s
from tradeoms.model.fields import Effect
from tradeoms.model.fields import Side as TradeSide
from tradeoms.model.state import State

SIDES = {side.name: side.name for side in TradeSide}
SHEETS: dict[str, dict[str, Column]] = {
    "positions": {
        "account": Column(text),
        "instrument": Column(text),
        "quantity": Column(number),
    },
    "cash": {"account": Column(text), "Currency": Column(text), "amount": Column(number)},
    "fills": {
        "ExecID": Column(text),
        "instrument": Column(text),
        "Side": Column(one_of(SIDES)),
        "LastQty": Column(number),
        "LastPx": Column(number),
    },
}


class Side(NamedTuple):
    """One side's word on a subject: what it is about, its amount, its price where it has one."""

    account: str
    instrument: str
    Currency: str
    amount: Decimal
    price: Decimal | None = None
    way: str = ""  # of a fill: FIX's name of its Side

    @property
    def text(self) -> str:
        """For a person."""
        if self.price is None:
            return f"{self.amount:f}"
        return f"{self.way} {self.amount:f} {self.instrument} at {self.price:f}"


def differences(
    mine: Side | None, yours: Side | None, tolerance: Decimal
) -> tuple[str, Decimal | None]:
    """What differs, and theirs less ours where that is a number; nothing where they agree."""
    if mine is None or yours is None:
        one = mine or yours
        assert one is not None
        if one.price is None and abs(one.amount) <= tolerance:
            return "", None
        what = "they do not have it" if yours is None else "we do not have it"
        return what, -one.amount if yours is None else one.amount
    if (mine.instrument, mine.way) != (yours.instrument, yours.way):
        return "another trade", None
    amount = yours.amount - mine.amount
    if mine.price is None or yours.price is None:
        return ("amount" if abs(amount) > tolerance else ""), amount
    if amount:
        return "quantity", amount
    return ("price" if abs(yours.price - mine.price) > tolerance else ""), yours.price - mine.price


def theirs(state: State, command: c.Reconcile) -> tuple[dict[str, Side], int, list[c.Problem]]:
    """What a file says by subject, its number of lines, everything that is wrong in it."""
    rows, problems = read(command.name, command.content, SHEETS[command.kind])
    names = {one.Symbol: one.instrument for one in state.instruments.values()}
    names |= {one.SecurityID: one.instrument for one in state.instruments.values()}
    found: dict[str, Side] = {}
    for row in rows:
        subject, side = _told(state, command, row, names)
        if subject in found:
            text = "stands there twice"
            problems.append(c.Problem(at(command.name, row.line, "key"), brief(subject), text))
        found[subject] = side
    return found, len(rows), problems


def _told(state: State, command: c.Reconcile, row: Row, names: dict[str, str]) -> tuple[str, Side]:
    """Instruments by our name, SecurityID or Symbol; what we do not know keeps the name it came with."""
    cells = row.cells
    if command.kind == "cash":
        account, currency = cells["account"], cells["Currency"]
        return f"{account}/{currency}", Side(account, "", currency, cells["amount"])
    given = cells["instrument"]
    name = given if given in state.instruments else names.get(given, given)
    known = state.instruments.get(name)
    currency = known.Currency if known else ""
    if command.kind == "positions":
        account = cells["account"]
        return f"{account}/{name}", Side(account, name, currency, cells["quantity"])
    side = Side("", name, currency, cells["LastQty"], cells["LastPx"], cells["Side"])
    return f"{command.as_of}/{cells['ExecID']}", side


def ours(state: State, command: c.Reconcile) -> dict[str, Side]:
    """The same of our books."""
    if command.kind == "fills":
        return _fills(state, command)
    if command.kind == "cash":
        return _cash(state, command)
    return _positions(state, command)


def _fills(state: State, command: c.Reconcile) -> dict[str, Side]:
    """The broker's fills that are booked with the day's date, also those entered by hand; what a
    corporate action did to them is in no file of fills.
    """
    return {
        f"{command.as_of}/{x.ExecID}": Side(
            "",
            x.instrument,
            state.instruments[x.instrument].Currency,
            x.LastQty,
            x.LastPx,
            x.Side.name,
        )
        for x in state.executions.values()
        if x.broker == command.source
        and x.trade_date == command.as_of
        and x.effect is Effect.Booked
        and x.is_trade
    }


def _positions(state: State, command: c.Reconcile) -> dict[str, Side]:
    cells = _live(state.position.cells, state, len(state.instrument_axis.names))
    if command.settled:
        cells = cells - _later(state, cells, "instrument", "units")
    found: dict[str, Side] = {}
    for row, column in _held(state, command.source, cells):
        account = state.account_axis.names[row]
        one = state.instruments[state.instrument_axis.names[column]]
        amount = one.quantity(int(cells[row, column]))
        side = Side(account, one.instrument, one.Currency, amount)
        found[f"{account}/{one.instrument}"] = side
    return found


def _cash(state: State, command: c.Reconcile) -> dict[str, Side]:
    cells = _live(state.cash.cells, state, len(state.currency_axis.names))
    if command.settled:
        cells = cells - _later(state, cells, "currency", "cents")
    found: dict[str, Side] = {}
    for row, column in _held(state, command.source, cells):
        account, currency = state.account_axis.names[row], state.currency_axis.names[column]
        amount = state.money(int(cells[row, column]))
        found[f"{account}/{currency}"] = Side(account, "", currency, amount)
    return found


def _live(cells: Int64s, state: State, columns: int) -> Int64s:
    return cells[: len(state.account_axis.names), :columns]


def _later(state: State, cells: Int64s, axis: str, amount: str) -> Int64s:
    """What is booked and settles after the open day."""
    flows, later = state.flows, np.zeros_like(cells)
    due = (flows["settle"] > days(state.business_date)) & (flows[axis] >= 0)
    np.add.at(later, (flows["account"][due], flows[axis][due]), flows[amount][due])
    return later


def _held(state: State, custodian: str, cells: Int64s) -> list[tuple[int, int]]:
    """Cells that are not zero, of the accounts that the custodian holds."""
    accounts = {
        state.account_axis.index[one.account]
        for one in state.accounts.values()
        if one.custodian == custodian
    }
    rows, columns = np.nonzero(cells)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(row, column) for row, column in pairs if row in accounts]
