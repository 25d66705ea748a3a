"""Daily closes read from a file, and a SIMULATED day of quotes, depth and volume drawn from a seed.

The day walks from the previous close to the day's close in a fixed number of steps and then stays
around it. The closes are adjusted data that nobody traded at, and everything between them is
invented: label it simulated.
"""

import csv
import random
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from simulators.ticks import nearest_ticks

LEVELS = 8
# A market order of 50,000 shares is to fill over at most six levels.
SMALLEST_LEVEL = 8_400


class Closes(NamedTuple):
    """The previous close and the close of one instrument on the simulated day, in ticks."""

    previous: int
    today: int


class Quotes(NamedTuple):
    """SIMULATED state of a market: (ticks, shares) per level from the best, and the shares traded
    since the last.
    """

    bids: list[tuple[int, int]]
    asks: list[tuple[int, int]]
    volume: int


def load_closes(path: Path, day: date) -> dict[str, Closes]:
    """Closes per symbol, rounded to the tick. Raises ValueError when the day or the day before it
    is missing.
    """
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0][:1] != ["Date"]:
        raise ValueError(f"{path}: the header does not begin with Date")
    found = next((i for i, row in enumerate(rows) if row and row[0] == day.isoformat()), None)
    if found is None or found < 2:
        raise ValueError(f"{path}: no row for {day}, or no row before it")
    columns = zip(rows[0][1:], rows[found - 1][1:], rows[found][1:], strict=True)
    return {symbol: Closes(nearest_ticks(old), nearest_ticks(new)) for symbol, old, new in columns}


def simulate(closes: Closes, steps: int, rng: random.Random) -> Iterator[Quotes]:
    """SIMULATED quotes without end: ``steps`` of them lead from the previous close to the close."""
    mid, step = closes.previous, 0
    while True:
        yield _quotes(mid, rng)
        step += 1
        # Three basis points a step: about 0.6 % over a day of 390 steps before the pull to the
        # close.
        wobble = max(1, mid * 3 // 10_000)
        if step < steps:
            mid += (closes.today - mid) // (steps - step + 1) + rng.randint(-wobble, wobble)
        else:
            mid = closes.today + rng.randint(-wobble, wobble)
        mid = max(mid, LEVELS + 1)


def day_volume(closes: Closes, steps: int, rng: random.Random) -> int:
    """SIMULATED shares that trade on a whole day, which is what all days of this market are like."""
    return sum(quotes.volume for quotes in islice(simulate(closes, steps, rng), steps))


def _quotes(mid: int, rng: random.Random) -> Quotes:
    """SIMULATED depth around a price: a spread of 1 to 5 basis points, but at least a tick."""
    spread = max(1, mid * rng.randint(1, 5) // 10_000)
    gap = max(1, spread // 2)
    volume = rng.randint(200, 1_000) * 100
    bid = mid - spread // 2
    return Quotes(_levels(bid, -gap, volume, rng), _levels(bid + spread, gap, volume, rng), volume)


def _levels(best: int, gap: int, volume: int, rng: random.Random) -> list[tuple[int, int]]:
    # The deeper of two markets is the busier: depth grows with the step's volume.
    sizes = (SMALLEST_LEVEL + volume * rng.randint(0, 30) // 10_000 * 100 for _ in range(LEVELS))
    return [(px, size) for i, size in enumerate(sizes) if (px := best + i * gap) > 0]
