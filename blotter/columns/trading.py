"""The columns of what traders work: blocks, their placements, the fills."""

from typing import Any

from blotter import computed
from blotter.column import (
    SIDE,
    TONES,
    Column,
    always,
    average,
    clock,
    day,
    foreign,
    key,
    number,
    text,
    total,
    word,
)


def _status(row: Any) -> str:
    """The broker's last word; before there is one, where our message is."""
    return str(row.OrdStatus or ("by phone" if row.by_phone else row.transmission))


def _status_tone(row: Any) -> str:
    return TONES.get(_status(row), "")


BLOCKS = (
    key(6, "block"),
    text("Symbol", 7),
    SIDE,
    total("OrderQty", 10),
    total("idle", 10),
    total("working", 10),
    total("filled", 10),
    word("state", 9),
    text("claimed_by", 10, "claimed"),
    computed.percent("filled", "OrderQty"),
    computed.VOLUME,
    average("AvgPx"),
    text("OrdType", 9),
    number("Price", 10),
    computed.value("filled", "AvgPx"),
    computed.age("opened"),
    number("StopPx", 10),
    text("TimeInForce", 14),
    total("live", 5),
    total("placements", 10),
    total("orders", 6),
    total("members", 7),
    text("trader", 10),
    clock("opened"),
    text("pms", 14),
    text("desks", 14),
    text("Currency", 8),
    text("instrument", 16),
    text("SecurityID", 14),
    clock("frozen_at"),
    *(day("trade_date"), number("CashOrderQty", 13), number("idle_amount", 13)),
)
PLACEMENTS = (
    key(7, "placed"),
    text("broker", 7),
    text("Symbol", 6),
    SIDE,
    total("OrderQty", 9),
    total("CumQty", 9),
    total("LeavesQty", 9),
    Column("OrdStatus", "OrdStatus", 15, _status, _status, tone=_status_tone),
    average("AvgPx"),
    text("OrdType", 9),
    number("Price", 10),
    text("requests", 18, tone=always("attention")),
    word("transmission", 13),
    key(6, "block", "block"),
    text("text", 24),
    text("by_phone", 40, "by phone"),
    computed.percent("CumQty", "OrderQty"),
    computed.value("CumQty", "AvgPx"),
    computed.age("routed"),
    number("StopPx", 10),
    text("TimeInForce", 14),
    text("trader", 10),
    clock("routed"),
    foreign("ClOrdID", 16),
    foreign("OrderID", 16),
    text("session", 10),
    text("instrument", 16),
    text("instructions", 24),
    day("trade_date"),
    *(text("ListID", 15), number("CashOrderQty", 13)),
)
EXECUTIONS = (
    foreign("ExecID", 18),
    text("broker", 8),
    text("Symbol", 8),
    SIDE,
    total("LastQty", 10),
    number("LastPx", 11),
    word("effect", 10),
    key(8, "placed", "placement"),
    key(6, "block", "block"),
    text("LastMkt", 8),
    text("TransactTime", 22),
    computed.value("LastQty", "LastPx"),
    text("trader", 10),
    text("replaced_by", 24),
    text("instrument", 16),
    day("trade_date"),
)
