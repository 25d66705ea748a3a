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
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from blotter import cells

Said = Mapping[str, Any]


class Asked(NamedTuple):
    """One thing that a person is asked: `read` makes a value of the text, or a ValueError."""

    name: str
    hint: str
    read: Callable[[str], Any] = str
    needed: bool = True
    first: str = ""


class Line(NamedTuple):
    """One row of the preview: its name, what it is, why it is left out (empty: it is not)."""

    name: str
    about: str
    left_out: str = ""


class Seen(NamedTuple):
    """What would become of each row with what is typed; a `doubt` is put before it is sent, once."""

    lines: Sequence[Line]
    note: str
    doubt: str = ""


class Other(NamedTuple):
    """Something else that can be done from here first: its key, and what it is called."""

    key: str
    title: str


class Preview(ModalScreen[Said | None]):
    """Lines to look at, fields to fill in. Enter in the last field, or `y`, goes on; Escape back.

    `text` is what was typed, so that it can come back. `look`: what is typed changes the lines.
    `other`: who left for something else (`others`) will come back.
    """

    BINDINGS = [
        Binding("y,ctrl+s", "go_on", "go on"),
        Binding("escape", "back", "back"),
        Binding("n", "back", "back"),
        Binding("pagedown", "page(1)", "page down"),
        Binding("pageup", "page(-1)", "page up"),
    ]

    def __init__(
        self,
        title: str,
        lines: Sequence[Line],
        verb: str,
        asks: Sequence[Asked] = (),
        note: str = "",
        body: RenderableType | None = None,
        look: Callable[[Said], Seen] | None = None,
        others: Sequence[Other] = (),
    ) -> None:
        super().__init__()
        self._title, self.lines, self._verb = title, lines, verb
        self._asks, self._note, self._body, self._look = asks, note, body, look
        self._asked, self._others = "", others
        self.text, self.other = dict[str, str](), ""

    def compose(self) -> ComposeResult:
        """Title, lines, fields, buttons."""
        with Vertical(classes="dialog wide"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(_table(self.lines), id="lines")
                if self._body is not None:
                    yield Static(self._body, id="body")
            yield Static(self._note, id="note", markup=False)
            for asked in self._asks:
                with Horizontal(classes="field"):
                    yield Label(asked.name)
                    yield Input(asked.first, placeholder=asked.hint, id=asked.name, compact=True)
            yield Static(id="problems", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Back  esc", id="back")
                for other in self._others:
                    yield Button(
                        f"{other.title}  {other.key.replace('ctrl+', '^')}", name=other.key
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
        self.query_one(VerticalScroll).display = bool(self.lines or self._body)
        self.query_one("#note").display = bool(self._note)
        self.query_one("#problems").display = False
        first = self._asks[0] if self._look else self._first
        self.query_one(f"#{first.name}" if first else "#back").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what would become of each row."""
        said, problems = self._read()
        if self._look is None:
            return
        self._explain(problems)
        if not problems:
            seen = self._look(said)
            self.lines = seen.lines
            self.query_one("#lines", Static).update(_table(seen.lines))
            self.query_one("#note", Static).update(seen.note)
            self.query_one("#note").display = bool(seen.note)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The next field, or off it goes."""
        if event.input.id == self._asks[-1].name:
            self.action_go_on()
        else:
            self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A click is as good as a key."""
        if event.button.id == "go-on":
            self.action_go_on()
        else:
            self._leave(event.button.name or "")

    def on_key(self, event: Key) -> None:
        """Something else first."""
        if event.key in [other.key for other in self._others]:
            event.stop()
            self._leave(event.key)

    def _leave(self, other: str) -> None:
        self._read()
        self.other = other
        self.dismiss(None)

    def action_go_on(self) -> None:
        """Go on, or say everything that is wrong; a doubt is put once, in words."""
        said, problems = self._read()
        doubt = self._look(said).doubt if self._look and not problems else ""
        if doubt and doubt != self._asked:
            self._asked = doubt
            problems = [f"{doubt} Send again if you mean it."]
        if not problems:
            self.dismiss(said)
            return
        self._explain(problems)

    def _explain(self, problems: Sequence[str]) -> None:
        shown = self.query_one("#problems", Static)
        shown.display = bool(problems)
        shown.update("\n".join(problems))

    def _read(self) -> tuple[Said, list[str]]:
        said, problems = dict[str, Any](), []
        for asked in self._asks:
            text = self.text[asked.name] = self.query_one(f"#{asked.name}", Input).value.strip()
            if not text:
                said[asked.name] = None
                problems += [f"{asked.name}: is needed"] if asked.needed else []
                continue
            try:
                said[asked.name] = asked.read(text)
            except ValueError as error:
                problems.append(f"{asked.name}: {error}")
        return said, problems

    def action_page(self, step: int) -> None:
        """A page of lines up or down."""
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_relative(y=step * max(scroll.size.height - 1, 1), animate=False)

    def action_back(self) -> None:
        """Nothing is done."""
        self.dismiss(None)


def _table(lines: Sequence[Line]) -> Table:
    body = Table.grid(padding=(0, 2))
    for line in lines:
        note = Text(f"left out: {cells.printable(line.left_out)}", "bold") if line.left_out else ""
        body.add_row(Text(line.name, "dim" if line.left_out else "bold"), Text(line.about), note)
    return body


def results(lines: Sequence[tuple[str, bool, str]]) -> Table:
    """What became of each: name, whether it worked, the answer. What did not comes first."""
    body = Table.grid(padding=(0, 2))
    for name, worked, text in sorted(lines, key=lambda line: line[1]):
        mark = Text("ok" if worked else "NOT DONE", "" if worked else "bold reverse")
        body.add_row(mark, Text(name, "bold"), Text(cells.printable(text)))
    return body
