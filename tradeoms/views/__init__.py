"""Views: the rows that streams, read model, reports and blotter columns share.

One file a table. Each has a flat frozen row type, whose first field is its `key`, and two
functions: `rows(state, event)`, the upserts that an event causes, and `all_rows(state)`.

`state` must hold the event already and may be newer: rows are always those of `state`, so a
consumer may ask after a whole batch. Folding the upserts of every event, in order, into a dict by
key gives the rows of `all_rows`.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from msgspec import Struct

from tradeoms.model.events import AnyEvent
from tradeoms.model.state import State
from tradeoms.views import (
    alerts,
    allocations,
    blocks,
    cash,
    executions,
    lots,
    orders,
    placements,
    positions,
    prices,
    realized,
    sessions,
    unmatched,
)

Row = Struct
Upsert = tuple[str, Any]  # key and row; None in place of the row deletes it


class View(NamedTuple):
    """One table: its name, its row type, the upserts of an event (None deletes), all rows."""

    name: str
    row: type[Row]
    rows: Callable[[State, AnyEvent], Iterable[Upsert]]
    all_rows: Callable[[State], Iterable[Any]]


_TABLES = (
    View("orders", orders.OrderRow, orders.rows, orders.all_rows),
    View("blocks", blocks.BlockRow, blocks.rows, blocks.all_rows),
    View("placements", placements.PlacementRow, placements.rows, placements.all_rows),
    View("executions", executions.ExecutionRow, executions.rows, executions.all_rows),
    View("allocations", allocations.AllocationRow, allocations.rows, allocations.all_rows),
    View("positions", positions.PositionRow, positions.rows, positions.all_rows),
    View("cash", cash.CashRow, cash.rows, cash.all_rows),
    View("lots", lots.LotRow, lots.rows, lots.all_rows),
    View("realized", realized.RealizedRow, realized.rows, realized.all_rows),
    View("prices", prices.PriceRow, prices.rows, prices.all_rows),
    View("sessions", sessions.SessionRow, sessions.rows, sessions.all_rows),
    View("alerts", alerts.AlertRow, alerts.rows, alerts.all_rows),
    View("unmatched", unmatched.UnmatchedRow, unmatched.rows, unmatched.all_rows),
)
VIEWS: dict[str, View] = {view.name: view for view in _TABLES}

__all__ = ["VIEWS", "Row", "Upsert", "View"]
