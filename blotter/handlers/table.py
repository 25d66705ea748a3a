"""What a trader does to a table: columns, order, filter, groups, layouts, export."""

import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from blotter import cells, export, filters, layouts, sharing
from blotter.column import Column
from blotter.layouts import Layout
from blotter.screens.ask import Ask
from blotter.screens.choose import Choice, Choose
from blotter.screens.columns import Columns
from blotter.screens.form import taken
from blotter.screens.preview import Line, Preview
from blotter.spreadsheet import as_xlsx
from blotter.view import shown
from blotter.widgets.filterbar import FilterBar
from blotter.workplace import Workplace
from tradeoms.model.commands import Problem

Change = Callable[[Layout, Column], Layout]


def arranged(change: Change) -> Callable[[Workplace], None]:
    """The handler that changes the layout at the column under the cursor."""

    def handler(place: Workplace) -> None:
        grid = place.grid
        grid.lay_out(change(grid.layout_now, grid.column))

    return handler


sort = arranged(lambda layout, column: layouts.sorted_by(layout, column.name))
sort_also = arranged(lambda layout, column: layouts.sorted_by(layout, column.name, also=True))
narrower = arranged(lambda layout, column: layouts.resized(layout, column.name, -1))
wider = arranged(lambda layout, column: layouts.resized(layout, column.name, 1))
to_left = arranged(lambda layout, column: layouts.moved(layout, column.name, -1))
to_right = arranged(lambda layout, column: layouts.moved(layout, column.name, 1))
hide = arranged(lambda layout, column: layouts.without(layout, column.name))


@arranged
def freeze(layout: Layout, column: Column) -> Layout:
    """Freeze up to the column, or nothing, where it is so already."""
    names = [shown.name for shown in layout.columns]
    place = names.index(column.name) + 1
    return replace(layout, frozen=0 if layout.frozen == place else place)


@arranged
def group(layout: Layout, column: Column) -> Layout:
    """Group by the column as well, or no longer."""
    if column.name in layout.group:
        return replace(layout, group=tuple(n for n in layout.group if n != column.name))
    return replace(layout, group=(*layout.group, column.name))


ungroup = arranged(lambda layout, _: replace(layout, group=()))
unfiltered = arranged(lambda layout, _: replace(layout, filter=""))


def reset(place: Workplace) -> None:
    """The table as everybody begins."""
    place.grid.lay_out(layouts.first(place.grid.table))


def only_these(place: Workplace) -> None:
    """Filter by the value under the cursor, besides what is filtered already."""
    grid = place.grid
    if grid.cursor is not None:
        term = filters.exactly(grid.column, grid.cursor)
        text = f"{grid.layout_now.filter} {term}".strip()
        grid.lay_out(replace(grid.layout_now, filter=text))


def filter_by_typing(place: Workplace) -> None:
    """Open the line to filter."""
    place.app.query_one(FilterBar).open(place.grid.layout_now.filter)


async def columns(place: Workplace) -> None:
    """Choose and order the columns."""
    grid = place.grid
    layout = await place.ask(Columns(grid.table, grid.layout_now))
    if layout is not None:
        grid.lay_out(layout)


async def save(place: Workplace) -> None:
    """Keep the layout of this table under a name."""
    grid = place.grid
    name = await place.ask(Ask(f"Name for this layout of {grid.table.title}", "name", taken))
    if name is not None:
        place.kept.named.setdefault(grid.table.name, {})[name] = grid.layout_now
        place.keep()
        place.tell("ok", f"layout {name} of {grid.table.title} is saved")


async def load(place: Workplace) -> None:
    """Use a layout that was saved."""
    grid, known = place.grid, place.kept.named.get(place.grid.table.name, {})
    if not known:
        place.tell("note", f"no layout of {grid.table.title} is saved yet")
        return
    choices = [Choice(name, name, _about(layout)) for name, layout in sorted(known.items())]
    name = await place.ask(Choose(f"Layouts of {grid.table.title}", choices))
    if name is not None:
        layout, problems = layouts.fitted(known[name], grid.table)
        for problem in problems:
            place.tell("warning", f"layout {name}: {problem}")
        grid.lay_out(layout)


