"""What a column is, and the kinds of columns there are."""

from collections.abc import Callable
from enum import Enum
from operator import attrgetter
from typing import Any, NamedTuple

from blotter import cells

Tone = Callable[[Any], str]
Getter = Callable[[Any], Any]


def always(tone: str) -> Tone:
    """One tone whatever the row."""
    return lambda _: tone


no_tone = always("")


class Kind(Enum):
    """What the values of a column are, and so how they are filtered, aligned and exported."""

    Text = "text"
    Number = "number"
    Clock = "time of day"
    Day = "date"
    Flag = "yes or no"


class Column(NamedTuple):
    """One column: `raw` is its value, `text` what it shows, `tone` its colour's name.

    `order` is what it sorts by, where that is not the value. `total`: its sum means something;
    `money`: only within one currency.
    """

    name: str
    title: str
    width: int
    raw: Getter
    text: Callable[[Any], str]
    kind: Kind = Kind.Text
    tone: Tone = no_tone
    order: Getter | None = None
    total: bool = False
    money: bool = False

    @property
    def value(self) -> Getter:
        """What it sorts by."""
        return self.order or self.raw

    @property
    def right(self) -> bool:
        """Whether it is flush right."""
        return self.kind is Kind.Number


class Table(NamedTuple):
    """One screen; `sort` is the column and whether the greatest comes first.

    `view` is the table of the server that it shows (empty: the one of its name), `where` which of
    its rows. `hidden` columns are there for who asks for them.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    sort: tuple[str, bool]
    tone: Tone = no_tone
    short: str = ""
    view: str = ""
    where: Callable[[Any], bool] | None = None
    hidden: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        """The server's table."""
        return self.view or self.name


def text(name: str, width: int, title: str = "", tone: Tone = no_tone) -> Column:
    """Text as it is."""
    value = attrgetter(name)
    return Column(name, title or name, width, value, value, tone=tone)


def key(width: int, title: str, name: str = "key") -> Column:
    """One of our own names, a letter and a number, sorted by the number."""
    value = attrgetter(name)
    order = lambda row: (len(it := value(row)), it)  # noqa: E731  shorter ones before longer ones
    return Column(name, title, width, value, value, order=order)


def foreign(name: str, width: int, title: str = "") -> Column:
    """Somebody else's name with numbers in it."""
    value = attrgetter(name)
    order = lambda row: cells.natural(value(row))  # noqa: E731
    return Column(name, title or name, width, value, value, order=order)


def number(name: str, width: int, title: str = "", total: bool = False) -> Column:
    """A quantity, price or amount, exact and grouped."""
    value = attrgetter(name)
    shown = lambda row: cells.number(value(row))  # noqa: E731
    return Column(name, title or name, width, value, shown, Kind.Number, total=total)


def total(name: str, width: int, title: str = "") -> Column:
    """A number of which a sum means something."""
    return number(name, width, title, True)


def money(name: str, width: int) -> Column:
    """An amount of money, of which a sum means something within one currency."""
    return total(name, width)._replace(money=True)


def average(name: str, width: int = 11) -> Column:
    """An average price."""
    value = attrgetter(name)
    shown = lambda row: cells.average(value(row))  # noqa: E731
    return Column(name, name, width, lambda row: value(row) or None, shown, Kind.Number)


def clock(name: str) -> Column:
    """The time of day."""
    value = attrgetter(name)
    return Column(name, name, 9, value, lambda row: cells.clock(value(row)), Kind.Clock)


def day(name: str) -> Column:
    """A date."""
    value = attrgetter(name)
    return Column(name, name, 11, value, lambda row: cells.day(value(row)), Kind.Day)


def flag(name: str, width: int, title: str = "") -> Column:
    """Yes or no."""
    value = attrgetter(name)
    shown = lambda row: "yes" if value(row) else "no"  # noqa: E731
    return Column(name, title or name, width, value, shown, Kind.Flag)


def side_tone(row: Any) -> str:
    """Buys and sells look different."""
    return "buy" if row.Side == "Buy" else "sell"


SIDE = Column(
    "Side", "Side", 8, attrgetter("Side"), lambda row: cells.side(row.Side), tone=side_tone
)

TONES = {
    "staged": "attention",
    "held": "bad",
    "halted": "bad",
    "consented": "attention",
    "refused": "bad",
    "open": "attention",
    "owned": "attention",
    "returned": "attention",
    "working": "good",
    "unsent": "bad",
    "Rejected": "bad",
    "PartiallyFilled": "good",
    "New": "good",
    "busted": "bad",
    "proposed": "attention",
    "bust": "attention",  # the first word of "bust proposed"
    "approved": "good",
    "mismatched": "bad",
    "block": "bad",  # the first word of "block rejected"
    "account": "bad",
    "incomplete": "attention",
    "unconfirmed": "attention",
    "matched": "attention",
    "affirmed": "good",
    "accepted": "good",
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
