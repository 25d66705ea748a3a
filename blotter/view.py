"""From a layout to rows in order: what passes, in which order, in which groups."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from blotter.column import Column, Table
from blotter.filters import parse
from blotter.layouts import Layout
from blotter.rows import Rows


class Backwards:
    """A value that sorts the other way round, for a second column with another direction."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "Backwards") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Backwards) and bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]  # never a key


def selects(layout: Layout) -> tuple[Any, ...]:
    """The part of a layout on which rows and their order depend."""
    return layout.sort, layout.filter, layout.group, bool(layout.group) and layout.columns


def select(rows: Rows, table: Table, layout: Layout) -> None:
    """Filter, group and sort the rows as the layout says."""
    columns = {column.name: column for column in table.columns}
    rows.by, rows.descending = _ordering(
        [(columns[by.name].value, by.descending) for by in layout.sort]
    )
    rows.accept = parse(layout.filter, table.columns)
    rows.group = _grouping([columns[name] for name in layout.group])
    rows.totals = [column.raw for column in totals(table, layout)]
    rows.rebuild()


def totals(table: Table, layout: Layout) -> list[Column]:
    """The columns of which groups show sums."""
    if not layout.group:
        return []
    return [column for column, _ in shown(table, layout) if column.total]


def shown(table: Table, layout: Layout) -> list[tuple[Column, int]]:
    """The columns on the screen and their widths."""
    columns = {column.name: column for column in table.columns}
    return [(columns[shown.name], shown.width) for shown in layout.columns]


def group_of(rows: Rows, row: Any | None) -> tuple[Any, ...] | None:
    """The group of a row; None where nothing is grouped."""
    return None if row is None or rows.group is None else rows.group(row)


def _grouping(columns: Sequence[Column]) -> Callable[[Any], tuple[Any, ...]] | None:
    if not columns:
        return None
    values = [column.raw for column in columns]
    return lambda row: tuple(value(row) for value in values)


def _ordering(by: Sequence[tuple[Callable[[Any], Any], bool]]) -> tuple[Callable[[Any], Any], bool]:
    """One value to sort by, and whether the greatest comes first."""
    if not by:
        return attrgetter("key"), False
    (first, descending), *others = by
    if not others:
        return first, descending
    parts = [(value, down != descending) for value, down in by]

    def place(row: Any) -> tuple[Any, ...]:
        return tuple(_part(value(row), turned, descending) for value, turned in parts)

    return place, descending


def _part(value: Any, turned: bool, descending: bool) -> tuple[bool, Any]:
    """None comes last, whichever way the rows are read."""
    if value is None:
        return (not descending, 0)
    return (descending, Backwards(value) if turned else value)
