"""The blotter with 100,000 orders, beside Textual's own DataTable in the same run.

First paint: from rows in memory to the first screen. Load: 2,000 changed rows a second through the
feed, while keys are pressed; from the key to the drawn screen, and the processor's share.
`BLOTTER_SECONDS` says how long (60).
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from statistics import quantiles
from typing import Any

import msgspec
from textual.app import App, ComposeResult
from textual.coordinate import Coordinate
from textual.widgets import DataTable

from benchmarks.memory import rss
from blotter.app import Blotter, brisk, patient
from blotter.columns import TABLES
from tradeoms.bus.client import Change
from tradeoms.views.orders import OrderRow

ORDERS = 100_000
UPDATES = 2_000  # a second
BURST = 20  # a second: so many times a hundred rows
SIZE = (200, 60)
SECONDS = float(os.environ.get("BLOTTER_SECONDS", "60"))
AT = datetime(2025, 1, 2, 15, 30, tzinfo=UTC)
SYMBOLS = [f"S{n:03}" for n in range(500)]
EMPTY = {str: "", bool: False, int: 0, Decimal: Decimal(0), datetime: AT, date: AT.date()}


def order(n: int, filled: int = 0) -> OrderRow:
    """An order as the server sends it."""
    values: dict[str, Any] = {
        field.name: EMPTY.get(field.type) for field in msgspec.structs.fields(OrderRow)
    }
    values |= {
        "key": f"O{n}",
        "pm": f"pm{n % 17}",
        "instrument": SYMBOLS[n % 500],
        "Symbol": SYMBOLS[n % 500],
        "Side": "Sell" if n % 3 else "Buy",
        "OrdType": "Limit",
        "OrderQty": Decimal(100 * (1 + n % 250)),
        "Price": Decimal(1000 + n % 9000) / 100,
        "state": "staged",
        "account": f"F{n % 250}",
        "CumQty": Decimal(filled),
        "arrival": Decimal(1000 + n % 9000) / 100,
        "entered": AT + timedelta(milliseconds=n),
    }
    return OrderRow(**values)


class Source:
    """A client that has all rows at once, and changes some when told to."""

    def __init__(self, rows: dict[str, OrderRow]) -> None:
        self.changed: Callable[[list[Change]], None] = lambda _: None
        self.tables: dict[str, dict[str, Any]] = {"orders": rows}
        self.first = [Change("orders", key, row) for key, row in rows.items()]
        self.seq = {"orders": 1}
        self.silence = 0.0

    async def run(self) -> None:
        """Nothing comes by itself."""
        await asyncio.Event().wait()

    async def follow(self, *tables: str) -> None:
        """Nothing comes before it is wanted."""

    def snapshot(self) -> None:
        """Give all rows, as a client does after the last part of a snapshot."""
        self.changed(self.first)

    def update(self, rows: list[OrderRow]) -> None:
        """New versions of rows."""
        self.tables["orders"].update((row.key, row) for row in rows)
        self.changed([Change("orders", row.key, row) for row in rows])

    def close(self) -> None:
        """Nothing is open."""


def rows() -> dict[str, OrderRow]:
    """All orders."""
    return {f"O{n}": order(n) for n in range(1, ORDERS + 1)}


def changes(start: int) -> list[OrderRow]:
    """Every burst other orders, spread over the table, some on the screen."""
    size = UPDATES // BURST
    shown = [order(ORDERS - (start + n) % 50, start) for n in range(size // 10)]
    spread = [order(1 + (start * 7919 + n * 613) % ORDERS, start) for n in range(size * 9 // 10)]
    return shown + spread


async def _load(
    app: App[None], update: Callable[[int], None], row: Callable[[], int]
) -> tuple[list[float], float]:
    """Latencies of keys (seconds) and the processor's share, under load. `row`: of the cursor."""
    late: list[float] = []
    begun, used = time.perf_counter(), time.process_time()
    due = begun
    for burst in count():
        if time.perf_counter() - begun >= SECONDS:
            break
        update(burst)
        if burst % 4 == 0:
            late.append(await _key(app, "pagedown" if burst % 8 else "down", row))
        due += 1 / BURST
        await asyncio.sleep(max(due - time.perf_counter(), 0))
    return late, (time.process_time() - used) / (time.perf_counter() - begun)


