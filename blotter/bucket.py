"""Places of rows, always in order: what one group of a table holds."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Sequence
from typing import Any

Place = tuple[bool, Any, str]  # first or last, sort value, key
FEW = 16  # moves that are bisected in, plus one for every 200 places


class Bucket:
    """A sorted list of places. `sums` are the totals of its rows, `units` how often each currency is in them;
    `closed`: only its head is shown.

    A few moves are bisected in; many are merged by one sort of an almost sorted list, which Python
    does in about linear time.
    """

    __slots__ = ("closed", "order", "sums", "units")

    def __init__(self, places: list[Place], sums: list[Any]) -> None:
        self.order = sorted(places)
        self.sums = sums
        self.units: Counter[str] = Counter()
        self.closed = False

    def find(self, place: Place) -> int:
        """Where a place is."""
        return bisect_left(self.order, place)

    def change(self, gone: Sequence[Place], come: Sequence[Place]) -> None:
        """Take places out and in."""
        if len(gone) + len(come) > FEW + len(self.order) // 200:
            keys = {place[2] for place in gone}
            kept = [place for place in self.order if place[2] not in keys] if keys else self.order
            self.order = sorted([*kept, *come])
            return
        for place in gone:
            del self.order[self.find(place)]
        for place in come:
            insort(self.order, place)
