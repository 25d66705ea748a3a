"""What an action is. The table of them all is in `actions.py`."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from blotter.workplace import Workplace

LABELS = {
    "question_mark": "?",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "page up",
    "pagedown": "page down",
    "escape": "esc",
}


class Action(NamedTuple):
    """Something a key does. Empty `tables`: on every table. `pinned`: in the footer first.

    A handler that waits, for the server or a dialog, is a coroutine and does not run twice at once;
    the others act at once, however fast the keys come.
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
