"""The tables of the blotter, and in the files beside this one their columns, by topic.

A new column is one line in its table's file; a new table is its columns there and one line here. What
a trader needs most comes first, so that 80 characters show it. What a screen shows, in which order
and how wide, is the trader's choice (`layouts.py`); this is where everybody begins.
"""

from typing import Any

import msgspec

from blotter.column import Column, Table, clock, day, ended, flag, number, text
from blotter.columns import accounts, aftertrade, orders, pairs, trading, watch
from tradeoms.views import VIEWS


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


def _finished(row: Any) -> str:
    return "" if row.LeavesQty or row.requests else "quiet"


def _breaks(row: Any) -> bool:
    """Orders about which compliance said something and that are not over."""
    return bool(row.blocks or row.warnings) and row.state not in ("allocated", "cancelled")


_OVER = ended("allocated", "cancelled", "dissolved", "refused")
_ATTENDED = ended("acknowledged", "snoozed", "ended")
_LAST = ("key", True)
TABLES: tuple[Table, ...] = (
    _table("orders", "Orders", "Ord", orders.ORDERS, _LAST, tone=_OVER),
    _table("blocks", "Blocks", "Blk", trading.BLOCKS, _LAST, tone=_OVER),
    _table("placements", "Placements", "Plc", trading.PLACEMENTS, _LAST, tone=_finished),
    _table("executions", "Executions", "Exe", trading.EXECUTIONS, ("TransactTime", True)),
    _table("allocations", "Allocations", "Alc", aftertrade.ALLOCATIONS, ("block", True)),
    _table("positions", "Positions", "Pos", accounts.POSITIONS, ("account", False)),
    _table("lots", "Lots", "Lot", accounts.LOTS, ("key", False)),
    _table("prices", "Prices", "Px", accounts.PRICES, ("Symbol", False)),
    _table("sessions", "Sessions", "Ses", watch.SESSIONS, ("key", False)),
    _table(
        "compliance", "Compliance", "Cmp", orders.COMPLIANCE, _LAST, view="orders", where=_breaks
    ),
    _table("alerts", "Alerts", "Alr", watch.ALERTS, _LAST, tone=_ATTENDED),
    _table("unmatched", "Unknown", "Unk", watch.UNKNOWN, _LAST),
    _table("instructions", "Instructions", "Ins", aftertrade.INSTRUCTIONS, _LAST),
    _table("confirmations", "Confirmations", "Cfm", aftertrade.CONFIRMATIONS, ("key", False)),
    _table("cash", "Cash", "Csh", accounts.CASH, ("account", False)),
    _table("pnl", "P&L", "P&L", accounts.PNL, ("account", False)),
    _table("rates", "Rates", "Rat", accounts.RATES, ("day", True)),
    _table("ladder", "Ladder", "Lad", accounts.LADDER, ("account", False)),
    _table("realized", "Realized", "Rlz", accounts.REALIZED, ("block", True)),
    _table("statement_changes", "Changes", "Chg", aftertrade.CHANGES, ("at", True)),
    _table(
        "breaks",
        "Breaks",
        "Brk",
        aftertrade.BREAKS,
        ("age", True),
        tone=ended("cleared", "explained"),
    ),
    _table("halts", "Halts", "Hlt", pairs.HALTS, _LAST, tone=ended("lifted")),
    _table(
        "crosses", "Crosses", "Crs", pairs.CROSSES, _LAST, tone=ended("rejected", "ended", "busted")
    ),
)
