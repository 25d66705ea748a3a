"""What a column is, and the kinds of columns there are."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from blotter import cells

Tone = Callable[[Any], str]


def always(tone: str) -> Tone:
    """One tone whatever the row."""
    return lambda _: tone


no_tone = always("")


class Column(NamedTuple):
    """One column: `value` is what it sorts by, `text` what it shows, `tone` its colour's name."""

    name: str
    title: str
    width: int
    value: Callable[[Any], Any]
    text: Callable[[Any], str]
    right: bool = False
    tone: Tone = no_tone


class Table(NamedTuple):
    """One view on the screen; `sort` is the column and whether the greatest comes first."""

    name: str
    title: str
    columns: tuple[Column, ...]
    sort: tuple[str, bool]
    tone: Tone = no_tone


def text(name: str, width: int, title: str = "", tone: Tone = no_tone) -> Column:
    """Text as it is."""
    value = attrgetter(name)
    return Column(name, title or name, width, value, value, False, tone)


def key(width: int, title: str, name: str = "key") -> Column:
    """A name with a number in it, sorted by the number."""
    value = attrgetter(name)
    return Column(name, title, width, lambda row: cells.natural(value(row)), value)


def number(name: str, width: int, title: str = "") -> Column:
    """A quantity, price or amount, exact and grouped."""
    value = attrgetter(name)
    return Column(name, title or name, width, value, lambda row: cells.number(value(row)), True)


def average(name: str, width: int = 11) -> Column:
    """An average price."""
    value = attrgetter(name)
    return Column(name, name, width, value, lambda row: cells.average(value(row)), True)


def clock(name: str) -> Column:
    """The time of day."""
    value = attrgetter(name)
    return Column(name, name, 9, value, lambda row: cells.clock(value(row)))


def day(name: str) -> Column:
    """A date."""
    value = attrgetter(name)
    return Column(name, name, 11, value, lambda row: cells.day(value(row)))


def side_tone(row: Any) -> str:
    """Buys and sells look different."""
    return "buy" if row.Side == "Buy" else "sell"


SIDE = Column(
    "Side", "Side", 8, attrgetter("Side"), lambda row: cells.side(row.Side), tone=side_tone
)

TONES = {
    "staged": "attention",
    "held": "bad",
    "refused": "bad",
    "open": "attention",
    "working": "good",
    "unsent": "bad",
    "Rejected": "bad",
    "PartiallyFilled": "good",
    "New": "good",
    "busted": "bad",
    "disputed": "bad",
}


def word(name: str, width: int) -> Column:
    """A state, in the colour of what it means."""
    value = attrgetter(name)
    return Column(
        name, name, width, value, value, tone=lambda row: TONES.get(value(row).split(" ")[0], "")
    )


def ended(*states: str) -> Tone:
    """Rows in these states are shown quietly: nothing is left to do there."""
    return lambda row: "quiet" if row.state in states else ""
