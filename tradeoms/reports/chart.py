"""Bar charts as SVG, drawn in whole pixels so that no number passes through a binary float."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

WIDTH = 460  # pixels of the longest bar
ROW = 20
MOST = 15


class Bar(Struct, frozen=True):
    """A name's bar: pixels from the top, pixels bought and sold, the value of both."""

    name: str
    top: int
    bought: int
    sold: int
    value: Decimal


class Bars(Struct, frozen=True):
    """The bars of a chart, largest first, its height in pixels, and how many names are left out."""

    bars: tuple[Bar, ...]
    height: int
    left_out: int


def bars(values: Mapping[str, tuple[Decimal, Decimal]]) -> Bars:
    """A bar for each of the largest names; values are money (bought, sold), none negative."""
    ranked = sorted(values.items(), key=lambda item: (-sum(item[1]), item[0]))
    shown = ranked[:MOST]
    longest = max((sum(pair) for _, pair in shown), default=Decimal(0)) or Decimal(1)
    drawn = tuple(
        Bar(
            name=name,
            top=n * ROW,
            bought=int(bought * WIDTH / longest),
            sold=int(sold * WIDTH / longest),
            value=bought + sold,
        )
        for n, (name, (bought, sold)) in enumerate(shown)
    )
    return Bars(drawn, len(drawn) * ROW, len(ranked) - len(shown))
