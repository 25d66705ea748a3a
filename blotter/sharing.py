"""Layouts as a file for another person or another machine, and what such a file would bring."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from blotter.column import Table
from blotter.layouts import Kept, Layout, first, fitted

Named = dict[str, dict[str, Layout]]  # table -> name -> layout
LARGEST = 1_000_000  # bytes: nobody has so many layouts


class Shared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. `version` is that of its form."""

    layouts: Named
    version: int = 1


class BadFile(ValueError):
    """It is no file of layouts, and why."""


def written(kept: Kept, now: Mapping[str, Layout], tables: Mapping[str, Table], user: str) -> bytes:
    """What was saved by name, and how the tables are now, where they are not as everybody begins."""
    layouts: Named = {table: dict(named) for table, named in kept.named.items() if named}
    for name, layout in now.items():
        if layout != first(tables[name]):
            layouts.setdefault(name, {})[f"{user} now"] = layout
    return msgspec.json.format(msgspec.json.encode(Shared(layouts)), indent=1)


def read(name: str, tables: Mapping[str, Table]) -> tuple[Named, list[str]]:
    """The layouts of a file, as far as there are such tables and columns, and what was left out.

    BadFile where it cannot be read; nothing of it is taken then.
    """
    path = Path(name)
    try:
        path = path.expanduser()
        if path.stat().st_size > LARGEST:
            raise BadFile(f"{path}: is larger than {LARGEST:,} bytes")
        found = msgspec.json.decode(path.read_bytes(), type=Shared)
    except (OSError, RuntimeError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}: {error}") from None
    if found.version != 1:
        raise BadFile(f"{path}: version is {found.version}, not 1")
    taken, problems = Named(), list[str]()
    for table, named in found.layouts.items():
        if table not in tables:
            problems.append(f"there is no table {table}")
            continue
        for name, layout in named.items():
            fit, wrong = fitted(layout, tables[table])
            problems += [f"{name}: {why}" for why in wrong]
            taken.setdefault(table, {})[name] = fit
    return taken, problems
