"""A version's table as read from its TOML files, on top of the version that it is based on."""

import re
import tomllib
from pathlib import Path
from typing import Any

from fixconfig.versions import folders

Table = dict[str, Any]
Rows = dict[str, list[str]]
"""Field name -> [need, what we send or expect]."""


def read(folder: Path) -> Table:
    """The table of a version: messages.toml, with groups.toml under the key "groups"."""
    own = _toml(folder / "messages.toml")
    own["groups"] = _toml(folder / "groups.toml")
    if "base" not in own:
        return own
    below = _base(folder, own.pop("base"))
    table = _merged(_renamed(read(below), _newer_names(folder, below)), own)
    table = _used_only(table)
    table["groups"] = _retagged(table["groups"], table["fields"])
    return table


def spoken(folder: Path) -> Table:
    """dialect.toml on top of the base's; a list takes the place of the base's list."""
    own = _toml(folder / "dialect.toml")
    base = _toml(folder / "messages.toml").get("base")
    return _merged(spoken(_base(folder, base)), own) if base else own


def fields(table: Table) -> dict[str, tuple[int, str]]:
    """Name -> (tag, type of the specification) of every field, the members of groups included."""
    found = {name: (tag, kind) for name, (tag, kind) in table["fields"].items()}
    for name, group in table["groups"].items():
        found[name] = (group["tag"], "NUMINGROUP")
        others = [other["members"] for other in group.get("in", {}).values()]
        for member in sum(others, group["members"]):
            tag, member_name, *kind = member.split()
            found.setdefault(member_name, (int(tag), kind[0] if kind else "STRING"))
    return found


def members(table: Table, name: str, MsgType: str) -> list[str]:
    """Names of a group's members in a message, in their order."""
    group = table["groups"][name]
    others = (other for keys, other in group.get("in", {}).items() if MsgType in keys.split())
    return [member.split()[1] for member in next(others, group)["members"]]


def _toml(file: Path) -> Table:
    return tomllib.loads(file.read_text("utf-8"))


def _base(folder: Path, name: str) -> Path:
    """A version beside this one, else one of ours. One that is based on itself has no base."""
    known = folders(folder.parent)
    if name not in known or known[name] == folder:
        raise ValueError(f"{folder / 'messages.toml'}: base = {name!r}: there is no such version")
    return known[name]


def _merged(base: Any, own: Any) -> Any:
    """`own` over `base`: tables are merged, all else is replaced; then `without` and `only`."""
    if not (isinstance(base, dict) and isinstance(own, dict)):
        return own
    gone = set(own.get("without", ()))
    kept = set(own.get("only", base))
    below = {key: value for key, value in base.items() if key in kept and key not in gone}
    above = {key: value for key, value in own.items() if key not in ("without", "only")}
    return below | {key: _merged(below.get(key), value) for key, value in above.items()}


def _newer_names(folder: Path, below: Path) -> dict[str, str]:
    """What the base calls a field -> what this version calls it."""
    names, theirs = spoken(folder).get("names", {}), spoken(below).get("names", {})
    return {theirs.get(ours, ours): name for ours, name in names.items()}


def _renamed(table: Any, names: dict[str, str]) -> Any:
    """The table with names of fields replaced wherever they stand, also inside a sentence."""
    if not names:
        return table
    if isinstance(table, dict):
        return {_renamed(key, names): _renamed(value, names) for key, value in table.items()}
    if isinstance(table, list):
        return [_renamed(value, names) for value in table]
    if isinstance(table, str):
        return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), table)
    return table


def _retagged(groups: Any, known: dict[str, Any]) -> Any:
    """Members with this version's tags: some fields have another name and another tag."""
    if isinstance(groups, dict):
        return {key: _retagged(value, known) for key, value in groups.items()}
    if not isinstance(groups, list):
        return groups
    parts = [member.split() for member in groups]
    return [" ".join([str(known.get(p[1], p)[0]), *p[1:]]) for p in parts]


def _used_only(table: Table) -> Table:
    """Without the fields that are `nowhere`, and without what no message uses any more."""
    nowhere = set(table.pop("nowhere", ()))
    used = set(table["header"]) | set(table["trailer"])
    for message in table["messages"].values():
        rows = message["fields"]
        message["fields"] = {name: row for name, row in rows.items() if name not in nowhere}
        used |= set(message["fields"])
    table["fields"] = {name: row for name, row in table["fields"].items() if name in used}
    table["values"] = {name: row for name, row in table["values"].items() if name in used}
    return table
