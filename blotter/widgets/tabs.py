"""The line of tables at the top: number, name and, where there is room, how many rows."""

from collections.abc import Sequence

from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from blotter.column import Table

KEYS = "1234567890-="  # as they lie on the keyboard
MORE_BEFORE = Content.from_markup("[bold @click=app.perform('table_before')]‹[/]")
MORE_AFTER = Content.from_markup("[bold @click=app.perform('next_table')]›[/]")


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
        keys = [*KEYS, *[""] * len(self._tables)]
        known = list(zip(keys, self._tables, strict=False))
        wide = [f" {key} {t.title}{self._count(t)} " for key, t in known]
        plain = [f"{key} {t.title}" for key, t in known]
        short = [f"{key} {t.short or t.title}" for key, t in known]
        texts = next((texts for texts in (wide, plain) if self._fits(texts)), short)
        tabs = list(zip(self._tables, texts, strict=True))
        while len(tabs) > 1 and not self._fits([*(text for _, text in tabs), *self._more(tabs)]):
            # The one that is shown always is there.
            del tabs[0 if tabs[-1][0].name == self._current else -1]
        before, after = self._more(tabs)
        shown = [self._tab(table, text.strip()) for table, text in tabs]
        self.update(Content(" ").join(part for part in (before, *shown, after) if part))

    def _more(self, tabs: list[tuple[Table, str]]) -> tuple[Content, Content]:
        """Signs that there are more tables to the left, and to the right, which lead there."""
        before = MORE_BEFORE if tabs[0][0] is not self._tables[0] else Content()
        return before, MORE_AFTER if tabs[-1][0] is not self._tables[-1] else Content()

    def _fits(self, texts: Sequence[str | Content]) -> bool:
        return sum(map(len, texts)) + len(texts) + 1 <= self.size.width

    def _count(self, table: Table) -> str:
        count = self._counts.get(table.name)
        return f" {count:,}" if count else ""

    def _tab(self, table: Table, text: str) -> Content:
        if table.name == self._current:
            return Content.styled(f" {text} ", "bold $background on $primary")
        markup = f"[@click=app.perform('show_{table.name}')]$text[/]"
        return Content.from_markup(markup, text=text)
