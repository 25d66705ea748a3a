"""Writes docs/tables.md and docs/commands.md from the code: python docs/generate.py."""

import enum
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import msgspec

from blotter import keytable
from tradeoms.bus.access import MAY
from tradeoms.bus.sight import BY_ACCOUNT, BY_MEMBER, BY_NOBODY
from tradeoms.views import VIEWS, View

TABLES = """# Tables

Written by `python docs/generate.py` from the row types in `tradeoms/views/`; do not edit.

Streams, the read model, reports and the blotter show the same rows. `tradeoms watch TABLE --user NAME`
prints one and then its changes; `client.follow("TABLE")` gives a program the rows by their `key`. FIX
concepts keep FIX spelling. Quantities, prices and money are exact decimals, times are UTC.
"""
COMMANDS = """# Commands

Written by `python docs/generate.py` from `tradeoms/model/` and `tradeoms/bus/access.py`; do not edit.

What people and programs may ask of the server. `tradeoms send FILE --user NAME` sends a file with one
list of them, as JSON objects whose `type` is the name of the command. Decimals are text (`"0.005"`),
dates `2022-12-28`, times `2022-12-28T21:00:00Z`. FIX concepts keep FIX spelling and FIX values (`Side`
`"1"` buy, `"2"` sell, `"5"` sell short; `OrdType` `"1"` market, `"2"` limit, `"3"` stop, `"4"` stop limit).
A field without a default is needed.
"""
SEEN = {
    BY_ACCOUNT: "A user with an account set sees rows of these accounts.",
    BY_MEMBER: "A user with an account set sees rows that touch one of these accounts.",
    BY_NOBODY: "Every user sees all rows.",
}
SEEN_BY_FEW = "A user with an account set sees nothing here."
WORDS = {
    "str": "text",
    "int": "whole number",
    "bool": "true or false",
    "datetime": "time",
    "Decimal": "decimal",
    "NoneType": "nothing",
}


def tables() -> str:
    """The page of tables."""
    return "\n".join([TABLES, *(_table(view) for view in VIEWS.values())])


def _table(view: View) -> str:
    seen = next((text for names, text in SEEN.items() if view.name in names), SEEN_BY_FEW)
    kinds = typing.get_type_hints(view.row)
    columns = [f"| `{name}` | {_kind(kinds[name])} |" for name in view.row.__struct_fields__]
    head = [f"## {view.name}", "", _doc(view.row), "", seen, "", "| column | type |", "|---|---|"]
    return "\n".join([*head, *columns, ""])


def commands() -> str:
    """The page of commands, and of what they are made of."""
    below: dict[str, type] = {}
    for command in MAY:
        below |= {kind.__name__: kind for kind in _below(command)}
    said = [_struct(kind, f"Sent by: {', '.join(sorted(roles))}.") for kind, roles in MAY.items()]
    parts = [_struct(kind, "") for _, kind in sorted(below.items())]
    return "\n".join([COMMANDS, *said, "# What they are made of\n", *parts])


def _struct(kind: type, who: str) -> str:
    hints = typing.get_type_hints(kind)
    rows = [
        f"| `{field.name}` | {_kind(hints[field.name])} | {_default(field)} |"
        for field in msgspec.structs.fields(kind)
    ]
    head = [f"## {kind.__name__}", "", _doc(kind), *(["", who] if who else [])]
    return "\n".join([*head, "", "| field | type | default |", "|---|---|---|", *rows, ""])


def _below(kind: type) -> Iterator[type]:
    """The structs that a struct's fields hold."""
    for hint in typing.get_type_hints(kind).values():
        for one in (hint, *typing.get_args(hint)):
            if isinstance(one, type) and issubclass(one, msgspec.Struct):
                yield one
                yield from _below(one)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return ""
    value = field.default
    if value is None or value == "":
        return "none"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    plain = value.value if isinstance(value, enum.Enum) else value
    return f"`{str(plain).lower() if isinstance(plain, bool) else plain}`"


def _doc(kind: type) -> str:
    text = (kind.__doc__ or "").strip().replace("|", r"\|")
    return "\n".join(line.strip() for line in text.splitlines())


def _kind(hint: object) -> str:
    """The type in words; an enumeration by its values, a struct by a link."""
    if isinstance(hint, types.UnionType):
        return " or ".join(map(_kind, typing.get_args(hint)))
    args = typing.get_args(hint)
    if args:
        return "table" if typing.get_origin(hint) is dict else f"list: {_kind(args[0])}"
    name = getattr(hint, "__name__", str(hint))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return ", ".join(f"`{one.value}` {one.name}" for one in hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return f"[{name}](#{name.lower()})"
    return WORDS.get(name, name)


PAGES = {"tables.md": tables, "commands.md": commands, "keys.md": keytable.page}


def main() -> None:
    """Write them all."""
    for name, write in PAGES.items():
        Path(__file__).with_name(name).write_text(write())


if __name__ == "__main__":
    main()
