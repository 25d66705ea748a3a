"""A question whose answer is no, unless its key is pressed."""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static


class Confirm(ModalScreen[bool]):
    """Shows a text. Enter goes back, for Back has the focus; only `y` or the other button goes on.

    Without a `verb` there is nothing to go on to.
    """

    BINDINGS = [
        Binding("y", "go_on", "go on"),
        Binding("escape,n", "back", "back"),
    ]

    def __init__(self, title: str, body: str | Text, verb: str = "") -> None:
        super().__init__()
        self._title, self._body, self._verb = title, body, verb

    def compose(self) -> ComposeResult:
        """Title, text, buttons."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._body, markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Back  esc", id="back")
                if self._verb:
                    yield Button(f"{self._verb}  y", id="go-on", variant="warning")

    def on_mount(self) -> None:
        """Nobody confirms by accident."""
        self.query_one("#back").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A click is as good as a key."""
        self.dismiss(event.button.id == "go-on")

    def action_go_on(self) -> None:
        """The person's yes."""
        if self._verb:
            self.dismiss(True)

    def action_back(self) -> None:
        """No."""
        self.dismiss(False)
