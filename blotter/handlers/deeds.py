"""A deed: one command for each row that is meant, or one for all. A new command of that kind is one Deed.

Rows for which it makes no sense are left out and named; several rows are shown before anything is
sent, and what became of each afterwards.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from rich.console import RenderableType

from blotter import cells, notional
from blotter.screens.page import Page
from blotter.screens.preview import Asked, Line, Other, Preview, Said, results
from blotter.workplace import Workplace, verdict
from tradeoms.model.commands import Command
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome

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


async def do(place: Workplace, deed: Deed, rows: Sequence[Any]) -> None:
    """Ask what must be asked, send, and say what became of it."""
    fit = [row for row in rows if not deed.unfit(row)]
    _tell_unfit(place, deed, rows)
    if not fit:
        return
    said: Said | None = {asked.name: None for asked in deed.asks}
    if deed.asks or deed.confirm or (deed.preview and len(rows) > 1):
        screen = await _preview(place, deed, rows, fit)
        said = await place.ask(screen)
        for first in deed.first:
            if screen.other == first.key:
                await first.act(place, fit)
                await do(place, deed, _as_of_now(place, rows))
                return
    if said is None:
        return
    given = said
    if deed.together and len(fit) > 1:
        await _together(place, deed, rows, fit, given)
        return
    commands = {f"{deed.verb} {row.key}": deed.make(row, given) for row in fit}
    await finish(place, f"{deed.verb}: what became of it", await place.send_all(commands))


def _as_of_now(place: Workplace, rows: Sequence[Any]) -> list[Any]:
    now = place.rows(place.grid.table.source)
    return [now[row.key] for row in rows if row.key in now]


async def _together(
    place: Workplace, deed: Deed, rows: Sequence[Any], fit: Sequence[Any], said: Said
) -> None:
    """One command; those that the server refuses are left out, with why, when the rest is asked again."""
    assert deed.together is not None
    answer = await place.send(f"{deed.verb} {_named(fit)}", deed.together(fit, said))
    if _worked(answer):
        place.grid.clear_selection()
        return
    refused = {problem.value: problem.reason for problem in answer.problems} if answer else {}
    if any(row.key in refused for row in fit):
        asks = tuple(asked._replace(first=said[asked.name] or "") for asked in deed.asks)
        rest = deed._replace(asks=asks, unfit=lambda row: refused.get(row.key) or deed.unfit(row))
        await do(place, rest, _as_of_now(place, rows))


async def finish(place: Workplace, title: str, answers: dict[str, Answered | None]) -> None:
    """Several answers of which one is no success are shown together; else nothing is selected."""
    lines = [(name, _worked(answer), verdict(answer)) for name, answer in answers.items()]
    if all(worked for _, worked, _ in lines):
        place.grid.clear_selection()
    elif len(lines) > 1:
        await place.ask(Page(title, results(lines)))


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


def _worked(answer: Answered | None) -> bool:
    return answer is not None and answer.outcome is Outcome.Done


def _tell_unfit(place: Workplace, deed: Deed, rows: Sequence[Any]) -> None:
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if reason := deed.unfit(row):
            reasons.setdefault(reason, []).append(row.key)
    for reason, keys in reasons.items():
        place.tell("note", f"{deed.verb}: {named(keys)} left out: {reason}")


async def _preview(
    place: Workplace, deed: Deed, rows: Sequence[Any], fit: Sequence[Any]
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
    return Preview(title, lines, deed.verb.capitalize(), deed.asks, note, body, others=others)
