"""What a handler may use: the rows under its hands, the server, dialogs, messages."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from textual.app import App
from textual.screen import ModalScreen

from blotter.cells import printable
from blotter.entry import described
from blotter.layouts import Kept
from blotter.link import STALE, Link
from blotter.needs import Waiting
from blotter.recalls import Recalls
from blotter.timeline import Story
from blotter.widgets.grid import Grid
from blotter.widgets.messages import Line
from tradeoms.bus.client import BusRefused, NoAnswer, Result
from tradeoms.model.commands import Command, Problem
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome

if TYPE_CHECKING:
    from blotter.registry import Action

T = TypeVar("T")
AT_ONCE = 100  # commands that wait for their answers together


class Reply(NamedTuple):
    """What became of a command: the answer, or why there is none."""

    answered: Answered | None
    missing: str = ""

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return self.answered is not None and self.answered.outcome is Outcome.Done

    @property
    def problems(self) -> Sequence[Problem]:
        """What stands against it; nothing where it was carried out."""
        if self.done:
            return ()
        if self.answered is None:
            return (Problem("", "", self.missing),)
        unnamed = Problem("", "", f"{self.answered.outcome}, id {self.answered.id}")
        return self.answered.problems or (unnamed,)

    @property
    def verdict(self) -> str:
        """On one line, for a message or a row of results."""
        if self.answered is not None and self.done:
            return " ".join(("done", *self.answered.ids))
        return "; ".join(described(p.field, p.value, p.reason) for p in self.problems)


class Workplace:
    """One for the whole program; `table` is the one that is shown."""

    def __init__(
        self,
        app: App[None],
        link: Link,
        grids: Mapping[str, Grid],
        say: Callable[[Line], None],
        lines: Sequence[Line],
        kept: Kept,
        actions: "Mapping[str, Action]",
        folder: Path | None,
        user: str,
    ) -> None:
        self.app, self.link, self.grids, self.lines = app, link, grids, lines
        self.kept, self.actions, self.folder = kept, actions, folder
        self.waiting, self.user = Waiting(kept.seen, user), user
        self.recalls = Recalls(kept.recalls, self.now())
        self.table = next(iter(grids))
        self.age = float("inf")
        self.refused = ""
        self.pending = 0
        self._late: dict[str, str] = {}  # ids of commands that had no answer
        self.bell = True
        self.groups: Mapping[str, Sequence[str]] = {}
        self.perform: Callable[[str], None] = lambda _: None
        self.keep: Callable[[], None] = lambda: None
        self._say = say
        self._story: Story | None = None

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

    def now(self) -> datetime:
        """The time, with its zone."""
        return datetime.now().astimezone()

    async def story(self) -> Story:
        """What is heard of the journal; one begins to listen when it is wanted first."""
        if self._story is None:
            self._story = Story()
            await self.link.records()
        return self._story

    def listen(self) -> None:
        """Take what was heard of the journal since the last call."""
        if self._story is not None:
            self._story.take(self.link.take_records())

    def heard(self, story: Story) -> str:
        """How far the journal was heard."""
        last = max(self.link.seq.values(), default=0)
        if story.seq >= last:
            return f"up to date, record {story.seq:,}"
        return f"reading: record {story.seq:,} of {last:,}"

    def tell(self, kind: str, text: str) -> None:
        """Show and keep a message: ok, news, note, warning or error."""
        self._say(Line(self.now(), kind, printable(text)))

    async def ask(self, screen: ModalScreen[T]) -> T | None:
        """Show a dialog and wait for its result; None where the person went back."""
        return await self.app.push_screen_wait(screen)

    async def send(self, what: str, command: Command) -> Reply:
        """Send and say what became of it."""
        if self.blind:
            reply = Reply(None, f"not sent, {self.blind}")
        else:
            reply = await self._submit(command)
        self._report(what, reply)
        return reply

    async def _submit(self, command: Command) -> Reply:
        """What is repeated unchanged, as it had no answer, keeps its id: the server does it once."""
        self.pending += 1
        key = repr(command)
        try:
            return Reply(await self.link.submit(command, self._late.pop(key, "")))
        except BusRefused as refused:
            return Reply(None, f"refused: {refused}")
        except NoAnswer as late:
            self._late[key] = late.ids[0]
            return Reply(
                None, f"{late}. It may still be carried out; sent again as it is, it counts once"
            )
        finally:
            self.pending -= 1

    async def query(self, what: str, question: str, **arguments: Any) -> Result | None:
        """Ask the server; None, said aloud, where it gives no answer."""
        if self.blind:
            self.tell("error", f"{what}: not asked, {self.blind}")
            return None
        try:
            found = await self.link.query(question, **arguments)
        except (BusRefused, NoAnswer) as error:
            self.tell("error", f"{what}: {error}")
            return None
        if found.problem:
            self.tell("error", f"{what}: {found.problem}")
            return None
        return found

    async def send_all(self, commands: Mapping[str, Command]) -> dict[str, Reply]:
        """Send commands of one kind, each with its name, some at once; the answers by name."""
        named, answers = list(commands.items()), dict[str, Reply]()
        for start in range(0, len(named), AT_ONCE):
            some = named[start : start + AT_ONCE]
            got = await asyncio.gather(*(self.send(what, command) for what, command in some))
            answers.update(zip((what for what, _ in some), got, strict=True))
        return answers

    def _report(self, what: str, reply: Reply) -> None:
        answered = reply.answered
        if answered is None or not reply.done:
            self.tell("error", f"{what}: {reply.verdict}")
            return
        ids = f" → {', '.join(answered.ids)}" if answered.ids else ""
        self.tell("ok", f"{what}: done{ids}")
        for seen in answered.violations:
            self.tell("warning", f"{what}: {seen.severity} {seen.rule}: {seen.message}")
