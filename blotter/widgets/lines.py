"""Lines of a table as strips of text: where its columns are, and what they show of a row."""

from collections.abc import Callable
from itertools import accumulate
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from blotter import cells
from blotter.column import Column, Table

MARK = 2  # cells for the sign of selection
GAP = " "

Styles = Callable[..., Style]  # Widget.get_component_rich_style


class Lines:
    """The first column stands still at `fixed` cells; `x` is how far the others are scrolled."""

    def __init__(self, table: Table, styles: Styles) -> None:
        self.table, self._styles = table, styles
        ends = accumulate(column.width + len(GAP) for column in table.columns)
        self.fixed, *self._ends = (MARK + end for end in ends)
        self.width = self._ends[-1]

    def starts(self) -> list[int]:
        """How far to scroll so that each column but the first comes first after it."""
        return [end - self.fixed for end in (self.fixed, *self._ends[:-1])]

    def span(self, place: int) -> tuple[int, int]:
        """Where a column begins and ends when nothing is scrolled."""
        ends = [MARK, self.fixed, *self._ends]
        return ends[place], ends[place + 1]

    def column_at(self, cell: int, x: int) -> Column:
        """The column that is shown in a cell of the screen."""
        cell += x if cell >= self.fixed else 0
        ends = [self.fixed, *self._ends]
        place = next((n for n, end in enumerate(ends) if cell < end), len(ends) - 1)
        return self.table.columns[place]

    def header(self, by: Column, descending: bool, x: int, width: int) -> Strip:
        """The titles, an arrow at the one sorted by, › where there are more to the right."""
        plain = self._styles("grid--header")
        sorted_by = self._styles("grid--header", "grid--sorted")
        titles = []
        for column in self.table.columns:
            title = column.title
            if column is by:
                title = title[: column.width - 1] + ("▼" if descending else "▲")
            text = cells.fit(title, column.width, column.right) + GAP
            titles.append(Segment(text, sorted_by if column is by else plain))
        strip = self._join(Segment(" " * MARK, plain), titles, x, width)
        if x + width >= self.width - len(GAP):
            return strip
        return Strip.join([strip.crop(0, width - 1), Strip([Segment("›", sorted_by)])])

    def row(self, row: Any, cursor: bool, selected: bool, x: int, width: int) -> Strip:
        """A row; the last column takes what is left."""
        name = "cursor" if cursor else "selected" if selected else "row"
        style = self._styles(f"grid--{name}")
        quiet, last = self.table.tone(row), self.table.columns[-1]
        shown = []
        for column in self.table.columns:
            text = cells.printable(column.text(row))
            if column is not last:
                text = cells.fit(text, column.width, column.right) + GAP
            shown.append(Segment(text, style + self._tone(quiet, column.tone(row))))
        return self._join(Segment("● " if selected else " " * MARK, style), shown, x, width)

    def blank(self, text: str, width: int) -> Strip:
        """A line that is no row."""
        style = self._styles("grid--row")
        return Strip([Segment(" " * MARK + text, style)]).adjust_cell_length(width, style)

    def _join(self, mark: Segment, columns: list[Segment], x: int, width: int) -> Strip:
        """The fixed part, then what the sideways scroll shows of the others."""
        first, *rest = columns
        room = max(width - self.fixed, 0)
        others = Strip(rest).extend_cell_length(x + room, rest[-1].style).crop(x, x + room)
        return Strip.join([Strip([mark, first]), others]).crop(0, width)

    def _tone(self, quiet: str, tone: str) -> Style:
        """A quiet row is quiet all over, but for what went wrong."""
        name = tone if tone == "bad" else quiet or tone
        return self._styles(f"grid--{name}", partial=True) if name else Style.null()
