"""The journal: numbered, hashed in a chain, appended to in one transaction a batch."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache, cached_property
from hashlib import sha256
from itertools import count
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.engine import Row
from sqlalchemy.exc import DatabaseError, OperationalError

from tradeoms.model.events import Record
from tradeoms.store import database
from tradeoms.store.columns import Insert
from tradeoms.store.schema import journal
from tradeoms.store.upcast import upcast, version_of

GENESIS = bytes(32)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Record).decode


class JournalBroken(Exception):
    """A record that is missing, altered or unreadable; `seq` names it."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"journal record {seq}: {reason}")
        self.seq = seq


def connect(url: str) -> Engine:
    """An engine for a database URL; SQLite has every commit on disk before it returns.

    Raises:
        JournalBroken: there is a file, but no database that could hold a record.
    """
    engine = database.connect(url, "FULL")
    try:
        engine.connect().close()
    except OperationalError:  # such as a folder that is not there: nothing is broken
        raise
    except DatabaseError as error:
        raise JournalBroken(1, f"cannot be read: {error.orig}") from error
    return engine


class SqlJournal:
    """Appends records and reads them back, checking every hash on the way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = Insert(journal, engine.dialect)
        self._latest: tuple[Sequence[Record], list[bytes]] = ((), [])
        self.seq, self._hash = 0, GENESIS
        if (last := self._last()) is not None:
            self.seq, self._hash = last.seq, last.hash

    def checkpoint(self) -> None:
        """Let a later commit find less to tidy up."""
        database.checkpoint(self._engine)

    def _last(self) -> Row[Any] | None:
        newest = select(journal).order_by(journal.c.seq.desc()).limit(1)
        try:
            with self._engine.connect() as connection:
                return connection.execute(newest).first()
        except DatabaseError:
            self.walk()
            raise

    def walk(self) -> None:
        """Read everything; JournalBroken where a record is not what was written."""
        for _ in self.read():
            pass

    @cached_property
    def _connection(self) -> Connection:
        """The writer's own, kept: a batch takes longer to get one than to be written."""
        return self._engine.connect()

    def append(self, records: Sequence[Record]) -> None:
        """Write the batch and return when it is on disk.

        Raises:
            JournalBroken: the numbers do not continue the journal.
        """
        if records[0].seq != self.seq + 1:
            raise JournalBroken(records[0].seq, f"does not follow {self.seq}")
        rows, digest = [], self._hash
        texts = list(map(_encode, records))
        for record, text in zip(records, texts, strict=True):
            kind, version, head = named(type(record.event))
            digest = sha256(digest + head + text).digest()
            rows.append((record.seq, kind, version, text.decode(), digest))
        # A second writer on the same journal fails here on the primary key, and stops.
        with self._connection.begin():
            self._insert(self._connection, rows)
        self.seq, self._hash = records[-1].seq, digest
        self._latest = records, texts

    def texts(self, records: Sequence[Record]) -> list[bytes]:
        """The JSON of records; what was appended last is not encoded again."""
        latest, texts = self._latest
        return texts if records is latest else list(map(_encode, records))

    def read(self, after: int = 0) -> Iterator[Record]:
        """Records with a number above `after`, each checked against the one before it."""
        with self._engine.connect() as connection:
            digest = self._hash_at(connection, after)
            wanted = select(journal).where(journal.c.seq > after).order_by(journal.c.seq)
            last = after
            try:
                for row in connection.execution_options(yield_per=1000).execute(wanted):
                    digest = check(row, last + 1, digest)
                    last += 1
                    yield decode(row)
            except DatabaseError:
                self._name_unreadable(connection, last, digest)
                raise

    def _name_unreadable(self, connection: Connection, last: int, digest: bytes) -> None:
        """Rows come in hundreds: take those after the last good one singly, up to the damage."""
        for seq in count(last + 1):
            try:
                row = connection.execute(select(journal).where(journal.c.seq == seq)).first()
            except DatabaseError as error:
                raise JournalBroken(seq, f"cannot be read: {error.orig}") from error
            if row is None:
                return
            digest = check(row, seq, digest)

    def _hash_at(self, connection: Connection, seq: int) -> bytes:
        if seq == 0:
            return GENESIS
        wanted = select(journal.c.hash).where(journal.c.seq == seq)
        try:
            found = connection.execute(wanted).scalar()
        except DatabaseError:
            self.walk()
            raise
        if found is None:
            raise JournalBroken(seq, "is missing, though it was once written")
        return bytes(found)

    def hash_at(self, seq: int) -> bytes:
        """The hash of a record; JournalBroken where there is no such record."""
        with self._engine.connect() as connection:
            return self._hash_at(connection, seq)

    def time_of(self, seq: int) -> datetime:
        """When a record was written; JournalBroken where there is no such record."""
        with self._engine.connect() as connection:
            row = connection.execute(select(journal).where(journal.c.seq == seq)).first()
        if row is None:
            raise JournalBroken(seq, "is missing, though it was once written")
        return decode(row).at

    def number_at(self, at: datetime) -> int:
        """The last record that was written by a time; 0 where none was.

        Times are those of the writer's clock, which goes forward.
        """
        low, high = 0, self.seq
        while low < high:
            middle = (low + high + 1) // 2
            if self.time_of(middle) <= at:
                low = middle
            else:
                high = middle - 1
        return low

    def count(self) -> int:
        """Number of records, for progress."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(journal)).scalar_one())


@cache
def named(event: type) -> tuple[str, int, bytes]:
    """What the hash covers besides the JSON: an event's type and its version, and both in bytes."""
    kind = event.__name__
    version = version_of(kind)
    return kind, version, _head(kind, version)


def _head(kind: str, version: int) -> bytes:
    return b"%b|%d|" % (kind.encode(), version)


def chain(previous: bytes, kind: str, version: int, record: bytes) -> bytes:
    """SHA-256 over the hash before and the row; neither kind nor version can hold a bar."""
    return sha256(previous + _head(kind, version) + record).digest()


def check(row: Row[tuple[object, ...]], expected: int, previous: bytes) -> bytes:
    """The row's hash; JournalBroken where the row is not the one that was written."""
    if row.seq != expected:
        raise JournalBroken(expected, f"is missing; the next one is {row.seq}")
    try:
        digest = chain(previous, row.kind, row.version, row.record.encode())
    except (AttributeError, TypeError) as error:
        raise JournalBroken(expected, "is not what its columns hold") from error
    if digest != row.hash:
        raise JournalBroken(expected, "does not match its hash")
    return bytes(row.hash)


def decode(row: Row[tuple[object, ...]]) -> Record:
    """The record of a row, in today's version."""
    try:
        if row.version == version_of(row.kind):
            record = _decode(row.record)
        else:
            old = msgspec.json.decode(row.record)
            event = upcast(row.kind, row.version, old["event"])
            record = msgspec.convert(old | {"event": event}, Record)
    except (msgspec.DecodeError, ValueError) as error:
        raise JournalBroken(row.seq, f"cannot be read: {error}") from error
    if record.seq != row.seq:
        raise JournalBroken(row.seq, f"says that it is record {record.seq}")
    return record
