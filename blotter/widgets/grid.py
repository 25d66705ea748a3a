"""A table of any length that draws only the lines on the screen.

The cursor and the selection belong to keys, not to lines: an update may move a row, never the
trader's hand.
"""

from collections.abc import Mapping
from typing import Any

from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from blotter.column import Column, Table
from blotter.rows import Rows
from blotter.widgets.lines import MARK, Lines


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
        self._lines = Lines(table, self.get_component_rich_style)

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
        starts = self._lines.starts()
        here = max(n for n, start in enumerate(starts) if start <= self.scroll_offset.x)
        self._scroll(x=starts[min(max(here + columns, 0), len(starts) - 1)])

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
            self._scroll(y=self.scroll_offset.y + self._index - before)
        self._reveal()
        self.post_message(self.Moved())

    def _measure(self) -> None:
        self.virtual_size = Size(self._lines.width, len(self.rows) + 1)

    def _reveal(self) -> None:
        top = self.scroll_offset.y
        if self._index < top:
            self._scroll(y=self._index)
        elif self._index >= top + self.page:
            self._scroll(y=self._index - self.page + 1)

    def _reveal_column(self, place: int) -> None:
        """Scroll a column into sight; the first one always is."""
        start, end = self._lines.span(place)
        x, fixed = self.scroll_offset.x, self._lines.fixed
        if place and (start < x + fixed or end > x + self.size.width):
            self._scroll(x=start - fixed)

    def _scroll(self, x: int | None = None, y: int | None = None) -> None:
        """At once, and before the first drawing has found that there is something to scroll."""
        self.scroll_to(x=x, y=y, animate=False, force=True)

    # ----------------------------------------------------------------------------------- mouse

    def on_mount(self) -> None:
        """The header is there before the rows."""
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

    def _click_header(self, cell: int) -> None:
        column = self._lines.column_at(cell, self.scroll_offset.x)
        self.sort(column, column is self._sorted and not self.rows.descending)

    # ------------------------------------------------------------------------------------ draw

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the header, a row, or nothing."""
        x, width, index = self.scroll_offset.x, self.size.width, y - 1 + self.scroll_offset.y
        if y == 0:
            return self._lines.header(self._sorted, self.rows.descending, x, width)
        if index < len(self.rows):
            key = self.rows.key_at(index)
            selected = key in self.rows.selected
            return self._lines.row(self.rows[key], key == self._key, selected, x, width)
        text = ""
        if y == 2 and not len(self.rows):
            text = "waiting for the server …" if self.waiting else f"no {self.table.name}"
        return self._lines.blank(text, width)
