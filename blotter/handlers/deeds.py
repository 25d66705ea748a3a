"""A deed: one command for each row that is meant, or one for all. A new command of that kind is one Deed.

Rows for which it makes no sense are left out and named; several rows are shown before anything is
sent, and what became of each afterwards.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace
from rich.console import RenderableType

from blotter import cells, notional
from blotter.screens.form import Send
from blotter.screens.page import Page
from blotter.screens.preview import DONE, Asked, Line, Other, Preview, Said, results
from blotter.workplace import Reply, Workplace
from tradeoms.model.commands import Command, Problem

MANY = 5  # names of a title


class First(NamedTuple):
    """Something else that may be done before the deed: its key, its name, and with which rows."""

    key: str
    title: str
    act: Callable[[Workplace, Sequence[Any]], Awaitable[None]]


Foresee = Callable[[Workplace, Sequence[Any]], Awaitable[tuple[str, RenderableType]]]


def always_fits(row: Any) -> str:
    """Nothing speaks against it."""
    return ""


class Deed(NamedTuple):
    """`make` builds the command of a row; `unfit` says why a row is left out.

    `preview`: several rows are shown before. `confirm`: even one. `asks`: what is asked once for
    all. `note` and `explain`: what the person should know first, always or of these rows.
    `foresee`: what the server says before it is done, a note and a table. `quantity`: what of a row
    the value is of. `first`: what else may be done before, and then it is shown anew. `together`:
    one command for several rows; if some are refused, the others are offered.
    """

    verb: str
    make: Callable[[Any, Said], Command]
    unfit: Callable[[Any], str] = always_fits
    asks: tuple[Asked, ...] = ()
    preview: bool = True
    confirm: bool = False
    note: str = ""
    explain: Callable[[Sequence[Any]], str] | None = None
    quantity: str = ""
    foresee: Foresee | None = None
    first: tuple[First, ...] = ()
    together: Callable[[Sequence[Any], Said], Command] | None = None


def act(deed: Deed) -> Callable[[Workplace], Awaitable[None]]:
    """The handler of a deed."""

    async def handler(place: Workplace) -> None:
        await do(place, deed, place.grid.targets())

    return handler


async def do(
    place: Workplace, deed: Deed, rows: Sequence[Any], text: Mapping[str, str] | None = None
) -> None:
    """Ask what must be asked, send, and say what became of it. `text`: what was typed before."""
    _tell_unfit(place, deed, rows)
    fit = [row for row in rows if not deed.unfit(row)]
    if not fit:
        return
    if not (deed.asks or deed.confirm or (deed.preview and len(rows) > 1)):
        commands = _commands(deed, fit, {})
        await finish(place, f"{deed.verb}: what became of it", await place.send_all(commands))
        return
    sending = _Sending(place, deed, fit)
    screen = await _preview(place, deed, rows, fit, sending, text or {})
    await place.ask(screen)
    for first in deed.first:
        if screen.other == first.key:
            await first.act(place, fit)
            await do(place, deed, _as_of_now(place, rows), screen.left)
            return
    if refused := sending.refused:
        rest = deed._replace(unfit=lambda row: refused.get(row.key) or deed.unfit(row))
        await do(place, rest, _as_of_now(place, rows), sending.text)


def _as_of_now(place: Workplace, rows: Sequence[Any]) -> list[Any]:
    now = place.rows(place.grid.table.source)
    return [now[row.key] for row in rows if row.key in now]


def _commands(deed: Deed, rows: Sequence[Any], said: Said) -> dict[str, Command]:
    return {f"{deed.verb} {row.key}": deed.make(row, said) for row in rows}


class _Sending:
    """What the form of a deed sends; rows that are done are not sent again. `refused`: row -> why,
    where one command was for all: then the form comes back with `text`, and without these rows.
    """

    def __init__(self, place: Workplace, deed: Deed, rows: Sequence[Any]) -> None:
        self._place, self._deed, self._rows, self._left = place, deed, rows, list(rows)
        self.refused, self.text = dict[str, str](), dict[str, str]()

    async def send(self, screen: Preview, said: Said) -> Sequence[Problem]:
        """What stands against it."""
        if self._deed.together and len(self._rows) > 1:
            problems = await self._at_once(screen, self._deed.together(self._rows, said))
        else:
            problems = await self._each(screen, said)
        if not problems and not self.refused:
            self._place.grid.clear_selection()
        return problems

    async def _each(self, screen: Preview, said: Said) -> Sequence[Problem]:
        commands = _commands(self._deed, self._left, said)
        # Rows that ask for the same are one command.
        first: dict[str, str] = {}
        same = [first.setdefault(repr(command), name) for name, command in commands.items()]
        answers = await self._place.send_all({name: commands[name] for name in first.values()})
        replies = {row.key: answers[name] for row, name in zip(self._left, same, strict=True)}
        self._left = [row for row in self._left if not replies[row.key].done]
        if len(self._rows) > 1:
            screen.relist(became(self._rows, replies))
        return of_many(replies, len(self._rows))

    async def _at_once(self, screen: Preview, command: Command) -> Sequence[Problem]:
        text, what = screen.text, f"{self._deed.verb} {_named(self._rows)}"
        problems = (await self._place.send(what, command)).problems
        refused = {p.value: p.reason for p in problems if p.value in {r.key for r in self._rows}}
        if not refused or any(screen.where(problem)[0] for problem in problems):
            return problems
        self.refused, self.text = refused, text
        return ()


async def finish(place: Workplace, title: str, answers: dict[str, Reply]) -> None:
    """Several answers of which one is no success are shown together; else nothing is selected."""
    lines = [(name, reply.done, reply.verdict) for name, reply in answers.items()]
    if all(worked for _, worked, _ in lines):
        place.grid.clear_selection()
    elif len(lines) > 1:
        await place.ask(Page(title, results(lines)))


def put(place: Workplace, what: str, make: Callable[[Said], Command]) -> Send[Said]:
    """For a form: sends the one command that is made of what was said."""

    async def send(said: Said) -> Sequence[Problem]:
        return (await place.send(what, make(said))).problems

    return send


def named(rows: Sequence[str]) -> str:
    """A few names, or their number."""
    return ", ".join(rows) if len(rows) <= MANY else f"{len(rows)} {rows[0]} … {rows[-1]}"


def _named(rows: Sequence[Any]) -> str:
    return named([row.key for row in rows])


def about(row: Any) -> str:
    """A row in a few words, as far as it has them."""
    words = [
        cells.side(row.Side) if getattr(row, "Side", "") else "",
        cells.number(row.OrderQty) if hasattr(row, "OrderQty") else "",
        getattr(row, "Symbol", ""),
        getattr(row, "broker", ""),
        getattr(row, "state", "") or getattr(row, "OrdStatus", ""),
    ]
    return cells.printable("  ".join(word for word in words if word))


def _tell_unfit(place: Workplace, deed: Deed, rows: Sequence[Any]) -> None:
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if reason := deed.unfit(row):
            reasons.setdefault(reason, []).append(row.key)
    for reason, keys in reasons.items():
        place.tell("note", f"{deed.verb}: {named(keys)} left out: {reason}")


async def _preview(
    place: Workplace,
    deed: Deed,
    rows: Sequence[Any],
    fit: Sequence[Any],
    sending: _Sending,
    text: Mapping[str, str],
) -> Preview:
    lines = [Line(row.key, about(row), deed.unfit(row)) for row in rows]
    note = deed.explain(fit) if deed.explain else deed.note
    body: RenderableType | None = None
    if deed.foresee:
        said, body = await deed.foresee(place, fit)
        note = "\n".join(part for part in (note, said) if part)
    title = f"{deed.verb.capitalize()} {_named(fit)}"
    if deed.quantity:
        title += f"   ≈ {notional.total(fit, deed.quantity, place.rows('prices'))}"
    others = [Other(first.key, first.title) for first in deed.first]
    asks = [asked._replace(first=text.get(asked.name, asked.first)) for asked in deed.asks]
    screen = Preview(
        title,
        lines,
        deed.verb.capitalize(),
        lambda said: sending.send(screen, said),
        asks,
        note,
        body,
        others=others,
    )
    return screen


def became(rows: Sequence[Any], replies: Mapping[str, Reply]) -> list[Line]:
    """What became of each row, those that are not done first; what was not sent again was done."""
    said = {name: reply.verdict for name, reply in replies.items() if not reply.done}
    first = sorted(rows, key=lambda row: row.key not in said)
    return [Line(row.key, about(row), became=said.get(row.key, DONE)) for row in first]


def of_many(replies: Mapping[str, Reply], count: int) -> Sequence[Problem]:
    """What stands against some of `count` rows: equal problems once, with the names of the rows."""
    whose: dict[Problem, list[str]] = {}
    for name, reply in replies.items():
        for problem in reply.problems:
            whose.setdefault(problem, []).append(name)
    if not whose or count == 1:
        return list(whose)
    refused = sum(not reply.done for reply in replies.values())
    again = Problem("", "", f"{refused} of {count} are not done; go on to try them again")
    return [again, *(_whose(problem, names) for problem, names in whose.items())]


def _whose(problem: Problem, names: Sequence[str]) -> Problem:
    if problem.value in names:
        return problem
    return replace(problem, value=f"{named(names)} {problem.value}".rstrip())
