"""The line of tables at the top: number, name and, where there is room, how many rows."""

from collections.abc import Sequence

from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from blotter.columns import Table

WIDE = 110  # from this width on, counts are shown


class Tabs(Static):
    """Draws the tables; a click switches."""

    def __init__(self, tables: Sequence[Table]) -> None:
        super().__init__(id="tabs")
        self._tables = tables
        self._current = tables[0].name
        self._counts: dict[str, int] = {}

    def show(self, current: str, counts: dict[str, int]) -> None:
        """Mark the table that is shown."""
        if (current, counts) != (self._current, self._counts):
            self._current, self._counts = current, counts
            self._draw()

    def on_mount(self) -> None:
        """Draw for the first time."""
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """Counts come and go with the width."""
        self._draw()

    def _draw(self) -> None:
        parts = [self._tab(n, table) for n, table in enumerate(self._tables, 1)]
        self.update(Content(" ").join(parts))

    def _tab(self, n: int, table: Table) -> Content:
        shown = table.name == self._current
        text = f"{n} {table.title}"
        if self.size.width >= WIDE and self._counts.get(table.name):
            text += f" {self._counts[table.name]:,}"
        style = "bold $background on $primary" if shown else "$text-muted"
        padded = f" {text} " if self.size.width >= WIDE else text
        return Content.from_markup(
            f"[{style} @click=app.perform('show_{table.name}')]$text[/]", text=padded
        )