async def forget(place: Workplace) -> None:
    """Delete a layout that was saved."""
    known = place.kept.named.get(place.grid.table.name, {})
    choices = [Choice(name, name, _about(layout)) for name, layout in sorted(known.items())]
    name = await place.ask(Choose("Delete which layout?", choices))
    if name is not None:
        del known[name]
        place.keep()
        place.tell("ok", f"layout {name} is deleted")


def export_layouts(place: Workplace) -> None:
    """All layouts into a file, for another person or another machine."""
    tables = {name: grid.table for name, grid in place.grids.items()}
    now = {name: grid.layout_now for name, grid in place.grids.items()}
    content = sharing.written(place.kept, now, tables, place.user)
    _deliver(place, export.named("layouts", place.now(), "json"), content, "layouts")


async def import_layouts(place: Workplace) -> None:
    """Layouts of a file beside one's own; what it would replace is shown before."""
    tables = {name: grid.table for name, grid in place.grids.items()}
    found, problems = sharing.Named(), list[str]()

    async def read(path: str) -> Sequence[Problem]:
        try:
            named, odd = sharing.read(path, tables)
        except sharing.BadFile as error:
            return (Problem("text", "", f"{error}; yours are as they were"),)
        found.update(named)
        problems.extend(odd)
        return ()

    ask = Ask("Layouts from which file?", "layouts-20250102-153000.json", read)
    path = await place.ask(ask)
    if path is None:
        return
    lines = [
        Line(f"{tables[table].title}: {name}", _comes(place, table, name, layout))
        for table, named in found.items()
        for name, layout in named.items()
    ]
    title = (
        f"Take {cells.count(len(lines), 'layout')}, to be used with {place.actions['load'].label}"
    )
    note = "\n".join(problems)
    if await place.ask(Preview(title, lines, "Take", taken, note=note)) is None:
        return
    for table, named in found.items():
        place.kept.named.setdefault(table, {}).update(named)
    place.keep()
    place.tell("ok", f"{cells.count(len(lines), 'layout')} taken from {path}")


def _comes(place: Workplace, table: str, name: str, layout: Layout) -> str:
    mine = place.kept.named.get(table, {}).get(name)
    replaced = "   in the place of yours" if mine not in (None, layout) else ""
    return f"{_about(layout)}{replaced}"


def _about(layout: Layout) -> str:
    words = [cells.count(len(layout.columns), "column"), layout.filter]
    words.append(f"by {', '.join(layout.group)}" if layout.group else "")
    return "  ".join(word for word in words if word)


def _wanted(place: Workplace) -> tuple[list[Column], list[Any]]:
    """The columns that are shown, and the selected rows, or all that are shown."""
    grid = place.grid
    columns = [column for column, _ in shown(grid.table, grid.layout_now)]
    return columns, grid.rows.selection() or list(grid.rows)


def copy(place: Workplace) -> None:
    """Into the clipboard of the terminal."""
    columns, rows = _wanted(place)
    place.app.copy_to_clipboard(export.as_csv(columns, rows))
    place.tell("ok", f"{cells.count(len(rows), 'row')} of {place.grid.table.title} copied as CSV")


def write(place: Workplace) -> None:
    """Into a CSV file."""
    columns, rows = _wanted(place)
    content = export.as_csv(columns, rows).encode()
    _deliver(
        place, export.named(place.table, place.now(), "csv"), content, cells.count(len(rows), "row")
    )


def write_spreadsheet(place: Workplace) -> None:
    """Into a spreadsheet."""
    columns, rows = _wanted(place)
    content = as_xlsx(place.grid.table.title, columns, rows)
    _deliver(
        place,
        export.named(place.table, place.now(), "xlsx"),
        content,
        cells.count(len(rows), "row"),
    )


def _deliver(place: Workplace, name: str, content: bytes, what: str) -> None:
    """Into the folder where the blotter was started; to a browser, as a download."""
    if place.app.is_web:
        place.app.deliver_binary(io.BytesIO(content), save_filename=name)
        place.tell("ok", f"{what} are downloaded as {name}")
        return
    try:
        path = export.write(Path.cwd(), name, content)
    except OSError as error:
        place.tell("error", f"export: {error}")
        return
    place.tell("ok", f"{what} written to {os.path.relpath(path)}")
