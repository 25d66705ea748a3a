"""How a trader wants a table: columns, their order and width, sorting, filter, groups; and the file
that keeps it.

One JSON file a user, written anew as a whole whenever something changed, so that a crash leaves the
old one or the new one. A file that cannot be read is set aside, never overwritten.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from blotter.column import Column, Table
from blotter.filters import BadFilter, parse
from blotter.recalls import Recalled

NARROWEST, WIDEST = 3, 120


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column on the screen."""

    name: str
    width: int


class Sort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column to sort by."""

    name: str
    descending: bool = False


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table as the trader wants it. The first `frozen` columns stand still."""

    columns: tuple[Shown, ...]
    frozen: int = 1
    sort: tuple[Sort, ...] = ()
    filter: str = ""
    group: tuple[str, ...] = ()


class Kept(msgspec.Struct, forbid_unknown_fields=True):
    """What the file holds: how each table is now, and layouts by table and name.

    `seen`: what the trader has seen of what waits, as screen/key, and why it waited. `recalls`:
    placements that were called back and not routed anew yet.
    """

    version: int = 1
    now: dict[str, Layout] = {}
    named: dict[str, dict[str, Layout]] = {}
    seen: dict[str, str] = {}
    theme: str = ""
    recalls: tuple[Recalled, ...] = ()


class Read(NamedTuple):
    """What was kept, and what was wrong with it in words for the trader."""

    kept: Kept
    problems: tuple[str, ...]


def first(table: Table) -> Layout:
    """How everybody begins."""
    columns = tuple(Shown(c.name, c.width) for c in table.columns if c.name not in table.hidden)
    return Layout(columns, 1, (Sort(*table.sort),))


def fitted(layout: Layout, table: Table) -> tuple[Layout, list[str]]:
    """The layout without what the table does not have, and what was left out."""
    known = {column.name for column in table.columns}
    names = [shown.name for shown in layout.columns]
    used = [*names, *(sort.name for sort in layout.sort), *layout.group]
    problems = [
        f"{table.title}: there is no column {n}" for n in dict.fromkeys(used) if n not in known
    ]
    columns = {s.name: Shown(s.name, _width(s.width)) for s in layout.columns if s.name in known}
    sort = tuple(by for by in layout.sort if by.name in known)
    text = layout.filter
    try:
        parse(text, table.columns)
    except BadFilter as error:
        problems.append(f"{table.title}: filter {text}: {error.reason}")
        text = ""
    fit = replace(
        layout,
        columns=tuple(columns.values()) or first(table).columns,
        frozen=min(max(layout.frozen, 0), max(len(columns), 1)),
        sort=sort or first(table).sort,
        group=tuple(name for name in layout.group if name in known),
        filter=text,
    )
    return fit, problems


def _width(width: int) -> int:
    return min(max(width, NARROWEST), WIDEST)


def resized(layout: Layout, name: str, step: int) -> Layout:
    """A column wider, or narrower."""
    columns = (
        Shown(s.name, _width(s.width + step)) if s.name == name else s for s in layout.columns
    )
    return replace(layout, columns=tuple(columns))


def moved(layout: Layout, name: str, step: int) -> Layout:
    """A column further to the right, or left."""
    columns = list(layout.columns)
    place = next(n for n, shown in enumerate(columns) if shown.name == name)
    columns.insert(min(max(place + step, 0), len(columns) - 1), columns.pop(place))
    return replace(layout, columns=tuple(columns))


def without(layout: Layout, name: str) -> Layout:
    """A column hidden; the last one stays."""
    columns = tuple(shown for shown in layout.columns if shown.name != name)
    frozen = min(layout.frozen, max(len(columns), 1))
    return replace(layout, columns=columns, frozen=frozen) if columns else layout


def toggled(layout: Layout, column: Column) -> Layout:
    """A column hidden, or shown at the end."""
    if any(shown.name == column.name for shown in layout.columns):
        return without(layout, column.name)
    return replace(layout, columns=(*layout.columns, Shown(column.name, column.width)))


def sorted_by(layout: Layout, name: str, also: bool = False) -> Layout:
    """Sort by a column; `also`: after those that there are. Again: the other way round."""
    known = {by.name: by for by in layout.sort}
    if also:
        turned = Sort(name, not known[name].descending) if name in known else Sort(name)
        return replace(layout, sort=tuple((known | {name: turned}).values()))
    leads = bool(layout.sort) and layout.sort[0].name == name
    return replace(layout, sort=(Sort(name, leads and not layout.sort[0].descending),))


class Store:
    """The file of one user. `folder` None: nothing is kept."""

    def __init__(self, folder: Path | None, user: str) -> None:
        safe = re.sub(r"[^\w.-]", "_", user)
        self.path = None if folder is None else folder / f"layouts-{safe}.json"
        self._written = b""

    def read(self) -> Read:
        """What is kept. A bad file is set aside under another name."""
        if self.path is None or not self.path.exists():
            return Read(Kept(), ())
        data = self.path.read_bytes()
        try:
            kept = msgspec.json.decode(data, type=Kept)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            aside = self._aside()
            self.path.rename(aside)
            return Read(Kept(), (f"your layouts cannot be read: {error}; set aside as {aside}",))
        self._written = data
        return Read(kept, ())

    def write(self, kept: Kept) -> None:
        """Keep it, if it is not what was written last."""
        data = msgspec.json.format(msgspec.json.encode(kept), indent=1)
        if self.path is None or data == self._written:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(f".{os.getpid()}.new")
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
        self._written = data

    def _aside(self) -> Path:
        assert self.path is not None
        names = (self.path.with_name(f"{self.path.name}.bad{n or ''}") for n in range(1000))
        return next(name for name in names if not name.exists())
