"""Rows by key, always in order, filtered and grouped, with a selection: the grid without a screen.

A row whose sort value did not change keeps its place, so most updates touch no list.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any, NamedTuple

from blotter.bucket import Bucket, Place

Getter = Callable[[Any], Any]
ALL = ((),)  # the group of every row where nothing is grouped
ZERO = Decimal(0)


class Head(NamedTuple):
    """The line above a group: its values, how many rows it has, their sums.

    `mixed`: amounts of money are not all in one currency, and so have no sum.
    """

    group: tuple[Any, ...]
    size: int
    sums: tuple[Any, ...]
    closed: bool
    mixed: bool


class Rows:
    """Keyed rows in order. `by` is the value to sort by; None comes last."""

    def __init__(self, by: Getter, descending: bool = False) -> None:
        self.by, self.descending = by, descending
        self.accept: Callable[[Any], bool] | None = None
        self.group: Getter | None = None
        self.totals: Sequence[Getter] = ()
        self.selected: dict[str, None] = {}
        self._rows: dict[str, Any] = {}
        self._places: dict[str, Place] = {}
        self._buckets: dict[Any, Bucket] = {}
        self._groups: list[Any] = []
        self._starts: list[int] | None = [0]

    # ------------------------------------------------------------------------- what is shown

    def __len__(self) -> int:
        """Rows that pass the filter, those of closed groups too."""
        return len(self._places)

    @property
    def total(self) -> int:
        """Rows there are, whether or not they pass the filter."""
        return len(self._rows)

    @property
    def height(self) -> int:
        """Lines on the screen: rows of open groups, and a head for each group."""
        return self._lines()[-1]

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __getitem__(self, key: str) -> Any:
        return self._rows[key]

    def known(self, key: str) -> bool:
        """Whether there is such a row, shown or not."""
        return key in self._rows

    def __iter__(self) -> Iterator[Any]:
        """Rows as they are shown, those of closed groups too."""
        for group in self._groups:
            order = self._buckets[group].order
            places = reversed(order) if self.descending else iter(order)
            yield from (self._rows[place[2]] for place in places)

    def line(self, index: int) -> str | Head:
        """What is shown on a line: the key of a row, or the head of a group."""
        starts = self._lines()
        place = bisect_right(starts, index) - 1
        bucket, offset = self._buckets[self._groups[place]], index - starts[place]
        if self.group is not None:
            if not offset:
                return self.head(self._groups[place])
            offset -= 1
        return bucket.order[-1 - offset if self.descending else offset][2]

    def head(self, group: Any) -> Head:
        """The head of a group."""
        bucket = self._buckets[group]
        values = tuple(value[1] for value in group)
        return Head(
            values, len(bucket.order), tuple(bucket.sums), bucket.closed, len(+bucket.units) > 1
        )

    def key_at(self, index: int) -> str | None:
        """The key of the row on a line; None for the head of a group."""
        line = self.line(index)
        return line if isinstance(line, str) else None

    def position(self, key: str) -> int:
        """The line of a row; that of its group's head, where the group is closed."""
        group = self._group(self._rows[key])
        bucket, start = self._buckets[group], self._lines()[self._groups.index(group)]
        if bucket.closed:
            return start
        index = bucket.find(self._places[key])
        index = len(bucket.order) - 1 - index if self.descending else index
        return start + index + (self.group is not None)

    # -------------------------------------------------------------------------------- changes

    def apply(self, changes: Mapping[str, Any]) -> bool:
        """Take new versions of rows (None: gone); False where they were known already."""
        if len(changes) > len(self._rows):
            return self._load(changes)
        gone: dict[Any, list[Place]] = {}
        come: dict[Any, list[Place]] = {}
        changed = False
        for key, row in changes.items():
            old = self._rows.get(key)
            if old is row or old == row:
                continue
            changed = True
            self._change(key, old, row, gone, come)
        for group in gone.keys() | come.keys():
            self._bucket(group).change(gone.get(group, ()), come.get(group, ()))
        if gone or come:
            self._settle(gone)
        return changed

    def sort(self, by: Getter, descending: bool) -> None:
        """Show the rows in another order."""
        self.by, self.descending = by, descending
        self.rebuild()

    def rebuild(self) -> None:
        """Filter, group and sort anew, after `accept`, `group`, `totals` or the order changed."""
        accept, rows, closed = self.accept, self._rows, self._closed()
        shown = rows if accept is None else {k: row for k, row in rows.items() if accept(row)}
        by, last, down = self.by, not self.descending, self.descending
        self._places = {  # as _place, without the call: this is all that a first paint waits for
            key: (down, value, key) if (value := by(row)) is not None else (last, 0, key)
            for key, row in shown.items()
        }
        found: dict[Any, list[Place]] = {}
        if self.group is None:
            found[ALL] = list(self._places.values())
        else:
            for key, row in shown.items():
                found.setdefault(self._group(row), []).append(self._places[key])
        self._buckets = {group: self._filled(places) for group, places in found.items()}
        for group in closed & self._buckets.keys():
            self._buckets[group].closed = True
        self.selected = {key: None for key in self.selected if key in self._places}
        self._groups, self._starts = sorted(self._buckets), None

    def close(self, group: tuple[Any, ...], closed: bool) -> None:
        """Hide the rows of a group, or show them again."""
        self._buckets[_named(group)].closed = closed
        self._starts = None

    def close_all(self, closed: bool) -> None:
        """Hide the rows of all groups, or show them."""
        for bucket in self._buckets.values():
            bucket.closed = closed
        self._starts = None

    # ------------------------------------------------------------------------------ selection

    def toggle(self, key: str) -> None:
        """Select a row, or no longer."""
        if key in self.selected:
            del self.selected[key]
        elif key in self._places:
            self.selected[key] = None

    def toggle_group(self, group: tuple[Any, ...]) -> None:
        """Select all rows of a group, or none of them."""
        keys = [place[2] for place in self._buckets[_named(group)].order]
        if all(key in self.selected for key in keys):
            for key in keys:
                del self.selected[key]
        else:
            self.selected.update(dict.fromkeys(keys))

    def select_all(self) -> None:
        """Select every row that is shown; none where all are selected already."""
        everything = len(self.selected) == len(self._places)
        self.selected = {} if everything else dict.fromkeys(self._places)

    def selection(self) -> list[Any]:
        """The selected rows in the order shown."""
        if len(self.selected) > len(self._places) // 50:
            return [row for row in self if row.key in self.selected]
        ordered = sorted(self.selected, key=lambda key: self._sequence(key))
        return [self._rows[key] for key in ordered]

    # -------------------------------------------------------------------------------- details

    def _sequence(self, key: str) -> tuple[int, int]:
        group = self._group(self._rows[key])
        index = self._buckets[group].find(self._places[key])
        return self._groups.index(group), -index if self.descending else index

    def _lines(self) -> list[int]:
        """The first line of each group, and after them how many lines there are."""
        if self._starts is None:
            self._starts = [0, *accumulate(map(self._size, self._groups))]
        return self._starts

    def _size(self, group: Any) -> int:
        bucket = self._buckets[group]
        return (0 if bucket.closed else len(bucket.order)) + (self.group is not None)

    def _closed(self) -> set[Any]:
        return {group for group, bucket in self._buckets.items() if bucket.closed}

    def _group(self, row: Any) -> Any:
        return ALL if self.group is None else _named(self.group(row))

    def _place(self, key: str, row: Any) -> Place:
        value = self.by(row)
        if value is None:
            return (not self.descending, 0, key)
        return (self.descending, value, key)

    def _load(self, changes: Mapping[str, Any]) -> bool:
        """More than there was: put it in and sort once."""
        before = dict(self._rows)
        self._rows.update((key, row) for key, row in changes.items() if row is not None)
        for key in [key for key, row in changes.items() if row is None and key in before]:
            del self._rows[key]
        self.rebuild()
        return before != self._rows

    def _change(
        self,
        key: str,
        old: Any,
        row: Any,
        gone: dict[Any, list[Place]],
        come: dict[Any, list[Place]],
    ) -> None:
        before = self._places.get(key)
        shown = row is not None and (self.accept is None or self.accept(row))
        after = self._place(key, row) if shown else None
        was = self._group(old) if before is not None else None
        now = self._group(row) if shown else None
        if row is None:
            del self._rows[key]
        else:
            self._rows[key] = row
        if self.totals:
            self._add(was, old, -1)
            self._add(now, row, 1)
        if was == now and before == after:
            return
        if before is not None:
            gone.setdefault(was, []).append(before)
        if after is not None:
            come.setdefault(now, []).append(after)
            self._places[key] = after
        else:
            self._places.pop(key, None)
            self.selected.pop(key, None)

    def _add(self, group: Any, row: Any, sign: int) -> None:
        if group is not None:
            bucket = self._bucket(group)
            bucket.units[_unit(row)] += sign
            for n, value in enumerate(self.totals):
                bucket.sums[n] += sign * (value(row) or ZERO)

    def _bucket(self, group: Any) -> Bucket:
        if group not in self._buckets:
            self._buckets[group] = Bucket([], [ZERO] * len(self.totals))
            self._groups = sorted(self._buckets)
        return self._buckets[group]

    def _filled(self, places: list[Place]) -> Bucket:
        bucket = Bucket(places, [])
        if self.totals:
            rows = [self._rows[place[2]] for place in places]
            bucket.sums = [sum((v(row) or ZERO for row in rows), ZERO) for v in self.totals]
            bucket.units.update(map(_unit, rows))
        return bucket

    def _settle(self, gone: Mapping[Any, Sequence[Place]]) -> None:
        """After places moved: groups without a row are gone, lines are others."""
        empty = [group for group in gone if group != ALL and not self._buckets[group].order]
        for group in empty:
            del self._buckets[group]
        if empty:
            self._groups = sorted(self._buckets)
        self._starts = None


def _unit(row: Any) -> str:
    """What amounts of a row are in: its currency, or that of its instrument."""
    return str(getattr(row, "Currency", "") or getattr(row, "instrument", ""))


def _named(values: tuple[Any, ...]) -> tuple[tuple[bool, Any], ...]:
    """A group's name under which groups sort; None comes last."""
    return tuple((value is None, value) for value in values)
