"""The ticket for a new order by hand."""

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from blotter import entry
from tradeoms.model.orders import NewOrder


class StageTicket(ModalScreen[NewOrder | None]):
    """Enter goes to the next field, in the last one it sends; Ctrl+S sends from anywhere.

    `text` is what was typed before and `problems` why it was refused, when it comes back.
    """

    BINDINGS = [Binding("escape", "back", "back"), Binding("ctrl+s", "send", "send")]

    def __init__(
        self, instruments: Mapping[str, str], text: Mapping[str, str], problems: Sequence[str]
    ) -> None:
        super().__init__()
        self._instruments, self._before, self._problems = instruments, text, problems
        self.sent: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """One line a field."""
        with Vertical(classes="dialog"):
            yield Static("Stage an order", classes="title")
            for field in entry.FIELDS:
                with Horizontal(classes="field"):
                    yield Label(field.name)
                    text = self._before.get(field.name, "")
                    yield Input(text, placeholder=field.hint, id=field.name, compact=True)
            yield Static("\n".join(self._problems), id="problems", markup=False)
            yield Static("enter next   ctrl+s send   esc back", classes="hint")

    @property
    def text(self) -> dict[str, str]:
        """What is typed now."""
        return {f.name: self.query_one(f"#{f.name}", Input).value.strip() for f in entry.FIELDS}

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The next field, or off it goes."""
        if event.input.id == entry.FIELDS[-1].name:
            self.action_send()
        else:
            self.focus_next()

    def action_send(self) -> None:
        """Send, or say everything that is wrong."""
        order, problems = entry.read(self.text, self._instruments)
        if order is None:
            self.query_one("#problems", Static).update("\n".join(problems))
            return
        self.sent = self.text
        self.dismiss(order)

    def action_back(self) -> None:
        """Nothing is sent."""
        self.dismiss(None)
