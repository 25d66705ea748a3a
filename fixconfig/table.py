"""A version's table as read from its TOML files."""

import tomllib
from pathlib import Path
from typing import Any

Table = dict[str, Any]
Rows = dict[str, list[str]]
"""Field name -> [need, what we send or expect]."""


def read(folder: Path) -> Table:
    """The table of a version: messages.toml, with groups.toml under the key "groups"."""
    table = tomllib.loads((folder / "messages.toml").read_text("utf-8"))
    table["groups"] = tomllib.loads((folder / "groups.toml").read_text("utf-8"))
    return table


def fields(table: Table) -> dict[str, tuple[int, str]]:
    """Name -> (tag, type of the specification) of every field, the members of groups included."""
    found = {name: (tag, kind) for name, (tag, kind) in table["fields"].items()}
    for name, group in table["groups"].items():
        found[name] = (group["tag"], "NUMINGROUP")
        for member in group["members"]:
            tag, member_name, *kind = member.split()
            found.setdefault(member_name, (int(tag), kind[0] if kind else "STRING"))
    return found
