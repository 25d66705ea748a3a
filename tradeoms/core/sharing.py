"""How a block's allocation is split over the brokers that filled it.

Exact both ways: a broker's rows add up to what it filled, an account's to what it was allocated. A
broker's money is what it bills, divided by quantity; so an account's money over several brokers at
different prices may differ from its average of the block, by less than a unit's difference in price
a broker. With one broker it is the allocation's own, to the cent.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from allocation.prices import BUY, SELL, printed_price, split_cash, split_money
from allocation.rounding import webster
from allocation.ties import Hash, tie_hash
from tradeoms.core.blocks import placements
from tradeoms.core.charging import cash_of, charges, groups_in, in_lines
from tradeoms.core.fees import levied
from tradeoms.core.parts import PLACES, Fills, placement_fills
from tradeoms.model import events as e
from tradeoms.model.allocation_events import Part, averages
from tradeoms.model.fees import Levied, Levy
from tradeoms.model.placements import Placement
from tradeoms.model.rate_cards import Bill
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

Int64 = npt.NDArray[np.int64]


NOTHING = np.zeros(0, np.int64)


class Share(NamedTuple):
    """A broker's part: parallel to `accounts`, units and cents; accounts without a unit are left out.

    `prices`: each account's average, where they differ. `commission` is both parts, `research` that
    part alone, empty where the broker bills none; `fees` come on top.
    """

    placements: tuple[Placement, ...]
    accounts: tuple[str, ...]
    quantities: Int64
    gross: Int64
    commission: Int64
    net: Int64
    prices: tuple[Decimal, ...] = ()
    research: Int64 = NOTHING
    fees: tuple[Levied, ...] = ()

    def taxed(self) -> Int64:
        """Cents of all fees."""
        return sum((np.array(one.cents) for one in self.fees), np.zeros_like(self.gross))


def shares(state: State, event: e.BlockAllocated) -> dict[str, Share]:
    """The part of every broker with a fill, in the order of its first placement."""
    found = _billed(state, event)
    if not state.fees:
        return found
    return {broker: _levied(state, event, share) for broker, share in found.items()}


def _levied(state: State, event: e.BlockAllocated, share: Share) -> Share:
    """With the fees of its fills; `net` may have them already, or not."""
    ties = _ties(state, event, share.accounts)
    columns = share.accounts, share.quantities, share.gross
    share = share._replace(fees=levied(state, event, share.placements, *columns, ties))
    way = SELL if state.blocks[event.block].Side.sells else BUY
    return share._replace(net=share.gross + way * (share.commission + share.taxed()))


def _billed(state: State, event: e.BlockAllocated) -> dict[str, Share]:
    """Without fees."""
    parts: dict[str, list[Placement]] = {}
    filled = [p for p in placements(state, state.blocks[event.block]) if p.CumQty]
    for placement in filled:
        parts.setdefault(placement.broker, []).append(placement)
    found = _by_broker(state, event, parts)
    if event.price_group:
        return {b: _averaged(event, share) for b, share in found.items()}
    if in_lines(state, filled):
        found = {b: _charged(state, event, share) for b, share in found.items()}
    if not event.prices:
        return found
    instrument = state.instruments[state.blocks[event.block].instrument]
    return {b: share._replace(prices=_prices(instrument, share)) for b, share in found.items()}


def _charged(state: State, event: e.BlockAllocated, share: Share) -> Share:
    """With the commissions of each account's own rates."""
    block = state.blocks[event.block]
    groups, broken = groups_in(state, block, share.accounts), _ties(state, event, share.accounts)
    found = charges(state, share.placements, share.accounts, groups, share.quantities, broken)
    costs = found.execution + found.research
    return share._replace(
        commission=costs,
        net=share.gross + (SELL if block.Side.sells else BUY) * costs,
        research=found.research if found.research.any() else NOTHING,
    )


def _averaged(event: e.BlockAllocated, share: Share) -> Share:
    """The only broker's: all of the allocation, whose money is that of several blocks."""
    if not event.research:
        return share
    totals = dict.fromkeys(share.accounts, 0)
    for account, cents in zip(event.accounts, event.research, strict=True):
        if cents:
            totals[account] += cents
    return share._replace(research=np.array(list(totals.values()), np.int64))


def with_costs(state: State, event: e.BlockAllocated, lines: bool) -> e.BlockAllocated:
    """The allocation with what brokers bill in `lines`, and with fees, of which its money says nothing
    yet.
    """
    if not (lines or state.fees):
        return event
    found = _billed(state, event)
    if lines:
        event = _in_parts(state, event, found)
    if not state.fees:
        return event
    return _with_fees(state, event, {b: _levied(state, event, s) for b, s in found.items()})


