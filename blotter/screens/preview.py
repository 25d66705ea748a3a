"""What would be done to which rows, what is asked for it, and what became of each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Key
from textual.widgets import Button, Input, Static

from blotter import cells
from blotter.screens.form import Form, Send
from tradeoms.model.commands import Problem

Said = Mapping[str, Any]
DONE = "done"


class Asked(NamedTuple):
    """One thing that a person is asked: `read` makes a value of the text, or a ValueError.

    `takes`: what the server calls it, where that is another name, and the rules that speak of it.
    """

    name: str
    hint: str
    read: Callable[[str], Any] = str
    needed: bool = True
    first: str = ""
    takes: tuple[str, ...] = ()


class Line(NamedTuple):
    """One row of the preview: its name, what it is, why it is left out (empty: it is not).

    `became`: what became of it when it was sent, and not all were done.
    """

    name: str
    about: str
    left_out: str = ""
    became: str = ""


class Seen(NamedTuple):
    """What would become of each row with what is typed; a `doubt` is put before it is sent, once."""

    lines: Sequence[Line]
    note: str
    doubt: str = ""


class Other(NamedTuple):
    """Something else that can be done from here first: its key, and what it is called."""

    key: str
    title: str


class Preview(Form[Said]):
    """Lines to look at, fields to fill in. Enter in the last field, or `y`, goes on; Escape back.

    `look`: what is typed changes the lines. `other`: who left for something else (`others`) will
    come back, with what was `left` in the fields.
    """

    BINDINGS = [Binding("y", "send", "go on"), Binding("n", "back", "back")]

    def __init__(
        self,
        title: str,
        lines: Sequence[Line],
        verb: str,
        send: Send[Said],
        asks: Sequence[Asked] = (),
        note: str = "",
        body: RenderableType | None = None,
        look: Callable[[Said], Seen] | None = None,
        others: Sequence[Other] = (),
    ) -> None:
        super().__init__(send, {asked.name: asked.takes for asked in asks})
        self._title, self.lines, self._verb = title, lines, verb
        self._asks, self._note, self._body, self._look = asks, note, body, look
        self._others = others
        self.left, self.other = dict[str, str](), ""

    def compose(self) -> ComposeResult:
        """Title, lines, fields, buttons."""
        with Vertical(classes="dialog wide"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(can_focus=False, classes="seen"):
                yield Static(_table(self.lines), id="lines")
                if self._body is not None:
                    yield Static(self._body, id="body")
            yield Static(self._note, id="note", markup=False)
            with VerticalScroll(can_focus=False, classes="asked"):
                for asked in self._asks:
                    yield from self.field(asked.name, asked.first, asked.hint)
            yield self.reasons()
            with Horizontal(classes="buttons"):
                yield Button("Back  esc", id="back")
                for other in self._others:
                    yield Button(
                        f"{other.title}  {other.key.replace('ctrl+', '^')}",
                        name=other.key,
                        classes="other",
                    )
                yield Button(
                    f"{self._verb}  {'⏎' if self._first else 'y'}", id="go-on", variant="warning"
                )

    @property
    def _first(self) -> Asked | None:
        """What must be filled in first."""
        return next((asked for asked in self._asks if asked.needed and not asked.first), None)

    def on_mount(self) -> None:
        """What is needed is asked for; else nobody confirms by accident."""
        self.query_one(".seen").display = bool(self.lines or self._body)
        self.query_one("#note").display = bool(self._note)
        first = self._asks[0] if self._look else self._first
        self.query_one(f"#{first.name}" if first else "#back").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what would become of each row."""
        if self._look is None:
            return
        said, problems = self._read(needed=False)
        self.explain(problems, focus=False)
        if not problems:
            seen = self._look(said)
            self.relist(seen.lines)
            self.query_one("#note", Static).update(seen.note)
            self.query_one("#note").display = bool(seen.note)

    def relist(self, lines: Sequence[Line]) -> None:
        """Other lines, such as with what became of each."""
        self.lines = lines
        if not self.gone:
            self.query_one("#lines", Static).update(_table(lines))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A click is as good as a key."""
        if event.button.id == "go-on":
            self.action_send()
        else:
            self._leave(event.button.name or "")

    def on_key(self, event: Key) -> None:
        """Something else first."""
        if event.key in [other.key for other in self._others]:
            event.stop()
            self._leave(event.key)

    def _leave(self, other: str) -> None:
        self.left, self.other = self.text, other
        self.dismiss(None)

    def read(self) -> tuple[Said | None, Sequence[Problem]]:
        """What was said; an empty field says nothing."""
        said, problems = self._read()
        return None if problems else said, problems

    def doubt(self, value: Said) -> Problem | None:
        """What the lines show that is odd, at the first field."""
        doubt = self._look(value).doubt if self._look else ""
        return Problem(self._asks[0].name, "", doubt) if doubt else None

    def _read(self, needed: bool = True) -> tuple[Said, list[Problem]]:
        """Without what is `needed`, while somebody types."""
        said, problems = dict[str, Any](), list[Problem]()
        for asked in self._asks:
            said[asked.name], text = None, self.typed(asked.name)
            if not text and asked.needed and needed:
                problems.append(Problem(asked.name, "", "is needed"))
            try:
                said[asked.name] = asked.read(text) if text else None
            except ValueError as error:
                problems.append(Problem(asked.name, "", str(error)))
        return said, problems


def _table(lines: Sequence[Line]) -> Table:
    body = Table.grid(padding=(0, 2))
    for line in lines:
        name = Text(line.name, "dim" if line.left_out else "bold")
        body.add_row(name, Text(line.about), _outcome(line))
    return body


def _outcome(line: Line) -> Text:
    if line.left_out:
        return Text(f"left out: {cells.printable(line.left_out)}", "bold")
    return Text(cells.printable(line.became), "" if line.became == DONE else "bold reverse")


def results(lines: Sequence[tuple[str, bool, str]]) -> Table:
    """What became of each: name, whether it worked, the answer. What did not comes first."""
    body = Table.grid(padding=(0, 2))
    for name, worked, text in sorted(lines, key=lambda line: line[1]):
        mark = Text("ok" if worked else "NOT DONE", "" if worked else "bold reverse")
        body.add_row(mark, Text(name, "bold"), Text(cells.printable(text)))
    return body
