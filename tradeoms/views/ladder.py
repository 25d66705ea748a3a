"""The cash ladder: what each account will have, day by day, from what is booked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.calendar import day_of, days
from tradeoms.model.state import State
from tradeoms.views import touched

Sums = dict[int, list[int]]  # by settlement day: bought, sold, commission, fees, other in cents
BOUGHT, SOLD, COMMISSION, FEES, OTHER = range(5)


class LadderRow(Struct, frozen=True, gc=False):
    """An account's cash in a currency on a settlement day; `key` is account/currency/day.

    `opening` is what the day begins with, `bought`, `sold`, `commission`, `fees` and `other` (balances
    that came with a later value date, corporate actions) what changes hands on it, `balance` what is left: below zero,
    overdrawn. There is a row for the open day, and for each later one on which something settles.
    Orders that are not allocated yet are not in it.
    """

    key: str
    account: str
    Currency: str
    day: date
    opening: Decimal
    bought: Decimal
    sold: Decimal
    commission: Decimal
    fees: Decimal
    other: Decimal
    balance: Decimal


def lowest(state: State, account: str, Currency: str, day: date) -> int:
    """Cents that an account may spend on a day without being overdrawn on it or any later one."""
    row, column = state.account_axis.index[account], state.currency_axis.index[Currency]
    flows, cash = state.flows, state.cash.at(account, Currency)
    later = (flows["settle"] > days(day)) & (flows["account"] == row)
    later &= flows["currency"] == column
    cents, settle = flows["cents"][later], flows["settle"][later]
    order = np.argsort(settle, kind="stable")
    balances = (cash - int(cents.sum()) + np.cumsum(cents[order])).tolist()
    ends = np.flatnonzero(np.diff(settle[order], append=-1)).tolist()  # the last of each day
    return int(min([cash - int(cents.sum()), *(balances[n] for n in ends)]))


def keys(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Days of accounts whose money the event moved; all of them when a day opens."""
    dates = {state.business_date, *(day_of(n) for n in np.unique(state.flows["settle"]).tolist())}
    pairs: Iterable[tuple[str, str]]
    if isinstance(event, e.LotsBooked | e.LotsReversed | e.LotsConverted):
        moved = touched.booked(state, event)
        pairs = dict.fromkeys((who, state.instruments[what].Currency) for who, what in moved)
    elif isinstance(event, e.OpeningBooked):
        pairs = [(cash.account, cash.Currency) for cash in event.cash]
    else:
        assert isinstance(event, e.DayOpened), event
        dates |= set(_gone(event))
        pairs = [(a, c) for a in state.account_axis.names for c in state.currency_axis.names]
    return [f"{account}/{currency}/{day}" for account, currency in pairs for day in dates]


def _gone(event: e.DayOpened) -> list[date]:
    """Days that are over: the one that was open, and those on which nothing was done."""
    if event.previous is None:
        return []
    first = max(event.previous, event.business_date - timedelta(366))
    return [first + timedelta(n) for n in range((event.business_date - first).days)] + [
        event.previous
    ]


def upserts(state: State, wanted: Iterable[str]) -> Iterator[tuple[str, LadderRow | None]]:
    """Rows of the keys; None for days on which nothing is and nothing happens."""
    names = list(wanted)
    pairs = {tuple(key.rsplit("/", 2)[:2]) for key in names}
    numbers = {
        (state.account_axis.index[account], state.currency_axis.index[currency])
        for account, currency in pairs
    }
    rows = {row.key: row for row in _rows(state, numbers)}
    yield from ((key, rows.get(key)) for key in names)


def all_rows(state: State) -> Iterator[LadderRow]:
    """Every day of every account that has cash or awaits some."""
    accounts, currencies = np.nonzero(state.cash.cells)
    pairs = set(zip(accounts.tolist(), currencies.tolist(), strict=True))
    moved = state.flows["account"].tolist(), state.flows["currency"].tolist()
    yield from _rows(state, pairs | set(zip(*moved, strict=True)))


def _rows(state: State, pairs: set[tuple[int, int]]) -> Iterator[LadderRow]:
    moved = _sums(state, pairs)
    today = days(state.business_date)
    for account, currency in sorted(pairs):
        sums = moved[account, currency]
        sums.setdefault(today, [0] * 5)
        balance = int(state.cash.cells[account, currency])
        balance -= sum(sum(parts) for day, parts in sums.items() if day >= today)
        names = state.account_axis.names[account], state.currency_axis.names[currency]
        for day in sorted(day for day in sums if day >= today):
            opening, parts = balance, sums[day]
            balance += sum(parts)
            if any(parts) or (day == today and balance):
                yield _row(state, *names, day_of(day), (opening, *parts, balance))


def _sums(state: State, pairs: set[tuple[int, int]]) -> defaultdict[tuple[int, int], Sums]:
    """What settles, by pair and day."""
    found: defaultdict[tuple[int, int], Sums] = defaultdict(dict)
    wanted = np.isin(state.flows["account"], list({account for account, _ in pairs}))
    names = ("account", "currency", "settle", "block", "cents", "commission", "fees")
    columns = [state.flows[name][wanted].tolist() for name in names]
    sells = {n: _side(state, n) for n in set(columns[3])}
    for account, currency, settle, block, cents, commission, fees in zip(*columns, strict=True):
        parts = found[account, currency].setdefault(settle, [0] * 5)
        parts[sells[block]] += cents - commission - fees
        parts[COMMISSION] += commission
        parts[FEES] += fees
    return found


def _side(state: State, block: int) -> int:
    """Which part of the sums a block's money is."""
    if block <= 0:
        return OTHER
    return SOLD if state.blocks[f"B{block}"].Side.sells else BOUGHT


def _row(state: State, account: str, Currency: str, day: date, cents: tuple[int, ...]) -> LadderRow:
    key = f"{account}/{Currency}/{day}"
    return LadderRow(key, account, Currency, day, *map(state.money, cents))