def _in_parts(state: State, event: e.BlockAllocated, found: dict[str, Share]) -> e.BlockAllocated:
    """An account pays the sum of its lines."""
    totals: dict[str, list[int]] = {name: [0, 0] for name in event.accounts}
    for share in found.values():
        rows = zip(share.accounts, share.commission.tolist(), _research(share), strict=True)
        for name, costs, part in rows:
            totals[name][0] += costs
            totals[name][1] += part
    commission, research = (_rows(state, event, [t[n] for t in totals.values()]) for n in (0, 1))
    way = SELL if state.blocks[event.block].Side.sells else BUY
    net = np.array(event.gross, np.int64) + way * commission
    return replace(
        event,
        commission=tuple(commission.tolist()),
        net=tuple(net.tolist()),
        research=tuple(research.tolist()) if research.any() else (),
        bills=tuple(_bill(broker, share) for broker, share in found.items()),
    )


def _with_fees(state: State, event: e.BlockAllocated, found: dict[str, Share]) -> e.BlockAllocated:
    """With what markets and states take."""
    if not any(share.fees for share in found.values()):
        return event
    totals = dict.fromkeys(event.accounts, 0)
    for share in found.values():
        for name, amount in zip(share.accounts, share.taxed().tolist(), strict=True):
            totals[name] += amount
    fees, net = _rows(state, event, list(totals.values())), np.array(event.net, np.int64)
    way = SELL if state.blocks[event.block].Side.sells else BUY
    return replace(
        event,
        fees=tuple(fees.tolist()),
        net=tuple((net + way * fees).tolist()),
        bills=tuple(replace(bill, fees=_levies(found[bill.broker])) for bill in event.bills),
    )


def _levies(share: Share) -> tuple[Levy, ...]:
    return tuple(Levy(one.fee, sum(one.cents)) for one in share.fees)


def _research(share: Share) -> list[int]:
    return share.research.tolist() if len(share.research) else [0] * len(share.accounts)


def _bill(broker: str, share: Share) -> Bill:
    research = sum(_research(share))
    return Bill(broker, int(share.gross.sum()), int(share.commission.sum()) - research, research)


def _rows(state: State, event: e.BlockAllocated, totals: list[int]) -> Int64:
    """Accounts' cents over their entries, by quantity: an account may be in several orders."""
    index = {name: n for n, name in enumerate(dict.fromkeys(event.accounts))}
    owner = np.array([index[name] for name in event.accounts], np.int64)
    order = np.argsort(owner, kind="stable")
    offsets = np.searchsorted(owner[order], np.arange(len(index) + 1)).astype(np.int64)
    quantities = np.array(event.quantities, np.int64)[order]
    ties = np.arange(len(order), dtype=np.int64)
    found = np.zeros(len(order), np.int64)
    found[order] = split_money(np.array(totals, np.int64), quantities, offsets, ties)
    return found


def _prices(instrument: Instrument, share: Share) -> tuple[Decimal, ...]:
    """Each account's own average, from its money."""
    rows = zip(share.gross.tolist(), share.quantities.tolist(), strict=True)
    worth = Fraction(instrument.multiplier) * 100
    return tuple(
        printed_price(Fraction(gross) / Fraction(instrument.quantity(units)) / worth, PLACES)
        for gross, units in rows
    )


def _by_broker(
    state: State, event: e.BlockAllocated, parts: dict[str, list[Placement]]
) -> dict[str, Share]:
    names, totals = _accounts(event)
    if len(parts) == 1:
        ((broker, own),) = parts.items()
        return {broker: _share(own, names, _fills(event, names, broker), *totals)}
    if event.deal is not None:
        return {b: _dealt(state, event, names, b, own) for b, own in parts.items()}
    return {
        broker: _share(own, names, (), *columns)
        for (broker, own), columns in zip(
            parts.items(), _matrix(state, event, names, totals[0], parts.values()), strict=True
        )
    }


def _fills(event: e.BlockAllocated, names: tuple[str, ...], broker: str) -> Sequence[Part]:
    """A broker's fills by account (its number among `names`), where they are dealt out."""
    if event.deal is None:
        return ()
    index = {name: n for n, name in enumerate(names)}
    return [(index[event.accounts[n]], px, units) for n, px, units in event.deal.parts(broker)]


