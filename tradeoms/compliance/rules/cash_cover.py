"""Cash cover: a buy that the account's cash does not pay for on the day it settles."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from tradeoms.compliance.rule import Case, Stage, Terms
from tradeoms.compliance.values import fact, said, value_price
from tradeoms.model.calendar import settle_date
from tradeoms.model.columns import Grid
from tradeoms.model.fields import Side
from tradeoms.model.orders import Violation
from tradeoms.model.reference import WIDE, Instrument
from tradeoms.model.state import State
from tradeoms.views.ladder import lowest

CENT, ZERO = Decimal("0.01"), Decimal(0)


def check(case: Case, terms: Terms) -> list[Violation]:
    """Each account that buys has the money on the settlement date, and on every later one.

    Projected cash in the instrument's currency, less what its other open buys would cost, plus
    `sells` of what its open sells would bring by then, less `buffer`, is at least the value of the
    buy. Open orders are valued at the prices of record; one that cannot be valued cannot be shown to
    be covered. Commissions are not in it. Source: own policy.
    """
    if case.order.Side is not Side.Buy:
        return []
    wanted: dict[str, Decimal] = {}
    for member in case.order.members:
        wanted[member.account] = wanted.get(member.account, ZERO) + member.OrderQty
    amounts = {m.account: m.CashOrderQty for m in case.order.members}
    return [v for row in wanted.items() if (v := _judge(case, terms, *row, amounts[row[0]]))]


def _judge(
    case: Case, terms: Terms, account: str, quantity: Decimal, amount: Decimal | None
) -> Violation | None:
    instrument = case.instrument
    own = instrument.units(quantity) if case.stage is Stage.Routing else 0
    try:
        cost = worth(case, quantity) if amount is None else amount
        cover = available(case, terms, account, own)
    except Unpriced as error:
        message = f"cannot be shown to be covered: {error} has no price"
        return terms.violation(message, {"instrument": str(error)}, account)
    if cost <= cover.left:
        return None
    parts = {"cost": cost, "cash": cover.cash, "open_buys": cover.buys, "open_sells": cover.sells}
    parts["missing"] = cost - cover.left
    message = (
        f"buy for {said(cost)} {instrument.Currency}, projected cash on {cover.day} "
        f"{said(cover.cash)}, other open buys {said(cover.buys)}, open sells {said(cover.sells)}: "
        f"{said(parts['missing'])} missing"
    )
    facts = {name: fact(value) for name, value in parts.items()}
    return terms.violation(message, facts | {"day": str(cover.day)}, account)


class Unpriced(Exception):
    """The instrument has no price of record."""


class Cover(NamedTuple):
    """What an account has for one more buy: projected cash on the `day` it settles, what other open
    buys would take and as much as counts of what open sells would bring, and what is to remain.
    """

    cash: Decimal
    buys: Decimal
    sells: Decimal
    buffer: Decimal
    day: date

    @property
    def left(self) -> Decimal:
        """The most that the buy may cost."""
        return self.cash - self.buys + self.sells - self.buffer


def worth(case: Case, quantity: Decimal) -> Decimal:
    """What so much of the order may cost, to the cent. Unpriced where no price says."""
    price = value_price(case.order, case.mark)
    if price is None:
        raise Unpriced(case.instrument.instrument)
    return case.instrument.worth(quantity, price)


def available(case: Case, terms: Terms, account: str, own: int) -> Cover:
    """The cover of an account's buy, of which `own` units are among the open buys already.

    Unpriced where something that is open cannot be valued.
    """
    state, day = case.state, _settles(case.state, case.instrument)
    sells = sum(_open(case, state.selling, account, 0, day), ZERO)
    return Cover(
        state.money(lowest(state, account, case.instrument.Currency, day)),
        sum(_open(case, state.buying, account, own, None), ZERO) + _in_money(case, account),
        (sells * terms.amount("sells")).quantize(CENT, context=WIDE),
        terms.amount("buffer"),
        day,
    )


def _settles(state: State, instrument: Instrument) -> date:
    """The day on which a trade of today settles."""
    holidays = state.holidays.get(instrument.Currency, frozenset())
    return settle_date(state.business_date, instrument.settle_cycle, holidays)


def _open(case: Case, grid: Grid, account: str, own: int, by: date | None) -> Iterator[Decimal]:
    """What the account's open orders in the order's currency are worth, but for its `own` units.

    Of these only such as settle `by` a day, where there is one.
    """
    state = case.state
    cells = grid.cells[state.account_axis.index[account]]
    for column in np.flatnonzero(cells).tolist():
        instrument, units = (
            state.instruments[state.instrument_axis.names[column]],
            int(cells[column]),
        )
        if instrument.Currency != case.instrument.Currency:
            continue
        if instrument.instrument == case.order.instrument:
            units -= own
        if by is None or _settles(state, instrument) <= by:
            yield _worth(state, instrument, units)


def _in_money(case: Case, account: str) -> Decimal:
    """What the account's open buys in money cost more, or less, than their units at today's price."""
    state, more = case.state, ZERO
    for name, place in state.spending.get(account, {}).items():
        order = state.orders[name]
        instrument, member = state.instruments[order.instrument], order.members[place]
        if name == case.order.order or instrument.Currency != case.instrument.Currency:
            continue
        now = _worth(state, instrument, instrument.units(member.OrderQty))
        more += (member.CashOrderQty or ZERO) - now
    return more


def _worth(state: State, instrument: Instrument, units: int) -> Decimal:
    """Units at the price of record, to the cent."""
    if not units:
        return ZERO
    price = state.prices.get(instrument.instrument)
    if price is None:
        raise Unpriced(instrument.instrument)
    return instrument.worth(instrument.quantity(units), price.Px)
