"""What the server answered. The last lines are in sight, all of them are on the messages screen."""

from datetime import datetime
from typing import NamedTuple

from textual.content import Content
from textual.widgets import Static

LAST = 3
STYLES = {"ok": "$success", "note": "$text-muted", "warning": "$warning", "error": "bold $error"}


class Line(NamedTuple):
    """One message. `kind` is a key of STYLES; the word is shown too, for whoever sees no colour."""

    at: datetime
    kind: str
    text: str


class Messages(Static):
    """The last lines, the newest at the bottom."""

    def __init__(self) -> None:
        super().__init__(id="messages")
        self.lines: list[Line] = []
        self.display = False

    def say(self, line: Line) -> None:
        """Show a line and keep it."""
        self.lines.append(line)
        self.display = True
        self.update(Content("\n").join(map(content, self.lines[-LAST:])))


def content(line: Line) -> Content:
    """A line with its time and kind."""
    markup = f"[$text-muted]$at[/] [{STYLES[line.kind]}]$kind[/] $text"
    at = line.at.strftime("%H:%M:%S")
    return Content.from_markup(markup, at=at, kind=f"{line.kind:<7}", text=line.text)
