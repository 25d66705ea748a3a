"""Profit and loss of each position: unrealized, realized this year, and what the day has brought."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.lot_actions import LotTransfer
from tradeoms.model.reference import Instrument, Price
from tradeoms.model.state import State
from tradeoms.views import pairs, splits, touched
from tradeoms.views.lots import EPOCH, open_basis
from tradeoms.views.pairs import Pairs
from tradeoms.views.rates import rate_at

ZERO = Decimal("0.00")
REALIZED = ("lot", "sold", "basis", "proceeds", "gain", "disallowed", "long_term")


class PnlRow(Struct, frozen=True, gc=False):
    """What a position has earned; `key` is account/instrument. Above zero is a profit.

    In `Currency`: `cost` is the basis of the open lots (below zero: short), `unrealized` the market
    value less that. `realized_short` and `realized_long` are what counts of the gains of this
    calendar year, by term (a loss that a wash sale defers is in `cost`), `realized_today` of the
    sales of this day. `day` is what the day has brought: the value now, less the value at the start
    at the last day's price of record (`close`, of a share of today), and the money that trades of the day brought. The
    `base_` columns say the same in the account's currency, each amount at the rate of record of its
    own day, rounded once. What cannot be known is None: no price, no rate.
    """

    key: str
    account: str
    instrument: str
    Symbol: str
    Currency: str
    quantity: Decimal
    cost: Decimal
    Px: Decimal | None
    close: Decimal | None
    market_value: Decimal | None
    unrealized: Decimal | None
    realized_short: Decimal
    realized_long: Decimal
    realized_today: Decimal
    day: Decimal | None
    base: str
    base_market_value: Decimal | None
    base_unrealized: Decimal | None
    base_realized_short: Decimal | None
    base_realized_long: Decimal | None
    base_day: Decimal | None


class Moved(Struct, gc=False):
    """What tables hold of one pair: cents and days; `open`: acquired and signed basis of each lot."""

    units: int
    traded: int
    cash: int
    open: list[tuple[int, int]]
    realized: list[tuple[int, ...]]  # in the order of REALIZED


def keys(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Positions whose lots, price, rate or day is another."""
    if isinstance(event, e.LotsBooked | e.LotsReversed | e.LotsConverted):
        own = [pairs.key(*pair) for pair in touched.booked(state, event)]
        if isinstance(event, e.LotsReversed):
            own += _washed(state, event.lots, event.losses)
        return own
    if isinstance(event, e.LotsWashed):
        return _washed(state, event.lots, event.rows)
    if isinstance(event, e.OpeningBooked):
        return [pairs.key(lot.account, lot.instrument) for lot in event.lots]
    if isinstance(event, e.DayOpened):
        # Of the last day or year, something may be shown that is over; a fraction that an action gave
        # and sold was never a lot.
        tables = state.lots, state.realized, state.flows
        numbers = np.concatenate([pairs.of_table(state, table) for table in tables])
        return pairs.keys(state, pairs.unique(state, numbers))
    if isinstance(event, e.AccountsDefined):
        accounts = [state.account_axis.index[one.account] for one in event.accounts]
        return _keys(state, lambda live: np.isin(live.accounts, accounts))
    if isinstance(event, e.RatesSet):
        return _keys(state, lambda live: np.ones(len(live.accounts), np.bool_))
    prices = event.prices if isinstance(event, e.PricesMarked) else ()
    names = {price.instrument for price in prices} | touched.instruments(event)
    names.update(splits.instruments(state, event))
    columns = [state.instrument_axis.index[name] for name in names]
    return _keys(state, lambda live: np.isin(live.instruments, columns))


def _washed(state: State, lots: tuple[int, ...], losses: tuple[int, ...]) -> list[str]:
    """Whose loss was deferred, and whose lots took it over."""
    tables = (state.lots, lots), (state.realized, losses)
    numbers = [pairs.of_table(state, table)[np.array(at, np.int64)] for table, at in tables]
    return pairs.keys(state, pairs.unique(state, np.concatenate(numbers)))


