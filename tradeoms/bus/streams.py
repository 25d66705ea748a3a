"""The door for reading: tables with snapshot and keyed updates, records without a gap, questions.

A subscriber has a set of keys that changed, sent on its credit: a slow one gets the latest version
of a row, and nobody waits for it.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import structlog
import zmq

from tradeoms.bus import wire
from tradeoms.bus.access import sees
from tradeoms.bus.keys import KeyStore, User
from tradeoms.bus.sockets import authenticator, router, sender, user_of
from tradeoms.model.events import Record
from tradeoms.reader import Changes, Reader
from tradeoms.views import VIEWS

log = structlog.get_logger("streams")

CREDIT = 8  # messages a table's subscriber may have unconfirmed
MOST_ROWS = 2000  # of one message
MOST_RECORDS = 1000
HEARTBEAT = 1.0  # seconds; tells a client that what it shows is not old

Query = Callable[[Reader, dict[str, Any]], list[Any]]


class Subscriber:
    """One client's view of one table."""

    def __init__(self, identity: bytes, user: User, table: str) -> None:
        self.identity, self.user, self.table = identity, user, table
        self.credit = CREDIT
        self.waiting: dict[str, Any] = {}
        self.snapshot: Iterator[Any] | None = None


class Follower:
    """One client's place in the records."""

    def __init__(self, identity: bytes, after: int) -> None:
        self.identity, self.after = identity, after


