"""Rows by key, always in order, with a selection: the grid without a screen.

The order is a sorted list of places (first or last, value, key). A row whose sort value did not
change keeps its place, so most updates touch no list; a few moves are bisected in, many are merged
by one sort of an almost sorted list, which Python does in about linear time.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Place = tuple[bool, Any, str]
FEW = 16  # moves that are bisected in, plus one for every 200 rows


class Rows:
    """Keyed rows in order. `by` is the value to sort by; None comes last."""

    def __init__(self, by: Callable[[Any], Any], descending: bool = False) -> None:
        self.by, self.descending = by, descending
        self.selected: dict[str, None] = {}
        self._rows: dict[str, Any] = {}
        self._places: dict[str, Place] = {}
        self._order: list[Place] = []

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __getitem__(self, key: str) -> Any:
        return self._rows[key]

    def __iter__(self) -> Iterator[Any]:
        """Rows as they are shown."""
        order = reversed(self._order) if self.descending else iter(self._order)
        return (self._rows[place[2]] for place in order)

    def key_at(self, index: int) -> str:
        """The key of the row that is shown at a position."""
        return self._order[-1 - index if self.descending else index][2]

    def position(self, key: str) -> int:
        """Where the row with this key is shown."""
        index = bisect_left(self._order, self._places[key])
        return len(self._order) - 1 - index if self.descending else index

    def apply(self, changes: Mapping[str, Any]) -> bool:
        """Take new versions of rows (None: gone); False where they were known already."""
        old: set[str] = set()
        new: list[Place] = []
        changed = False
        for key, row in changes.items():
            if self._rows.get(key) == row:
                continue
            changed = True
            self._change(key, row, old, new)
        if len(old) + len(new) <= FEW + len(self._order) // 200:
            self._move(old, new)
        else:
            self._merge(old, new)
        return changed

    def sort(self, by: Callable[[Any], Any], descending: bool) -> None:
        """Show the rows in another order."""
        self.by, self.descending = by, descending
        self._places = {key: self._place(key, row) for key, row in self._rows.items()}
        self._order = sorted(self._places.values())

    def toggle(self, key: str) -> None:
        """Select a row, or no longer."""
        if key in self.selected:
            del self.selected[key]
        elif key in self._rows:
            self.selected[key] = None

    def select_all(self) -> None:
        """Select every row; none where all are selected already."""
        everything = len(self.selected) == len(self._rows)
        self.selected = {} if everything else dict.fromkeys(self._rows)

    def selection(self) -> list[Any]:
        """The selected rows in the order shown."""
        return [self._rows[key] for key in sorted(self.selected, key=self.position)]

    def _place(self, key: str, row: Any) -> Place:
        value = self.by(row)
        if value is None:
            return (not self.descending, 0, key)
        return (self.descending, value, key)

    def _change(self, key: str, row: Any, old: set[str], new: list[Place]) -> None:
        before = self._places.get(key)
        if row is None:
            del self._rows[key]
            self.selected.pop(key, None)
            old.add(key)
            return
        self._rows[key] = row
        place = self._place(key, row)
        if place == before:
            return
        if before is not None:
            old.add(key)
        new.append(place)

    def _move(self, old: set[str], new: list[Place]) -> None:
        for key in old:
            del self._order[bisect_left(self._order, self._places.pop(key))]
        for place in new:
            self._places[place[2]] = place
            insort(self._order, place)

    def _merge(self, old: set[str], new: list[Place]) -> None:
        for key in old:
            del self._places[key]
        kept = [place for place in self._order if place[2] not in old] if old else self._order
        self._places.update((place[2], place) for place in new)
        self._order = kept + new
        self._order.sort()
