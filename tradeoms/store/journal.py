"""The journal: numbered, hashed in a chain, appended to in one transaction a batch."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

import msgspec
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.engine import Row

from tradeoms.model.events import AnyEvent, Cause, Record
from tradeoms.store import database
from tradeoms.store.columns import Insert
from tradeoms.store.schema import journal
from tradeoms.store.upcast import upcast, version_of

GENESIS = bytes(32)
_encode = msgspec.json.Encoder().encode
_decode_event = msgspec.json.Decoder(AnyEvent).decode
_decode_cause = msgspec.json.Decoder(Cause).decode


class JournalBroken(Exception):
    """A record that is missing, altered or unreadable; `seq` names it."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"journal record {seq}: {reason}")
        self.seq = seq


def connect(url: str) -> Engine:
    """An engine for a database URL; SQLite has every commit on disk before it returns."""
    return database.connect(url, "FULL")


class SqlJournal:
    """Appends records and reads them back, checking every hash on the way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = Insert(journal, engine.dialect)
        self.seq, self._hash = 0, GENESIS
        with engine.connect() as connection:
            last = connection.execute(
                select(journal).order_by(journal.c.seq.desc()).limit(1)
            ).first()
        if last is not None:
            self.seq, self._hash = last.seq, last.hash

    def append(self, records: Sequence[Record]) -> None:
        """Write the batch and return when it is on disk.

        Raises:
            JournalBroken: the numbers do not continue the journal.
        """
        if records[0].seq != self.seq + 1:
            raise JournalBroken(records[0].seq, f"does not follow {self.seq}")
        rows, digest = [], self._hash
        for columns in map(encode, records):
            digest = chain(digest, *columns)
            rows.append((*columns, digest))
        # A second writer on the same journal fails here on the primary key, and stops.
        with self._engine.begin() as connection:
            self._insert(connection, rows)
        self.seq, self._hash = records[-1].seq, digest

    def read(self, after: int = 0) -> Iterator[Record]:
        """Records with a number above `after`, each checked against the one before it."""
        with self._engine.connect() as connection:
            digest = self._hash_at(connection, after)
            rows = connection.execution_options(yield_per=1000).execute(
                select(journal).where(journal.c.seq > after).order_by(journal.c.seq)
            )
            for expected, row in enumerate(rows, after + 1):
                digest = check(row, expected, digest)
                yield decode(row)

    def _hash_at(self, connection: Connection, seq: int) -> bytes:
        if seq == 0:
            return GENESIS
        found = connection.execute(select(journal.c.hash).where(journal.c.seq == seq)).scalar()
        if found is None:
            raise JournalBroken(seq, "is missing, though it was once written")
        return bytes(found)

    def hash_at(self, seq: int) -> bytes:
        """The hash of a record; JournalBroken where there is no such record."""
        with self._engine.connect() as connection:
            return self._hash_at(connection, seq)

    def count(self) -> int:
        """Number of records, for progress."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(journal)).scalar_one())


def encode(record: Record) -> tuple[int, str, str, str, int, str]:
    """The columns of a row but its hash, which covers them and the hash before it."""
    kind = type(record.event).__name__
    return (
        record.seq,
        _time(record.at),
        _encode(record.cause).decode(),
        kind,
        version_of(kind),
        _encode(record.event).decode(),
    )


@lru_cache(maxsize=1)
def _time(at: datetime) -> str:
    """All records of a batch have one time."""
    return at.isoformat(timespec="microseconds")


def chain(
    previous: bytes, seq: int, at: str, cause: str, kind: str, version: int, body: str
) -> bytes:
    """SHA-256 over the hash before and the columns; lengths keep texts from running together."""
    head = f"{seq}|{version}|{len(at)}|{at}|{len(cause)}|{cause}|{len(kind)}|{kind}|"
    return sha256(previous + head.encode() + body.encode()).digest()


def check(row: Row[tuple[object, ...]], expected: int, previous: bytes) -> bytes:
    """The row's hash; JournalBroken where the row is not the one that was written."""
    if row.seq != expected:
        raise JournalBroken(expected, f"is missing; the next one is {row.seq}")
    if chain(previous, row.seq, row.at, row.cause, row.kind, row.version, row.body) != row.hash:
        raise JournalBroken(expected, "does not match its hash")
    return bytes(row.hash)


def decode(row: Row[tuple[object, ...]]) -> Record:
    """The record of a row, in today's version."""
    try:
        if row.version == version_of(row.kind):
            body = _decode_event(row.body)
        else:
            body = msgspec.convert(
                upcast(row.kind, row.version, msgspec.json.decode(row.body)), AnyEvent
            )
        return Record(row.seq, datetime.fromisoformat(row.at), _decode_cause(row.cause), body)
    except (msgspec.DecodeError, ValueError) as error:
        raise JournalBroken(row.seq, f"cannot be read: {error}") from error
