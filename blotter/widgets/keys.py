"""The footer: the keys that do something here, drawn from the action registry."""

from collections.abc import Sequence

from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from blotter.registry import Action


class Keys(Static):
    """One line of keys; what does not fit is on the help screen, whose key always fits."""

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__(id="keys")
        self._actions = actions
        self._table = ""

    def show(self, table: str) -> None:
        """Draw the keys that work on a table."""
        if table != self._table:
            self._table = table
            self._draw()

    def on_resize(self, event: Resize) -> None:
        """More or fewer keys fit."""
        self._draw()

    def _draw(self) -> None:
        shown = [a for a in self._actions if a.footer and a.applies(self._table)]
        room, parts = self.size.width - 2, []
        for action in sorted(shown, key=lambda a: not a.pinned):
            width = len(action.label) + len(action.title) + 3
            if width <= room + 2:
                room -= width
                parts.append(action)
        drawn = [_key(action) for action in shown if action in parts]
        self.update(Content("  ").join(drawn))


def _key(action: Action) -> Content:
    markup = f"[bold $accent]$label[/] [@click=app.perform('{action.name}')]$title[/]"
    return Content.from_markup(markup, label=action.label, title=action.title)
