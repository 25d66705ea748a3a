"""What every form is: it stays open until what is sent from it is taken, each reason at its field."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from blotter.cells import printable
from blotter.entry import described
from tradeoms.model.commands import Problem

T = TypeVar("T")
#: Sends what is in a form; what stands against it, nothing where it was taken.
Send = Callable[[T], Awaitable[Sequence[Problem]]]
#: Field of a form -> what the server calls it, and the rules that speak of it.
Takes = Mapping[str, Sequence[str]]

SHOWN = 3  # reasons at a field; the others are in the messages
SLOW = 0.5  # seconds after which one is told that an answer is waited for
_NUMBER = re.compile(r"\[\d+\]")


async def taken(_: object) -> Sequence[Problem]:
    """There is nothing to send, and nothing against it: what was asked first."""
    return ()


def at(problem: Problem, takes: Takes) -> tuple[str, str]:
    """The field of a form where a problem is to be mended, and what is said there.

    Without such a field the problem names its own. A rule and a lesser field keep their names.
    """
    for word in reversed(_NUMBER.sub("", problem.field).split(".")):
        for name, known in takes.items():
            if word in (name, *known):
                own = word in (name, *known[:1])
                return name, described("" if own else word, problem.value, problem.reason)
    return "", described(problem.field, problem.value, problem.reason)


class Form(ModalScreen[T | None]):
    """`takes` names its fields in their order, `send` is given what is read of them.

    Escape goes back. What is refused, or has no answer, leaves all as it was typed: each reason below
    its field, what names none below all of them (`rest`).
    """

    BINDINGS = [
        Binding("escape", "back", "back"),
        Binding("ctrl+s", "send", "send"),
        Binding("pagedown", "page(1)", "page down"),
        Binding("pageup", "page(-1)", "page up"),
    ]

    def __init__(self, send: Send[T], takes: Takes) -> None:
        super().__init__()
        self.takes, self._send = takes, send
        self._asked, self._busy = "", False

    def read(self) -> tuple[T | None, Sequence[Problem]]:
        """What is typed, or everything that is wrong with it."""
        raise NotImplementedError

    def doubt(self, value: T) -> Problem | None:
        """What is odd about it; asked about once."""
        return None

    def where(self, problem: Problem) -> tuple[str, str]:
        """The field that a problem is about, and what is said there."""
        return at(problem, self.takes)

    def field(self, name: str, value: str = "", hint: str = "") -> ComposeResult:
        """A line to type in, and below it what is wrong there."""
        with Horizontal(classes="field"):
            yield Label(name)
            yield Input(value, placeholder=hint, id=name, compact=True)
        yield self.reasons(name)

    def reasons(self, name: str = "") -> Static:
        """Where the reasons of a field stand; without a name, those of none."""
        return Static(id=f"wrong-{name}", classes="wrong", markup=False)

    def typed(self, name: str) -> str:
        """What a field holds now."""
        return self.query_one(f"#{name}", Input).value.strip()

    @property
    def text(self) -> dict[str, str]:
        """What all of them hold now."""
        return {name: self.typed(name) for name in self.takes}

    @property
    def gone(self) -> bool:
        """Whether the person went back, and nothing can be shown here any more."""
        return self not in self.app.screen_stack

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The next field, or off it goes."""
        if event.input.id == list(self.takes)[-1]:
            self.action_send()
        else:
            self.focus_next()

    def action_send(self) -> None:
        """Send, or say everything that is wrong. A doubt is put once, in words."""
        value, problems = self.read()
        if value is None or problems:
            self.explain(problems)
            return
        doubt = self.doubt(value)
        if doubt is not None and doubt.reason != self._asked:
            self._asked = doubt.reason
            self.explain([Problem(doubt.field, "", f"{doubt.reason} Send again if you mean it.")])
        elif not self._busy:
            self._busy = True
            # The program's, not the screen's: who goes back meanwhile is told the answer all the same.
            self.app.run_worker(self._deliver(value), group="forms")
            self.set_timer(SLOW, self._wait)

    def action_back(self) -> None:
        """Nothing more is sent."""
        self.dismiss(None)

    def action_page(self, step: int) -> None:
        """A page of what there is to read, up or down."""
        for scroll in self.query(".seen"):
            scroll.scroll_relative(y=step * max(scroll.size.height - 1, 1), animate=False)

    async def _deliver(self, value: T) -> None:
        try:
            problems = await self._send(value)
        finally:
            self._busy = False
        if self.app.screen is not self:
            return
        if problems:
            self.explain(problems)
        else:
            self.dismiss(value)

    def _wait(self) -> None:
        if self._busy and self.app.screen is self:
            self._say("", ["sent, waiting for the answer"])

    def explain(self, problems: Sequence[Problem], focus: bool = True) -> None:
        """Each reason at its field, and the hands at the first one."""
        found: dict[str, list[str]] = {}
        for problem in problems:
            name, text = self.where(problem)
            found.setdefault(name, []).append(printable(text))
        for name in (*self.takes, ""):
            self._say(name, list(dict.fromkeys(found.get(name, ()))))
        self.query_one(".dialog").set_class(bool(found), "-refused")
        first = next((name for name in self.takes if name in found), "")
        if focus and first:
            self.query_one(f"#{first}").focus()

    def _say(self, name: str, reasons: Sequence[str]) -> None:
        shown = self.query_one(f"#wrong-{name}", Static)
        more = len(reasons) - SHOWN
        said = [*reasons[:SHOWN], *([f"and {more} more, see the messages"] if more > 0 else [])]
        shown.update("\n".join(said))
        shown.display = bool(said)
