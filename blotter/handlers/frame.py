"""Moving about: tables, cursor, selection, order of the rows, look, help."""

from collections.abc import Callable

import msgspec
from rich.table import Table as RichTable
from rich.text import Text
from textual.content import Content

from blotter import cells, themes
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


def on_grid(act: Callable[[Grid], None]) -> Handler:
    """The handler that does something to the grid that is shown."""

    def handler(place: Workplace) -> None:
        act(place.grid)

    return handler


def theme(place: Workplace) -> None:
    """Dark or light."""
    dark = place.app.theme == themes.DARK.name
    place.app.theme = themes.LIGHT.name if dark else themes.DARK.name


async def messages(place: Workplace) -> None:
    """Everything that was said since the start."""
    lines = Content("\n").join(map(content, place.lines)) if place.lines else Content("none yet")
    await place.ask(Page("Messages", lines, end=True))


async def details(place: Workplace) -> None:
    """All fields of the row under the cursor, those without a column too."""
    row = place.grid.cursor
    if row is None:
        return
    body = RichTable.grid(padding=(0, 2))
    for field in msgspec.structs.fields(row):
        value = cells.plain(getattr(row, field.name))
        body.add_row(Text(field.name, "dim"), Text(value or "–"))
    await place.ask(Page(f"{place.grid.table.title}: {row.key}", body))


def leave(place: Workplace) -> None:
    """Close the blotter; the server goes on."""
    place.app.exit()