async def _key(app: App[None], key: str, row: Callable[[], int]) -> float:
    """From the key to the end of the drawing after the cursor has moved."""
    drawn, before = asyncio.Event(), row()
    begun = time.perf_counter()
    app.simulate_key(key)
    while row() == before:  # noqa: ASYNC110  neither table has an event for it
        await asyncio.sleep(0.001)
    app.screen.call_later(lambda: app.screen.call_after_refresh(drawn.set))
    await asyncio.wait_for(drawn.wait(), 30)
    return time.perf_counter() - begun


async def blotter() -> dict[str, float]:
    """Ours."""
    patient()
    every = rows()
    before = rss()
    app = Blotter(source := Source(every), "tom")  # type: ignore[arg-type]
    app.loaded = brisk
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        begun = time.perf_counter()
        source.snapshot()
        app._draw()  # noqa: SLF001  what the next frame would do
        await _painted(app)
        first = time.perf_counter() - begun
        grown, whole = rss() - before, rss()
        grid = app._place.grid  # noqa: SLF001
        late, share = await _load(app, lambda n: source.update(changes(n)), lambda: grid._index)  # noqa: SLF001
        assert grid.rows.total == ORDERS
    return _figures(first, grown, whole, late, share)


class Plain(App[None]):
    """Textual's own table."""

    def compose(self) -> ComposeResult:
        """One table."""
        yield DataTable(cursor_type="row")


COLUMNS = [column for column in TABLES[0].columns if column.name not in TABLES[0].hidden][:14]


async def datatable() -> dict[str, float]:
    """Textual's DataTable with the same fourteen columns."""
    every = rows()
    before = rss()
    app = Plain()
    async with app.run_test(size=SIZE) as pilot:
        table = app.query_one(DataTable)
        for column in COLUMNS:
            table.add_column(column.title, key=column.name, width=column.width)
        await pilot.pause()
        begun = time.perf_counter()
        for row in every.values():
            table.add_row(*(column.text(row) for column in COLUMNS), key=row.key)
        await _painted(app)
        first = time.perf_counter() - begun
        grown, whole = rss() - before, rss()

        def update(burst: int) -> None:
            for row in changes(burst):
                place = table.get_row_index(row.key)
                for n, column in enumerate(COLUMNS):
                    table.update_cell_at(Coordinate(place, n), column.text(row))

        late, share = await _load(app, update, lambda: table.cursor_row)
    return _figures(first, grown, whole, late, share)


async def _painted(app: App[None]) -> None:
    drawn = asyncio.Event()
    app.screen.call_later(lambda: app.screen.call_after_refresh(drawn.set))
    await asyncio.wait_for(drawn.wait(), 120)


def _figures(
    first: float, grown: int, whole: int, late: list[float], share: float
) -> dict[str, float]:
    return {
        "first": first,
        "grown": grown / 2**20,
        "rss": whole / 2**20,
        "p99": quantiles(late, n=100)[98] * 1000,
        "cpu": share,
    }


def _in_child(kind: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.blotter", kind]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, float] = json.loads(out.splitlines()[-1])
    return found


LINES = (
    ("blotter_first_paint_100000", "first", "seconds", 3),
    ("blotter_memory_100000", "rss", "MiB", 0),
    ("blotter_key_to_screen_p99", "p99", "milliseconds", 1),
    ("blotter_cores_at_2000_updates", "cpu", "cores", 2),
)


def main() -> list[dict[str, object]]:
    """Four lines of `make bench`."""
    ours, theirs = _in_child("blotter"), _in_child("datatable")
    return [
        {
            "name": name,
            "value": round(ours[key], digits),
            "unit": unit,
            "against": f"Textual's DataTable, {theirs[key]:.{digits}f} {unit}",
            "ratio": round(ours[key] / theirs[key], 3),
        }
        for name, key, unit, digits in LINES
    ]


if __name__ == "__main__":
    print(json.dumps(asyncio.run({"blotter": blotter, "datatable": datatable}[sys.argv[1]]())))
