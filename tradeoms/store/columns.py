"""Column types that keep every digit and microsecond, and the fast way to write rows of them."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from sqlalchemy import Boolean, Connection, Date, DateTime, Dialect, Numeric, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator, TypeEngine


class Exact(TypeDecorator[Decimal]):
    """A Decimal with all its digits: NUMERIC without bounds, TEXT in SQLite, which has none."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = Text() if dialect.name == "sqlite" else Numeric(asdecimal=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return format(value, "f") if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """A time in UTC; SQLite, which has no zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


SIZES = (256, 128, 64, 32, 16, 8, 4, 2, 1)  # rows of one statement


class Insert:
    """Writes rows of one table as driver parameters.

    SQLAlchemy's conversion of every value of every row took half of a reader's time; the statement
    is still compiled from the table, for the dialect of the connection.
    """

    def __init__(self, table: Table, dialect: Dialect) -> None:
        compiled = self._statement(table, dialect).compile(dialect=dialect)
        self._sql, self._positional = str(compiled), compiled.positional
        self._names = [column.name for column in table.columns]
        plain = dialect.name != "sqlite"
        kinds = [None if plain else SQLITE.get(type(column.type)) for column in table.columns]
        self._convert = [(n, convert) for n, convert in enumerate(kinds) if convert]
        self._statements: dict[int, str] = {}

    def _statement(self, table: Table, dialect: Dialect) -> Any:
        return _insert(dialect)(table)

    def __call__(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows given as sequences of values in the order of the columns."""
        values: list[Any] = list(map(self._converted, rows)) if self._convert else list(rows)
        # The driver's own cursor: SQLAlchemy's takes longer for a statement than SQLite for 20 rows.
        with closing(connection.connection.cursor()) as cursor:
            if self._positional:
                self._write(cursor, values)
            elif values:
                named = [dict(zip(self._names, row, strict=True)) for row in values]
                cursor.executemany(self._sql, named)

    def _write(self, cursor: Any, values: list[Any]) -> None:
        """SQLite's driver gives up the interpreter's lock for every statement: many rows in one."""
        start = 0
        for size in SIZES:
            while len(values) - start >= size:
                part = tuple(chain.from_iterable(values[start : start + size]))
                cursor.execute(self._several(size), part)
                start += size

    def _converted(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for n, convert in self._convert:
            value = values[n]
            if value is not None:
                values[n] = convert(value)
        return values

    def _several(self, size: int) -> str:
        """The statement for `size` rows at once."""
        if size not in self._statements:
            one = f"({', '.join('?' * len(self._names))})"
            self._statements[size] = self._sql.replace(one, ", ".join([one] * size), 1)
        return self._statements[size]


class Upsert(Insert):
    """The same, where a row of the same primary key gives way."""

    def _statement(self, table: Table, dialect: Dialect) -> Any:
        statement = _insert(dialect)(table)
        keys = [column.name for column in table.primary_key]
        rest = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=rest)


def _insert(dialect: Dialect) -> Any:
    return sqlite.insert if dialect.name == "sqlite" else postgresql.insert


def _plain(value: Decimal) -> str:
    text = str(value)
    return format(value, "f") if "E" in text else text


def _moment(value: datetime) -> str:
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds")


#: What SQLite's driver is given for a column type, as SQLAlchemy itself stores and reads it.
SQLITE: dict[type, Callable[[Any], Any]] = {
    Exact: _plain,
    Moment: _moment,
    Date: date.isoformat,
    Boolean: int,
}
