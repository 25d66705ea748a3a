"""Blocks whose members changed after the first route: a fill is shared by who was a member when it came.

The parts of the statement are gone through in order: the fills of each are divided over what its
members still lack, by its own terms. So nobody gets more than ordered, a complete fill is the
orders themselves, and each account pays the average of the fills that it has a share of. What a part
cannot hold (a correction made an early fill larger) goes on to the next one; what the last cannot
hold was filled beyond the orders.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from allocation.exact import Int64
from allocation.prices import BUY, SELL, printed_price, split_cash
from allocation.ties import Hash
from tradeoms.core.commissions import cents, commission
from tradeoms.core.splitting import DEFAULT, Split, fresh, held, split
from tradeoms.model.allocation_events import BlockAllocated
from tradeoms.model.orders import Block, SplitTerms, Statement, StatementPart
from tradeoms.model.placements import Placement
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

PLACES = 8  # decimals of a printed average price


class Fills(NamedTuple):
    """What was filled in one part: units, notional, and the cents that brokers bill for it."""

    units: int = 0
    notional: Fraction = Fraction(0)
    gross: int = 0
    commission: int = 0

    def plus(self, other: "Fills") -> "Fills":
        """Both together."""
        return Fills(
            self.units + other.units,
            self.notional + other.notional,
            self.gross + other.gross,
            self.commission + other.commission,
        )

    def minus(self) -> "Fills":
        """The other way round."""
        return Fills(-self.units, -self.notional, -self.gross, -self.commission)

    def cut(self, units: int) -> tuple["Fills", "Fills"]:
        """So many units at the average, and the others."""
        if units == self.units:
            return self, Fills()
        part = Fraction(units, self.units)
        taken = Fills(
            units, self.notional * part, int(self.gross * part), int(self.commission * part)
        )
        return taken, self.plus(taken.minus())


class Divided(NamedTuple):
    """A block's fills, part by part, over all rows of its statement, and what is beyond them."""

    split: Split
    parts: tuple[Int64, ...]
    fills: tuple[Fills, ...]
    beyond: Fills


def divide(state: State, block: Block, statement: Statement) -> Divided:
    """By the parts of the statement and the fills as they stand."""
    instrument, rows = state.instruments[block.instrument], len(statement.orders)
    most, given = _units(instrument, statement.quantities, rows), np.zeros(rows, np.int64)
    parts: list[Int64] = []
    taken: list[Fills] = []
    splits: list[Split] = []
    rest = Fills()
    for n, (part, own) in enumerate(zip(statement.parts, block_fills(state, block), strict=True)):
        lacking = np.maximum(_units(instrument, part.quantities, rows) - given, 0)
        pool = own.plus(rest)
        frozen = as_statement(instrument, statement, part, lacking, given)
        found = fresh(state, block, frozen, min(pool.units, int(lacking.sum())))
        count = len(found.quantities)
        got = np.zeros(rows, np.int64)
        got[:count] = held(found, _told(block, n, count), lacking[:count])
        got = np.minimum(got, np.maximum(most - given, 0))
        here, rest = pool.cut(int(got.sum()))
        given = given + got
        parts.append(got)
        taken.append(here)
        splits.append(found)
    why = "; ".join(dict.fromkeys(one.exception for one in splits if one.exception))
    whole = splits[-1]._replace(quantities=given, exception=why)
    return Divided(whole, tuple(parts), tuple(taken), rest)


def _told(block: Block, part: int, rows: int) -> Int64:
    """What each row was told of a part when the block was allocated last."""
    known = block.told_parts or (block.told,)
    row = known[part][:rows] if part < len(known) else ()
    return np.array([*row, *[0] * (rows - len(row))], np.int64)


def _units(instrument: Instrument, quantities: Sequence[Decimal], rows: int) -> Int64:
    units = np.zeros(rows, np.int64)
    units[: len(quantities)] = [instrument.units(q) for q in quantities]
    return units


def as_statement(
    instrument: Instrument,
    statement: Statement,
    part: StatementPart,
    lacking: Int64,
    given: Int64,
) -> Statement:
    """The part as a statement of its own, over what its members lack."""
    count = len(part.quantities)
    return Statement(
        part.frozen_at,
        statement.orders[:count],
        statement.accounts[:count],
        tuple(instrument.quantity(u) for u in lacking[:count].tolist()),
        part.terms and _bounded(part.terms, lacking[:count].tolist(), given[:count].tolist()),
        statement.seed,
    )


def _bounded(terms: SplitTerms, lacking: list[int], given: list[int]) -> SplitTerms:
    """Agreed quantities are no more than what is lacking, caps what is left of them; a part by
    itself holds nothing back.
    """
    basis, caps = terms.basis, terms.caps
    if terms.method == "fixed":
        basis = tuple(min(pair) for pair in zip(basis, lacking, strict=True))
    if caps:
        caps = tuple(max(cap - had, 0) for cap, had in zip(caps, given, strict=True))
    return replace(terms, basis=basis, caps=caps, hold_back=0)


def block_fills(state: State, block: Block) -> list[Fills]:
    """By part, over all placements."""
    assert block.statement is not None
    totals = [Fills() for _ in block.statement.parts]
    for name in block.placements:
        if state.placements[name].CumQty:
            for n, own in enumerate(placement_fills(state, state.placements[name], len(totals))):
                totals[n] = totals[n].plus(own)
    return totals


