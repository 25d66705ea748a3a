"""What the server answered. The last lines are in sight, all of them are on the messages screen."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from textual.content import Content
from textual.widgets import Static

LAST = 3
FURTHEST = 200  # lines that are looked through for the last ones
STYLES = {
    "ok": "$success",
    "news": "$success",
    "note": "$text-muted",
    "warning": "$warning",
    "error": "bold $error",
}


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
        self.update(Content("\n").join(map(content, last(self.lines))))


def last(lines: Sequence[Line]) -> list[Line]:
    """The last lines, of news only the last: fills must not push out what the server refused."""
    found: list[Line] = []
    for line in reversed(lines[-FURTHEST:]):
        if line.kind != "news" or all(known.kind != "news" for known in found):
            found.append(line)
        if len(found) == LAST:
            break
    return found[::-1]


def content(line: Line) -> Content:
    """A line with its time and kind."""
    markup = f"[$text-muted]$at[/] [{STYLES[line.kind]}]$kind[/] $text"
    at = line.at.strftime("%H:%M:%S")
    return Content.from_markup(markup, at=at, kind=f"{line.kind:<7}", text=line.text)
