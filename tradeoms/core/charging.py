"""What brokers bill for an allocation, and how it comes upon the accounts, to the cent.

A bill has lines. All accounts that pay the broker's own rates are one line of each part of it
(execution, research), the accounts of a rate card another. A line is the schedule over the line's
share of the placement, rounded once; it is split over its accounts by quantity. So the accounts'
commissions add up to what the broker bills, and nobody pays for what another is exempt from.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from allocation.exact import Int64
from allocation.prices import BUY, SELL, Cash, split_cash, split_money
from allocation.ragged import offsets_of, segment_ids
from allocation.ties import Hash
from tradeoms.core.commissions import bill as billed
from tradeoms.core.commissions import cents, commission, money, research
from tradeoms.core.dealing import gross_of
from tradeoms.core.rate_cards import PARTS, agreed
from tradeoms.model.allocation_events import Part
from tradeoms.model.brokers import CommissionSchedule
from tradeoms.model.orders import Block
from tradeoms.model.placements import Placement
from tradeoms.model.rate_cards import Bill
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State


def cash_of(
    state: State,
    block: Block,
    placed: list[Placement],
    quantities: Int64,
    broken: Hash,
    fills: Sequence[Part] | None,
) -> Cash:
    """What some placements bill, over accounts: at the average price, or at that of their `fills`."""
    instrument, one = state.instruments[block.instrument], np.array([0, len(quantities)], np.int64)
    gross, bill = money(state, instrument, placed)
    side = SELL if block.Side.sells else BUY
    total, costs, way = (np.array([x], np.int64) for x in (gross, bill, side))
    cash = split_cash(quantities, total, costs, way, one, broken)
    if fills is None:
        return cash
    own = gross_of(fills, len(quantities), instrument, gross, broken)
    return Cash(own, cash.commission, own + side * cash.commission)


def bills(state: State, instrument: Instrument, placed: Sequence[Placement]) -> tuple[Bill, ...]:
    """Each broker's, where there are no rates but brokers' own and no research."""
    brokers = dict.fromkeys(p.broker for p in placed)
    own = {b: money(state, instrument, [p for p in placed if p.broker == b]) for b in brokers}
    return tuple(Bill(broker, *amounts) for broker, amounts in own.items())


def at_most(state: State, instrument: Instrument, placed: Sequence[Placement]) -> tuple[int, int]:
    """Gross, and what the rates of all who may be billed for it would make together."""
    gross, bill = money(state, instrument, placed)
    most = abs(bill)
    for placement in placed if in_lines(state, placed) else ():
        own = cents(placement.notional * instrument.multiplier)
        most += abs(research(state, placement, own))
        for card in agreed(state, placement).all():
            schedules = (getattr(card, part) for part in PARTS)
            most += sum(abs(billed(one, placement.CumQty, own)) for one in schedules if one)
    return gross, most


def in_lines(state: State, placed: Sequence[Placement]) -> bool:
    """Whether a bill may have more than one line; what is defined later changes no answer."""
    if any(p.research is not None for p in placed):
        return True
    return bool(state.rate_cards) and any(any(agreed(state, p)) for p in placed)


class Charges(NamedTuple):
    """Cents of each account, in two parts."""

    execution: Int64
    research: Int64


class Line(NamedTuple):
    """A line of a placement's bill: its part, whose it is (places of accounts), cents."""

    part: str
    accounts: Int64
    amount: int


def charges(
    state: State,
    placed: Sequence[Placement],
    accounts: Sequence[str],
    groups: Sequence[str],
    quantities: Int64,
    ties: Hash,
) -> Charges:
    """What placements, all of one broker, bill accounts that have `quantities` of them."""
    totals: dict[tuple[str, bytes], Line] = {}
    for placement in placed:
        for line in _lines(state, placement, accounts, groups, quantities):
            of = line.part, line.accounts.tobytes()
            before = totals[of].amount if of in totals else 0
            totals[of] = line._replace(amount=before + line.amount)
    lines = list(totals.values())
    found = np.zeros((len(PARTS), len(accounts)), np.int64)
    if lines:
        own = np.concatenate([line.accounts for line in lines])
        offsets = offsets_of(np.array([len(line.accounts) for line in lines], np.int64))
        amounts = np.array([line.amount for line in lines], np.int64)
        part = np.array([PARTS.index(line.part) for line in lines])[segment_ids(offsets)]
        np.add.at(found, (part, own), split_money(amounts, quantities[own], offsets, ties[own]))
    return Charges(*found)


def _lines(
    state: State,
    placement: Placement,
    accounts: Sequence[str],
    groups: Sequence[str],
    quantities: Int64,
) -> Iterator[Line]:
    cards, which = agreed(state, placement).places(accounts, groups)
    gross = cents(placement.notional * state.instruments[placement.instrument].multiplier)
    total, got = int(quantities.sum()), quantities != 0
    for part in PARTS:
        schedules = [None, *(getattr(card, part) for card in cards)]
        own = np.array([n if one else 0 for n, one in enumerate(schedules)])[which]
        for n in np.unique(own[got]).tolist():
            mine = np.flatnonzero(got & (own == n))
            share = Fraction(int(quantities[mine].sum()), total)
            yield Line(part, mine, _amount(state, placement, part, schedules[n], gross, share))


def groups_in(state: State, block: Block, accounts: Iterable[str]) -> list[str]:
    """The groups of accounts as they were when the block's statement was frozen, if that says so."""
    statement, known = block.statement, dict[str, str]()
    if statement is not None and statement.groups:
        known = dict(zip(statement.accounts, statement.groups, strict=True))
    return [known.get(account, state.accounts[account].group) for account in accounts]


def _amount(
    state: State,
    placement: Placement,
    part: str,
    special: CommissionSchedule | None,
    gross: int,
    share: Fraction,
) -> int:
    """A line's cents: by the card's schedule, else by the broker's own rates."""
    if special is not None:
        return billed(special, Fraction(placement.CumQty) * share, gross * share)
    own = commission if part == "execution" else research
    return own(state, placement, gross, share)
