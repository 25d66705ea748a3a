"""The read model: every view as a SQL table, for reports and for whoever knows SQL.

It is derived: it can be dropped and filled again from the journal, and it always says up to which
record it is true. Values are exact. In SQLite a Decimal is TEXT, so SQL compares it as text; in
PostgreSQL it is NUMERIC.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

from tradeoms.model.events import Answered
from tradeoms.model.state import State
from tradeoms.store import database
from tradeoms.store.columns import Exact, Moment, Upsert
from tradeoms.views import VIEWS, View

Upserts = Mapping[str, Mapping[str, Any | None]]  # view, key, row; None deletes
_answer = msgspec.json.Decoder(Answered).decode


TYPES: dict[Any, type[TypeEngine[Any]]] = {
    str: Text,
    int: BigInteger,
    bool: Boolean,
    Decimal: Exact,
    date: Date,
    datetime: Moment,
}


def _column(name: str, hint: Any) -> Column[Any]:
    parts = [part for part in get_args(hint) or (hint,) if part is not NoneType]
    nullable = NoneType in get_args(hint)
    return Column(name, TYPES[parts[0]](), primary_key=name == "key", nullable=nullable)


def _table(view: View) -> Table:
    columns = (_column(name, hint) for name, hint in get_type_hints(view.row).items())
    return Table(view.name, metadata, *columns)


metadata = MetaData()
TABLES: dict[str, Table] = {name: _table(view) for name, view in VIEWS.items()}
cursor = Table(
    "cursor",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
answers = Table(
    "answers",
    metadata,
    Column("user", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("answer", Text, nullable=False),
)
MINE = "readmodel"  # the name of the read model's own cursor
AT_ONCE = 10_000  # values in one query; SQLite takes 32,766


def connect(url: str) -> Engine:
    """An engine for the read model's database.

    SQLite need not wait for the disk: a power cut may take the last transactions, never the order
    in which they came, and what is lost is filled again from the journal.
    """
    return database.connect(url, "NORMAL")


class Reading:
    """The read model at one moment: everything read here is true as of `seq`.

    `hash` is the journal's at `seq`; 0 and 32 zero bytes where nothing was ever written.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        found = connection.execute(select(cursor).where(cursor.c.name == MINE)).first()
        self.seq: int = found.seq if found else 0
        self.hash: bytes = bytes(found.hash) if found else bytes(32)

    def rows(self, view: str, **equal: Any) -> list[Any]:
        """Rows of a view whose fields equal the given values, in no order."""
        table, row = TABLES[view], VIEWS[view].row
        query = select(table).where(*(table.c[name] == value for name, value in equal.items()))
        return [row(*values) for values in self._connection.execute(query)]

    def any_of(self, view: str, field: str, values: Iterable[Any]) -> list[Any]:
        """Rows of a view whose field has one of the values, in no order."""
        table, row = TABLES[view], VIEWS[view].row
        wanted, found = sorted(set(values)), []
        for start in range(0, len(wanted), AT_ONCE):
            query = select(table).where(table.c[field].in_(wanted[start : start + AT_ONCE]))
            found += [row(*values) for values in self._connection.execute(query)]
        return found

    def answer(self, user: str, id: str) -> Answered | None:
        """The answer that a command of any age got."""
        query = select(answers.c.answer).where(answers.c.user == user, answers.c.id == id)
        found = self._connection.execute(query).scalar()
        return None if found is None else _answer(found)


class ReadModel:
    """Writes views and reads them back, each write one transaction with its sequence number."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def seq(self) -> int:
        """Number of the last record that is written."""
        with self.reading() as reading:
            return reading.seq

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """One consistent look: for the length of the `with`, no write is seen."""
        with self._engine.connect() as connection:
            yield Reading(connection)

    def rows(self, view: str, **equal: Any) -> list[Any]:
        """`Reading.rows` at this moment."""
        with self.reading() as reading:
            return reading.rows(view, **equal)

    def answer(self, user: str, id: str) -> Answered | None:
        """`Reading.answer` at this moment."""
        with self.reading() as reading:
            return reading.answer(user, id)

    def write(
        self, upserts: Upserts, seq: int, hash: bytes, answered: Sequence[Answered] = ()
    ) -> None:
        """Bring the tables to `seq`, where the journal has `hash`, all or nothing."""
        with self._engine.begin() as connection:
            for name, rows in upserts.items():
                _upsert(connection, TABLES[name], rows)
            _keep_answers(connection, answered)
            _move(connection, seq, hash)

    def rebuild(self, state: State, hash: bytes) -> None:
        """Replace all tables by the rows of `state`; answers are kept, those in `state` added."""
        with self._engine.begin() as connection:
            for name, view in VIEWS.items():
                connection.execute(delete(TABLES[name]))
                _insert(connection, TABLES[name], view.all_rows(state))
            _keep_answers(connection, list(state.answers.values()))
            _move(connection, state.seq, hash)


@cache
def _writer(table: Table, dialect: Dialect) -> Upsert:
    return Upsert(table, dialect)


def _upsert(connection: Connection, table: Table, rows: Mapping[str, Any | None]) -> None:
    gone = [{"old": key} for key, row in rows.items() if row is None]
    if gone:
        connection.execute(delete(table).where(table.c.key == bindparam("old")), gone)
    _insert(connection, table, (row for row in rows.values() if row is not None))


def _insert(connection: Connection, table: Table, rows: Iterable[Any]) -> None:
    _writer(table, connection.dialect)(connection, map(msgspec.structs.astuple, rows))


def _keep_answers(connection: Connection, answered: Sequence[Answered]) -> None:
    rows = ((a.user, a.id, msgspec.json.encode(a).decode()) for a in answered)
    _writer(answers, connection.dialect)(connection, rows)


def _move(connection: Connection, seq: int, hash: bytes) -> None:
    connection.execute(delete(cursor).where(cursor.c.name == MINE))
    connection.execute(insert(cursor).values(name=MINE, seq=seq, hash=hash))
