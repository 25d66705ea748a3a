"""Rows of a table as text that can be read, however wide the table is."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.table import Table
from rich.text import Text

SOH = "\x01"  # between the fields of a FIX message, and invisible
GAP = 3  # of a column, for its border and the space beside it


def grids(rows: Sequence[Any], width: int, wanted: Sequence[str] = ()) -> Iterator[Table]:
    """The columns that hold anything, of these only what is wanted: below each other, as many as fit.

    Each part begins with the first column, by which one knows the row.
    """
    names = [
        name
        for name in wanted or rows[0].__struct_fields__
        if any(getattr(row, name) not in ("", None) for row in rows)
    ]
    texts = {name: [_text(getattr(row, name)) for row in rows] for name in names}
    widths = {name: max(map(len, (name, *texts[name]))) + GAP for name in names}
    for part in _parts(names, widths, width):
        shown = Table()
        for name in part:
            right = any(isinstance(getattr(row, name), Decimal | int) for row in rows)
            shown.add_column(name, justify="right" if right else "left", overflow="fold")
        for n in range(len(rows)):
            shown.add_row(*(Text(texts[name][n]) for name in part))
        yield shown


def answer(rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Table:
    """The rows of an answer: these columns, or all that any row has, for what is as usual is left out."""
    names = names or list(dict.fromkeys(name for row in rows for name in row))
    shown = Table(*names)
    for row in rows:
        shown.add_row(*(Text(_cell(row.get(name, ""))) for name in names))
    return shown


def _cell(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else _text(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value).replace(SOH, "|")


def _parts(names: Sequence[str], widths: dict[str, int], width: int) -> Iterator[list[str]]:
    first, *others = names
    part = [first]
    for name in others:
        if len(part) > 1 and sum(widths[one] for one in (*part, name)) + 1 > width:
            yield part
            part = [first]
        part.append(name)
    yield part