def _dealt(
    state: State,
    event: e.BlockAllocated,
    names: tuple[str, ...],
    broker: str,
    own: list[Placement],
) -> Share:
    """One of several brokers' part: the fills that accounts got of it."""
    fills, quantities = _fills(event, names, broker), np.zeros(len(names), np.int64)
    for n, _, units in fills:
        quantities[n] += units
    ties, block = _ties(state, event, names), state.blocks[event.block]
    cash = cash_of(state, block, own, quantities, ties, fills)
    return _share(own, names, fills, quantities, cash.gross, cash.commission, cash.net)


def _accounts(event: e.BlockAllocated) -> tuple[tuple[str, ...], list[Int64]]:
    """What each account got, over all of its orders: its units, gross, commission and net."""
    index = {name: n for n, name in enumerate(dict.fromkeys(event.accounts))}
    rows = np.array([index[name] for name in event.accounts], np.int64)
    totals = []
    for column in (event.quantities, event.gross, event.commission, event.net):
        total = np.zeros(len(index), np.int64)
        np.add.at(total, rows, np.array(column, np.int64))
        totals.append(total)
    return tuple(index), totals


def _matrix(
    state: State,
    event: e.BlockAllocated,
    names: tuple[str, ...],
    quantities: Int64,
    brokers: Iterable[list[Placement]],
) -> Iterable[tuple[Int64, ...]]:
    """Each broker's units and money over the accounts; where members changed, part by part."""
    bills = [_bills(state, event, own) for own in brokers]
    wanted = _part_units(event, names) if event.parts else [quantities]
    filled = [sum(bill[n].units for bill in bills) for n in range(len(wanted))]
    if filled != [int(own.sum()) for own in wanted]:
        # A correction moved fills from one part to the next: no broker's are one part's any more.
        bills = [[reduce(Fills.plus, own)] for own in bills]
        wanted = [quantities]
    parts = [
        _over_brokers(state, event, names, own, [bill[n] for bill in bills])
        for n, own in enumerate(wanted)
    ]
    return [
        tuple(sum(columns) for columns in zip(*one, strict=True))
        for one in zip(*parts, strict=True)
    ]


def _part_units(event: e.BlockAllocated, names: tuple[str, ...]) -> list[Int64]:
    """Each account's units in each part, over all of its orders."""
    index = {name: n for n, name in enumerate(names)}
    rows = np.array([index[name] for name in event.accounts], np.int64)
    found = [np.zeros(len(names), np.int64) for _ in event.parts]
    for total, own in zip(found, event.parts, strict=True):
        np.add.at(total, rows, np.array(own, np.int64))
    return found


def _bills(state: State, event: e.BlockAllocated, own: list[Placement]) -> list[Fills]:
    """What a broker filled and bills, by part."""
    count = max(len(event.parts), 1)
    fills = [placement_fills(state, placement, count) for placement in own]
    return [reduce(Fills.plus, row) for row in zip(*fills, strict=True)]


def _over_brokers(
    state: State,
    event: e.BlockAllocated,
    names: tuple[str, ...],
    quantities: Int64,
    bills: list[Fills],
) -> list[tuple[Int64, ...]]:
    """Broker by broker what the rounding gives the accounts more when the broker is counted in.

    Webster's method takes nothing back as the total grows, and ends at the weights themselves.
    """
    side = np.array([SELL if state.blocks[event.block].Side.sells else BUY], np.int64)
    one, ties = np.array([0, len(names)], np.int64), _ties(state, event, names)
    columns: list[tuple[Int64, ...]] = []
    before, total = np.zeros(len(names), np.int64), 0
    for bill in bills:
        total += bill.units
        after = webster(quantities, np.array([total], np.int64), one, ties)
        gross, commission = (np.array([x], np.int64) for x in (bill.gross, bill.commission))
        cash = split_cash(after - before, gross, commission, side, one, ties)
        columns.append((after - before, cash.gross, cash.commission, cash.net))
        before = after
    return columns


def _ties(state: State, event: e.BlockAllocated, names: tuple[str, ...]) -> Hash:
    accounts = state.account_axis.numbers(names)
    return tie_hash(np.full(len(names), int(event.block[1:]), np.int64), accounts, event.seed)


def _share(
    own: list[Placement],
    names: tuple[str, ...],
    fills: Sequence[Part],
    quantities: Int64,
    gross: Int64,
    commission: Int64,
    net: Int64,
) -> Share:
    held = np.flatnonzero(quantities)
    accounts = tuple(names[n] for n in held.tolist())
    columns = (quantities[held], gross[held], commission[held], net[held])
    prices = averages(fills)
    return Share(tuple(own), accounts, *columns, tuple(prices[n] for n in held.tolist() if prices))
