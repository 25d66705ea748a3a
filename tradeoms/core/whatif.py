"""Bookings tried on a copy of the books: what would follow, before anything does."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tradeoms.core.context import Context
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.columns import Grid, Table
from tradeoms.model.state import State

#: What bookings change, besides tables and grids; a copy of two levels is one of its own.
CHANGED = (
    *("counters", "kin", "bookings", "conversions", "lot_actions", "action_references"),
    *("bookings_of", "booking_places", "last_places", "washes", "loss_days"),
    *("holdings", "shorted"),
)
TABLES = ("lots", "realized", "flows")
GRIDS = ("position", "cash")


def copied(state: State) -> State:
    """Books of their own; orders, blocks and what nobody books are shared and must be left alone."""
    copy = State()
    copy.become(state)
    for name in CHANGED:
        setattr(copy, name, {key: _own(value) for key, value in getattr(state, name).items()})
    for name in TABLES:
        table: Table = getattr(state, name)
        twin = Table(*table.arrays())
        twin.replace(table.arrays())
        setattr(copy, name, twin)
    for name in GRIDS:
        grid: Grid = getattr(state, name)
        other = Grid(grid.rows, grid.columns)
        other.cells = grid.cells.copy()
        setattr(copy, name, other)
    return copy


def _own(value: Any) -> Any:
    return value.copy() if isinstance(value, dict | list) else value


Deciding = dict[type, Callable[[State, Any, Context], list[e.AnyEvent]]]
Applying = dict[type, Callable[[State, Any], None]]
React = Callable[[State, Any], list[c.Command]]
Reacting = dict[type, React]


class Rules(NamedTuple):
    """The functions by which bookings are decided and applied, as the core's tables have them."""

    decide: Deciding
    apply: Applying
    react: dict[type, tuple[React, ...]]


def follow(
    state: State,
    events: Iterable[e.AnyEvent],
    ctx: Context,
    rules: Rules,
    seen: Callable[[State, e.AnyEvent, bool], None],
) -> None:
    """Apply events and all that follows; `seen` is called before (False) and after (True) each."""
    for event in events:
        seen(state, event, False)
        if apply := rules.apply.get(type(event)):
            apply(state, event)
        seen(state, event, True)
        for react in rules.react.get(type(event), ()):
            for command in react(state, event):
                follow(state, rules.decide[type(command)](state, command, ctx), ctx, rules, seen)