def _keys(state: State, chosen: Callable[[Pairs], pairs.Mask]) -> list[str]:
    live = _live(state)
    mask = chosen(live)
    return pairs.keys(state, Pairs(live.accounts[mask], live.instruments[mask]))


def upserts(state: State, wanted: Iterable[str]) -> Iterator[tuple[str, PnlRow | None]]:
    """Rows of the keys; None where nothing is held and nothing was earned this year."""
    names = list(wanted)
    yield from zip(names, _rows(state, pairs.of_keys(state, names)), strict=True)


def all_rows(state: State) -> Iterator[PnlRow]:
    """Every position that is held, or has brought something this year."""
    return (row for row in _rows(state, _live(state)) if row is not None)


def _live(state: State) -> Pairs:
    tables = (
        (state.lots, state.lots["remaining"] > 0),
        (state.realized, _this_year(state)),
        (state.flows, state.flows["booked"] == _number(state.business_date)),
    )
    numbers = [pairs.of_table(state, table)[mask] for table, mask in tables]
    return pairs.unique(state, np.concatenate(numbers))


def _this_year(state: State) -> pairs.Mask:
    """Reliefs of the calendar year that stand."""
    first = _number(date(state.business_date.year, 1, 1))
    stands = (state.realized["quantity"] != 0) | (state.realized["fraction"] != 0)
    found: pairs.Mask = (state.realized["sold"] >= first) & stands
    return found


def _number(day: date) -> int:
    return day.toordinal() - EPOCH


def _day(number: int) -> date:
    return date.fromordinal(EPOCH + number)


def _rows(state: State, these: Pairs) -> Iterator[PnlRow | None]:
    columns = these.accounts.tolist(), these.instruments.tolist(), _moved(state, these)
    changed = splits.since_close(state)
    for account, column, moved in zip(*columns, strict=True):
        if moved.units or moved.open or moved.realized or moved.traded or moved.cash:
            instrument = state.instruments[state.instrument_axis.names[column]]
            close = splits.close_of(state, instrument.instrument, changed)
            yield _row(state, state.account_axis.names[account], instrument, moved, close)
        else:
            yield None


def _moved(state: State, these: Pairs) -> list[Moved]:
    flows, lots = state.flows, state.lots
    today = flows["booked"] == _number(state.business_date)
    own = today & ~np.isin(flows["block"], _transfers(state))
    traded = pairs.summed(state, these, flows, flows["units"], own).tolist()
    cash = pairs.summed(state, these, flows, flows["cents"], today).tolist()
    units = state.position.cells[these].tolist()
    found = [Moved(*numbers, [], []) for numbers in zip(units, traded, cash, strict=True)]
    places, numbers = pairs.found_in(state, these, lots, lots["remaining"] > 0)
    columns = [lots[n][numbers].tolist() for n in ("acquired", "short", "basis", "size")]
    rest = lots["remaining"][numbers].tolist()
    for place, acquired, short, basis, size, remaining in zip(
        places.tolist(), *columns, rest, strict=True
    ):
        cents = open_basis(basis, size, remaining)
        found[place].open.append((acquired, -cents if short else cents))
    places, numbers = pairs.found_in(state, these, state.realized, _this_year(state))
    columns = [state.realized[name][numbers].tolist() for name in REALIZED]
    for place, *values in zip(places.tolist(), *columns, strict=True):
        found[place].realized.append(tuple(values))
    return found


def _transfers(state: State) -> list[int]:
    """What came or went without being paid for counts as held, or not held, since the day began; so do
    the shares of a split of before, of which the last price is.
    """
    return [
        one.number
        for one in state.lot_actions.values()
        if isinstance(one.terms, LotTransfer)
        or (one.terms.day <= state.last_date and one.terms.shares != 1)
    ]


