"""The columns of each table. A new column, or a table, is one line here.

What a trader needs most comes first, so that 80 characters show it. What a screen shows, in which
order and how wide, is the trader's choice (`layouts.py`); this is where everybody begins.
"""

from typing import Any

import msgspec

from blotter import computed, money_columns
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
    flag,
    foreign,
    key,
    money,
    number,
    text,
    total,
    word,
)
from blotter.pair_columns import CROSSES, HALTS
from tradeoms.views import VIEWS


def _accounts(row: Any) -> str:
    """The one account, or how many there are."""
    return str(row.account) or f"{row.accounts} accounts"


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
    total("OrderQty", 11),
    text("OrdType", 9),
    number("Price", 10),
    word("state", 9),
    key(6, "block", "block"),
    Column("account", "account", 12, _accounts, _accounts),
    text("pm", 10),
    text("claimed_by", 10, "claimed"),
    text("warnings", 16, tone=always("attention")),
    text("blocks", 16, "held by", tone=always("bad")),
    computed.value("OrderQty", "Price", "arrival"),
    computed.age("entered"),
    computed.percent("CumQty", "OrderQty"),
    computed.VOLUME,
    total("CumQty", 11),
    average("AvgPx"),
    number("arrival", 10),
    computed.SLIPPAGE,
    number("StopPx", 10),
    text("TimeInForce", 14),
    clock("entered"),
    text("desk", 8),
    text("strategy", 10),
    text("basket", 10),
    text("reference", 16),
    text("instructions", 30),
    text("Currency", 8),
    text("instrument", 16),
    text("share_class", 11),
    text("SecurityID", 14),
    text("reason", 30),
    flag("discretionary", 13),
    *(day("trade_date"), number("CashOrderQty", 13)),
)
_BLOCKS = (
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
_PLACEMENTS = (
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
_EXECUTIONS = (
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
_ALLOCATIONS = (
    key(6, "block", "block"),
    text("account", 12),
    text("Symbol", 8),
    SIDE,
    total("AllocQty", 11),
    average("AvgPx"),
    money("net", 15),
    text("Currency", 8),
    money("gross", 15),
    money("commission", 11),
    money("fees", 11),
    total("OrderQty", 11),
    key(7, "order", "order"),
    text("policy", 14),
    day("trade_date"),
    day("settle_date"),
    clock("allocated"),
    text("pm", 10),
    text("instrument", 16),
    text("SecurityID", 14),
)
_COMPLIANCE = (
    key(7, "order"),
    word("state", 9),
    text("blocks", 20, "held by", tone=always("bad")),
    text("warnings", 20, tone=always("attention")),
    text("Symbol", 8),
    SIDE,
    total("OrderQty", 11),
    number("Price", 10),
    Column("account", "account", 12, _accounts, _accounts),
    text("pm", 10),
    computed.value("OrderQty", "Price", "arrival"),
    computed.age("entered"),
    text("desk", 8),
    text("basket", 10),
    text("reason", 30),
    clock("entered"),
)
_ALERTS = (
    key(6, "alert"),
    clock("at"),
    text("kind", 16, tone=always("bad")),
    text("subject", 10),
    text("text", 40),
    word("state", 12),
    text("owner", 10),
    clock("until"),
    computed.age("at"),
    text("user", 10, "attended by"),
    text("reason", 30),
    clock("attended"),
)


def _up(row: Any) -> str:
    return "up" if row.up else "DOWN"


_SESSIONS = (
    text("key", 12, "session"),
    Column("up", "state", 6, _up, _up, tone=lambda row: "good" if row.up else "bad"),
    text("brokers", 24),
    number("in_seq", 10, "last in"),
    number("out_seq", 10, "last out"),
    text("reason", 40),
)
_UNKNOWN = (
    key(6, "report"),
    text("session", 10),
    text("reason", 30, tone=always("bad")),
    text("kind", 10),
    text("Symbol", 8),
    number("LastQty", 10),
    number("LastPx", 11),
    foreign("ClOrdID", 16),
    foreign("OrderID", 16),
    foreign("ExecID", 16),
    text("TransactTime", 22),
    text("Text", 30),
    number("MsgSeqNum", 9),
    text("raw", 60),
)


_INSTRUCTIONS = (
    foreign("key", 16, "AllocID"),
    key(6, "block", "block"),
    text("broker", 8),
    text("Symbol", 8),
    SIDE,
    total("Quantity", 11),
    word("state", 16),
    text("void", 20, tone=always("bad")),
    average("AvgPx"),
    money("net", 15),
    text("Currency", 8),
    total("accounts", 8),
    total("affirmed", 8),
    total("mismatched", 10),
    text("rejected", 20, tone=always("bad")),
    text("text", 30),
)
_CONFIRMATIONS = (
    text("account", 12),
    text("broker", 8),
    text("Symbol", 8),
    SIDE,
    word("state", 12),
    text("differences", 30, tone=always("bad")),
    total("AllocQty", 11),
    total("broker_AllocQty", 15),
    average("AvgPx"),
    money("net", 15),
    money("broker_net", 15),
    text("Currency", 8),
    key(6, "block", "block"),
    day("settle_date"),
    foreign("key", 20, "AllocID/account"),
)


_BREAKS = (
    text("kind", 10),
    text("source", 10),
    text("subject", 18),
    text("what", 24, tone=always("bad")),
    text("ours", 14),
    text("theirs", 14),
    money("amount", 15),
    text("Currency", 8),
    number("age", 6, "days"),
    word("state", 10),
    text("owner", 10),
    text("reason", 24),
    text("account", 12),
    text("instrument", 16),
)
_CHANGES = (
    key(6, "block", "block"),
    text("change", 7),
    key(7, "order", "order"),
    text("account", 12),
    text("Symbol", 8),
    SIDE,
    total("before", 11),
    total("after", 11),
    total("filled", 11),
    text("reason", 24),
    text("user", 10),
    clock("at"),
    text("pm", 10),
    number("part", 5),
)


def completed(view: str, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns, and one for each field of the view that has none: nothing is out of reach."""
    have = {column.name for column in columns}
    fields = msgspec.structs.fields(VIEWS[view].row)
    return columns + tuple(_plain(field) for field in fields if field.name not in have)


def _plain(field: msgspec.structs.FieldInfo) -> Column:
    named = str(getattr(field.type, "__name__", field.type)).split(" |")[0].rpartition(".")[2]
    make = {"Decimal": number, "int": number, "bool": flag}.get(named)
    if make is not None:
        return make(field.name, max(10, len(field.name)))
    if named in ("datetime", "date"):
        return clock(field.name) if named == "datetime" else day(field.name)
    return text(field.name, max(12, len(field.name)))


def _table(
    name: str,
    title: str,
    short: str,
    columns: tuple[Column, ...],
    sort: tuple[str, bool],
    **more: Any,
) -> Table:
    """A table with a column for every field; those that are not named here are hidden at first."""
    every = completed(more.get("view", name), columns)
    hidden = frozenset(column.name for column in every[len(columns) :])
    return Table(name, title, every, sort, short=short, hidden=hidden, **more)


def _breaks(row: Any) -> bool:
    """Orders about which compliance said something and that are not over."""
    return bool(row.blocks or row.warnings) and row.state not in ("allocated", "cancelled")


_OVER = ended("allocated", "cancelled", "dissolved", "refused")
_ATTENDED = ended("acknowledged", "snoozed")
_LAST = ("key", True)
TABLES: tuple[Table, ...] = (
    _table("orders", "Orders", "Ord", _ORDERS, _LAST, tone=_OVER),
    _table("blocks", "Blocks", "Blk", _BLOCKS, _LAST, tone=_OVER),
    _table("placements", "Placements", "Plc", _PLACEMENTS, _LAST, tone=_finished),
    _table("executions", "Executions", "Exe", _EXECUTIONS, ("TransactTime", True)),
    _table("allocations", "Allocations", "Alc", _ALLOCATIONS, ("block", True)),
    _table("positions", "Positions", "Pos", money_columns.POSITIONS, ("account", False)),
    _table("lots", "Lots", "Lot", money_columns.LOTS, ("key", False)),
    _table("prices", "Prices", "Px", money_columns.PRICES, ("Symbol", False)),
    _table("sessions", "Sessions", "Ses", _SESSIONS, ("key", False)),
    _table("compliance", "Compliance", "Cmp", _COMPLIANCE, _LAST, view="orders", where=_breaks),
    _table("alerts", "Alerts", "Alr", _ALERTS, _LAST, tone=_ATTENDED),
    _table("unmatched", "Unknown", "Unk", _UNKNOWN, _LAST),
    _table("instructions", "Instructions", "Ins", _INSTRUCTIONS, _LAST),
    _table("confirmations", "Confirmations", "Cfm", _CONFIRMATIONS, ("key", False)),
    _table("cash", "Cash", "Csh", money_columns.CASH, ("account", False)),
    _table("pnl", "P&L", "P&L", money_columns.PNL, ("account", False)),
    _table("rates", "Rates", "Rat", money_columns.RATES, ("day", True)),
    _table("ladder", "Ladder", "Lad", money_columns.LADDER, ("account", False)),
    _table("realized", "Realized", "Rlz", money_columns.REALIZED, ("block", True)),
    _table("statement_changes", "Changes", "Chg", _CHANGES, ("at", True)),
    _table("breaks", "Breaks", "Brk", _BREAKS, ("age", True), tone=ended("cleared", "explained")),
    _table("halts", "Halts", "Hlt", HALTS, _LAST, tone=ended("lifted")),
    _table("crosses", "Crosses", "Crs", CROSSES, _LAST, tone=ended("rejected", "ended", "busted")),
)
