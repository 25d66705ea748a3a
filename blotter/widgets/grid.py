"""A table of any length that draws only the lines on the screen.

The cursor and the selection belong to keys, not to lines: an update may move a row, never the
trader's hand.
"""

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from blotter import cells
from blotter.columns import Column, Table
from blotter.rows import Rows

MARK = 2  # cells for the sign of selection
GAP = " "


class Grid(ScrollView, can_focus=True, inherit_bindings=False):
    """One table of `columns.TABLES`. Keys come from the action registry, not from here."""

    COMPONENT_CLASSES = {
        "grid--row",
        "grid--header",
        "grid--sorted",
        "grid--cursor",
        "grid--selected",
        "grid--buy",
        "grid--sell",
        "grid--good",
        "grid--bad",
        "grid--attention",
        "grid--quiet",
    }

    class Moved(Message):
        """The cursor is elsewhere, or the rows or the selection are others."""

    def __init__(self, table: Table) -> None:
        super().__init__(id=table.name)
        self.table = table
        self.waiting = True
        self._sorted = next(c for c in table.columns if c.name == table.sort[0])
        self.rows = Rows(self._sorted.value, table.sort[1])
        self._index = 0
        self._key: str | None = None
        ends = accumulate(column.width + len(GAP) for column in table.columns)
        self._fixed, *self._ends = (MARK + end for end in ends)

    # ------------------------------------------------------------------------------------ rows

    def apply(self, changes: Mapping[str, Any]) -> None:
        """Take new versions of rows; None deletes."""
        self.waiting = False
        if self.rows.apply(changes):
            self._rearrange()
        self.refresh()

    def sort(self, column: Column, descending: bool) -> None:
        """Order the rows by a column."""
        self._sorted = column
        self.rows.sort(column.value, descending)
        self._rearrange()
        self.refresh()

    def sort_next(self, step: int) -> None:
        """Order by the column to the right (1) or left (-1) of the present one."""
        columns = self.table.columns
        place = (columns.index(self._sorted) + step) % len(columns)
        self.sort(columns[place], self.rows.descending)
        self._reveal_column(place)

    def reverse(self) -> None:
        """Turn the order round."""
        self.sort(self._sorted, not self.rows.descending)

    @property
    def cursor(self) -> Any | None:
        """The row under the cursor."""
        return self.rows[self._key] if self._key is not None else None

    def targets(self) -> list[Any]:
        """What an action is for: the selected rows, or the one under the cursor."""
        cursor = self.cursor
        return self.rows.selection() or ([cursor] if cursor is not None else [])

    # ---------------------------------------------------------------------------------- cursor

    @property
    def page(self) -> int:
        """Rows on the screen."""
        return max(self.size.height - 1, 1)

    def move(self, step: int) -> None:
        """Move the cursor by so many rows, as far as there are any."""
        self.move_to(self._index + step)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row and bring it into sight."""
        if not len(self.rows):
            return
        self._index = min(max(index, 0), len(self.rows) - 1)
        self._key = self.rows.key_at(self._index)
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def toggle(self) -> None:
        """Select the row under the cursor, or no longer, and go on to the next."""
        if self._key is not None:
            self.rows.toggle(self._key)
            self.move(1)

    def select_all(self) -> None:
        """Select every row, or none."""
        self.rows.select_all()
        self.refresh()
        self.post_message(self.Moved())

    def clear_selection(self) -> None:
        """Select nothing."""
        self.rows.selected.clear()
        self.refresh()
        self.post_message(self.Moved())

    def slide(self, columns: int) -> None:
        """Scroll sideways by whole columns."""
        starts = [0, *(end - self._fixed for end in self._ends)]
        here = max(n for n, start in enumerate(starts) if start <= self.scroll_offset.x)
        place = min(max(here + columns, 0), len(starts) - 1)
        self.scroll_to(x=starts[place], animate=False)

    def _rearrange(self) -> None:
        """After the rows moved: the cursor stays on its key, and its key on its line."""
        before = self._index
        if not len(self.rows):
            self._index, self._key = 0, None
        elif self._key is None or self._key not in self.rows:
            self._index = min(self._index, len(self.rows) - 1)
            self._key = self.rows.key_at(self._index)
        else:
            self._index = self.rows.position(self._key)
        self._measure()
        if self.scroll_offset.y:
            self.scroll_to(y=self.scroll_offset.y + self._index - before, animate=False)
        self._reveal()
        self.post_message(self.Moved())

    def _measure(self) -> None:
        width = self._ends[-1] if self._ends else self._fixed
        self.virtual_size = Size(width, len(self.rows) + 1)

    def _reveal(self) -> None:
        top = self.scroll_offset.y
        if self._index < top:
            self.scroll_to(y=self._index, animate=False)
        elif self._index >= top + self.page:
            self.scroll_to(y=self._index - self.page + 1, animate=False)

    def _reveal_column(self, place: int) -> None:
        """Scroll a column into sight; the first one always is."""
        if place:
            end = self._ends[place - 1]
            start = end - self.table.columns[place].width - len(GAP)
            left, right = self.scroll_offset.x + self._fixed, self.scroll_offset.x + self.size.width
            if start < left or end > right:
                self.scroll_to(x=start - self._fixed, animate=False)

    # ----------------------------------------------------------------------------------- mouse

    def on_mount(self) -> None:
        """The size is known before there are rows."""
        super().on_mount()
        self._measure()

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in sight."""
        self._reveal()

    def on_click(self, event: Click) -> None:
        """A header sorts, a row takes the cursor; on the mark, or with Ctrl, it is selected."""
        if event.y == 0:
            self._click_header(event.x)
            return
        index = event.y - 1 + self.scroll_offset.y
        if index < len(self.rows):
            self.move_to(index)
            if event.ctrl or event.x < MARK:
                self.rows.toggle(self.rows.key_at(index))
                self.post_message(self.Moved())

    def _click_header(self, x: int) -> None:
        if x >= self._fixed:
            x += self.scroll_offset.x
        ends = [self._fixed, *self._ends]
        place = next((n for n, end in enumerate(ends) if x < end), len(ends) - 1)
        column = self.table.columns[place]
        again = column is self._sorted
        self.sort(column, not self.rows.descending if again else False)

    # ------------------------------------------------------------------------------------ draw

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the header, a row, or nothing."""
        base = self.get_component_rich_style("grid--row")
        index = y - 1 + self.scroll_offset.y
        if y == 0:
            first, *rest = [self._header(column) for column in self.table.columns]
            mark = Segment(" " * MARK, self.get_component_rich_style("grid--header"))
        elif index < len(self.rows):
            key = self.rows.key_at(index)
            style = self._row_style(key)
            first, *rest = self._row(self.rows[key], style)
            mark = Segment("● " if key in self.rows.selected else " " * MARK, style)
        else:
            return self._empty(y, base)
        return self._join(mark, first, rest)

    def _join(self, mark: Segment, first: Segment, rest: list[Segment]) -> Strip:
        """The fixed part, then what the sideways scroll shows of the others."""
        room = max(self.size.width - self._fixed, 0)
        last = rest[-1] if rest else first
        x = self.scroll_offset.x
        others = Strip(rest).extend_cell_length(x + room, last.style).crop(x, x + room)
        return Strip.join([Strip([mark, first]), others]).crop(0, self.size.width)

    def _empty(self, y: int, base: Style) -> Strip:
        text = ""
        if y == 2 and not len(self.rows):
            text = "waiting for the server …" if self.waiting else f"no {self.table.name}"
        return Strip([Segment(f"  {text}", base)]).adjust_cell_length(self.size.width, base)

    def _header(self, column: Column) -> Segment:
        if column is not self._sorted:
            style = self.get_component_rich_style("grid--header")
            return Segment(cells.fit(column.title, column.width, column.right) + GAP, style)
        arrow = "▼" if self.rows.descending else "▲"
        title = column.title[: column.width - 1] + arrow
        style = self.get_component_rich_style("grid--header", "grid--sorted")
        return Segment(cells.fit(title, column.width, column.right) + GAP, style)

    def _row_style(self, key: str) -> Style:
        if key == self._key:
            return self.get_component_rich_style("grid--cursor")
        return self.get_component_rich_style(
            "grid--selected" if key in self.rows.selected else "grid--row"
        )

    def _row(self, row: Any, style: Style) -> list[Segment]:
        quiet = self.table.tone(row)
        last = self.table.columns[-1]
        segments = []
        for column in self.table.columns:
            text = column.text(row)
            shown = text if column is last else cells.fit(text, column.width, column.right) + GAP
            segments.append(Segment(shown, style + self._tone(quiet or column.tone(row))))
        return segments

    def _tone(self, name: str) -> Style:
        if not name:
            return Style.null()
        return self.get_component_rich_style(f"grid--{name}", partial=True)
