"""Rows that leave the live tables with the work that they are about; the read model keeps them."""

from collections.abc import Callable
from typing import Any

from tradeoms.model.state import State


def _number(key: str) -> int:
    return int(key.partition("/")[0])


#: Whether a row's subject is still in memory. Rows of other tables never leave by themselves.
STAYS: dict[str, Callable[[State, Any], bool]] = {
    "orders": lambda state, row: row.key in state.orders,
    "blocks": lambda state, row: row.key in state.blocks,
    "placements": lambda state, row: row.key in state.placements,
    "executions": lambda state, row: row.key in state.executions,
    "allocations": lambda state, row: row.block in state.blocks,
    "bills": lambda state, row: row.block in state.blocks,
    "fees": lambda state, row: row.block in state.blocks,
    "statement_changes": lambda state, row: row.block in state.blocks,
    "instructions": lambda state, row: row.key in state.instructions,
    "confirmations": lambda state, row: row.AllocID in state.instructions,
    "errors": lambda state, row: row.key in state.blocks,
    "crosses": lambda state, row: row.key in state.crosses,
    "cross_parts": lambda state, row: row.cross in state.crosses,
    "alerts": lambda state, row: int(row.key) in state.alerts,
    "unmatched": lambda state, row: int(row.key) in state.unmatched,
    "closes": lambda state, row: int(row.key) in state.closes,
    "findings": lambda state, row: _number(row.key) in state.closes,
    "deliveries": lambda state, row: int(row.key) in state.deliveries,
    "delivery_lines": lambda state, row: row.delivery in state.deliveries,
    "breaks": lambda state, row: row.key in state.breaks,
}


def gone(state: State, table: str, rows: dict[str, Any]) -> list[str]:
    """Keys of the rows whose subject has left memory."""
    stays = STAYS.get(table)
    return [key for key, row in rows.items() if not stays(state, row)] if stays else []
