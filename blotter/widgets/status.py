"""The status line: is the data alive, does something need me, how many rows, who am I."""

from typing import NamedTuple

from textual.content import Content
from textual.widgets import Static

from blotter.link import STALE

QUIET = 1.5  # a silence below this is a heartbeat's, and not worth a number


class State(NamedTuple):
    """What the line shows."""

    refused: str
    age: float
    seq: int | None
    selected: int
    shown: int
    total: int
    user: str
    table: str
    filter: str
    needs: int
    next: str
    busy: int


class Status(Static):
    """Draws a State, when it looks different."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self._drawn = ""

    def show(self, state: State) -> None:
        """Draw."""
        style, word = _pulse(state)
        text, needs = "  ·  ".join(_parts(state)), _needs(state)
        if f"{word}{needs}{text}" != self._drawn:
            self._drawn = f"{word}{needs}{text}"
            markup = f"[{style}] $word [/]  [bold $warning]$needs[/]$rest"
            self.update(Content.from_markup(markup, word=word, needs=needs, rest=text))


def _needs(state: State) -> str:
    if not state.needs:
        return ""
    verb = "needs" if state.needs == 1 else "need"
    return f"! {state.needs:,} {verb} you ({state.next})  "


def _parts(state: State) -> list[str]:
    seq = "–" if state.seq is None else f"{state.seq:,}"
    selected = f"{state.selected:,} selected of " if state.selected else ""
    # Titles are plural: of one row it is said which table it is of.
    of_one = "row of " if state.shown == 1 else ""
    rows = f"{selected}{state.shown:,} {of_one}{state.table}"
    if state.shown != state.total:
        rows += f" of {state.total:,}"
    parts = [f"seq {seq}", rows, f"user {state.user}"]
    if state.busy:
        parts.insert(1, f"{state.busy} waiting for an answer")
    if state.filter:
        parts.insert(1, f"filter {state.filter}")
    return parts


def _pulse(state: State) -> tuple[str, str]:
    """The colour and the word for the age of the data."""
    if state.refused:
        return "bold $background on $error", "REFUSED"
    if state.age == float("inf"):
        return "bold $background on $warning", "connecting"
    if state.age > STALE:
        return "bold $background on $error", f"STALE {state.age:,.0f} s"
    shown = f"live {state.age:.0f} s" if state.age >= QUIET else "live"
    return "bold $background on $success", shown
