"""The columns of each table. A new column is one line in the table it belongs to.

The first column stays in place when the table scrolls sideways; the last one takes the width that
is left. What a trader needs most comes first, so that 80 characters show it.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from blotter import cells

Tone = Callable[[Any], str]


def _no_tone(row: Any) -> str:
    return ""


class Column(NamedTuple):
    """One column: `value` is what it sorts by, `text` what it shows, `tone` its colour's name."""

    name: str
    title: str
    width: int
    value: Callable[[Any], Any]
    text: Callable[[Any], str]
    right: bool = False
    tone: Tone = _no_tone


class Table(NamedTuple):
    """One view on the screen; `sort` is the column and whether the greatest comes first."""

    name: str
    title: str
    columns: tuple[Column, ...]
    sort: tuple[str, bool]
    tone: Tone = _no_tone


def _text(name: str, width: int, title: str = "", tone: Tone = _no_tone) -> Column:
    value = attrgetter(name)
    return Column(name, title or name, width, value, value, False, tone)


def _key(width: int, title: str, name: str = "key") -> Column:
    value = attrgetter(name)
    return Column(name, title, width, lambda row: cells.natural(value(row)), value)


def _number(name: str, width: int, title: str = "") -> Column:
    value = attrgetter(name)
    return Column(name, title or name, width, value, lambda row: cells.number(value(row)), True)


def _average(name: str, width: int = 11) -> Column:
    value = attrgetter(name)
    return Column(name, name, width, value, lambda row: cells.average(value(row)), True)


def _clock(name: str) -> Column:
    value = attrgetter(name)
    return Column(name, name, 9, value, lambda row: cells.clock(value(row)))


def _day(name: str) -> Column:
    value = attrgetter(name)
    return Column(name, name, 11, value, lambda row: cells.day(value(row)))


def _side_tone(row: Any) -> str:
    return "buy" if row.Side == "Buy" else "sell"


_SIDE = Column(
    "Side", "Side", 8, attrgetter("Side"), lambda row: cells.side(row.Side), tone=_side_tone
)

_TONES = {
    "staged": "attention",
    "held": "bad",
    "refused": "bad",
    "open": "attention",
    "working": "good",
    "unsent": "bad",
    "Rejected": "bad",
    "PartiallyFilled": "good",
    "New": "good",
    "busted": "bad",
    "disputed": "bad",
}


def _word(name: str, width: int) -> Column:
    value = attrgetter(name)
    return Column(
        name, name, width, value, value, tone=lambda row: _TONES.get(value(row).split(" ")[0], "")
    )


def _ended(*states: str) -> Tone:
    """Rows in these states are shown quietly: nothing is left to do there."""
    return lambda row: "quiet" if row.state in states else ""


def _accounts(row: Any) -> str:
    return row.account or f"{row.accounts} accounts"


def _done(row: Any) -> str:
    return cells.bar(row.filled, row.OrderQty)


def _status(row: Any) -> str:
    """The broker's last word; before there is one, where our message is."""
    return row.OrdStatus or row.transmission


def _status_tone(row: Any) -> str:
    return _TONES.get(_status(row), "")


def _finished(row: Any) -> str:
    return "" if row.LeavesQty or row.requests else "quiet"


_ORDERS = (
    _key(7, "order"),
    _text("Symbol", 8),
    _SIDE,
    _number("OrderQty", 11),
    _text("OrdType", 9),
    _number("Price", 10),
    _word("state", 9),
    _key(6, "block", "block"),
    Column("account", "account", 12, _accounts, _accounts),
    _text("pm", 10),
    _text("warnings", 20, tone=lambda row: "attention"),
    _text("blocks", 20, tone=lambda row: "bad"),
    _number("StopPx", 10),
    _text("TimeInForce", 14),
    _number("CumQty", 11),
    _average("AvgPx"),
    _number("arrival", 10),
    _clock("entered"),
    _text("desk", 8),
    _text("strategy", 10),
    _text("basket", 10),
    _text("reference", 16),
    _text("instructions", 30),
)
_BLOCKS = (
    _key(6, "block"),
    _text("Symbol", 8),
    _SIDE,
    _number("OrderQty", 11),
    _number("idle", 11),
    _number("working", 11),
    _number("filled", 11),
    _word("state", 9),
    Column("done", "done", 13, lambda r: r.filled / r.OrderQty if r.OrderQty else 0, _done),
    _average("AvgPx"),
    _text("OrdType", 9),
    _number("Price", 10),
    _number("StopPx", 10),
    _text("TimeInForce", 14),
    _number("live", 5),
    _number("placements", 10),
    _number("orders", 6),
    _number("members", 7),
    _text("trader", 10),
    _clock("opened"),
    _text("pms", 14),
    _text("desks", 14),
)
_PLACEMENTS = (
    _key(6, "placed"),
    _text("broker", 8),
    _text("Symbol", 8),
    _SIDE,
    _number("OrderQty", 10),
    _number("CumQty", 10),
    _number("LeavesQty", 10),
    Column("OrdStatus", "OrdStatus", 15, _status, _status, tone=_status_tone),
    _average("AvgPx"),
    _text("OrdType", 9),
    _number("Price", 10),
    _text("requests", 18, tone=lambda row: "attention"),
    _word("transmission", 13),
    _key(6, "block", "block"),
    _text("text", 24),
    _number("StopPx", 10),
    _text("TimeInForce", 14),
    _text("trader", 10),
    _clock("routed"),
    _text("ClOrdID", 16),
    _text("OrderID", 16),
    _text("instructions", 24),
)
_EXECUTIONS = (
    _key(14, "ExecID", "ExecID"),
    _text("broker", 8),
    _text("Symbol", 8),
    _SIDE,
    _number("LastQty", 10),
    _number("LastPx", 11),
    _word("effect", 10),
    _key(8, "placed", "placement"),
    _key(6, "block", "block"),
    _text("LastMkt", 8),
    _text("TransactTime", 22),
    _text("trader", 10),
    _text("replaced_by", 24),
)
_ALLOCATIONS = (
    _key(6, "block", "block"),
    _text("account", 12),
    _text("Symbol", 8),
    _SIDE,
    _number("AllocQty", 11),
    _average("AvgPx"),
    _number("net", 15),
    _text("Currency", 8),
    _number("gross", 15),
    _number("commission", 11),
    _number("OrderQty", 11),
    _key(7, "order", "order"),
    _text("policy", 14),
    _day("trade_date"),
    _day("settle_date"),
    _clock("allocated"),
    _text("pm", 10),
)
_POSITIONS = (
    _text("account", 12),
    _text("Symbol", 8),
    _number("quantity", 12),
    _number("buying", 11),
    _number("selling", 11),
    _number("Px", 11),
    _number("market_value", 17),
    _text("Currency", 8),
    _text("instrument", 16),
)
_ALERTS = (
    _key(6, "alert"),
    _clock("at"),
    _text("kind", 18, tone=lambda row: "bad"),
    _text("subject", 16),
    _text("text", 40),
)

TABLES: tuple[Table, ...] = (
    Table("orders", "Orders", _ORDERS, ("key", True), _ended("allocated", "cancelled")),
    Table("blocks", "Blocks", _BLOCKS, ("key", True), _ended("allocated", "dissolved")),
    Table("placements", "Placements", _PLACEMENTS, ("key", True), _finished),
    Table("executions", "Executions", _EXECUTIONS, ("TransactTime", True)),
    Table("allocations", "Allocations", _ALLOCATIONS, ("block", True)),
    Table("positions", "Positions", _POSITIONS, ("account", False)),
    Table("alerts", "Alerts", _ALERTS, ("key", True)),
)
