"""Average-price groups: the money of several blocks, as if they had been one.

A pool is what one broker filled of a group's blocks: nobody else's fills, so that each account is
told, and confirmed by that broker, what it pays. The pool's value and the lines of its bill are
split over all its accounts by quantity, to the cent; each block's allocation holds its rows. When
a block enters or leaves the pool, or its fills change, the others are allocated anew.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np
from msgspec.structs import replace

from allocation.exact import Int64
from allocation.prices import BUY, SELL, printed_price, split_money
from tradeoms.core.attention import alert
from tradeoms.core.blocks import placements
from tradeoms.core.charging import charges, groups_in
from tradeoms.core.commissions import cents
from tradeoms.core.context import Context
from tradeoms.core.parts import PLACES
from tradeoms.core.sequence import taken_back, to_book
from tradeoms.core.sharing import with_costs
from tradeoms.core.splitting import ties
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.orders import ZERO, Block
from tradeoms.model.placements import Placement
from tradeoms.model.rate_cards import Bill
from tradeoms.model.state import State
from tradeoms.model.statements import PriceGroup


def pooled(
    state: State, event: e.BlockAllocated, ctx: Context
) -> tuple[e.BlockAllocated, list[e.AnyEvent]]:
    """A block's allocation with the money of its pool, if it has one; an alert where it could not
    join the others of its group.
    """
    block = state.blocks[event.block]
    group = block.statement.price_group if block.statement else ""
    if not group or not event.quantity:
        return event, []
    placed = _filled(state, block)
    if why := _by_itself(state, block, event, placed):
        names = [name for name in state.price_groups[group].blocks if name != block.block]
        text = f"{why}: its price is not averaged with {', '.join(names)}"
        return event, [alert(ctx, "own price", block.block, text)] if names else []
    name = f"{group}/{placed[0].broker}"
    others = [one for one in _pool(state, name) if one.block != event.block]
    new, *changed = _shared(state, name, [event, *others])
    return _keeping(state, new, changed, others) if event.internal else new, []


def _filled(state: State, block: Block) -> list[Placement]:
    return [p for p in placements(state, block) if p.CumQty]


def _by_itself(
    state: State, block: Block, event: e.BlockAllocated, placed: Sequence[Placement]
) -> str:
    """Why a block of a group keeps the price of its own fills; empty where it need not."""
    assert block.statement is not None
    brokers = dict.fromkeys(p.broker for p in placed)
    if len(brokers) > 1:
        return f"was filled by {' and '.join(brokers)}"
    (broker,) = brokers
    known = state.brokers.get(broker)
    if known is None or not known.knows_price_groups:
        return f"{broker} does not average several blocks"
    if block.statement.earlier:
        return "its members changed after the first route"
    if event.deal is not None:
        return "its fills are dealt out as they were traded"
    day = state.price_groups[block.statement.price_group].day
    return "" if event.trade_date == day else f"was filled after {day}"


def _pool(state: State, name: str) -> list[e.BlockAllocated]:
    """The allocations that share a price now, in the order in which the blocks joined."""
    blocks = state.price_groups[name.partition("/")[0]].blocks
    events = (state.allocations.get(block) for block in blocks)
    return [event for event in events if event is not None and event.price_group == name]


def _shared(state: State, name: str, events: Sequence[e.BlockAllocated]) -> list[e.BlockAllocated]:
    """The allocations with one price, and bills that are split over all of them.

    Listed by block, so that it does not matter which of them is made anew.
    """
    listed = sorted(events, key=lambda event: int(event.block[1:]))
    found = dict(zip((event.block for event in listed), _money(state, name, listed), strict=True))
    return [found[event.block] for event in events]


def _money(
    state: State, name: str, events: Sequence[e.BlockAllocated]
) -> Iterable[e.BlockAllocated]:
    blocks = [state.blocks[event.block] for event in events]
    placed = [p for block in blocks for p in _filled(state, block)]
    instrument = state.instruments[blocks[0].instrument]
    accounts = [account for event in events for account in event.accounts]
    quantities = np.array([n for event in events for n in event.quantities], np.int64)
    broken = np.concatenate(
        [
            ties(state, b, ev.orders, ev.accounts, ev.seed)
            for b, ev in zip(blocks, events, strict=True)
        ]
    )
    pairs = zip(blocks, events, strict=True)
    groups = [g for block, event in pairs for g in groups_in(state, block, event.accounts)]
    costs = charges(state, placed, accounts, groups, quantities, broken)
    whole = np.array([0, len(quantities)], np.int64)
    value = sum(cents(p.notional * instrument.multiplier) for p in placed)
    gross = split_money(np.array([value], np.int64), quantities, whole, broken)
    notional = Fraction(sum((p.notional for p in placed), ZERO))
    price = printed_price(notional / Fraction(sum((p.CumQty for p in placed), ZERO)), PLACES)
    start = 0
    for event in events:
        own = slice(start, start + len(event.accounts))
        start = own.stop
        yield _with(
            state, event, name, str(price), gross[own], costs.execution[own], costs.research[own]
        )


def _keeping(
    state: State,
    new: e.BlockAllocated,
    changed: Sequence[e.BlockAllocated],
    others: Sequence[e.BlockAllocated],
) -> e.BlockAllocated:
    """After settlement nobody else's money moves: cents that rounding would move stay with the
    account that has most of the block.
    """
    columns = []
    for field in ("gross", "commission", "research"):
        own = np.array(getattr(new, field) or (0,) * len(new.accounts), np.int64)
        now, before = (sum(sum(getattr(one, field)) for one in of) for of in (changed, others))
        own[int(np.argmax(new.quantities))] += now - before
        columns.append(own)
    gross, commission, research = columns
    return _with(state, new, new.price_group, new.AvgPx, gross, commission - research, research)


def _with(
    state: State,
    event: e.BlockAllocated,
    name: str,
    price: str,
    gross: Int64,
    execution: Int64,
    research: Int64,
) -> e.BlockAllocated:
    way = SELL if state.blocks[event.block].Side.sells else BUY
    commission = execution + research
    new = replace(
        event,
        AvgPx=price,
        gross=tuple(gross.tolist()),
        commission=tuple(commission.tolist()),
        net=tuple((gross + way * commission).tolist()),
        research=tuple(research.tolist()) if research.any() else (),
        bills=(
            Bill(
                name.partition("/")[2],
                int(gross.sum()),
                int(execution.sum()),
                int(research.sum()),
            ),
        ),
        price_group=name,
        fees=(),
    )
    return with_costs(state, new, lines=False)


def average(state: State, command: c.AveragePrices, ctx: Context) -> list[e.AnyEvent]:
    """All allocations of a group whose money is not that of their pool any more are made anew."""
    group = state.price_groups[command.group]
    known = (state.allocations.get(name) for name in group.blocks)
    pools = dict.fromkeys(event.price_group for event in known if event and event.price_group)
    changed: list[e.BlockAllocated] = []
    for name in pools:
        events = _pool(state, name)
        changed += [new for new in _shared(state, name, events) if new not in events]
    if not changed:
        return []
    places = state.booking_places[state.blocks[changed[0].block].instrument]
    changed.sort(key=lambda event: places[event.block])
    names = tuple(event.block for event in changed)
    return [
        *taken_back(state, names[0]),
        *(e.BlockReopened(name, _reason(group, name), again=True) for name in names),
        *(_again(event, ctx) for event in changed),
        e.PricesAveraged(command.group, names),
    ]


def _reason(group: PriceGroup, name: str) -> str:
    return f"one average price with {', '.join(one for one in group.blocks if one != name)}"


def _again(event: e.BlockAllocated, ctx: Context) -> e.BlockAllocated:
    """Whose turn it is was settled when the block was finished; brokers are told of the price."""
    return replace(event, allocated=ctx.now, turn=-1, internal=False, again=True)


def react(state: State, event: e.BlockAllocated | e.BlockReopened) -> list[c.Command]:
    """What entered or left a pool, or is filled otherwise, changes the price of the others."""
    statement = state.blocks[event.block].statement
    if event.again or event.internal or not statement or not statement.price_group:
        return []
    return [c.AveragePrices(statement.price_group)]


def react_averaged(state: State, event: e.PricesAveraged) -> list[c.Command]:
    """Their lots, and those of later trades, are booked when all of them have the new price."""
    return to_book(state, (state.blocks[event.blocks[0]].instrument,))


def apply_averaged(state: State, event: e.PricesAveraged) -> None:
    """Nothing: each block's allocation is an event of its own."""


DECIDE = {c.AveragePrices: average}
APPLY = {e.PricesAveraged: apply_averaged}
REACT = {e.BlockAllocated: react, e.BlockReopened: react, e.PricesAveraged: react_averaged}
