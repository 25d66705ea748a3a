"""What a handler may use: the rows under its hands, the server, dialogs, messages."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from textual.app import App
from textual.screen import ModalScreen

from blotter.cells import printable
from blotter.link import STALE, Link
from blotter.widgets.grid import Grid
from blotter.widgets.messages import Line
from tradeoms.bus.client import BusRefused, NoAnswer
from tradeoms.model.commands import Command
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome

T = TypeVar("T")
AT_ONCE = 100  # commands that wait for their answers together
MUST = "must be acknowledged"  # so the server begins what a person may lift by having seen it


class Workplace:
    """One for the whole program; `table` is the one that is shown."""

    def __init__(
        self,
        app: App[None],
        link: Link,
        grids: Mapping[str, Grid],
        say: Callable[[Line], None],
        lines: Sequence[Line],
    ) -> None:
        self.app, self.link, self.grids, self.lines = app, link, grids, lines
        self.table = next(iter(grids))
        self.age = float("inf")
        self.refused = ""
        self.pending = 0
        self._say = say

    @property
    def grid(self) -> Grid:
        """The grid that is shown."""
        return self.grids[self.table]

    @property
    def blind(self) -> str:
        """Why nothing may be sent now; empty where it may."""
        if self.refused:
            return f"the server refused us: {self.refused}"
        if self.age == float("inf"):
            return "not connected yet"
        return f"the data is STALE ({self.age:,.0f} s old)" if self.age > STALE else ""

    def rows(self, table: str) -> Mapping[str, Any]:
        """Another table as it is now, whether or not it is shown."""
        return self.link.tables.get(table, {})

    def tell(self, kind: str, text: str) -> None:
        """Show and keep a message: ok, note, warning or error."""
        self._say(Line(datetime.now().astimezone(), kind, printable(text)))

    async def ask(self, screen: ModalScreen[T]) -> T | None:
        """Show a dialog and wait for its result; None where the person went back."""
        return await self.app.push_screen_wait(screen)

    async def send(self, what: str, command: Command) -> Answered | None:
        """Send and say what became of it. None where nothing is known or nothing was sent."""
        if self.blind:
            self.tell("error", f"{what}: not sent, {self.blind}")
            return None
        self.pending += 1
        try:
            answered = await self.link.submit(command)
        except BusRefused as refused:
            self.tell("error", f"{what}: refused: {refused}")
            return None
        except NoAnswer as late:
            self.tell(
                "error", f"{what}: {late}. It may still be carried out: look before you repeat it"
            )
            return None
        finally:
            self.pending -= 1
        self._report(what, answered)
        return answered

    async def send_all(self, commands: Mapping[str, Command]) -> None:
        """Send commands of one kind, each with its name, some at once."""
        named = list(commands.items())
        for start in range(0, len(named), AT_ONCE):
            some = named[start : start + AT_ONCE]
            await asyncio.gather(*(self.send(what, command) for what, command in some))

    def _report(self, what: str, answered: Answered) -> None:
        if answered.outcome is Outcome.Done:
            ids = f" → {', '.join(answered.ids)}" if answered.ids else ""
            self.tell("ok", f"{what}: done{ids}")
            for seen in answered.violations:
                self.tell("warning", f"{what}: {seen.severity} {seen.rule}: {seen.message}")
        for problem in answered.problems:
            kind = "warning" if problem.reason.startswith(MUST) else "error"
            self.tell(kind, f"{what}: {described(problem.field, problem.value, problem.reason)}")
        if answered.outcome is not Outcome.Done and not answered.problems:
            self.tell("error", f"{what}: {answered.outcome}, id {answered.id}")


def described(field: str, value: str, reason: str) -> str:
    """A problem on one line: the field, the value as given, the reason."""
    return f"{field} {value}: {reason}" if value else f"{field}: {reason}"
