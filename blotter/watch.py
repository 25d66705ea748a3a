"""What a trader wants to hear of besides what needs a person: own fills, limits that the market has
reached, and work that nobody moves.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from blotter import cells

Tables = Callable[[str], Mapping[str, Any]]
OPEN = ("staged", "open", "working")
LIMITED = ("orders", "blocks")
MOST = 100  # rows that are called stale at a time: who has more knows it


class Watch:
    """Looks at rows as they change. `rows` gives any table as it is now."""

    def __init__(self, user: str, rows: Tables, fills: bool = True, limits: bool = True) -> None:
        self._user, self._rows = user, rows
        self._fills, self._limits = fills, limits
        self._filled: set[str] = set()
        self._prices: dict[str, Decimal] = {}
        self._open: dict[str, dict[tuple[str, str], Any]] | None = None
        self._hit: set[tuple[str, Decimal]] = set()
        self._moved: dict[str, datetime] = {}

    def take(self, table: str, changes: Mapping[str, Any], first: bool, now: datetime) -> list[str]:
        """What happened in rows that changed. The first ones are how things are: no news."""
        if table == "executions":
            new = self._own(changes)
            return [] if first or not self._fills else [_filled(row) for row in new]
        if table == "prices":
            moved = self._reprice(changes)
            return [] if first or not self._limits else self._reached(moved)
        if table in LIMITED and self._open is not None:
            self._index(table, changes)
        if table == "placements" and not first:
            self._moved.update(dict.fromkeys(changes, now))
        return []

    def stale(self, minutes: int, now: datetime) -> dict[str, dict[str, str]]:
        """Why rows of a table are stale, by key: staged orders that nobody has claimed, and what is
        at brokers and was neither filled nor changed; for so many minutes.
        """
        since, told = now - timedelta(minutes=minutes), f"for {minutes} minutes"
        orders = (
            row
            for row in self._rows("orders").values()
            if row.state == "staged" and not row.claimed_by and row.entered < since
        )
        placements = (
            row
            for key, row in self._rows("placements").items()
            if row.LeavesQty and max(row.routed, self._moved.get(key, row.routed)) < since
        )
        found = {
            "orders": (orders, "is staged and nobody has claimed it"),
            "placements": (placements, "is at its broker and nothing came of it"),
        }
        return {table: _first(rows, f"{why} {told}") for table, (rows, why) in found.items()}

    # -------------------------------------------------------------------------------- fills

    def _own(self, changes: Mapping[str, Any]) -> list[Any]:
        new = [
            row
            for key, row in changes.items()
            if row is not None
            and row.trader == self._user
            and row.effect == "booked"
            and key not in self._filled
        ]
        self._filled.update(row.key for row in new)
        return new

    # ------------------------------------------------------------------------------- limits

    def _reprice(self, changes: Mapping[str, Any]) -> list[tuple[str, Decimal, Decimal]]:
        """Instruments whose price is another, with the price before and now."""
        moved = []
        for key, row in changes.items():
            before = self._prices.pop(key, None)
            if row is not None:
                self._prices[key] = row.Px
                if before is not None and before != row.Px:
                    moved.append((key, before, row.Px))
        return moved

    def _reached(self, moved: Iterable[tuple[str, Decimal, Decimal]]) -> list[str]:
        """Limits that the market reaches with these prices and did not before; each but once."""
        told = []
        for instrument, before, now in moved:
            for (_, key), row in self._opened().get(instrument, {}).items():
                crossed = _there(row, now) and not _there(row, before)
                if crossed and (key, row.Price) not in self._hit:
                    self._hit.add((key, row.Price))
                    told.append(_hit(row, now))
        return told

    def _opened(self) -> dict[str, dict[tuple[str, str], Any]]:
        """Open orders and blocks that have a limit, by instrument; found when a price moves first."""
        if self._open is None:
            self._open = {}
            for table in LIMITED:
                self._index(table, self._rows(table))
        return self._open

    def _index(self, table: str, changes: Mapping[str, Any]) -> None:
        assert self._open is not None
        for key, row in changes.items():
            if row is None:
                for rows in self._open.values():
                    rows.pop((table, key), None)
            elif row.Price is not None:
                rows = self._open.setdefault(row.instrument, {})
                if row.state in OPEN:
                    rows[table, key] = row
                else:
                    rows.pop((table, key), None)


def _there(row: Any, price: Decimal) -> bool:
    return bool(price <= row.Price) if row.Side == "Buy" else bool(price >= row.Price)


def _hit(row: Any, price: Decimal) -> str:
    return (
        f"limit hit: {row.key} {cells.side(row.Side)} {cells.number(row.OrderQty)} {row.Symbol}"
        f" at {cells.number(row.Price)}, the price is {cells.number(price)}"
    )


def _filled(row: Any) -> str:
    return (
        f"fill: {row.placement} {cells.side(row.Side)} {cells.number(row.LastQty)} {row.Symbol}"
        f" at {cells.number(row.LastPx)}, {row.broker}"
    )


def _first(rows: Iterable[Any], why: str) -> dict[str, str]:
    found = {}
    for row in rows:
        found[row.key] = f"stale: {row.key} {row.Symbol} {why}"
        if len(found) == MOST:
            break
    return found
