"""Plain tables: rows of a flat struct as a CSV file, and several of them on a page."""

import csv
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tradeoms.reports import page


class Sheet(Struct, frozen=True):
    """A table of a page: its heading, its columns, its cells as text; a note below."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def sheet(heading: str, kind: type[Struct], rows: Sequence[Any], note: str = "") -> Sheet:
    """The rows of a type as a table."""
    return Sheet(heading, kind.__struct_fields__, tuple(map(texts, rows)), note)


def texts(row: Any) -> tuple[str, ...]:
    """The cells of a row: every digit of a number, nothing for None."""
    return tuple(map(_text, msgspec.structs.astuple(row)))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def write_csv(path: Path, kind: type[Struct], rows: Sequence[Any]) -> Path:
    """A line of column names, then one a row, ended by a line feed alone."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(kind.__struct_fields__)
        writer.writerows(map(texts, rows))
    return path


def write_page(
    path: Path, title: str, subtitle: str, facts: dict[str, str], sheets: list[Sheet], now: datetime
) -> Path:
    """A page of facts and tables."""
    html = page.render(
        "sheets.html", title=title, subtitle=subtitle, facts=facts, sheets=sheets, now=now
    )
    path.write_text(html, encoding="utf-8")
    return path
