"""Reference data, the business day, prices of record and opening balances."""

from collections.abc import Sequence

import numpy as np

from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.reference import OpeningLot
from tradeoms.model.state import State

ANSWER_DAYS = 5


def open_day(state: State, command: c.OpenDay, ctx: Context) -> list[e.AnyEvent]:
    """Days only go forward."""
    if command.business_date < state.business_date:
        raise refuse(
            "business_date", command.business_date, f"is before the open day {state.business_date}"
        )
    return [e.DayOpened(command.business_date)]


def define_instruments(
    state: State, command: c.DefineInstruments, ctx: Context
) -> list[e.AnyEvent]:
    """An instrument's scales are the unit of what is booked in it, so they never change."""
    problems = []
    for n, new in enumerate(command.instruments):
        old = state.instruments.get(new.instrument)
        if old and (old.qty_scale, old.price_scale) != (new.qty_scale, new.price_scale):
            problems.append(
                c.Problem(
                    f"instruments[{n}].qty_scale",
                    str(new.qty_scale),
                    "scales of an instrument are fixed",
                )
            )
        if (
            new.multiplier <= 0
            or new.lot <= 0
            or not new.ticks
            or any(t.tick <= 0 for t in new.ticks)
        ):
            problems.append(
                c.Problem(
                    f"instruments[{n}]",
                    new.instrument,
                    "multiplier, lot and ticks must be positive",
                )
            )
    if problems:
        raise Refusal(*problems)
    return [e.InstrumentsDefined(command.instruments)]


def define_accounts(state: State, command: c.DefineAccounts, ctx: Context) -> list[e.AnyEvent]:
    """Accounts may be redefined at any time; what they own stays."""
    return [e.AccountsDefined(command.accounts)]


def define_brokers(state: State, command: c.DefineBrokers, ctx: Context) -> list[e.AnyEvent]:
    """Brokers and their rate cards."""
    return [e.BrokersDefined(command.brokers)]


def set_holidays(state: State, command: c.SetHolidays, ctx: Context) -> list[e.AnyEvent]:
    """Settlement holidays of a currency, the whole list."""
    return [e.HolidaysSet(command.Currency, command.days)]


def mark_prices(state: State, command: c.MarkPrices, ctx: Context) -> list[e.AnyEvent]:
    """Every price must be positive and of a known instrument."""
    problems = [
        c.Problem(
            f"prices[{n}]", f"{p.instrument} {p.Px}", "unknown instrument or price not above zero"
        )
        for n, p in enumerate(command.prices)
        if p.instrument not in state.instruments or p.Px <= 0
    ]
    if problems:
        raise Refusal(*problems)
    return [e.PricesMarked(command.prices)]


def book_opening(state: State, command: c.BookOpening, ctx: Context) -> list[e.AnyEvent]:
    """All lots and cash of a batch, or none; a batch that is booked already changes nothing."""
    if command.batch in state.openings:
        return []
    problems = [
        p for n, lot in enumerate(command.lots) for p in _lot_problems(state, f"lots[{n}]", lot)
    ]
    for n, cash in enumerate(command.cash):
        if cash.account not in state.accounts:
            problems.append(c.Problem(f"cash[{n}].account", cash.account, "unknown account"))
        if cash.amount != round(cash.amount, 2):
            problems.append(c.Problem(f"cash[{n}].amount", str(cash.amount), "has parts of a cent"))
    if problems:
        raise Refusal(*problems)
    return [e.OpeningBooked(command.batch, command.lots, command.cash)]


def _lot_problems(state: State, field: str, lot: OpeningLot) -> list[c.Problem]:
    problems = []
    instrument = state.instruments.get(lot.instrument)
    if lot.account not in state.accounts:
        problems.append(c.Problem(f"{field}.account", lot.account, "unknown account"))
    if instrument is None:
        problems.append(c.Problem(f"{field}.instrument", lot.instrument, "unknown instrument"))
    elif lot.quantity == 0 or lot.quantity != round(lot.quantity, instrument.qty_scale):
        problems.append(
            c.Problem(
                f"{field}.quantity",
                str(lot.quantity),
                "is zero or finer than the instrument's units",
            )
        )
    if lot.basis < 0 or lot.basis != round(lot.basis, 2):
        problems.append(
            c.Problem(f"{field}.basis", str(lot.basis), "is negative or has parts of a cent")
        )
    return problems


def apply_day(state: State, event: e.DayOpened) -> None:
    """Answers older than five opened days leave memory; the read model keeps them."""
    if event.business_date == state.business_date:
        return
    state.business_date = event.business_date
    state.answer_days.append((event.business_date, []))
    for _, keys in state.answer_days[:-ANSWER_DAYS]:
        for key in keys:
            del state.answers[key]
    del state.answer_days[:-ANSWER_DAYS]


def apply_instruments(state: State, event: e.InstrumentsDefined) -> None:
    for instrument in event.instruments:
        state.instruments[instrument.instrument] = instrument
        state.instrument_axis.add(instrument.instrument)
        state.currency_axis.add(instrument.Currency)
    _fit(state)


def apply_accounts(state: State, event: e.AccountsDefined) -> None:
    for account in event.accounts:
        state.accounts[account.account] = account
        state.account_axis.add(account.account)
        state.currency_axis.add(account.Currency)
    _fit(state)


def apply_brokers(state: State, event: e.BrokersDefined) -> None:
    state.brokers.update((broker.broker, broker) for broker in event.brokers)


def apply_holidays(state: State, event: e.HolidaysSet) -> None:
    state.holidays[event.Currency] = frozenset(event.days)


def apply_prices(state: State, event: e.PricesMarked) -> None:
    state.prices.update((price.instrument, price) for price in event.prices)


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


def _fit(state: State) -> None:
    for grid in (state.position, state.buying, state.selling, state.cash):
        grid.fit()


DECIDE = {
    c.OpenDay: open_day,
    c.DefineInstruments: define_instruments,
    c.DefineAccounts: define_accounts,
    c.DefineBrokers: define_brokers,
    c.SetHolidays: set_holidays,
    c.MarkPrices: mark_prices,
    c.BookOpening: book_opening,
}
APPLY = {
    e.DayOpened: apply_day,
    e.InstrumentsDefined: apply_instruments,
    e.AccountsDefined: apply_accounts,
    e.BrokersDefined: apply_brokers,
    e.HolidaysSet: apply_holidays,
    e.PricesMarked: apply_prices,
    e.OpeningBooked: apply_opening,
}
