"""Finished work leaves memory some days after it is done, when a new day opens.

What is done: fills allocated and settled, brokers told, accounts affirmed. Then it is remembered from
when on; it leaves once that is as many opened days ago as work is kept, if nothing is open about it
and nothing that stays leans on it.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from msgspec.structs import replace

from tradeoms.core.attending import over
from tradeoms.core.blocks import placements
from tradeoms.core.breaks import CLEARED, EXPLAINED
from tradeoms.core.context import Context, refuse
from tradeoms.core.cutoffs import not_accepted, not_affirmed
from tradeoms.core.holding import held
from tradeoms.core.retired import MOST_DAYS, apply_retired, line
from tradeoms.core.sequence import hanging_together
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.breaks import Break
from tradeoms.model.fields import BlockState, OrderState
from tradeoms.model.lot_actions import LotTransfer
from tradeoms.model.orders import Block
from tradeoms.model.state import State

WAITS = "finished work: it waits for what was booked before it, or for the next day"
ENDS = (OrderState.Refused, OrderState.Cancelled, OrderState.Expired)


def set_retention(state: State, command: c.SetRetention, ctx: Context) -> list[e.AnyEvent]:
    """From the next opened day on."""
    if not 1 <= command.days <= MOST_DAYS:
        raise refuse("days", command.days, f"must be 1 to {MOST_DAYS}")
    return [e.RetentionSet(command.days)]


def react_opened(state: State, event: e.DayOpened) -> list[c.Command]:
    """Only where a new day begins."""
    return [c.RetireWork()] if event.previous is not None else []


def retire(state: State, command: c.RetireWork, ctx: Context) -> list[e.AnyEvent]:
    """What leaves, and what is done from now on."""
    began = line(state)
    due = {name for name, day in state.finished.items() if began and day <= began[0]}
    looked_at = [name for name in _units(state) if name in due or name not in state.finished]
    over = [name for name in looked_at if not unfinished(state, name)]
    settled = _old_actions(state, began[0]) if began else set[str]()
    leaving = _free(state, (due.intersection(over) | settled).difference(held(state)))
    blocks = tuple(name for name in over if name in leaving and name in state.blocks)
    event = e.WorkRetired(
        left_blocks=blocks,
        left_orders=tuple(name for name in over if name in leaving and name in state.orders),
        finished=tuple(name for name in over if name not in state.finished),
        resumed=tuple(sorted(due.difference(over))),
        through=_last_fill(state, set(blocks)),
        left_actions=tuple(name for name in state.lot_actions if name in leaving),
    )
    event = _with_numbers(state, event, began) if began else event
    return [event] if event != e.WorkRetired() else []


def _old_actions(state: State, day: date) -> set[str]:
    """Corporate actions, transfers and gifts that were booked up to a day and can be reversed yet."""
    return {
        name
        for name, one in state.lot_actions.items()
        if one.booked <= day and name in state.booking_places.get(one.terms.instrument, ())
    }


def _units(state: State) -> Iterator[str]:
    """Everything that leaves as a whole: blocks with their orders, and orders that are in none."""
    yield from state.blocks
    yield from (order.order for order in state.orders.values() if not order.block)


def unfinished(state: State, name: str) -> str:
    """Why a block, or an order that is in none, is not done; empty where it is."""
    block = state.blocks.get(name)
    if block is None:
        return "" if state.orders[name].state in ENDS else "orders that are open"
    if block.state not in (BlockState.Allocated, BlockState.Dissolved):
        return "blocks that are open"
    if any(p.exposure or p.requests for p in placements(state, block)):
        return "placements that are open"
    return _unsettled(state, block)


def _unsettled(state: State, block: Block) -> str:
    allocation = state.allocations.get(block.block)
    if allocation is not None and allocation.settle_date >= state.business_date:
        return "trades that have not settled"
    if next(not_accepted(state, block.block), ""):
        return "allocations that brokers have not accepted"
    return "accounts that are not affirmed" if next(not_affirmed(state, block.block), "") else ""


def reasons(state: State) -> Iterator[tuple[str, str]]:
    """Everything that leaves as a whole, and why it has not left yet."""
    open_, days = held(state), f"finished work: it is kept for {state.retention} days"
    began = line(state)
    for name in _units(state):
        since = state.finished.get(name)
        due = began is not None and since is not None and since <= began[0]
        yield name, unfinished(state, name) or open_.get(name, "") or (WAITS if due else days)


def _free(state: State, leaving: set[str]) -> set[str]:
    """Those on which nothing leans that stays; who stays holds others in turn."""
    while kept := {name for tied in TIES for name in tied(state, leaving)} & leaving:
        leaving = leaving - kept
    return leaving


def _named_orders(state: State, leaving: set[str]) -> Iterator[str]:
    """Orders that a block which stays names, though they are in another one now."""
    for block in state.blocks.values():
        if block.block not in leaving:
            members = block.statement.orders if block.statement else ()
            for name in (*block.orders, *members):
                yield state.orders[name].block or name


def _lists(state: State, leaving: set[str]) -> Iterator[str]:
    """The orders of a list go together."""
    for known in state.lists.values():
        blocks = {state.placements[name].block for name in known.placements}
        if not blocks <= leaving:
            yield from blocks


def _price_groups(state: State, leaving: set[str]) -> Iterator[str]:
    """Blocks that share a price are allocated again together."""
    for group in state.price_groups.values():
        if not leaving.issuperset(group.blocks):
            yield from group.blocks


def _crosses(state: State, leaving: set[str]) -> Iterator[str]:
    """Both sides of a cross are taken back together, or not at all."""
    for cross in state.crosses.values():
        if not leaving.issuperset(cross.blocks):
            yield from cross.blocks


def _named_lots(state: State, leaving: set[str]) -> Iterator[str]:
    """A purchase that was booked again has other lots: by it, those that were named are found."""
    for one in state.identified.values():
        if (state.orders[one.order].block or one.order) not in leaving:
            yield from (row.block for row in one.lots)
    for places in state.booking_places.values():
        for name in places.keys() & state.lot_actions.keys() - leaving:
            terms = state.lot_actions[name].terms
            if isinstance(terms, LotTransfer):
                yield from (row.block for row in terms.lots)


def _later_bookings(state: State, leaving: set[str]) -> Iterator[str]:
    """A bust takes back what was booked of the instrument since: that stays as long as its block."""
    for names in hanging_together(state):
        stays = False
        for name in names:
            stays = stays or name not in leaving
            if stays:
                yield name


#: What stays because of others that stay.
TIES: tuple[Callable[[State, set[str]], Iterable[str]], ...] = (
    _named_orders,
    _lists,
    _price_groups,
    _crosses,
    _named_lots,
    _later_bookings,
)


def _last_fill(state: State, blocks: set[str]) -> date | None:
    found = (x.trade_date for x in state.executions.values() if x.block in blocks)
    return max(found, default=None)


def _with_numbers(
    state: State, event: e.WorkRetired, began: tuple[date, dict[str, int]]
) -> e.WorkRetired:
    """And what is dealt with, and older than the day that began so long ago."""
    day, last = began
    alerts = (n for n in state.alerts if n <= last.get("alert", 0) and over(state, n))
    breaks = (key for key, one in state.breaks.items() if _is_past(one) and one.seen <= day)
    return replace(
        event,
        alerts=tuple(alerts),
        reports=tuple(n for n in state.settled_reports if n <= last.get("unmatched", 0)),
        closes=tuple(n for n in state.closes if n <= last.get("close", 0)),
        deliveries=tuple(n for n in state.deliveries if n <= last.get("delivery", 0)),
        breaks=tuple(breaks),
    )


def _is_past(one: Break) -> bool:
    """True for a break that no file will show again; a position's or cash's may go on as explained."""
    of_trade = one.kind in ("fills", "delivery")
    return one.state == CLEARED or (of_trade and one.state == EXPLAINED)


def apply_retention(state: State, event: e.RetentionSet) -> None:
    state.retention = event.days


DECIDE = {c.SetRetention: set_retention, c.RetireWork: retire}
APPLY = {e.RetentionSet: apply_retention, e.WorkRetired: apply_retired}
REACT = {e.DayOpened: react_opened}
