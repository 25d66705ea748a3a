"""Everything about one row: its fields, and its timeline down to each FIX message."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from blotter import cells
from blotter.timeline import Entry, message

LOOK = 0.25  # seconds between two looks at what was heard since


class Detail(ModalScreen[None]):
    """Tab changes between fields and timeline. `entries` gives the timeline as far as it is known,

    `heard` says in words how far that is, `raw` finds the FIX messages behind an entry.
    """

    BINDINGS = [
        Binding("escape,q,enter,question_mark", "leave", "back", priority=True),
        Binding("tab", "turn", "fields or timeline", priority=True),
    ]

    def __init__(
        self,
        title: str,
        row: Any,
        entries: Callable[[], Sequence[Entry]],
        heard: Callable[[], str],
        timeline: bool,
        raw: Callable[[Entry], Awaitable[list[tuple[str, str]]]],
    ) -> None:
        super().__init__()
        self._title, self._row, self._entries, self._heard = title, row, entries, heard
        self._timeline, self._raw = timeline, raw
        self._shown: list[Entry] = []

    def compose(self) -> ComposeResult:
        """Both pages; one of them is shown."""
        with Vertical(classes="dialog page detail"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(id="fields"):
                yield Static(_fields(self._row))
            with Vertical(id="timeline"):
                yield OptionList()
                with VerticalScroll(id="message", can_focus=False):
                    yield Static(id="entry")
            yield Static(id="hint", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Look for what comes in."""
        self._look()
        self._turn(self._timeline)
        self.set_interval(LOOK, self._look)

    def action_turn(self) -> None:
        """The other page."""
        self._turn(not self._timeline)

    def action_leave(self) -> None:
        """Back to the table."""
        self.dismiss()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """All of the event under the cursor; the messages behind it when they are there."""
        entry = self._shown[event.option_index]
        self.query_one("#entry", Static).update(_pairs(message(entry)))
        self._add_raw(entry)

    @work(group="raw", exclusive=True)
    async def _add_raw(self, entry: Entry) -> None:
        if raw := await self._raw(entry):
            self.query_one("#entry", Static).update(_pairs([*raw, *message(entry)]))

    def _turn(self, timeline: bool) -> None:
        self._timeline = timeline
        self.query_one("#timeline").display = timeline
        self.query_one("#fields").display = not timeline
        (self.query_one(OptionList) if timeline else self.query_one("#fields")).focus()
        self._hint()

    def _look(self) -> None:
        entries = self._entries()
        if not entries:
            self.query_one("#entry", Static).update("nothing is known of it yet")
        if len(entries) != len(self._shown):
            options = self.query_one(OptionList)
            at_end = options.highlighted in (None, len(self._shown) - 1)
            here = len(entries) - 1 if at_end else options.highlighted
            self._shown = list(entries)
            options.clear_options()
            options.add_options(map(_line, self._shown))
            options.highlighted = here
        self._hint()

    def _hint(self) -> None:
        other = "fields" if self._timeline else "timeline"
        parts = [f"tab {other}", "↑ ↓", "esc back"]
        parts += [self._heard()] if self._timeline else []
        self.query_one("#hint", Static).update("   ".join(parts))


def _fields(row: Any) -> Table:
    shown = [(f.name, cells.plain(getattr(row, f.name))) for f in msgspec.structs.fields(row)]
    return _pairs([(name, value or "–") for name, value in shown])


def _pairs(pairs: Sequence[tuple[str, str]]) -> Table:
    body = Table.grid(padding=(0, 2))
    for name, value in pairs:
        # A message is one long word: it goes on in the next line, to its last field.
        body.add_row(Text(name, "dim"), Text(cells.printable(value), overflow="fold"))
    return body


def _line(entry: Entry) -> Option:
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{cells.clock(entry.at)} ", "dim")
    text.append(f"{entry.whose:<12.12} ", "bold")
    return Option(text.append(entry.text))
