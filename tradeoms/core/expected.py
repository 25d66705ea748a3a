"""What a sale would relieve, before it is sent: lots, gains, and what a wash sale would defer."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
from msgspec import Struct

from allocation.lots import Disposals, Relief
from allocation.term import long_term
from tradeoms.core.average_basis import averaged, open_columns
from tradeoms.core.bounds import MOST_CENTS, bad_price, bad_units
from tradeoms.core.gifts import counted_basis
from tradeoms.core.matching import WINDOW, Loss, matches
from tradeoms.core.periods import counted_from, held_from
from tradeoms.core.relieving import AVERAGE, STANDING, relieve_by
from tradeoms.core.washing import Payers, identical, purchases
from tradeoms.market.calendar import days
from tradeoms.model.columns import Int64s
from tradeoms.model.state import State

EPOCH = date(1970, 1, 1).toordinal()


class ExpectedRelief(Struct, frozen=True):
    """A lot that a sale would take. Money to the cent, without commission; `disallowed`: what purchases
    of the 30 days before would defer of a loss, in this account or another of the taxpayer.
    """

    account: str
    instrument: str
    lot: int
    method: str
    acquired: date
    holding_from: date
    long_term: bool
    quantity: Decimal
    basis: Decimal
    proceeds: Decimal
    gain: Decimal
    disallowed: Decimal
    Currency: str


def expected_relief(
    state: State,
    account: str,
    instrument: str,
    quantity: Decimal,
    price: Decimal | None = None,
    method: str = "",
) -> list[ExpectedRelief]:
    """A sale of today at a price, else at the price of record; by another method if one is given.

    Raises:
        ValueError: with the field and what is wrong with it.
    """
    method, price = _checked(state, account, instrument, quantity, price, method)
    traded = state.instruments[instrument]
    units, lots = traded.units(quantity), state.lots
    row, column = state.account_axis.index[account], state.instrument_axis.index[instrument]
    open_ = (lots["account"] == row) & (lots["instrument"] == column)
    numbers = np.flatnonzero(open_ & (lots["short"] == 0) & (lots["remaining"] > 0))
    held = int(lots["remaining"][numbers].sum())
    if units > held:
        raise ValueError(f"quantity = {quantity}: {account} owns {traded.quantity(held)}")
    money = traded.cents(units, price)
    if money >= MOST_CENTS:
        raise ValueError(
            f"price = {price}: {quantity} of {instrument} are worth more than can be booked"
        )
    relief = _relieved(state, numbers, units, money, method)
    deferred = _deferred(state, row, instrument, numbers, relief)
    return _rows(state, account, instrument, method, numbers, relief, deferred)


def _checked(
    state: State,
    account: str,
    instrument: str,
    quantity: Decimal,
    price: Decimal | None,
    method: str,
) -> tuple[str, Decimal]:
    if account not in state.accounts:
        raise ValueError(f"account = {account!r}: unknown account")
    if instrument not in state.instruments:
        raise ValueError(f"instrument = {instrument!r}: unknown instrument")
    method = method or state.accounts[account].method_of(state.instruments[instrument])
    if method == AVERAGE and not state.instruments[instrument].average_cost_allowed:
        raise ValueError(f"method = {method!r}: {instrument} allows no average cost")
    if method not in (*STANDING, AVERAGE):
        raise ValueError(f"method = {method!r}: must be {' or '.join((*STANDING, AVERAGE))}")
    known = state.prices.get(instrument)
    if price is None:
        price = known.Px if known else None
    if price is None:
        raise ValueError(f"price: there is no price of record for {instrument}")
    if bad := bad_price(price):
        raise ValueError(f"price = {price}: {bad}")
    if bad := bad_units(quantity, state.instruments[instrument].qty_scale):
        raise ValueError(f"quantity = {quantity}: {bad}")
    return method, price


def _relieved(state: State, numbers: Int64s, units: int, money: int, method: str) -> Relief:
    one, methods, lots = np.zeros(1, np.int64), np.array([method]), state.lots
    average = averaged(state, lots["account"][numbers[:1]], methods, numbers)
    relief = relieve_by(
        open_columns(state, numbers, np.zeros_like(numbers), [average]),
        Disposals(one, one + units, one + money),
        methods,
        days(state.business_date),
        counted_from(lots, numbers, days(state.business_date)),
    )
    taken = numbers[relief.lot], relief.quantity, relief.basis, relief.amount
    return replace(relief, basis=counted_basis(lots, *taken))


def _deferred(
    state: State, account: int, instrument: str, numbers: Int64s, relief: Relief
) -> dict[int, int]:
    """By row of the relief, cents that purchases of the 30 days before would take over."""
    payers, lots, day = Payers(state), state.lots, days(state.business_date)
    gain = relief.amount - relief.basis
    if payers.payer[account] < 0 or payers.ira[account] or not (gain < 0).any():
        return {}
    columns = state.instrument_axis.numbers(identical(state, instrument))
    near = (lots["replaces"] == 1) & (lots["remaining"] > 0) & (lots["short"] == 0)
    near &= np.isin(lots["instrument"], columns) & (np.abs(lots["acquired"] - day) <= WINDOW)
    near &= payers.payer[lots["account"]] == payers.payer[account]
    gone = dict(zip(numbers[relief.lot].tolist(), relief.quantity.tolist(), strict=True))
    bought = [
        replace(one, done=one.done + gone.get(one.lot, 0))
        for one in purchases(state, payers, np.flatnonzero(near))
    ]
    losses = [
        Loss(
            row=row,
            taxpayer=int(payers.payer[account]),
            day=day,
            acquired=int(lots["acquired"][lot]),
            root=int(lots["root"][lot]),
            acquisition=int(lots["acquisition"][lot]),
            holding_days=0,
            short=False,
            cents=-int(gain[row]),
            units=int(relief.quantity[row]),
            matched=0,
        )
        for row, lot in enumerate(numbers[relief.lot].tolist())
        if gain[row] < 0
    ]
    sums: dict[int, int] = defaultdict(int)
    for match in matches(losses, bought):
        sums[match.loss.row] += match.disallowed
    return sums


def _rows(
    state: State,
    account: str,
    instrument: str,
    method: str,
    numbers: Int64s,
    relief: Relief,
    deferred: dict[int, int],
) -> list[ExpectedRelief]:
    traded, lots = state.instruments[instrument], state.lots
    taken = numbers[relief.lot]
    sold = np.full(len(taken), days(state.business_date), np.int64)
    gain = relief.amount - relief.basis
    terms = long_term(held_from(lots, taken, gain, sold), sold).tolist()
    return [
        ExpectedRelief(
            account=account,
            instrument=instrument,
            lot=lot,
            method=method,
            acquired=date.fromordinal(EPOCH + int(lots["acquired"][lot])),
            holding_from=date.fromordinal(EPOCH + int(lots["holding_from"][lot])),
            long_term=terms[row],
            quantity=traded.quantity(int(relief.quantity[row])),
            basis=state.money(int(relief.basis[row])),
            proceeds=state.money(int(relief.amount[row])),
            gain=state.money(int(relief.amount[row] - relief.basis[row])),
            disallowed=state.money(deferred.get(row, 0)),
            Currency=traded.Currency,
        )
        for row, lot in enumerate(taken.tolist())
    ]
