"""What an action is. The table of them all is in `actions.py`."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from blotter.workplace import Workplace

LABELS = {
    "question_mark": "?",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "exclamation_mark": "!",
    "space": "space",
}


class Action(NamedTuple):
    """Something a key does. Empty `tables`: on every table. `pinned`: in the footer first."""

    key: str
    name: str
    title: str
    help: str
    handler: Callable[[Workplace], Awaitable[None]]
    tables: frozenset[str] = frozenset()
    footer: bool = False
    pinned: bool = False

    @property
    def label(self) -> str:
        """The key as it is printed on keyboards."""
        return ", ".join(LABELS.get(key, key) for key in self.key.split(","))

    def applies(self, table: str) -> bool:
        """Whether it does something on a table."""
        return not self.tables or table in self.tables