def placement_fills(state: State, placement: Placement, count: int) -> list[Fills]:
    """By part; what the broker bills is rounded once and spread without loss."""
    instrument = state.instruments[placement.instrument]
    units, notional = [0] * count, [Fraction(0)] * count
    for n in range(count):
        own = placement.in_part(n)
        units[n], notional[n] = instrument.units(own.CumQty), Fraction(own.notional)
    # A corporate action may take from what came before it, and what that was, be busted since.
    back, on = range(count - 1, 0, -1), range(count - 1)
    for n, other in (*((n, n - 1) for n in back), *((n, n + 1) for n in on)):
        if units[n] < 0:
            units[other] += units[n]
            notional[other] += notional[n]
            units[n], notional[n] = 0, Fraction(0)
    gross = cents(placement.notional * instrument.multiplier)
    bill = commission(state, placement, gross)
    columns = units, notional, _spread(gross, notional), _spread(bill, units)
    return [Fills(*row) for row in zip(*columns, strict=True)]


def _spread(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Whole cents in proportion, whose sums from the first on are as near as can be."""
    whole = Fraction(sum(weights))
    if not whole:
        return [total, *[0] * (len(weights) - 1)]
    found, reached, done = [], Fraction(0), 0
    for weight in weights:
        reached += weight
        now = int(abs(total) * reached / whole + Fraction(1, 2)) * (1 if total >= 0 else -1)
        found.append(now - done)
        done = now
    return found


class Money(NamedTuple):
    """Cents of each row, and its own average price as it is printed."""

    gross: Int64
    commission: Int64
    net: Int64
    prices: tuple[str, ...]


def money(state: State, block: Block, found: Divided) -> Money:
    """Each row's money: of every part its share of that part's."""
    instrument, rows = state.instruments[block.instrument], len(found.split.quantities)
    side = np.array([SELL if block.Side.sells else BUY], np.int64)
    one, ties = np.array([0, rows], np.int64), found.split.ties
    total = np.zeros((3, rows), np.int64)
    notional = [Fraction(0)] * rows
    for got, fills in zip(found.parts, found.fills, strict=True):
        if not fills.units:
            continue
        gross, bill = np.array([fills.gross]), np.array([fills.commission])
        cash = split_cash(got, gross, bill, side, one, ties)
        total += np.stack([cash.gross, cash.commission, cash.net])
        for n, units in enumerate(got.tolist()):
            notional[n] += fills.notional * units / fills.units
    quantities = [instrument.quantity(u) for u in found.split.quantities.tolist()]
    prices = tuple(_price(value, q) for value, q in zip(notional, quantities, strict=True))
    return Money(total[0], total[1], total[2], prices)


def with_errors(found: Divided, moved: Int64, ties: Hash) -> Divided:
    """One more row, the error account's: of what is moved to it the latest fills come first."""
    left, rows, whole = moved, list[Int64](), found.split
    for got in reversed(found.parts):
        taken = np.minimum(left, got)
        left = left - taken
        rows.append(np.append(got - taken, taken.sum()))
    quantities = np.append(whole.quantities - moved, moved.sum())
    split = whole._replace(quantities=quantities, ties=ties)
    return found._replace(split=split, parts=tuple(reversed(rows)))


def average(state: State, block: Block, fills: Fills, others: int, price: str) -> str:
    """The average price of fills together with other units at a price, as it is printed."""
    instrument = state.instruments[block.instrument]
    notional = fills.notional + Fraction(price) * Fraction(instrument.quantity(others))
    return _price(notional, instrument.quantity(fills.units + others))


def _price(notional: Fraction, quantity: Decimal) -> str:
    if not quantity:
        return "0"
    return str(printed_price(notional / Fraction(quantity), PLACES))


def paid(event: BlockAllocated) -> dict[str, Decimal]:
    """Each order's average price; nothing where it is the block's."""
    if not event.prices:
        return {}
    rows = zip(event.orders, event.quantities, event.prices, strict=True)
    units: dict[str, int] = {}
    money: dict[str, Fraction] = {}
    for order, got, price in rows:
        units[order] = units.get(order, 0) + got
        money[order] = money.get(order, Fraction(0)) + got * Fraction(price)
    return {
        name: printed_price(money[name] / total, PLACES) if total else Decimal(0)
        for name, total in units.items()
    }


def cannot(state: State, block: Block) -> str:
    """Why what was filled cannot be split as the block's policy says; empty where it can."""
    statement = block.statement
    if statement is None or not (statement.terms or statement.earlier or block.changes):
        return ""
    if statement.earlier:
        return takes_a_reason(divide(state, block, statement).split)
    filled = sum((state.placements[name].CumQty for name in block.placements), Decimal(0))
    units = state.instruments[block.instrument].units(min(filled, block.OrderQty))
    return takes_a_reason(split(state, block, statement, units))


def takes_a_reason(found: Split) -> str:
    """Why a split is another than the policy's; empty where it is the policy's."""
    if found.reasoned:
        return ""
    how = "pro rata" if found.policy == DEFAULT else "all the same"
    return found.exception and f"{found.exception}; give a reason to split it {how}"
