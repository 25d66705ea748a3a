"""Engines: how this program opens a database, whichever it is."""

from contextlib import closing
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event

#: Pages of a write-ahead log after which a commit itself copies them into the database, and waits for
#: the disk twice more: 16 MB. Before that, `checkpoint` does it when nobody waits.
MOST_PAGES = 4096


def connect(url: str, synchronous: Literal["FULL", "NORMAL"]) -> Engine:
    """An engine for a URL; each transaction sees one state of the database from its first read on.

    SQLite runs in WAL mode. Its driver would begin a transaction before a write only, and none
    before a CREATE TABLE; so we begin them: a migration that is killed half-way leaves nothing.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, isolation_level="REPEATABLE READ")
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute(f"PRAGMA wal_autocheckpoint={MOST_PAGES}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def checkpoint(engine: Engine) -> None:
    """Copy what SQLite's write-ahead log holds into the database, holding nobody up; others have none."""
    if engine.dialect.name == "sqlite":
        # Not by a Connection, which begins a transaction. What somebody still reads stays in the log.
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
