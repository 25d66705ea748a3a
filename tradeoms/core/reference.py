"""Reference data, the business day and prices of record."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.bounds import (
    MOST_UNITS,
    PRICE_PLACES,
    bad_currency,
    bad_money,
    bad_number,
    bad_price,
    bad_tolerance,
    brief,
)
from tradeoms.core.checks import bad_text
from tradeoms.core.closing import not_closed
from tradeoms.core.commissions import broker_problems
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.deviations import not_approved
from tradeoms.core.errors import still_overfilled
from tradeoms.core.flows import settle
from tradeoms.core.instruments import bad_rate, changed_units, instrument_problems
from tradeoms.core.overnight import left_open
from tradeoms.core.quotes import quote_problems
from tradeoms.core.relieving import AVERAGE, STANDING
from tradeoms.core.repricing import closed_late
from tradeoms.core.retired import opened
from tradeoms.core.striking import strike
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.crosses import HOUSE
from tradeoms.model.reference import Account, Price
from tradeoms.model.state import State

ANSWER_DAYS = 5
LONGEST_NAME = 64
FURTHEST = timedelta(days=7)  # a long weekend; a year is a slip of the finger


def open_day(state: State, command: c.OpenDay, ctx: Context) -> list[e.AnyEvent]:
    """Days only go forward, and not past what anybody means: there would be no way back."""
    if command.business_date > ctx.now.date() + FURTHEST:
        reason = f"is more than {FURTHEST.days} days ahead of the clock"
        raise refuse("business_date", command.business_date, reason)
    if command.business_date < state.business_date:
        raise refuse(
            "business_date", command.business_date, f"is before the open day {state.business_date}"
        )
    day = command.business_date
    if day == state.business_date:
        return [e.DayOpened(day), *_reopened(state, day, ctx)]
    return [
        e.DayOpened(day, state.business_date),
        *not_closed(state, ctx),
        *left_open(state, day, ctx),
        *still_overfilled(state, ctx),
        *not_approved(state, ctx),
    ]


def _reopened(state: State, day: date, ctx: Context) -> list[e.AnyEvent]:
    """An alert where a closed day is opened again: what has expired stays so."""
    if state.closed is None:
        return []
    return [alert(ctx, "day opened again", str(day), f"by {ctx.user}, after it was closed")]


def define_instruments(
    state: State, command: c.DefineInstruments, ctx: Context
) -> list[e.AnyEvent]:
    """An instrument's scales and currency are the units of what is booked: they never change."""
    problems = _name_problems("instruments", "instrument", command.instruments)
    for n, new in enumerate(command.instruments):
        field = f"instruments[{n}]."
        wrong = instrument_problems(field, new)  # a number that is none equals nothing
        problems += wrong or changed_units(field, state.instruments.get(new.instrument), new)
    if problems:
        raise Refusal(*problems)
    averages = strike(state, ctx, instruments=command.instruments)
    return [*averages, e.InstrumentsDefined(command.instruments)]


def _name_problems(field: str, name: str, rows: Sequence[Struct]) -> list[c.Problem]:
    """Names are keys, are typed by people and travel in FIX messages: each once, and readable."""
    problems: list[c.Problem] = []
    seen: set[str] = set()
    for n, given in enumerate(str(getattr(row, name)) for row in rows):
        reason = bad_text(given) or (
            "" if given.strip() == given else "begins or ends with a space"
        )
        if not given or len(given) > LONGEST_NAME:
            reason = f"must be 1 to {LONGEST_NAME} characters"
        elif given in seen:
            reason = "is named twice"
        seen.add(given)
        if reason:
            problems.append(c.Problem(f"{field}[{n}].{name}", brief(ascii(given)), reason))
    return problems


def define_accounts(state: State, command: c.DefineAccounts, ctx: Context) -> list[e.AnyEvent]:
    """Accounts may be redefined at any time; what they own stays."""
    problems = _name_problems("accounts", "account", command.accounts)
    for n, one in enumerate(command.accounts):
        problems += _account_problems(f"accounts[{n}].", one)
    if problems:
        raise Refusal(*problems)
    return [*strike(state, ctx, accounts=command.accounts), e.AccountsDefined(command.accounts)]


def _account_problems(field: str, one: Account) -> list[c.Problem]:
    reasons = {
        "Currency": bad_currency(one.Currency),
        "ticket_cost": bad_money(one.ticket_cost),
        "plan_assets": "" if one.plan_assets is None else bad_money(one.plan_assets),
    }
    found = [
        c.Problem(f"{field}{name}", brief(getattr(one, name)), reason)
        for name, reason in reasons.items()
        if reason
    ]
    return found + _method_problems(field, one)


