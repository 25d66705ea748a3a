"""What a client follows of the log, as far as it has heard, and what it must say; no socket."""

import time
import uuid
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import msgspec

from tradeoms.bus import wire
from tradeoms.bus.asked import BusRefused
from tradeoms.model import events as e

SILENCE = 3.0  # seconds without a word on a stream, after which it is asked for again
LONGEST_SILENCE = 30.0  # what the patience grows to, doubling, while nothing comes

_refused = msgspec.json.Decoder(wire.Refused)
_snapshot = msgspec.json.Decoder(wire.Snapshot)
_rows = msgspec.json.Decoder(wire.Rows)
_records = msgspec.json.Decoder(list[e.Record])
_result = msgspec.json.Decoder(wire.Result)


@cache
def _row(table: str) -> msgspec.json.Decoder[Any]:
    """What reads a table's rows. Loaded here and not above: a command that follows no table must not
    wait for the views, and for numpy with them.
    """
    from tradeoms.views import VIEWS

    return msgspec.json.Decoder(VIEWS[table].row)


class Change(NamedTuple):
    """A row that is new or changed, or gone (None)."""

    table: str
    key: str
    row: Any


class Awaited:
    """Something asked for: when it is asked for again if nothing is heard."""

    def __init__(self, ask: Callable[[], wire.Message]) -> None:
        self.ask = ask
        self.hear()

    def hear(self) -> None:
        self.patience, self.due = SILENCE, time.monotonic() + SILENCE

    def remind(self) -> None:
        self.patience = min(2 * self.patience, LONGEST_SILENCE)
        self.due = time.monotonic() + self.patience


class Followed:
    """Tables as of now, records since they were last taken, results, and what must be said."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {}
        self.seq: dict[str, int] = {}
        self.complete: set[str] = set()
        self.records: list[e.Record] = []
        self.results: dict[str, wire.Result] = {}
        self.heard = time.monotonic()
        self.outbox: deque[wire.Message] = deque()
        self._after = 0
        self._awaited: dict[str, Awaited] = {}
        self._number: dict[str, int] = {}
        self._incoming: dict[str, dict[str, Any]] = {}

    @property
    def first(self) -> object:
        """What must leave before all else; None where nothing waits."""
        return self.outbox[0] if self.outbox else None

    def follow(self, table: str) -> None:
        """Begin, or begin again, to follow a table."""
        self.tables.setdefault(table, {})
        self._ask(table, lambda: self._subscribe(table))

    def follow_records(self, after: int) -> None:
        """Ask for all records after a number."""
        self._after = after
        ask = lambda: (wire.EVENTS, wire.encode(wire.Events(self._after)))  # noqa: E731
        self._ask(wire.JOURNAL, ask)

    def query(self, question: str, arguments: dict[str, Any]) -> str:
        """Ask the reader; the id under which `results` will hold the result."""
        id = uuid.uuid4().hex
        body = wire.encode(wire.Query(id, question, arguments))
        self._ask(id, lambda: (wire.QUERY, body))
        return id

    def forget(self, id: str) -> None:
        """Ask for something no more."""
        self._awaited.pop(id, None)

    def remind(self) -> None:
        """Ask again for what has been silent too long, unless nothing leaves anyway."""
        now = time.monotonic()
        if self.outbox:
            return
        for awaited in self._awaited.values():
            if awaited.due < now:
                awaited.remind()
                self.outbox.append(awaited.ask())

    def hear(self, kind: bytes, body: bytes) -> list[Change]:
        """Take a message of the stream socket; what changed. BusRefused where that is what came."""
        self.heard = time.monotonic()
        if kind == wire.SNAPSHOT:
            return self._snapshot(_snapshot.decode(body))
        if kind == wire.ROWS:
            return self._rows(_rows.decode(body))
        if kind == wire.RECORDS:
            self._records(_records.decode(body))
        elif kind == wire.RESULT:
            result = _result.decode(body)
            if self._awaited.pop(result.id, None):
                self.results[result.id] = result
        elif kind == wire.REFUSED:
            self._refused(_refused.decode(body))
        return []

    def _ask(self, name: str, ask: Callable[[], wire.Message]) -> None:
        self._awaited[name] = Awaited(ask)
        self.outbox.append(ask())

    def _subscribe(self, table: str) -> wire.Message:
        self.complete.discard(table)
        self._incoming[table] = {}
        number = self._number[table] = self._number.get(table, 0) + 1
        return wire.SUBSCRIBE, wire.encode(wire.Subscribe(table, number))

    def _confirm(self, stream: str, heard: bool = True) -> None:
        awaited = self._awaited.get(stream)
        if awaited and heard:
            awaited.hear()
        self.outbox.append((wire.CREDIT, wire.encode(wire.Credit(stream))))

    def _snapshot(self, part: wire.Snapshot) -> list[Change]:
        if part.number != self._number.get(part.table):  # of a subscription before this one
            return []
        self._confirm(part.table)
        incoming = self._incoming[part.table]
        incoming |= {row.key: row for row in map(_row(part.table).decode, part.rows)}
        if part.more:
            return []
        table = self.tables[part.table]
        changes = [Change(part.table, key, None) for key in table.keys() - incoming.keys()]
        news = (key for key, row in incoming.items() if table.get(key) != row)
        changes += [Change(part.table, key, incoming[key]) for key in news]
        table.clear()  # and not another dict: programs hold on to this one
        table |= incoming
        self._incoming[part.table] = {}
        self.seq[part.table] = part.seq
        self.complete.add(part.table)
        return changes

    def _rows(self, update: wire.Rows) -> list[Change]:
        if update.number != self._number.get(update.table):
            return []
        self._confirm(update.table)
        table, changes = self.tables[update.table], []
        for row in map(_row(update.table).decode, update.rows):
            table[row.key] = row
            changes.append(Change(update.table, row.key, row))
        gone = [key for key in update.gone if table.pop(key, None) is not None]
        changes += [Change(update.table, key, None) for key in gone]
        if not update.more:
            self.seq[update.table] = update.seq
        return changes

    def _records(self, records: list[e.Record]) -> None:
        """Some may come twice after a reconnection. Where one is missing, nothing counts as heard:
        after a while the rest is asked for again.
        """
        fresh = [record for record in records if record.seq > self._after]
        follows = not fresh or fresh[0].seq == self._after + 1
        self._confirm(wire.JOURNAL, follows)
        if fresh and follows:
            self.records += fresh
            self._after = fresh[-1].seq

    def _refused(self, refused: wire.Refused) -> None:
        if refused.stream:
            self._awaited.pop(refused.stream, None)
            self.tables.pop(refused.stream, None)
        raise BusRefused(refused.reason)
