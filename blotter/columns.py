"""The columns of each table. A new column is one line in the table it belongs to.

The first column stays in place when the table scrolls sideways; the last one takes the width that
is left. What a trader needs most comes first, so that 80 characters show it.
"""

from typing import Any

from blotter import cells
from blotter.column import (
    SIDE,
    TONES,
    Column,
    Table,
    always,
    average,
    clock,
    day,
    ended,
    key,
    number,
    text,
    word,
)


def _accounts(row: Any) -> str:
    """The one account, or how many there are."""
    return str(row.account) or f"{row.accounts} accounts"


def _done(row: Any) -> str:
    return cells.bar(row.filled, row.OrderQty)


def _status(row: Any) -> str:
    """The broker's last word; before there is one, where our message is."""
    return str(row.OrdStatus or row.transmission)


def _status_tone(row: Any) -> str:
    return TONES.get(_status(row), "")


def _finished(row: Any) -> str:
    return "" if row.LeavesQty or row.requests else "quiet"


_ORDERS = (
    key(7, "order"),
    text("Symbol", 8),
    SIDE,
    number("OrderQty", 11),
    text("OrdType", 9),
    number("Price", 10),
    word("state", 9),
    key(6, "block", "block"),
    Column("account", "account", 12, _accounts, _accounts),
    text("pm", 10),
    text("warnings", 16, tone=always("attention")),
    text("blocks", 16, "held by", tone=always("bad")),
    number("StopPx", 10),
    text("TimeInForce", 14),
    number("CumQty", 11),
    average("AvgPx"),
    number("arrival", 10),
    clock("entered"),
    text("desk", 8),
    text("strategy", 10),
    text("basket", 10),
    text("reference", 16),
    text("instructions", 30),
)
_BLOCKS = (
    key(6, "block"),
    text("Symbol", 7),
    SIDE,
    number("OrderQty", 10),
    number("idle", 10),
    number("working", 10),
    number("filled", 10),
    word("state", 9),
    Column("done", "done", 13, lambda r: r.filled / r.OrderQty if r.OrderQty else 0, _done),
    average("AvgPx"),
    text("OrdType", 9),
    number("Price", 10),
    number("StopPx", 10),
    text("TimeInForce", 14),
    number("live", 5),
    number("placements", 10),
    number("orders", 6),
    number("members", 7),
    text("trader", 10),
    clock("opened"),
    text("pms", 14),
    text("desks", 14),
)
_PLACEMENTS = (
    key(7, "placed"),
    text("broker", 7),
    text("Symbol", 6),
    SIDE,
    number("OrderQty", 9),
    number("CumQty", 9),
    number("LeavesQty", 9),
    Column("OrdStatus", "OrdStatus", 15, _status, _status, tone=_status_tone),
    average("AvgPx"),
    text("OrdType", 9),
    number("Price", 10),
    text("requests", 18, tone=always("attention")),
    word("transmission", 13),
    key(6, "block", "block"),
    text("text", 24),
    number("StopPx", 10),
    text("TimeInForce", 14),
    text("trader", 10),
    clock("routed"),
    text("ClOrdID", 16),
    text("OrderID", 16),
    text("instructions", 24),
)
_EXECUTIONS = (
    key(18, "ExecID", "ExecID"),
    text("broker", 8),
    text("Symbol", 8),
    SIDE,
    number("LastQty", 10),
    number("LastPx", 11),
    word("effect", 10),
    key(8, "placed", "placement"),
    key(6, "block", "block"),
    text("LastMkt", 8),
    text("TransactTime", 22),
    text("trader", 10),
    text("replaced_by", 24),
)
_ALLOCATIONS = (
    key(6, "block", "block"),
    text("account", 12),
    text("Symbol", 8),
    SIDE,
    number("AllocQty", 11),
    average("AvgPx"),
    number("net", 15),
    text("Currency", 8),
    number("gross", 15),
    number("commission", 11),
    number("OrderQty", 11),
    key(7, "order", "order"),
    text("policy", 14),
    day("trade_date"),
    day("settle_date"),
    clock("allocated"),
    text("pm", 10),
)
_POSITIONS = (
    text("account", 12),
    text("Symbol", 8),
    number("quantity", 12),
    number("buying", 11),
    number("selling", 11),
    number("Px", 11),
    number("market_value", 17),
    text("Currency", 8),
    text("instrument", 16),
)
_ALERTS = (
    key(6, "alert"),
    clock("at"),
    text("kind", 18, tone=always("bad")),
    text("subject", 16),
    text("text", 40),
)

TABLES: tuple[Table, ...] = (
    Table("orders", "Orders", _ORDERS, ("key", True), ended("allocated", "cancelled")),
    Table("blocks", "Blocks", _BLOCKS, ("key", True), ended("allocated", "dissolved")),
    Table("placements", "Placements", _PLACEMENTS, ("key", True), _finished),
    Table("executions", "Executions", _EXECUTIONS, ("TransactTime", True)),
    Table("allocations", "Allocations", _ALLOCATIONS, ("block", True)),
    Table("positions", "Positions", _POSITIONS, ("account", False)),
    Table("alerts", "Alerts", _ALERTS, ("key", True)),
)
