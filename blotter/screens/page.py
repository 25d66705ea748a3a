"""A text to read: help, details of a row, all messages."""

from rich.console import RenderableType
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class Page(ModalScreen[None]):
    """Scrolls; any of the keys that lead out leads out."""

    BINDINGS = [Binding("escape,q,enter,question_mark", "leave", "back")]

    def __init__(self, title: str, body: RenderableType | Content, end: bool = False) -> None:
        super().__init__()
        self._title, self._body, self._end = title, body, end

    def compose(self) -> ComposeResult:
        """Title and text."""
        with Vertical(classes="dialog page"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll():
                yield Static(self._body, markup=False)
            yield Static("↑ ↓ scroll   esc back", classes="hint")

    def on_mount(self) -> None:
        """Arrows scroll; the end of a log comes first."""
        scroll = self.query_one(VerticalScroll)
        scroll.focus()
        if self._end:
            scroll.scroll_end(animate=False)

    def action_leave(self) -> None:
        """Back to the table."""
        self.dismiss()
