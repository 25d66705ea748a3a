"""The line of tables at the top: number, name and, where there is room, how many rows."""

from collections.abc import Sequence

from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from blotter.column import Table


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
        wide = [f" {self._title(n, t)}{self._count(t)} " for n, t in enumerate(self._tables, 1)]
        fits = sum(map(len, wide)) + len(wide) <= self.size.width
        texts = wide if fits else [self._title(n, t) for n, t in enumerate(self._tables, 1)]
        tabs = map(self._tab, self._tables, texts)
        self.update(Content(" ").join(tabs))

    def _title(self, n: int, table: Table) -> str:
        return f"{n} {table.title}"

    def _count(self, table: Table) -> str:
        count = self._counts.get(table.name)
        return f" {count:,}" if count else ""

    def _tab(self, table: Table, text: str) -> Content:
        if table.name == self._current:
            return Content.styled(text, "bold $background on $primary")
        markup = f"[@click=app.perform('show_{table.name}')]$text[/]"
        return Content.from_markup(markup, text=text)
