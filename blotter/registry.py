"""What an action is, and which key it has. The table of them all is in `actions.py`."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from textual.keys import _character_to_key

from blotter.workplace import Workplace

LABELS = {
    "question_mark": "?",
    "slash": "/",
    "full_stop": ".",
    "equals_sign": "=",
    "minus": "-",
    "plus": "+",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "page up",
    "pagedown": "page down",
    "escape": "esc",
    "ctrl+p": "^p",
}


class Action(NamedTuple):
    """Something a key does; without a key it is on the palette. Empty `tables`: on every table.

    `pinned`: in the footer first. A handler that waits, for the server or a dialog, is a coroutine
    and does not run twice at once; the others act at once, however fast the keys come.
    """

    key: str
    name: str
    title: str
    help: str
    handler: Callable[[Workplace], Awaitable[None] | None]
    tables: frozenset[str] = frozenset()
    footer: bool = False
    pinned: bool = False

    @property
    def label(self) -> str:
        """The key as it is printed on keyboards."""
        return LABELS.get(self.key, self.key)

    def applies(self, table: str) -> bool:
        """Whether it does something on a table."""
        return not self.tables or table in self.tables

    def meets(self, other: "Action") -> bool:
        """Whether both do something on one table."""
        return not self.tables or not other.tables or bool(self.tables & other.tables)


def rebound(
    actions: Mapping[str, Action], keys: Mapping[str, str]
) -> tuple[dict[str, Action], list[str]]:
    """The actions with other keys (name -> key), and what was wrong with the wishes.

    All wishes are heard together, so that two keys can change places; a wish that would give one
    key two meanings on a table is not granted.
    """
    problems = [f"keys.{name}: there is no such action" for name in keys if name not in actions]
    wishes = {name: named(key) for name, key in keys.items() if name in actions}
    while True:
        bound = {n: a._replace(key=wishes.get(n, a.key)) for n, a in actions.items()}
        bad = next(_clashes(bound, wishes), None)
        if bad is None:
            return bound, problems
        name, other = bad
        problems.append(f"keys.{name} = {wishes[name]!r}: is the key of {other} already")
        del wishes[name]


def _clashes(actions: Mapping[str, Action], wishes: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in wishes:
        mine = actions[name]
        for other in actions.values():
            if other.name != name and mine.key and other.key == mine.key and mine.meets(other):
                yield name, other.name


def named(key: str) -> str:
    """Textual's name of a key that is written as on the keyboard, such as `/`."""
    spelt = {label: name for name, label in LABELS.items()}
    return spelt.get(key) or (_character_to_key(key) if len(key) == 1 else key)