class StreamServer:
    """Owns the ROUTER; one thread calls `listen` and `publish` in turn."""

    def __init__(
        self,
        address: str,
        keys: KeyStore,
        reader: Reader,
        history: Callable[[int], Iterator[Record]],
        queries: dict[str, Query],
        insecure: bool = False,
    ) -> None:
        self._keys, self._reader, self._history = keys, reader, history
        self._queries, self._insecure = queries, insecure
        self.context = zmq.Context[Any]()
        self._auth = None if insecure else authenticator(self.context, keys)[0]
        self.socket = router(self.context, address, keys, insecure)
        self._send = sender(self.socket)
        self._subscribers: dict[tuple[bytes, str], Subscriber] = {}
        self._followers: dict[bytes, Follower] = {}
        self._beat = time.monotonic()

    def close(self) -> None:
        """Close the socket and the authenticator."""
        if self._auth:
            self._auth.stop()
        self.context.destroy(linger=0)

    def listen(self) -> None:
        """Take all requests that have arrived."""
        while self.socket.poll(0):
            frames = self.socket.recv_multipart(copy=False)
            identity = frames[0].bytes
            reason = self._receive(identity, frames)
            if reason:
                log.warning("refused", reason=reason)
                self._send(identity, wire.REFUSED, wire.encode(wire.Refused(reason)))

    def _receive(self, identity: bytes, frames: list[zmq.Frame]) -> str:
        user = user_of(frames[-1], identity, self._keys, self._insecure)
        if user is None:
            return "unknown user"
        if len(frames) != 3:
            return "malformed: a message is a kind and one JSON frame"
        try:
            return self._serve(identity, user, frames[1].bytes, frames[2].bytes)
        except msgspec.DecodeError as error:
            return f"malformed: {error}"

    def _serve(self, identity: bytes, user: User, kind: bytes, body: bytes) -> str:
        if kind == wire.SUBSCRIBE:
            return self._subscribe(identity, user, msgspec.json.decode(body, type=wire.Subscribe).table)
        if kind == wire.CREDIT:
            credit = msgspec.json.decode(body, type=wire.Credit)
            if subscriber := self._subscribers.get((identity, credit.table)):
                subscriber.credit = min(subscriber.credit + credit.messages, CREDIT)
                self._flush(subscriber, {})
            return ""
        if kind == wire.EVENTS:
            if user.accounts:
                return "records hold every account: you may see only some"
            after = msgspec.json.decode(body, type=wire.Events).after
            self._followers[identity] = Follower(identity, after)
            return self._catch_up(self._followers[identity])
        if kind == wire.QUERY:
            return self._query(identity, user, msgspec.json.decode(body, type=wire.Query))
        return f"malformed: unknown kind {kind!r}"

    def _subscribe(self, identity: bytes, user: User, table: str) -> str:
        if table not in VIEWS:
            return f"unknown table {table!r}, known are {', '.join(VIEWS)}"
        subscriber = Subscriber(identity, user, table)
        subscriber.snapshot = iter(list(self._reader.rows(table)))
        self._subscribers[identity, table] = subscriber
        self._flush(subscriber, {})
        return ""

    def _query(self, identity: bytes, user: User, query: wire.Query) -> str:
        ask = self._queries.get(query.question)
        seq = self._reader.state.seq
        if user.accounts:
            result = wire.Result(query.id, seq, problem="questions range over every account: you may see only some")
        elif ask is None:
            known = ", ".join(self._queries)
            result = wire.Result(query.id, seq, problem=f"unknown question {query.question!r}, known are {known}")
        else:
            try:
                result = wire.Result(query.id, seq, rows=tuple(map(msgspec.to_builtins, ask(self._reader, query.arguments))))
            except (KeyError, TypeError, ValueError) as error:
                result = wire.Result(query.id, seq, problem=f"{type(error).__name__}: {error}")
        self._send(identity, wire.RESULT, wire.encode(result))
        return ""

    def publish(self, records: list[Record], changes: Changes) -> None:
        """Pass on what the reader has just applied."""
        encoded: dict[tuple[str, str], msgspec.Raw] = {}
        for subscriber in list(self._subscribers.values()):
            if changed := changes.get(subscriber.table):
                subscriber.waiting |= changed
                self._flush(subscriber, encoded)
        if records:
            body = wire.encode(records)
            for follower in self._followers.values():
                if follower.after == records[0].seq - 1:
                    follower.after = records[-1].seq
                    self._send(follower.identity, wire.RECORDS, body)
                elif follower.after < records[-1].seq:
                    self._catch_up(follower)
        self._heartbeat()

    def _heartbeat(self) -> None:
        if time.monotonic() - self._beat < HEARTBEAT:
            return
        self._beat = time.monotonic()
        for subscriber in self._subscribers.values():
            if subscriber.snapshot is None and not subscriber.waiting:
                self._say(subscriber, (), ())
        empty = wire.encode(())
        for identity in self._followers:
            self._send(identity, wire.RECORDS, empty)

    def _catch_up(self, follower: Follower) -> str:
        """Send the records from the journal up to where the reader is."""
        part: list[Record] = []
        for record in self._history(follower.after):
            if record.seq > self._reader.state.seq:
                break
            part.append(record)
            if len(part) == MOST_RECORDS:
                self._send(follower.identity, wire.RECORDS, wire.encode(part))
                part = []
            follower.after = record.seq
        if part:
            self._send(follower.identity, wire.RECORDS, wire.encode(part))
        return ""

    def _flush(self, subscriber: Subscriber, encoded: dict[tuple[str, str], msgspec.Raw]) -> None:
        """Send while there is credit: first the snapshot, then what changed since."""
        while subscriber.credit and subscriber.snapshot is not None:
            self._send_snapshot(subscriber)
        while subscriber.credit and subscriber.waiting and subscriber.snapshot is None:
            rows, gone = [], []
            for key in list(subscriber.waiting)[:MOST_ROWS]:
                row = subscriber.waiting.pop(key)
                if row is None:
                    gone.append(key)
                elif sees(subscriber.user, self._reader.state, subscriber.table, row):
                    rows.append(_encoded(encoded, subscriber.table, key, row))
            subscriber.credit -= 1
            self._say(subscriber, tuple(rows), tuple(gone))

    def _send_snapshot(self, subscriber: Subscriber) -> None:
        assert subscriber.snapshot is not None
        part, more = [], False
        for row in subscriber.snapshot:
            if sees(subscriber.user, self._reader.state, subscriber.table, row):
                part.append(msgspec.Raw(wire.encode(row)))
            if len(part) == MOST_ROWS:
                more = True
                break
        if not more:
            subscriber.snapshot = None
        subscriber.credit -= 1
        body = wire.Snapshot(subscriber.table, self._reader.state.seq, tuple(part), more)
        self._send(subscriber.identity, wire.SNAPSHOT, wire.encode(body))

    def _say(self, subscriber: Subscriber, rows: tuple[msgspec.Raw, ...], gone: tuple[str, ...]) -> None:
        body = wire.Rows(subscriber.table, self._reader.state.seq, rows, gone)
        self._send(subscriber.identity, wire.ROWS, wire.encode(body))


def _encoded(cache: dict[tuple[str, str], msgspec.Raw], table: str, key: str, row: Any) -> msgspec.Raw:
    """A row's bytes, encoded once for all subscribers."""
    found = cache.get((table, key))
    if found is None:
        found = cache[table, key] = msgspec.Raw(wire.encode(row))
    return found
