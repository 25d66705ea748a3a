"""Rows as CSV: the columns as they are shown, values exact, no grouping of thousands."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from blotter.column import Column, Kind

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(columns: Sequence[Column], rows: Iterable[Any]) -> str:
    """One line of names, one a row. Numbers are plain, times ISO with their zone."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([_plain(column, row) for column in columns] for row in rows)
    return out.getvalue()


def named(table: str, at: datetime, kind: str) -> str:
    """What a file is called."""
    return f"{table}-{at.astimezone():%Y%m%d-%H%M%S}.{kind}"


def write(folder: Path, name: str, content: bytes) -> Path:
    """A new file in the folder; never one that is there already."""
    stem, _, kind = name.rpartition(".")
    names = (folder / f"{stem}{f'-{n}' if n else ''}.{kind}" for n in range(1000))
    for path in names:
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"{folder / name}")


def _plain(column: Column, row: Any) -> str:
    value = column.raw(row)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat()
    text = str(value)
    # A broker's text must not become a formula of the spreadsheet that opens the file.
    return f"'{text}" if column.kind is Kind.Text and text.startswith(FORMULA) else text
