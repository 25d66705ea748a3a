"""One line of text that must not be empty, such as a reason."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class Ask(ModalScreen[str | None]):
    """Enter takes the text, Escape goes back."""

    BINDINGS = [Binding("escape", "back", "back")]

    def __init__(self, title: str, hint: str) -> None:
        super().__init__()
        self._title, self._hint = title, hint

    def compose(self) -> ComposeResult:
        """Title, input, what the keys do."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield Input(placeholder=self._hint, compact=True)
            yield Static("enter go on   esc back", classes="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """An empty text is no answer."""
        if event.value.strip():
            self.dismiss(event.value.strip())

    def action_back(self) -> None:
        """Nothing."""
        self.dismiss(None)
