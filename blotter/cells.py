"""Values as text for a cell: numbers grouped, prices exact, sides as words. No binary float."""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from rich.cells import cell_len, set_cell_size

SIDES = {
    "Buy": "BUY",
    "Sell": "SELL",
    "SellShort": "SHORT",
    "SellShortExempt": "SHORT EX",
}
AVERAGE = Decimal("0.0001")
BAR = 8


def number(value: Decimal | int | None) -> str:
    """Thousands grouped, all decimals it has; empty for None."""
    return "" if value is None else f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"


def count(number: int, one: str) -> str:
    """So many of something, in words: 1 block, 2,000 blocks."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def begun(text: str) -> str:
    """With a capital at its beginning; names in it stay as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def average(value: Decimal | None) -> str:
    """An average price to four decimals; empty where there is none yet."""
    return f"{value.quantize(AVERAGE, ROUND_HALF_EVEN):,f}" if value else ""


def side(value: str) -> str:
    """FIX's name of a side as the word a trader says."""
    return SIDES.get(value, value)


def clock(value: datetime | None) -> str:
    """The time of day here."""
    return value.astimezone().strftime("%H:%M:%S") if value else ""


def day(value: date | None) -> str:
    """An ISO date."""
    return value.isoformat() if value else ""


def bar(part: Decimal, whole: Decimal) -> str:
    """How much of the whole is done, as a line and percent: readable without colour."""
    if not whole:
        return ""
    percent = int(part * 100 // whole)
    full = min(max(percent, 0), 100) * BAR // 100
    return f"{'━' * full}{'·' * (BAR - full)}{percent:>4}%"


def plain(value: Any) -> str:
    """Any field of a row, for the details screen."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal | int):
        return number(value)
    if isinstance(value, datetime):
        return value.astimezone().isoformat(" ", "milliseconds")
    return "" if value is None else printable(str(value))


def printable(text: str) -> str:
    """Without what would move the cursor or speak to the terminal: brokers' texts are anything."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def fit(text: str, width: int, right: bool) -> str:
    """The text in exactly `width` cells. A number that does not fit is never shown in part."""
    length = cell_len(text)
    if length <= width:
        return " " * (width - length) + text if right else text + " " * (width - length)
    return "#" * width if right else set_cell_size(text, width - 1) + "…"


def aligned(text: str, decimals: int) -> str:
    """A number with room to its right, so that points stand under each other."""
    return text + " " * (decimals - fraction(text))


def fraction(text: str) -> int:
    """How many characters a number has from its point on."""
    point = text.rfind(".")
    return len(text) - point if point >= 0 else 0


def span(minutes: int) -> str:
    """So long, in the two greatest units."""
    if minutes < 60:
        return f"{minutes}m"
    hours, rest = divmod(minutes, 60)
    return f"{hours}h{rest:02}" if hours < 24 else f"{hours // 24}d{hours % 24:02}h"


def natural(text: str) -> tuple[str | int, ...]:
    """A sort value under which O2 comes before O10: texts and numbers in turn, a text first."""
    parts = re.split(r"(\d+)", text)
    return tuple(int(part) if n % 2 else part for n, part in enumerate(parts))
