"""Moving about: tables, cursor, selection, what needs a person, look, help."""

from collections.abc import Awaitable, Callable, Iterator

from rich.table import Table as RichTable
from rich.text import Text
from textual.content import Content

from blotter import themes
from blotter.evidence import Evidence
from blotter.screens.choose import Choice, Choose
from blotter.screens.detail import Detail
from blotter.screens.page import Page
from blotter.widgets.grid import Grid
from blotter.widgets.messages import content
from blotter.workplace import Workplace

Handler = Callable[[Workplace], None]


def show(table: str) -> Handler:
    """The handler that switches to a table."""

    def handler(place: Workplace) -> None:
        place.table = table

    return handler


def turn(step: int) -> Handler:
    """The handler that switches to the next table, or the one before."""

    def handler(place: Workplace) -> None:
        names = list(place.grids)
        place.table = names[(names.index(place.table) + step) % len(names)]

    return handler


def on_grid(act: Callable[[Grid], None]) -> Handler:
    """The handler that does something to the grid that is shown."""

    def handler(place: Workplace) -> None:
        act(place.grid)

    return handler


def theme(place: Workplace) -> None:
    """Dark or light."""
    dark = place.app.theme == themes.DARK.name
    place.app.theme = themes.LIGHT.name if dark else themes.DARK.name
    place.kept.theme = place.app.theme


def bell(place: Workplace) -> None:
    """A sound when something needs a person, or none."""
    place.bell = not place.bell
    place.tell("note", f"the bell is {'on' if place.bell else 'off'}")


def next_need(place: Workplace) -> None:
    """Go to what waits for a person after what is shown, the most urgent kind first."""
    row = place.grid.cursor
    found = place.waiting.after(place.table, row.key if row is not None else "")
    if found is None:
        place.tell("ok", "nothing needs you")
        return
    place.table, key, why = found
    place.grid.catch_up()
    place.tell("note", why)
    if not place.grid.go_to(key):
        place.tell("warning", f"{place.table} {key} does not pass the filter of its table")


async def messages(place: Workplace) -> None:
    """Everything that was said since the start."""
    lines = Content("\n").join(map(content, place.lines)) if place.lines else Content("none yet")
    await place.ask(Page("Messages", lines, end=True))


def detail(timeline: bool) -> Callable[[Workplace], Awaitable[None]]:
    """The handler that shows everything about the row under the cursor."""

    async def handler(place: Workplace) -> None:
        row = place.grid.cursor
        if row is None:
            if place.grid.head is not None:
                place.grid.fold()
            return
        story = await place.story()
        name = _subject(place.table, row)
        title = f"{place.grid.table.title}: {row.key}"
        entries = lambda: story.of(name)  # noqa: E731
        heard, raw = lambda: place.heard(story), Evidence(place.link).of
        await place.ask(Detail(title, row, entries, heard, timeline, raw))

    return handler


def _subject(table: str, row: object) -> str:
    """The order, block or placement whose timeline a row has."""
    names: Iterator[str] = (str(getattr(row, field, "")) for field in ("placement", "block"))
    if table in ("orders", "compliance", "blocks", "placements"):
        return str(getattr(row, "key", ""))
    if table == "allocations":
        return str(getattr(row, "order", ""))
    return next((name for name in (*names, str(getattr(row, "subject", ""))) if name), "")


async def palette(place: Workplace) -> None:
    """Every action that does something here, by its name."""
    here = [action for action in place.actions.values() if action.applies(place.table)]
    choices = [
        Choice(a.name, a.title if not a.label else f"{a.title}  {a.label}", a.help) for a in here
    ]
    name = await place.ask(Choose("Do", choices))
    if name is not None:
        place.perform(name)


async def help(place: Workplace) -> None:
    """Every action with its key and the tables it is for; those that do something here first."""
    body = RichTable.grid(padding=(0, 2))
    body.add_column(width=9, no_wrap=True)
    for heading, names in place.groups.items():
        body.add_row(Text(heading, "bold"))
        for action in (place.actions[name] for name in names):
            where = f"({', '.join(sorted(action.tables))})" if action.tables else ""
            look = "" if action.applies(place.table) else "dim"
            line = Text(f"{action.help} {where}", look)
            body.add_row(Text(action.label, "bold"), line, Text(action.name, "dim"))
        body.add_row("")
    await place.ask(Page("Keys", body))


def leave(place: Workplace) -> None:
    """Close the blotter; the server goes on."""
    place.app.exit()