def _method_problems(field: str, one: Account) -> list[c.Problem]:
    """Only fund shares are averaged; of an error each share's own cost must stay known."""
    found = []
    if one.lot_method not in STANDING:
        reason = f"must be {' or '.join(STANDING)}"
        if one.lot_method == AVERAGE:
            reason = f"is for instruments that allow it: {AVERAGE} goes into fund_lot_method"
        found.append(c.Problem(f"{field}lot_method", one.lot_method, reason))
    if one.fund_lot_method not in ("", *STANDING, AVERAGE):
        reason = f"must be empty or {' or '.join((*STANDING, AVERAGE))}"
        found.append(c.Problem(f"{field}fund_lot_method", one.fund_lot_method, reason))
    if one.error and one.fund_lot_method == AVERAGE:
        reason = "is not for an account of errors: each is counted at its own cost"
        found.append(c.Problem(f"{field}fund_lot_method", AVERAGE, reason))
    return found


def define_brokers(state: State, command: c.DefineBrokers, ctx: Context) -> list[e.AnyEvent]:
    """Brokers, their rate cards and what they can do."""
    problems = _name_problems("brokers", "broker", command.brokers)
    problems += [
        c.Problem(f"brokers[{n}].commission_per_share", brief(broker.commission_per_share), reason)
        for n, broker in enumerate(command.brokers)
        if (reason := bad_rate(broker.commission_per_share))
    ]
    problems += [
        c.Problem(f"brokers[{n}].answer_seconds", str(broker.answer_seconds), "must be 1 to 3600")
        for n, broker in enumerate(command.brokers)
        if not 1 <= broker.answer_seconds <= 3600
    ]
    problems += [
        c.Problem(f"brokers[{n}].{name}", brief(getattr(broker, name)), reason)
        for n, broker in enumerate(command.brokers)
        for name in ("money_tolerance", "price_tolerance")
        if (reason := bad_tolerance(getattr(broker, name)))
    ]
    problems += [
        c.Problem(f"brokers[{n}].broker", HOUSE, "is what was crossed in the house")
        for n, broker in enumerate(command.brokers)
        if broker.broker == HOUSE
    ]
    for n, broker in enumerate(command.brokers):
        problems += broker_problems(f"brokers[{n}].", broker)
    if problems:
        raise Refusal(*problems)
    return [e.BrokersDefined(command.brokers)]


def set_holidays(state: State, command: c.SetHolidays, ctx: Context) -> list[e.AnyEvent]:
    """Settlement holidays of a currency, the whole list."""
    if reason := bad_currency(command.Currency):
        raise refuse("Currency", brief(command.Currency), reason)
    return [e.HolidaysSet(command.Currency, command.days)]


def mark_prices(state: State, command: c.MarkPrices, ctx: Context) -> list[e.AnyEvent]:
    """Every price must be positive and of a known instrument."""
    problems = []
    for n, price in enumerate(command.prices):
        problems += quote_problems(f"prices[{n}].", price)
        if price.instrument not in state.instruments:
            unknown = brief(price.instrument)
            problems.append(c.Problem(f"prices[{n}].instrument", unknown, "unknown instrument"))
        if reason := bad_price(price.Px):
            problems.append(c.Problem(f"prices[{n}].Px", brief(price.Px), reason))
        if price.ADV is not None and (reason := _bad_volume(price.ADV)):
            problems.append(c.Problem(f"prices[{n}].ADV", brief(price.ADV), reason))
    day = command.day or state.business_date
    if day not in (state.business_date, state.last_date):
        reason = f"is neither the open day {state.business_date} nor the one before it"
        problems.append(c.Problem("day", str(day), reason))
    if problems:
        raise Refusal(*problems)
    late = [] if day == state.business_date else closed_late(state, command.prices)
    return [e.PricesMarked(command.prices, day), *late]


def _bad_volume(volume: Decimal) -> str:
    reason = bad_number(volume, PRICE_PLACES, Decimal(MOST_UNITS))
    return reason or ("" if volume > 0 else "must be above zero")


def apply_day(state: State, event: e.DayOpened) -> None:
    """Answers older than five opened days leave memory; the read model keeps them."""
    state.waivers.clear()
    state.closed = None
    if event.business_date == state.business_date:
        return
    state.last_date, state.business_date = state.business_date, event.business_date
    state.last_prices = dict(state.prices)
    settle(state)
    state.fingerprints.clear()
    opened(state)
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
    """A close that comes after its day is the price of record until the new day has one."""
    prices = [_with_volume(state, price) for price in event.prices]
    if event.day is None or event.day == state.business_date:
        state.prices.update((price.instrument, price) for price in prices)
        return
    for price in prices:
        if state.prices.get(price.instrument) == state.last_prices.get(price.instrument):
            state.prices[price.instrument] = price
        state.last_prices[price.instrument] = price


def _with_volume(state: State, price: Price) -> Price:
    """The price with the volume that was said last, where it says none."""
    known = state.prices.get(price.instrument)
    if price.ADV is not None or known is None or known.ADV is None:
        return price
    return replace(price, ADV=known.ADV)


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
}
APPLY = {
    e.DayOpened: apply_day,
    e.InstrumentsDefined: apply_instruments,
    e.AccountsDefined: apply_accounts,
    e.BrokersDefined: apply_brokers,
    e.HolidaysSet: apply_holidays,
    e.PricesMarked: apply_prices,
}
