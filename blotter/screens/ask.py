"""One line of text that must not be empty, such as the name of a layout."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from blotter.screens.form import Form, Send
from tradeoms.model.commands import Problem


class Ask(Form[str]):
    """Enter takes the text, Escape goes back."""

    def __init__(self, title: str, hint: str, send: Send[str]) -> None:
        super().__init__(send, {"text": ()})
        self._title, self._hint = title, hint

    def compose(self) -> ComposeResult:
        """Title, input, what the keys do."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield Input(placeholder=self._hint, id="text", compact=True)
            yield self.reasons("text")
            yield self.reasons()
            yield Static("enter go on   esc back", classes="hint")

    def read(self) -> tuple[str | None, Sequence[Problem]]:
        """An empty text is no answer."""
        text = self.typed("text")
        return text or None, () if text else (Problem("text", "", "is needed"),)
