"""The status line: is the data alive, how many rows, who am I."""

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
    total: int
    user: str
    table: str
    busy: int


class Status(Static):
    """Draws a State, when it looks different."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self._drawn = ""

    def show(self, state: State) -> None:
        """Draw."""
        style, word = _pulse(state)
        seq = "–" if state.seq is None else f"{state.seq:,}"
        selected = f"{state.selected:,} selected of " if state.selected else ""
        parts = [f"seq {seq}", f"{selected}{state.total:,} {state.table}", f"user {state.user}"]
        if state.busy:
            parts.append(f"{state.busy} waiting for an answer")
        text = "  ·  ".join(parts)
        if f"{word}{text}" != self._drawn:
            self._drawn = f"{word}{text}"
            self.update(Content.from_markup(f"[{style}] $word [/]  $rest", word=word, rest=text))


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
