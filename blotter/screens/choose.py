"""A list to choose from by typing a part of it: the palette, layouts, groups, rules."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from blotter.screens.form import Form, Send, taken
from tradeoms.model.commands import Problem


class Choice(NamedTuple):
    """One line: what it stands for, its name, and something about it."""

    name: str
    title: str
    about: str = ""


class Choose(Form[str]):
    """Typing narrows the list, arrows move in it, Enter or a click takes a line, Escape goes back.

    `takes`: what the server calls that which is chosen, where it is sent from here.
    """

    BINDINGS = [
        Binding("down,ctrl+n", "step(1)", "down"),
        Binding("up,ctrl+p", "step(-1)", "up"),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        send: Send[str] = taken,
        takes: Sequence[str] = (),
    ) -> None:
        super().__init__(send, {"choice": takes})
        self._title, self._choices = title, choices

    def compose(self) -> ComposeResult:
        """Title, input, list."""
        with Vertical(classes="dialog page"):
            yield Static(self._title, classes="title", markup=False)
            yield Input(placeholder="type to search", id="choice", compact=True)
            yield self.reasons("choice")
            yield self.reasons()
            choices = OptionList(*map(_option, self._choices))
            choices.can_focus = False
            yield choices

    def on_mount(self) -> None:
        """Enter takes the first, unless something else is meant."""
        self.query_one(OptionList).highlighted = 0 if self._choices else None

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every word must be somewhere."""
        words = event.value.lower().split()
        found = [choice for choice in self._choices if _has(choice, words)]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(map(_option, found))
        options.highlighted = 0 if found else None

    def read(self) -> tuple[str | None, Sequence[Problem]]:
        """The marked one."""
        option = self.query_one(OptionList).highlighted_option
        return (None, ()) if option is None else (option.id, ())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click is as good as a key."""
        self.action_send()

    def action_step(self, step: int) -> None:
        """Up or down in the list."""
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            last = options.option_count - 1
            options.highlighted = min(max(options.highlighted + step, 0), last)


def _has(choice: Choice, words: Sequence[str]) -> bool:
    text = f"{choice.title} {choice.about}".lower()
    return all(word in text for word in words)


def _option(choice: Choice) -> Option:
    line = Table.grid(padding=(0, 2))
    line.add_column(width=24, no_wrap=True)
    line.add_row(Text(choice.title, "bold"), Text(choice.about, "dim"))
    return Option(line, id=choice.name)
