"""A table of any length that draws only the lines on the screen.

The cursor and the selection belong to keys, not to lines: an update may move a row, never the
trader's hand.
"""

from collections.abc import Mapping
from typing import Any

from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from blotter import view
from blotter.column import Column, Table
from blotter.layouts import Layout, first, resized, sorted_by
from blotter.rows import Head, Rows
from blotter.widgets.lines import MARK, Lines, Looks


class Grid(ScrollView, can_focus=True, inherit_bindings=False):
    """One table of `columns.TABLES`. Keys come from the action registry, not from here."""

    COMPONENT_CLASSES = {
        "grid--row",
        "grid--header",
        "grid--sorted",
        "grid--here",
        "grid--group",
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

    class Arranged(Message):
        """The trader wants the table another way."""

    def __init__(self, table: Table, layout: Layout | None = None) -> None:
        super().__init__(id=table.name)
        self.table, self.layout_now = table, layout or first(table)
        self.waiting = True
        self._late: dict[str, Any] = {}
        self._index = 0
        self._on: str | Head | None = None
        self._column = self.layout_now.columns[0].name
        self._lines = Lines(table, self.get_component_rich_style)
        self.rows = Rows(table.columns[0].value)
        self._use(self.layout_now)

    # ------------------------------------------------------------------------------------ rows

    def apply(self, changes: Mapping[str, Any]) -> None:
        """Take new versions of rows; None deletes."""
        self.waiting = False
        if self.rows.apply(changes):
            self._rearrange()
        self.refresh()

    def keep(self, changes: Mapping[str, Any]) -> None:
        """Take them later, when somebody looks."""
        self.waiting = False
        self._late.update(changes)

    def catch_up(self) -> None:
        """Take what was kept: somebody looks."""
        if self._late:
            late, self._late = self._late, {}
            self.apply(late)

    def tick(self) -> None:
        """Time has passed: ages are others."""
        self._lines.forget()
        self.refresh()

    # ---------------------------------------------------------------------------------- layout

    def lay_out(self, layout: Layout) -> None:
        """Show the table another way."""
        before, self.layout_now = self.layout_now, layout
        if before == layout:
            return
        self._use(layout, before)
        self._rearrange()
        self.refresh()
        self.post_message(self.Arranged())

    def _use(self, layout: Layout, before: Layout | None = None) -> None:
        """Look at the rows anew only where that changes which ones are shown, or their order."""
        if before is None or view.selects(before) != view.selects(layout):
            view.select(self.rows, self.table, layout)
            self._totals = [column.name for column in view.totals(self.table, layout)]
        if all(shown.name != self._column for shown in layout.columns):
            self._column = layout.columns[0].name
        self._lines.arrange(view.shown(self.table, layout), layout.frozen, self._wide)

    @property
    def _wide(self) -> int:
        """Cells for columns: the scroll bar has its own."""
        return self.scrollable_content_region.width or 80

    @property
    def column(self) -> Column:
        """The column under the cursor."""
        return next(column for column in self.table.columns if column.name == self._column)

    # ---------------------------------------------------------------------------------- cursor

    @property
    def cursor(self) -> Any | None:
        """The row under the cursor; None on the head of a group."""
        return self.rows[self._on] if isinstance(self._on, str) else None

    @property
    def head(self) -> Head | None:
        """The head of a group under the cursor."""
        return self._on if isinstance(self._on, Head) else None

    def targets(self) -> list[Any]:
        """What an action is for: the selected rows, or the one under the cursor."""
        cursor = self.cursor
        return self.rows.selection() or ([cursor] if cursor is not None else [])

    @property
    def page(self) -> int:
        """Rows on the screen."""
        return max(self.size.height - 1, 1)

    def move(self, step: int) -> None:
        """Move the cursor by so many lines, as far as there are any."""
        self.move_to(self._index + step)

    def move_to(self, index: int) -> None:
        """Put the cursor on a line and bring it into sight."""
        if not self.rows.height:
            return
        self._index = min(max(index, 0), self.rows.height - 1)
        self._on = self.rows.line(self._index)
        self._reveal()
        self._changed()

    def go_to(self, key: str) -> bool:
        """Put the cursor on a row; False where it is not shown."""
        if key not in self.rows:
            return False
        self.move_to(self.rows.position(key))
        return True

    def toggle(self) -> None:
        """Select the row under the cursor, or no longer, and go on; on a head, the group's rows."""
        if isinstance(self._on, Head):
            self.rows.toggle_group(self._on.group)
            self._changed()
        elif self._on is not None:
            self.rows.toggle(self._on)
            self.move(1)

    def select_all(self) -> None:
        """Select every row that is shown, or none."""
        self.rows.select_all()
        self._changed()

    def clear_selection(self) -> None:
        """Select nothing."""
        self.rows.selected.clear()
        self._changed()

    def fold(self) -> None:
        """Close the group under the cursor, or open it."""
        on = self._on
        group = on.group if isinstance(on, Head) else view.group_of(self.rows, self.cursor)
        if group is not None:
            closed = isinstance(on, Head) and on.closed
            self.rows.close(group, not closed)
            self._rearrange()
            self.refresh()

    def fold_all(self) -> None:
        """Close all groups; open them, where the one under the cursor is closed."""
        if self.rows.group is not None:
            self.rows.close_all(not (isinstance(self._on, Head) and self._on.closed))
            self._rearrange()
            self.refresh()

    def slide(self, columns: int) -> None:
        """Move the column cursor, and scroll it into sight."""
        names = [shown.name for shown in self.layout_now.columns]
        place = min(max(names.index(self._column) + columns, 0), len(names) - 1)
        self._column = names[place]
        self._reveal_column(place)
        self.refresh()

    def _changed(self) -> None:
        self.refresh()
        self.post_message(self.Moved())

    def _rearrange(self) -> None:
        """After the rows moved: the cursor stays on its key, and its key on its line."""
        before, on = self._index, self._on
        if not self.rows.height:
            self._index, self._on = 0, None
        elif isinstance(on, str) and on in self.rows:
            self._index = self.rows.position(on)
            self._on = self.rows.line(self._index)
        else:
            self._index = min(self._index, self.rows.height - 1)
            self._on = self.rows.line(self._index)
        self._measure()
        if self.scroll_offset.y:
            self._scroll(y=self.scroll_offset.y + self._index - before)
        self._reveal()
        self.post_message(self.Moved())

    def _measure(self) -> None:
        self.virtual_size = Size(self._lines.width, self.rows.height + 1)

    def _reveal(self) -> None:
        top = self.scroll_offset.y
        if self._index < top:
            self._scroll(y=self._index)
        elif self._index >= top + self.page:
            self._scroll(y=self._index - self.page + 1)

    def _reveal_column(self, place: int) -> None:
        """Scroll a column into sight; to a frozen one all the way back."""
        start, end = self._lines.span(place)
        if place < self._lines.frozen:
            self._scroll(x=0)
        x, fixed = self.scroll_offset.x, self._lines.fixed
        if place >= self._lines.frozen and (start < x + fixed or end > x + self._wide):
            self._scroll(x=start - fixed)

    def _scroll(self, x: int | None = None, y: int | None = None) -> None:
        """At once, and before the first drawing has found that there is something to scroll."""
        self.scroll_to(x=x, y=y, animate=False, force=True)

    # ----------------------------------------------------------------------------------- mouse

    def on_mount(self) -> None:
        """The header is there before the rows."""
        self._measure()

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in sight, and as many columns frozen as there is room for."""
        self._lines.arrange(
            view.shown(self.table, self.layout_now), self.layout_now.frozen, self._wide
        )
        self._reveal()

    def on_click(self, event: Click) -> None:
        """A header sorts (with Ctrl as well, with Shift wider), a row takes the cursor.

        On the mark, or with Ctrl, a row is selected; the head of a group opens and closes it.
        """
        if event.y == 0:
            self._click_header(event)
            return
        index = event.y - 1 + self.scroll_offset.y
        if index < self.rows.height:
            self._column = self._lines.columns[self._place(event.x)].name
            self.move_to(index)
            if isinstance(self._on, Head):
                self.fold()
            elif (event.ctrl or event.x < MARK) and self._on is not None:
                self.rows.toggle(self._on)
                self._changed()

    def _place(self, cell: int) -> int:
        return self._lines.column_at(cell, self.scroll_offset.x)

    def _click_header(self, event: Click) -> None:
        self._column = name = self._lines.columns[self._place(event.x)].name
        if event.shift or event.meta:
            self.lay_out(resized(self.layout_now, name, -2 if event.meta else 2))
        else:
            self.lay_out(sorted_by(self.layout_now, name, event.ctrl))

    # ------------------------------------------------------------------------------------ draw

    def render_lines(self, crop: Region) -> list[Strip]:
        """All rows in sight are made into text first, so that their numbers stand in line."""
        top = self.scroll_offset.y
        lines = map(self.rows.line, range(top, min(top + self.page, self.rows.height)))
        self._lines.prepare(self.rows[line] for line in lines if isinstance(line, str))
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the header, a row, the head of a group, or nothing."""
        x, width, index = self.scroll_offset.x, self._wide, y - 1 + self.scroll_offset.y
        if y == 0:
            sort = [(by.name, by.descending) for by in self.layout_now.sort]
            return self._lines.header(sort, self._column, x, width)
        if index < self.rows.height:
            return self._line(self.rows.line(index), index == self._index, x, width)
        text = ""
        if y == 2 and not len(self.rows):
            nothing = f"no {self.table.title.lower()}"
            if self.rows.total:
                nothing += f" pass the filter, of {self.rows.total:,}"
            text = "waiting for the server …" if self.waiting else nothing
        return self._lines.blank(text, width)

    def _line(self, line: str | Head, cursor: bool, x: int, width: int) -> Strip:
        if isinstance(line, Head):
            return self._lines.head(line, self._totals, cursor, x, width)
        looks = Looks(cursor, line in self.rows.selected)
        return self._lines.row(self.rows[line], looks, x, width)
