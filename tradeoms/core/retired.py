"""Work that has left memory: what goes with it, and how it is recognized when a broker speaks of it.

No name of ours is ever given twice, so what is numbered below our counters and unknown has left. No
list of it is kept: whatever a broker says of it is for a person, and nothing is booked twice.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from tradeoms.model import events as e
from tradeoms.model.state import State

MOST_DAYS = 90  # that finished work can be kept for
DIGITS = {"ClOrdID": ("", 14), "AllocID": ("A", 14)}  # what our ids begin with, and their length
OVER = "is of work that is over and has left memory: look it up, and book by hand what must be"


def opened(state: State) -> None:
    """Remember with which numbers a new day begins."""
    state.days.append((state.business_date, dict(state.counters)))
    del state.days[: -MOST_DAYS - 1]


def line(state: State) -> tuple[date, dict[str, int]] | None:
    """The day that began as many opened days ago as work is kept, and its counters."""
    return state.days[-1 - state.retention] if len(state.days) > state.retention else None


def anything_left(state: State) -> bool:
    """Whether there is anything that the state does not know and the read model does."""
    return "retired" in state.counters


def has_left(state: State, kind: str, name: str) -> bool:
    """True for an unknown id that was ours: it has a day and a number that we have given."""
    start, length = DIGITS[kind]
    digits = name.removeprefix(start)
    known = state.placement_of if kind == "ClOrdID" else state.instructions
    if (
        name in known
        or not anything_left(state)
        or len(name) != length
        or not name.startswith(start)
    ):
        return False
    return digits.isascii() and digits.isdigit() and int(digits[6:]) <= state.counters.get(kind, 0)


def not_ours(state: State, kind: str, name: str) -> str:
    """Why an unknown id means nothing here."""
    return OVER if has_left(state, kind, name) else "is not ours on this session"


def apply_retired(state: State, event: e.WorkRetired) -> None:
    """One name after the other: other threads look names up while this runs."""
    state.bump("retired", state.counters.get("retired", 0) + 1)
    for name in event.resumed:
        del state.finished[name]
    state.finished.update(dict.fromkeys(event.finished, state.business_date))
    if event.through is not None:
        state.retired_through = max(state.retired_through, event.through)
    if event.left_blocks or event.left_orders:
        _forget_work(state, set(event.left_blocks), set(event.left_orders))
    for name in event.left_actions:
        _settle_action(state, name)
    for number in event.alerts:
        del state.alerts[number]
        del state.attended[number]
    for number in event.reports:
        del state.unmatched[number]
        del state.settled_reports[number]
    for number in event.closes:
        del state.closes[number]
    for number in event.deliveries:
        del state.deliveries[number]
        state.delivery_answers.pop(number, None)
    for key in event.breaks:
        del state.breaks[key]


def _settle_action(state: State, name: str) -> None:
    """What it moved is kept; what takes it back is not."""
    instrument = state.lot_actions[name].terms.instrument
    known = state.conversions[name]
    state.conversions[name] = e.LotsConverted(name, known.start, moved=known.moved)
    state.washes.pop(name, None)
    state.holdings.pop(name, None)
    state.bookings_of[instrument] = [one for one in state.bookings_of[instrument] if one != name]
    del state.booking_places[instrument][name]


def _forget_work(state: State, blocks: set[str], orders: set[str]) -> None:
    """Everything of these blocks, and these orders, which are in none."""
    orders |= {o.order for o in state.orders.values() if o.block in blocks}
    for name in orders:
        state.worked.update(dict.fromkeys(m.account for m in state.orders[name].members))
    placements = _drop(state.placements, lambda _, one: one.block in blocks)
    executions = _drop(state.executions, lambda _, one: one.block in blocks)
    _drop(state.placement_of, lambda _, name: name in placements)
    _drop(state.execution_of, lambda _, key: key in executions)
    _drop(state.settled_executions, lambda key, _: key in executions)
    _drop(state.orders, lambda name, _: name in orders)
    _drop(state.identified, lambda _, one: one.order in orders)
    of_block: tuple[dict[str, Any], ...] = (
        *(state.blocks, state.allocations, state.bookings, state.washes, state.errors),
        *(state.delivered, state.finished, state.executions_in, state.price_groups),
        state.holdings,
    )
    for table in of_block:
        _drop(table, lambda name, _: name in blocks or name in orders)
    state.missed -= {step for step in state.missed if step.partition("/")[0] in blocks}
    for instrument, names in state.bookings_of.items():
        state.bookings_of[instrument] = [name for name in names if name not in blocks]
    for places in state.booking_places.values():
        _drop(places, lambda name, _: name in blocks)
    _forget_told(state, blocks)
    # One that never happened goes with the first of its orders.
    _drop(
        state.crosses,
        lambda _, one: (
            not all(n in state.blocks or n in state.orders for n in one.blocks or one.orders)
        ),
    )
    _drop(state.baskets, lambda _, names: not any(name in state.orders for name in names))
    requests: tuple[dict[str, Any], ...] = (state.lists, state.mass_cancels)
    for table in requests:
        _drop(table, lambda _, one: not any(name in state.placements for name in one.placements))


def _forget_told(state: State, blocks: set[str]) -> None:
    """What brokers were told of these blocks, and what they said."""
    _drop(state.instructions_of, lambda block, _: block in blocks)
    told = _drop(state.instructions, lambda _, one: one.block in blocks)
    _drop(state.allocation_reports, lambda _, one: one.AllocID in told)
    _drop(state.confirmation_requests, lambda _, one: one.AllocID in told)
    confirmations = _drop(state.confirmations, lambda _, one: one.AllocID in told)
    _drop(state.confirmed, lambda _, key: key in confirmations)
    _drop(state.affirmations, lambda key, _: key not in state.confirmations)


def _drop(table: dict[Any, Any], gone: Callable[[Any, Any], bool]) -> set[Any]:
    """Take rows out of a table; their keys."""
    keys = {key for key, value in table.items() if gone(key, value)}
    for key in keys:
        del table[key]
    return keys