def _row(
    state: State, account: str, instrument: Instrument, moved: Moved, close: Decimal | None
) -> PnlRow:
    name, base = instrument.instrument, state.accounts[account].Currency
    price = state.prices.get(name)
    value = _worth(instrument, moved.units, price)
    start = _worth(instrument, moved.units - moved.traded, state.last_prices.get(name))
    today = _number(state.business_date)
    gains = [0, 0, 0]  # short, long, today
    for _, sold, _, _, gain, disallowed, long_term in moved.realized:
        gains[bool(long_term)] += gain + disallowed
        gains[2] += gain + disallowed if sold == today else 0
    short, long, of_today = map(state.money, gains)
    cost, cash = state.money(sum(cents for _, cents in moved.open)), state.money(moved.cash)
    unrealized = None if value is None else value - cost
    day = None if value is None or start is None else value - start + cash
    own: tuple[Decimal | None, ...] = (value, unrealized, short, long, day)
    if base != instrument.Currency:
        own = _in_base(state, instrument.Currency, base, moved, value, start)
    return PnlRow(
        key=pairs.key(account, name),
        account=account,
        instrument=name,
        Symbol=instrument.Symbol,
        Currency=instrument.Currency,
        quantity=instrument.quantity(moved.units),
        cost=cost,
        Px=price.Px if price else None,
        close=close,
        market_value=value,
        unrealized=unrealized,
        realized_short=short,
        realized_long=long,
        realized_today=of_today,
        day=day,
        base=base,
        base_market_value=own[0],
        base_unrealized=own[1],
        base_realized_short=own[2],
        base_realized_long=own[3],
        base_day=own[4],
    )


def _worth(instrument: Instrument, units: int, price: Price | None) -> Decimal | None:
    """Units at a price, to the cent; nothing is worth nothing at any price."""
    if not units:
        return ZERO
    if price is None:
        return None
    return instrument.worth(instrument.quantity(units), price.Px)


def _in_base(
    state: State,
    Currency: str,
    base: str,
    moved: Moved,
    value: Decimal | None,
    start: Decimal | None,
) -> tuple[Decimal | None, ...]:
    """Value, unrealized, realized by term and day in another currency, in the order of the row."""
    rates: dict[int, Fraction | None] = {}

    def at(amount: Decimal | int | None, day: int) -> Fraction | None:
        """An amount (cents where it is whole) of a day in the other currency."""
        if not amount:
            return None if amount is None else Fraction(0)
        if day not in rates:
            rates[day] = rate_at(state, Currency, base, _day(day))
        rate = rates[day]
        money = Fraction(amount, 100) if isinstance(amount, int) else Fraction(amount)
        return None if rate is None else money * rate

    today = _number(state.business_date)
    yesterday = _number(state.business_date - timedelta(1))
    terms: list[list[Fraction | None]] = [[], []]
    for lot, sold, basis, proceeds, gain, disallowed, long_term in moved.realized:
        acquired = int(state.lots["acquired"][lot])
        sign = -1 if state.lots["short"][lot] else 1
        beyond = gain + disallowed - sign * (proceeds - basis)  # is the sale's, and of its day
        terms[bool(long_term)] += [
            at(sign * proceeds + beyond, sold),
            at(-sign * basis, acquired),
        ]
    return (
        _sum(at(value, today)),
        _sum(at(value, today), *(at(-cents, acquired) for acquired, cents in moved.open)),
        *(_sum(*amounts) for amounts in terms),
        _sum(
            at(value, today),
            at(None if start is None else -start, yesterday),
            at(moved.cash, today),
        ),
    )


def _sum(*amounts: Fraction | None) -> Decimal | None:
    """The sum, rounded once to the cent, a half away from zero; None where a part is not known."""
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts):
        return None
    total = sum(known, Fraction(0))
    cents = int(abs(total) * 100 + Fraction(1, 2))
    return Decimal(cents if total >= 0 else -cents).scaleb(-2)
