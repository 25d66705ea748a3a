"""What happened to an order, block or placement, in order: from the records of the journal.

Which names an event is about is read from its fields, so that a new event is on the timeline too.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from blotter import cells
from tradeoms.model import events as e
from tradeoms.model.executions import Report

ABOUT = ("order", "block", "placement", "execution", "orders", "blocks", "subject")
NAME = re.compile(r"[OBP]\d+")
DULL = frozenset({"session", "instrument", "id", "user", "trade_date", "transmission", "routed"})
NO = cells.plain(False)  # a fact that is not so goes without saying
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
#: The tags of what a report says, as brokers speak of them.
TAGS = {
    "ClOrdID": 11, "OrigClOrdID": 41, "OrderID": 37, "ExecID": 17, "ExecRefID": 19,
    "OrdStatus": 39, "Symbol": 55, "Side": 54, "OrderQty": 38, "Price": 44, "StopPx": 99,
    "OrdType": 40, "TimeInForce": 59, "LastQty": 32, "LastPx": 31, "CumQty": 14, "LeavesQty": 151,
    "AvgPx": 6, "TransactTime": 60, "TradeDate": 75, "LastMkt": 30, "Text": 58,
    "OrdRejReason": 103, "CxlRejReason": 102, "CxlRejResponseTo": 434, "ExecInst": 18,
    "ExecRestatementReason": 378, "RefSeqNum": 45, "RefMsgType": 372,
}  # fmt: skip


class Entry(NamedTuple):
    """One line: when, who or which session it came from, what happened, and all of it."""

    seq: int
    at: datetime
    whose: str
    text: str
    event: Any
    cause: e.Cause
    names: frozenset[str]


class Story:
    """Everything heard so far, by the names it is about."""

    def __init__(self) -> None:
        self.seq = 0
        self._entries: dict[str, list[Entry]] = {}
        self._below: dict[str, dict[str, None]] = {}  # order -> blocks, block -> placements
        self._above: dict[str, dict[str, None]] = {}  # block -> orders, placement -> block

    def take(self, records: Iterable[e.Record]) -> None:
        """Hear more."""
        for record in records:
            self.seq = record.seq
            names = dict.fromkeys(_names(record.event))
            if names:
                entry = _entry(record, frozenset(names))
                for name in names:
                    self._entries.setdefault(name, []).append(entry)
                self._link(record.event)

    def of(self, name: str) -> list[Entry]:
        """All that happened to it, to what it went into, and to what became of that, in order."""
        names = {name, *self._all(name, self._below), *self._all(name, self._above)}
        found = {
            entry.seq: entry
            for one in names
            for entry in self._entries.get(one, ())
            if one == name or not _others(entry, names)
        }
        return [found[seq] for seq in sorted(found)]

    def _all(self, name: str, links: dict[str, dict[str, None]]) -> Iterator[str]:
        for other in links.get(name, ()):
            yield other
            yield from self._all(other, links)

    def _link(self, event: Any) -> None:
        block = getattr(event, "block", None)
        if isinstance(event, e.BlockOpened):
            for order in event.block.orders:
                self._join(order, event.block.block)
        placement = getattr(event, "placement", None)
        if block is None and isinstance(placement, msgspec.Struct):
            self._join(
                str(getattr(placement, "block", "")), str(getattr(placement, "placement", ""))
            )

    def _join(self, above: str, below: str) -> None:
        if above and below:
            self._below.setdefault(above, {})[below] = None
            self._above.setdefault(below, {})[above] = None


def _others(entry: Entry, names: set[str]) -> bool:
    """Whether it is about placements, and about none of these."""
    placements = {name for name in entry.names if name.startswith("P")}
    return bool(placements) and not placements & names


def _names(event: Any) -> Iterator[str]:
    """The orders, blocks and placements that an event is about."""
    for field in ABOUT:
        value = getattr(event, field, None)
        values = value if isinstance(value, tuple) else (value,)
        for one in values:
            if isinstance(one, msgspec.Struct):
                yield from _names(one)
            elif isinstance(one, str) and NAME.fullmatch(one):
                yield one
    if isinstance(event, e.Answered):
        yield from (name for name in event.ids if NAME.fullmatch(name))


def _entry(record: e.Record, names: frozenset[str]) -> Entry:
    cause = record.cause
    whose = cause.user or (f"{cause.session} #{cause.MsgSeqNum}" if cause.session else "system")
    return Entry(record.seq, record.at, whose, described(record.event), record.event, cause, names)


def described(event: Any) -> str:
    """One line: what happened, with the facts that one asks for first."""
    if isinstance(event, e.Reported):
        return _reported(event)
    words = _WORDS.sub(" ", type(event).__name__).lower()
    facts = [f"{name} {shown}" for name, shown in _facts(event) if name not in DULL and shown != NO]
    facts = [fact for fact in facts if len(fact) <= 60]
    return cells.printable(f"{words}  {'  '.join(facts[:6])}".rstrip())


def _reported(event: e.Reported) -> str:
    report, fill = event.report, event.execution
    words = [report.kind]
    if report.OrdStatus is not None:
        words.append(report.OrdStatus.name)
    if fill is not None:
        words.append(f"{cells.number(fill.LastQty)} @ {cells.number(fill.LastPx)} {fill.LastMkt}")
    if str(event.effect) != "nothing":
        words.append(f"→ {event.effect}")
    words += [text for text in (report.Text, event.note) if text]
    return cells.printable("  ".join(words))


def _facts(struct: Any) -> Iterator[tuple[str, str]]:
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        if value in (None, "", (), {}) or field.name == "at":
            continue
        if isinstance(value, msgspec.Struct):
            yield from _facts(value)
        else:
            yield field.name, _value(value)


def _value(value: Any) -> str:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return cells.number(value)
    if isinstance(value, tuple):
        return (
            f"{len(value)}: {', '.join(map(str, value[:5]))}" if len(value) > 1 else str(value[0])
        )
    return cells.plain(value)


def message(entry: Entry) -> list[tuple[str, str]]:
    """Every field of an event; those of a FIX message with their tags, as it was said."""
    cause = entry.cause
    found = [("record", f"{entry.seq}"), ("at", cells.plain(entry.at)), ("by", entry.whose)]
    if cause.session:
        found.append(("FIX", f"session {cause.session}, MsgSeqNum {cause.MsgSeqNum}"))
    if cause.PossDup:
        found.append(("PossDup", "yes"))
    for name, value in _facts(entry.event):
        tag = TAGS.get(name)
        found.append((f"{name} ({tag})" if tag and _fix(entry.event) else name, value))
    return found


def _fix(event: Any) -> bool:
    """Whether an event stands for a FIX message, in or out."""
    sent = e.PlacementRouted | e.CancelRequested | e.ReplaceRequested
    return isinstance(event, sent) or isinstance(getattr(event, "report", None), Report)
