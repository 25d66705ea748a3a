"""The line to filter by typing: live, and a bad filter says where it is wrong."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static


class FilterBar(Vertical):
    """Shown while one types. Enter keeps the filter, Escape brings the one of before back."""

    BINDINGS = [Binding("escape", "back", "back", priority=True)]

    class Typed(Message):
        """The text is another."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The person is done; `text` is the filter to use from now on."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(id="filter")
        self.display = False
        self._before = ""

    def compose(self) -> ComposeResult:
        """The input and what is wrong with it."""
        yield Input(placeholder="side:sell sym:A* pm:jane leaves>0", compact=True)
        yield Static(id="wrong", markup=False)

    def open(self, text: str) -> None:
        """Begin with the filter there is."""
        self._before = text
        self.display = True
        entry = self.query_one(Input)
        entry.value = text
        entry.cursor_position = len(text)
        entry.focus()
        self.explain("")

    def explain(self, wrong: str, at: int = 0) -> None:
        """Say what is wrong, under the letter where it begins."""
        shown = self.query_one("#wrong", Static)
        shown.display = bool(wrong)
        room = max(self.size.width - len(wrong) - 3, 0)
        shown.update(f"{' ' * min(at, room)}▲ {wrong}")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter at once."""
        event.stop()
        if self.display:
            self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it."""
        event.stop()
        self._leave(event.value)

    def action_back(self) -> None:
        """Nothing has happened."""
        self._leave(self._before)

    def _leave(self, text: str) -> None:
        self.display = False
        self.post_message(self.Left(text))
