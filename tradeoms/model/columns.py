"""Growing columns: what is kept per account and instrument lies in numpy arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]


class Axis:
    """Names to row numbers, in order of first appearance."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self.names: list[str] = list(names)
        self.index: dict[str, int] = {name: i for i, name in enumerate(names)}

    def add(self, name: str) -> int:
        """The number of `name`, a new one where it is not known yet."""
        number = self.index.setdefault(name, len(self.names))
        if number == len(self.names):
            self.names.append(name)
        return number

    def numbers(self, names: tuple[str, ...]) -> Int64s:
        """Numbers of known names, int64 (len(names),); KeyError for an unknown one."""
        return np.fromiter(map(self.index.__getitem__, names), np.int64, len(names))


class Grid:
    """An int64 matrix over two axes that grows by doubling; cells begin at zero."""

    def __init__(self, rows: Axis, columns: Axis) -> None:
        self.rows, self.columns = rows, columns
        self.cells: Int64s = np.zeros((16, 16), np.int64)

    def fit(self) -> None:
        """Make room for every name on both axes."""
        shape = (
            _room(self.cells.shape[0], len(self.rows.names)),
            _room(self.cells.shape[1], len(self.columns.names)),
        )
        if shape != self.cells.shape:
            grown = np.zeros(shape, np.int64)
            grown[: self.cells.shape[0], : self.cells.shape[1]] = self.cells
            self.cells = grown

    def at(self, row: str, column: str) -> int:
        """The cell of two names; zero where either is unknown."""
        i, j = self.rows.index.get(row), self.columns.index.get(column)
        return 0 if i is None or j is None else int(self.cells[i, j])


def _rows(value: Any) -> int:
    return len(value) if isinstance(value, np.ndarray) else 1


def _room(have: int, need: int) -> int:
    while have < need:
        have *= 2
    return have


class Table:
    """Named int64 columns of one length, appended to in bulk."""

    def __init__(self, *names: str) -> None:
        self.size = 0
        self._columns: dict[str, Int64s] = {name: np.zeros(64, np.int64) for name in names}

    def __getitem__(self, name: str) -> Int64s:
        """The live part of a column, a view that may be written to."""
        return self._columns[name][: self.size]

    def append(self, **values: Any) -> None:
        """Add rows: an array (n,) or a scalar for every column."""
        start, end = self.size, self.size + max(map(_rows, values.values()))
        if end > len(next(iter(self._columns.values()))):
            self._grow(end)
        for name, column in self._columns.items():
            column[start:end] = values[name]
        self.size = end

    def _grow(self, size: int) -> None:
        for name, column in self._columns.items():
            more = np.zeros(_room(len(column), size) - len(column), np.int64)
            self._columns[name] = np.concatenate([column, more])

    def replace(self, arrays: dict[str, Int64s]) -> None:
        """Take the given columns as the whole content."""
        self.size = len(next(iter(arrays.values())))
        room = _room(64, self.size)
        self._columns = {
            name: np.concatenate([a, np.zeros(room - len(a), np.int64)])
            for name, a in arrays.items()
        }

    def arrays(self) -> dict[str, Int64s]:
        """Copies of all columns."""
        return {name: self[name].copy() for name in self._columns}
