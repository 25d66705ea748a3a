"""What a client knows and says, without a socket: shared by the sync and the async client."""

import time
import uuid
from typing import Any, NamedTuple

import msgspec

from tradeoms.bus import wire
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.views import VIEWS

SILENCE = 3.0  # seconds without a word from the streams, after which subscriptions are made again
AGAIN = 2.0  # seconds without an answer, after which a command is sent again with the same id

Message = tuple[bytes, bytes]

_answered = msgspec.json.Decoder(e.Answered)
_refused = msgspec.json.Decoder(wire.Refused)
_snapshot = msgspec.json.Decoder(wire.Snapshot)
_rows = msgspec.json.Decoder(wire.Rows)
_records = msgspec.json.Decoder(tuple[e.Record, ...])
_result = msgspec.json.Decoder(wire.Result)
_row = {name: msgspec.json.Decoder(view.row) for name, view in VIEWS.items()}


class BusRefused(Exception):
    """The bus would not take the message: unknown user, wrong role, malformed."""


class Change(NamedTuple):
    """A row that is new or changed, or gone (None)."""

    table: str
    key: str
    row: Any


class Conversation:
    """Pending commands, tables as of now, and what must be said next."""

    def __init__(self) -> None:
        self.pending: dict[str, tuple[float, bytes]] = {}
        self.answers: dict[str, e.Answered | BusRefused] = {}
        self.tables: dict[str, dict[str, Any]] = {}
        self.seq: dict[str, int] = {}
        self.complete: set[str] = set()
        self.heard = time.monotonic()
        self.records: list[e.Record] = []
        self.results: dict[str, wire.Result] = {}
        self.after = -1
        self._incoming: dict[str, dict[str, Any]] = {}

    def command(self, command: c.Command, id: str = "") -> tuple[str, Message]:
        """A command with its id, remembered until it is answered."""
        id = id or uuid.uuid4().hex
        body = wire.encode(c.Envelope(id, msgspec.Raw(wire.encode(command))))
        self.pending[id] = (time.monotonic(), body)
        return id, (wire.COMMAND, body)

    def overdue(self) -> list[Message]:
        """Commands to send again; the server answers each id once and for all."""
        now, again = time.monotonic(), []
        for id, (sent, body) in self.pending.items():
            if now - sent > AGAIN:
                self.pending[id] = (now, body)
                again.append((wire.COMMAND, body))
        return again

    def answer(self, kind: bytes, body: bytes) -> None:
        """Take a message of the command socket."""
        if kind == wire.ANSWER:
            answered = _answered.decode(body)
            if self.pending.pop(answered.id, None):
                self.answers[answered.id] = answered
        elif kind == wire.REFUSED:
            refused = _refused.decode(body)
            ids = [refused.id] if refused.id else list(self.pending)
            for id in ids:
                if self.pending.pop(id, None):
                    self.answers[id] = BusRefused(refused.reason)

    def subscribe(self, table: str) -> Message:
        """Begin, or begin again, to follow a table."""
        self.tables.setdefault(table, {})
        self.complete.discard(table)
        self._incoming[table] = {}
        return wire.SUBSCRIBE, wire.encode(wire.Subscribe(table))

    def follow(self, after: int) -> Message:
        """Ask for all records after a number."""
        self.after = after
        return wire.EVENTS, wire.encode(wire.Events(after))

    def query(self, question: str, arguments: dict[str, Any]) -> tuple[str, Message]:
        """A question to the reader."""
        id = uuid.uuid4().hex
        return id, (wire.QUERY, wire.encode(wire.Query(id, question, arguments)))

    def silent(self) -> list[Message]:
        """What to say again where the streams have been silent for too long."""
        if time.monotonic() - self.heard < SILENCE or not (self.tables or self.after >= 0):
            return []
        self.heard = time.monotonic()
        again = [self.subscribe(table) for table in self.tables]
        return again + ([self.follow(self.after)] if self.after >= 0 else [])

    def hear(self, kind: bytes, body: bytes) -> tuple[list[Change], list[Message]]:
        """Take a message of the stream socket; what changed, and what to say in return."""
        self.heard = time.monotonic()
        if kind == wire.SNAPSHOT:
            return self._snapshot(_snapshot.decode(body))
        if kind == wire.ROWS:
            return self._rows(_rows.decode(body))
        if kind == wire.RECORDS:
            records = _records.decode(body)
            if records:
                self.after = records[-1].seq
            self.records += records
        elif kind == wire.RESULT:
            result = _result.decode(body)
            self.results[result.id] = result
        elif kind == wire.REFUSED:
            raise BusRefused(_refused.decode(body).reason)
        return [], []

    def _snapshot(self, part: wire.Snapshot) -> tuple[list[Change], list[Message]]:
        decode = _row[part.table].decode
        incoming = self._incoming.setdefault(part.table, {})
        incoming |= {row.key: row for row in map(decode, part.rows)}
        if part.more:
            return [], [self._credit(part.table)]
        gone = self.tables[part.table].keys() - incoming.keys()
        self.tables[part.table] = self._incoming.pop(part.table)
        self.seq[part.table] = part.seq
        self.complete.add(part.table)
        changes = [Change(part.table, key, None) for key in gone]
        changes += [Change(part.table, key, row) for key, row in self.tables[part.table].items()]
        return changes, [self._credit(part.table)]

    def _rows(self, update: wire.Rows) -> tuple[list[Change], list[Message]]:
        if update.table not in self.complete:  # of a subscription that was made again meanwhile
            return [], []
        table, decode = self.tables[update.table], _row[update.table].decode
        changes = []
        for row in map(decode, update.rows):
            table[row.key] = row
            changes.append(Change(update.table, row.key, row))
        for key in update.gone:
            if table.pop(key, None) is not None:
                changes.append(Change(update.table, key, None))
        self.seq[update.table] = update.seq
        return changes, [self._credit(update.table)]

    def _credit(self, table: str) -> Message:
        return wire.CREDIT, wire.encode(wire.Credit(table))
