"""Journal records per second, beside plain sqlite3 that inserts the same rows without numbers checked or hashes."""

import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from tradeoms.model import events as e
from tradeoms.model.executions import Execution, Report
from tradeoms.model.fields import Effect, OrdStatus, Side
from tradeoms.store.journal import SqlJournal, connect, named
from tradeoms.store.schema import metadata

BATCH, BATCHES = 100, 200


def records(first: int) -> list[e.Record]:
    """A batch of fills."""
    now = datetime.now(UTC)
    return [
        e.Record(n, now, e.Cause(session="ALPHA", MsgSeqNum=n), _fill(n))
        for n in range(first, first + BATCH)
    ]


def _fill(n: int) -> e.Reported:
    quantity, price = Decimal(100), Decimal("130.25")
    report = Report(
        "trade",
        f"221228{n:08d}",
        "",
        f"A{n}",
        f"E{n}",
        "",
        OrdStatus.Filled,
        "AAPL",
        "1",
        quantity,
        None,
        quantity,
        price,
    )
    fill = Execution(
        f"ALPHA/20221228/E{n}",
        f"E{n}",
        f"P{n}",
        f"B{n}",
        "ALPHA",
        "AAPL",
        Side.Buy,
        quantity,
        price,
        "20221228-14:30:00.000",
        datetime.now(UTC).date(),
    )
    return e.Reported(f"P{n}", report, Effect.Booked, fill)


def ours(folder: Path) -> float:
    """Seconds of all appends, each on disk before the next."""
    database = connect(f"sqlite:///{folder / 'ours.db'}")
    metadata.create_all(database)
    journal = SqlJournal(database)
    batches = [records(n * BATCH + 1) for n in range(BATCHES)]
    began = time.perf_counter()
    for batch in batches:
        journal.append(batch)
    return time.perf_counter() - began


def plain(folder: Path) -> float:
    """Seconds of the same rows through sqlite3 alone, encoded beforehand."""
    batches = [[_row(r) for r in records(n * BATCH + 1)] for n in range(BATCHES)]
    with sqlite3.connect(folder / "plain.db") as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(
            "CREATE TABLE j (seq INTEGER PRIMARY KEY, k TEXT, v INT, r TEXT, h BLOB)"
        )
        connection.commit()
        began = time.perf_counter()
        for batch in batches:
            connection.executemany("INSERT INTO j VALUES (?, ?, ?, ?, ?)", batch)
            connection.commit()
        return time.perf_counter() - began


def _row(record: e.Record) -> tuple[int, str, int, str, bytes]:
    kind, version, _ = named(type(record.event))
    return record.seq, kind, version, msgspec.json.encode(record).decode(), bytes(32)


def main() -> list[dict[str, object]]:
    """One line of `make bench`."""
    with tempfile.TemporaryDirectory() as name:
        theirs, own = plain(Path(name)), ours(Path(name))
    count = BATCH * BATCHES
    return [
        {
            "name": "journal",
            "value": round(count / own),
            "unit": "records/s",
            "against": f"plain sqlite3 executemany, WAL, FULL, {count / theirs:.0f} rows/s",
            "ratio": round(theirs / own, 3),
        }
    ]
