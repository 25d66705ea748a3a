"""Lines of a table as strips of text: where its columns are, and what they show of a row.

Only what is in sight is made into text, and that only when it changed.
"""

from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from blotter import cells
from blotter.column import Column, Kind, Table
from blotter.rows import Head

MARK = 2  # cells for the sign of selection
GAP = " "
ROOM = 20  # cells that frozen columns leave to the others at least
MIXED = "mixed"  # amounts in several currencies have no sum
LEAST = 3  # cells in which a part of a text says something
MOST = 500  # rows whose texts are kept

Styles = Callable[..., Style]  # Widget.get_component_rich_style


class Looks(NamedTuple):
    """How a row is shown besides its values."""

    cursor: bool
    selected: bool


class Lines:
    """The first columns stand still at `fixed` cells; `x` is how far the others are scrolled."""

    def __init__(self, table: Table, styles: Styles) -> None:
        self.table, self._styles = table, styles
        self._decimals: dict[str, int] = {}
        self._texts: dict[str, tuple[Any, list[str]]] = {}
        self.arrange([(column, column.width) for column in table.columns], 1, 80)

    def arrange(self, columns: Sequence[tuple[Column, int]], frozen: int, width: int) -> None:
        """Show these columns this wide; fewer are frozen where a narrow screen has no room."""
        self.columns = [column for column, _ in columns]
        self._widths = [width for _, width in columns]
        self._ends = [MARK + end for end in accumulate(w + len(GAP) for w in self._widths)]
        while frozen and self._ends[frozen - 1] > max(width - ROOM, 0) and frozen > 1:
            frozen -= 1
        self.frozen = min(frozen, len(self.columns))
        self.fixed = self._ends[self.frozen - 1] if self.frozen else MARK
        self.width = self._ends[-1]
        self.forget()

    def forget(self) -> None:
        """Make all texts anew: time has passed, or other columns are shown."""
        self._texts.clear()

    def starts(self) -> list[int]:
        """How far to scroll so that each column that scrolls comes first after the frozen ones."""
        return [end - self.fixed for end in (self.fixed, *self._ends[self.frozen : -1])]

    def span(self, place: int) -> tuple[int, int]:
        """Where a column begins and ends when nothing is scrolled."""
        return self._ends[place - 1] if place else MARK, self._ends[place]

    def column_at(self, cell: int, x: int) -> int:
        """The place of the column that is shown in a cell of the screen."""
        cell += x if cell >= self.fixed else 0
        return next((n for n, end in enumerate(self._ends) if cell < end), len(self._ends) - 1)

    def prepare(self, rows: Iterable[Any]) -> None:
        """Make the texts of rows that come into sight, so that points stand under each other."""
        if len(self._texts) > MOST:
            self._texts.clear()
        for row in rows:
            if self._texts.get(row.key, (None,))[0] is not row:
                texts = [cells.printable(column.text(row)) for column in self.columns]
                self._texts[row.key] = row, texts
                self._measure(texts)

    def _measure(self, texts: Sequence[str]) -> None:
        for column, text in zip(self.columns, texts, strict=True):
            if column.kind is Kind.Number and "%" not in text:
                places = cells.fraction(text)
                if places > self._decimals.get(column.name, 0):
                    self._decimals[column.name] = places

    def _fit(self, place: int, text: str) -> str:
        column, width = self.columns[place], self._widths[place]
        if column.right:
            padded = cells.aligned(text, self._decimals.get(column.name, 0)) if text else ""
            text = padded if len(padded) <= width and not text.endswith("%") else text
        elif place == len(self.columns) - 1:
            return text
        return cells.fit(text, width, column.right) + GAP

    def header(self, sort: Sequence[tuple[str, bool]], here: str, x: int, width: int) -> Strip:
        """The titles, arrows at those sorted by, › where there are more to the right."""
        plain, marked = self._styles("grid--header"), self._styles("grid--header", "grid--sorted")
        column_cursor = self._styles("grid--header", "grid--here")
        arrows = {name: _arrow(n, down, len(sort)) for n, (name, down) in enumerate(sort, 1)}
        titles = []
        for column, wide in zip(self.columns, self._widths, strict=True):
            arrow = arrows.get(column.name, "")
            title = column.title[: wide - len(arrow)] + arrow
            style = column_cursor if column.name == here else marked if arrow else plain
            titles.append(Segment(cells.fit(title, wide, column.right) + GAP, style))
        strip = self._join(Segment(" " * MARK, plain), titles, x, width)
        if x + width >= self.width - len(GAP):
            return strip
        return Strip.join([strip.crop(0, width - 1), Strip([Segment("›", marked)])])

    def row(self, row: Any, looks: Looks, x: int, width: int) -> Strip:
        """A row; the last column takes what is left."""
        self.prepare((row,))
        name = "cursor" if looks.cursor else "selected" if looks.selected else "row"
        style, quiet = self._styles(f"grid--{name}"), self.table.tone(row)
        _, texts = self._texts[row.key]
        shown = []
        for place, (column, text) in enumerate(zip(self.columns, texts, strict=True)):
            tone = self._tone(quiet, column.tone(row))
            shown.append(Segment(self._fit(place, text), style + tone if tone else style))
        return self._join(Segment("● " if looks.selected else " " * MARK, style), shown, x, width)

    def head(self, head: Head, names: Sequence[str], cursor: bool, x: int, width: int) -> Strip:
        """The line above a group: its name, how many rows, sums where a sum means something."""
        style = self._styles("grid--cursor" if cursor else "grid--group")
        sums = dict(zip(names, head.sums, strict=True))
        texts = [
            "" if c.name not in sums else MIXED if c.money and head.mixed else _sum(sums[c.name])
            for c in self.columns
        ]
        self._measure(texts)
        shown = [Segment(self._fit(n, text), style) for n, text in enumerate(texts)]
        strip = self._join(Segment(" " * MARK, style), shown, x, width)
        values = " · ".join(_group_text(value) for value in head.group)
        title = f"{'▸' if head.closed else '▾'} {values}  ({head.size:,}) "
        return Strip.join([Strip([Segment(title, style)]), strip.crop(len(title))]).crop(0, width)

    def blank(self, text: str, width: int) -> Strip:
        """A line that is no row."""
        style = self._styles("grid--row")
        return Strip([Segment(" " * MARK + text, style)]).adjust_cell_length(width, style)

    def _join(self, mark: Segment, columns: list[Segment], x: int, width: int) -> Strip:
        """The fixed part, then what the sideways scroll shows of the others."""
        fixed, rest = columns[: self.frozen], self._cut(columns, x + width)[self.frozen :]
        still = Strip([mark, *fixed])
        room = max(width - self.fixed, 0)
        if not rest:
            return still.adjust_cell_length(width, mark.style)
        others = Strip(rest).extend_cell_length(x + room, rest[-1].style).crop(x, x + room)
        return Strip.join([still.adjust_cell_length(self.fixed), others]).crop(0, width)

    def _cut(self, columns: list[Segment], edge: int) -> list[Segment]:
        """A column at the right edge shows that it goes on; a number there is not shown in part."""
        place = min(bisect(self._ends, edge), len(columns) - 1)
        start, end = self.span(place)
        room, is_number = edge - start, self.columns[place].right
        text, style, _ = columns[place]
        text = text.rstrip()
        if room <= 0 or (end - len(GAP) if is_number else start + cell_len(text)) <= edge:
            return columns
        shown = "" if is_number or room < LEAST else cells.fit(text, room, False)
        return [*columns[:place], Segment(shown.ljust(room), style), *columns[place + 1 :]]

    def _tone(self, quiet: str, tone: str) -> Style | None:
        """A quiet row is quiet all over, but for what went wrong."""
        name = tone if tone == "bad" else quiet or tone
        return self._styles(f"grid--{name}", partial=True) if name else None


def _arrow(place: int, descending: bool, count: int) -> str:
    return ("▼" if descending else "▲") + (str(place) if count > 1 else "")


def _sum(value: Any) -> str:
    return cells.number(value) if value else ""


def _group_text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return cells.printable(cells.side(cells.plain(value)))
