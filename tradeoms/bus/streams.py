"""The door for reading: tables with snapshot and keyed updates, records without a gap, questions.

Every client is sent what its credit allows, so nobody waits for a slow one.
"""

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import msgspec
import structlog
import zmq

from tradeoms.bus import sight, wire
from tradeoms.bus.keys import KeyStore, User
from tradeoms.bus.sockets import Door, Fate, sender, user_of
from tradeoms.bus.subscribers import Cache, Client, Follower, Subscriber
from tradeoms.model.events import Record
from tradeoms.model.fields import Role
from tradeoms.reader import Changes, Reader
from tradeoms.views import VIEWS

log = structlog.get_logger("streams")

MOST_RECORDS = 1000  # of one message
MOST_AT_ONCE = 500  # requests taken before what is new is published again
HEARTBEAT = 1.0  # seconds; tells a client that what it shows is not old

ALL = frozenset(Role)

Query = Callable[[Reader, dict[str, Any]], list[Any]]


class Unwilling(Exception):
    """A request that is refused, and why."""

    def __init__(self, reason: str, stream: str = "") -> None:
        super().__init__(reason)
        self.reason, self.stream = reason, stream


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
        self._door = door = Door(address, keys, insecure)
        self.context, self.socket = door.context, door.socket
        self.counts, self.address = door.counts, door.address
        self._send = sender(self.socket)
        self._subscribers: dict[tuple[bytes, str], Subscriber] = {}
        self._followers: dict[bytes, Follower] = {}
        self._latest: list[Record] = []
        self._beat = time.monotonic()

    def close(self) -> None:
        """Close the socket and the authenticator."""
        self._door.close(linger=0)

    @property
    def clients(self) -> int:
        """Streams that are being sent: each table of each client, and each client's records."""
        return len(self._subscribers) + len(self._followers)

    def listen(self) -> None:
        """Take the requests that have arrived."""
        for _ in range(MOST_AT_ONCE):
            if not self.socket.poll(0):
                return
            frames = self.socket.recv_multipart(copy=False)
            self.counts["received"] += 1
            try:
                self._receive(frames)
            except Unwilling as refusal:
                self._refuse(frames[0].bytes, refusal)
            except Exception:
                log.exception("a request failed", bytes=len(frames[-1]))
                self._refuse(frames[0].bytes, Unwilling("internal error"))

    def publish(self, records: list[Record], changes: Changes) -> None:
        """Pass on what the reader has just applied; heartbeats, where it is time for them."""
        encoded: Cache = {}
        for subscriber in list(self._subscribers.values()):
            if changed := changes.get(subscriber.table):
                subscriber.change(changed)
                self._flush(subscriber, encoded)
        if records:
            self._latest = records[-MOST_RECORDS:]
        if records and self._followers:
            body = wire.encode(self._latest)
            for follower in list(self._followers.values()):
                self._advance(follower, body)
        if time.monotonic() - self._beat >= HEARTBEAT:
            self._beat = time.monotonic()
            self._heartbeat()

    def _refuse(self, identity: bytes, refusal: Unwilling) -> None:
        self.counts["refused"] += 1
        log.warning("refused", reason=refusal.reason, so_far=self.counts["refused"])
        body = wire.encode(wire.Refused(refusal.reason, stream=refusal.stream))
        self._tell(identity, (wire.REFUSED, body))

    def _receive(self, frames: list[zmq.Frame]) -> None:
        identity = frames[0].bytes
        user = user_of(frames[-1], identity, self._keys, self._insecure)
        if user is None:
            raise Unwilling("unknown user")
        if len(frames) != 3:
            raise Unwilling("malformed: a message is a kind and one JSON frame")
        try:
            self._serve(identity, user, frames[1].bytes, frames[2].bytes)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unwilling(f"malformed: {error}"[:300]) from None

    def _serve(self, identity: bytes, user: User, kind: bytes, body: bytes) -> None:
        if kind == wire.SUBSCRIBE:
            self._subscribe(identity, user, msgspec.json.decode(body, type=wire.Subscribe))
        elif kind == wire.CREDIT:
            self._credit(identity, msgspec.json.decode(body, type=wire.Credit))
        elif kind == wire.EVENTS:
            self._follow(identity, user, msgspec.json.decode(body, type=wire.Events).after)
        elif kind == wire.QUERY:
            result = self._answer(user, msgspec.json.decode(body, type=wire.Query))
            self._tell(identity, (wire.RESULT, wire.encode(result)))
        else:
            raise Unwilling(f"malformed: unknown kind {kind[:20]!r}")

    def _subscribe(self, identity: bytes, user: User, asked: wire.Subscribe) -> None:
        table = asked.table
        if table not in VIEWS:
            known = ", ".join(VIEWS)
            raise Unwilling(f"unknown table {table[:40]!r}, known are {known}", table[:40])
        rows, seq = self._reader.rows(table), self._reader.state.seq
        subscriber = Subscriber(identity, user, asked, rows, seq)
        self._subscribers[identity, table] = subscriber
        self._flush(subscriber, {})

    def _credit(self, identity: bytes, credit: wire.Credit) -> None:
        if credit.stream == wire.JOURNAL:
            if follower := self._followers.get(identity):
                follower.confirm(credit.messages)
                self._advance(follower)
        elif subscriber := self._subscribers.get((identity, credit.stream)):
            subscriber.confirm(credit.messages)
            self._flush(subscriber, {})

    def _follow(self, identity: bytes, user: User, after: int) -> None:
        last = self._reader.state.seq
        if user.accounts:
            reason = "records hold every account: you may see only some"
            raise Unwilling(reason, wire.JOURNAL)
        if not 0 <= after <= last:
            reason = f"there is no record {after}, the last one is {last}"
            raise Unwilling(reason, wire.JOURNAL)
        follower = self._followers[identity] = Follower(identity, user, after)
        self._advance(follower)

    def _answer(self, user: User, query: wire.Query) -> wire.Result:
        seq, ask = self._reader.state.seq, self._queries.get(query.question)
        if not sight.may_ask(user, query.question, query.arguments):
            problem = "questions range over every account: you may see only some"
        elif ask is None:
            known = ", ".join(self._queries)
            problem = f"unknown question {query.question[:40]!r}, known are {known}"
        elif not sight.MAY_ASK.get(query.question, ALL) & set(user.roles):
            problem = f"role {', '.join(user.roles)} may not ask for {query.question}"
        else:
            arguments = sight.narrowed(user, query.question, query.arguments)
            try:
                rows = tuple(map(msgspec.to_builtins, ask(self._reader, arguments)))
            except ValueError as error:
                problem = str(error)
            except Exception as error:
                log.exception("a question failed", question=query.question)
                problem = f"{type(error).__name__}: {error}"
            else:
                return wire.Result(query.id, seq, rows)
        return wire.Result(query.id, seq, problem=problem)

    def _flush(self, subscriber: Subscriber, encoded: Cache) -> None:
        while message := subscriber.next(self._reader.state, encoded):
            if not self._tell(subscriber.identity, message):
                return

    def _advance(self, follower: Follower, latest: bytes = b"") -> None:
        """Send records while there is credit; what is not the latest batch is in the journal."""
        last = self._reader.state.seq
        while follower.credit and follower.after < last:
            if latest and follower.after == self._latest[0].seq - 1:
                body, follower.after = latest, self._latest[-1].seq
            else:
                most = min(MOST_RECORDS, last - follower.after)
                records = list(islice(self._history(follower.after), most))
                if not records:
                    return
                body, follower.after = wire.encode(records), records[-1].seq
            follower.credit -= 1
            if not self._tell(follower.identity, (wire.RECORDS, body)):
                return

    def _heartbeat(self) -> None:
        for key, subscriber in list(self._subscribers.items()):
            there = self._subscribers.get(key) is subscriber and self._may_stay(subscriber)
            if there and subscriber.beat() and subscriber.idle:
                self._tell(subscriber.identity, subscriber.heartbeat(self._reader.state.seq))
        for identity, follower in list(self._followers.items()):
            if identity in self._followers and self._may_stay(follower) and follower.beat():
                follower.credit -= 1
                self._tell(identity, (wire.RECORDS, wire.encode(())))

    def _may_stay(self, client: Client) -> bool:
        """Whether a client still reads and its rights are what they were; forgotten where not.

        With other rights it must not go on as before; it hears nothing, asks again, and gets what
        is right then.
        """
        may = not client.lost and self._keys.named(client.user.user) == client.user
        if not may:
            log.warning("a client is forgotten", user=client.user.user, lost=client.lost)
            self._forget(client.identity)
        return may

    def _tell(self, identity: bytes, message: wire.Message) -> bool:
        """Send; a client that is gone, or so full that something would be lost, is forgotten."""
        fate = self._send(identity, *message)
        if fate is not Fate.Sent:
            log.info("a client is forgotten", reason=fate.value)
            self._forget(identity)
        return fate is Fate.Sent

    def _forget(self, identity: bytes) -> None:
        self._followers.pop(identity, None)
        for key in [key for key in self._subscribers if key[0] == identity]:
            del self._subscribers[key]
