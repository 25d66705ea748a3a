"""Fills as they were traded: who gets which, where a market or a policy knows no average price."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor, gcd
from typing import NamedTuple

import numpy as np

from allocation.each_price import Matrix, high_to_low, next_number, rotation
from allocation.errors import AmountOverflowError
from allocation.exact import LIMIT, Int64
from allocation.fair_deal import fair_deal, in_proportion
from allocation.prices import BUY, SELL
from allocation.ties import Hash
from tradeoms.model.allocation_events import Deal, Part
from tradeoms.model.fields import Effect
from tradeoms.model.orders import Block
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

AVERAGE = "average"
#: Where a market forbids averages and the policy does not say how else.
ELSE = "each"


class Accounts(NamedTuple):
    """Those who get something, as columns: units, permanent numbers, what breaks ties; whose turn."""

    quantities: Int64
    numbers: Int64
    ties: Hash
    pointer: int


def _fair(of: Accounts, fills: Int64, prices: Int64, side: int) -> Matrix:
    """Average prices of all accounts as near to each other as a search finds; of what is too much to
    be searched, each fill in proportion.
    """
    try:
        return fair_deal(of.quantities, fills, prices, of.ties)
    except AmountOverflowError:
        return in_proportion(of.quantities, fills, of.ties)


def _high_to_low(of: Accounts, fills: Int64, prices: Int64, side: int) -> Matrix:
    """The highest price to the account that was defined last."""
    return high_to_low(of.quantities, fills, prices, of.numbers)


def _rotation(of: Accounts, fills: Int64, prices: Int64, side: int) -> Matrix:
    """The best price to the account whose turn it is."""
    return rotation(of.quantities, fills, prices, side, of.numbers, of.pointer)


#: How fills are dealt, by what a policy says of prices.
DEALS: dict[str, Callable[[Accounts, Int64, Int64, int], Matrix]] = {
    "each": _fair,
    "high_to_low": _high_to_low,
    "rotation": _rotation,
}
PRICES = (AVERAGE, *DEALS)


def dealt(
    state: State, block: Block, accounts: Sequence[str], quantities: Int64, ties: Hash
) -> Deal | None:
    """The block's fills over `accounts`, who get `quantities`; None where all get the average.

    A corporate action changes units and no money: what was filled has no price of its own any more,
    so that the average is all there is.
    """
    assert block.statement is not None
    how, pointer = block.statement.prices, block.statement.price_turn
    if how == AVERAGE:
        return None
    levels = _levels(state, block)
    if any(price <= 0 for _, price in levels):
        return None
    some = np.flatnonzero(quantities)
    numbers = state.account_axis.numbers(tuple(accounts))
    of = Accounts(quantities[some], numbers[some], ties[some], max(pointer, 0))
    prices = [price for _, price in levels]
    fills = np.array(list(levels.values()), np.int64)
    side = SELL if block.Side.sells else BUY
    matrix = DEALS[how](of, fills, _whole(prices), side)
    rows, columns = np.nonzero(matrix)
    return Deal(
        brokers=tuple(broker for broker, _ in levels),
        prices=tuple(prices),
        members=tuple(some[rows].tolist()),
        levels=tuple(columns.tolist()),
        quantities=tuple(matrix[rows, columns].tolist()),
        turn=_next(state, block, of),
    )


def _levels(state: State, block: Block) -> dict[tuple[str, Decimal], int]:
    """Units by broker and price, as they stand after busts and corrections."""
    instrument = state.instruments[block.instrument]
    found: dict[tuple[str, Decimal], int] = {}
    for execution in map(state.executions.__getitem__, state.executions_in.get(block.block, ())):
        if execution.effect is Effect.Booked:
            key = execution.broker, execution.LastPx
            found[key] = found.get(key, 0) + instrument.units(execution.LastQty)
    return found


def _whole(prices: Sequence[Decimal]) -> Int64:
    """Prices from the lowest up, in what all their distances have in common.

    Where int64 cannot hold that, their order, so far apart that a search refuses them.
    """
    places = -min((int(price.as_tuple().exponent) for price in prices), default=0)
    scaled = [int(price.scaleb(max(places, 0))) for price in prices]
    least = min(scaled, default=0)
    step = gcd(*(value - least for value in scaled)) or 1
    if (max(scaled, default=0) - least) // step >= LIMIT:
        place = {value: n for n, value in enumerate(sorted(set(scaled)))}
        step, least, scaled = 1, 0, [place[value] * (LIMIT // len(place)) for value in scaled]
    return np.array([(value - least) // step for value in scaled], np.int64)


def turns_of(policy: str) -> str:
    """Under what the turn of a policy's prices is kept: beside that of its quantities."""
    return f"{policy.rpartition('/')[0]}/prices"


def _next(state: State, block: Block, of: Accounts) -> int:
    """Whose turn it is after this block; -1 where nobody's, or where it has moved on meanwhile."""
    assert block.statement is not None
    terms = block.statement.terms
    if terms is None or block.statement.price_turn < 0 or not len(of.numbers):
        return -1
    if state.turns.get(turns_of(terms.policy), 0) != block.statement.price_turn:
        return -1
    return next_number(of.numbers, of.pointer)


def gross_of(
    parts: Iterable[Part], size: int, instrument: Instrument, total: int, ties: Hash
) -> Int64:
    """Cents of each owner (size,) that sum to `total`: what its parts of the fills cost.

    That is exact; what a bill was rounded by goes to those with the largest fractions of a cent.
    """
    cent = Fraction(instrument.multiplier) * 100 / 10**instrument.qty_scale
    money: dict[int, Fraction] = {}
    for owner, price, units in parts:
        money[owner] = money.get(owner, Fraction(0)) + Fraction(price) * units * cent
    cents = np.zeros(size, np.int64)
    for owner, value in money.items():
        cents[owner] = floor(value)
    rounds, left = divmod(total - int(cents.sum()), max(len(money), 1))
    order = sorted(money, key=lambda n: (int(cents[n]) - money[n], int(ties[n])))
    for place, owner in enumerate(order):
        cents[owner] += rounds + (place < left)
    return cents
