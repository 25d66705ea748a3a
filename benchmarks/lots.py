"""Trades booked to tax lots a second, and bytes a lot, beside a plain Python book of deques.

100 accounts by 50 securities, buys and sells mixed, first in, first out. Both give the same relief
and the same money, which is checked in the same run. The plain book is the textbook one: a deque of
lots for each account and security, whole numbers, and nothing else: no checks, no other method.
"""

import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from allocation.exact import Int64
from allocation.lots import Lots
from allocation.relief import ORDERS
from allocation.trades import Booked, Trades, book_trades

PAIRS = 100 * 50
SIZES = (20_000, 80_000, 800_000)

T = TypeVar("T")
Row = tuple[int, int, int, int, int]


def trades(count: int, seed: int = 1) -> Trades:
    """Five buys to four sells; a sell takes at most what is held."""
    rng = np.random.default_rng(seed)
    pair = rng.integers(0, PAIRS, count)
    side, quantity, held = np.ones(count, np.int64), rng.integers(1, 1_000, count), [0] * PAIRS
    wants = rng.random(count) < 4 / 9
    for n, key in enumerate(pair.tolist()):
        if wants[n] and held[key]:
            side[n], quantity[n] = -1, min(int(quantity[n]), held[key])
        held[key] += int(side[n] * quantity[n])
    day = 19_000 + np.arange(count, dtype=np.int64) * 700 // count
    return Trades(pair, side, day, quantity, quantity * rng.integers(1_000, 20_000, count))


def plain(columns: list[list[int]]) -> tuple[list[Row], list[deque[list[int]]]]:
    """One trade after another: (lot, trade, quantity, basis, proceeds) and the open lots."""
    books: list[deque[list[int]]] = [deque() for _ in range(PAIRS)]
    rows: list[Row] = []
    lots = 0
    for n, (pair, side, day, quantity, amount) in enumerate(zip(*columns, strict=True)):
        book = books[pair]
        if side == 1:
            book.append([lots, day, quantity, amount, quantity])
            lots += 1
            continue
        left, part = quantity, []
        while left:
            lot = book[0]
            number, _, size, basis, remaining = lot
            taken = min(left, remaining)
            before = size - remaining
            relieved = rounded(basis * (before + taken), size) - rounded(basis * before, size)
            part.append((number, taken, relieved))
            left -= taken
            lot[4] -= taken
            if not lot[4]:
                book.popleft()
        shares = proceeds(amount, quantity, [taken for _, taken, _ in part])
        rows += [(lot, n, *rest, share) for (lot, *rest), share in zip(part, shares, strict=True)]
    return rows, books


def proceeds(amount: int, quantity: int, parts: list[int]) -> list[int]:
    """A sale's money over its lots, to the cent, by largest remainder."""
    if len(parts) == 1:
        return [amount]
    claims = [divmod(amount * part, quantity) for part in parts]
    shares = [share for share, _ in claims]
    order = sorted(range(len(parts)), key=lambda i: -claims[i][1])
    for i in order[: amount - sum(shares)]:
        shares[i] += 1
    return shares


def rounded(product: int, divisor: int) -> int:
    """A half upwards; products are not negative here."""
    return (2 * product + divisor) // (2 * divisor)


def best(work: Callable[[], T], times: int) -> tuple[float, T]:
    """Least seconds of several runs, and the result."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - start)
    return min(taken), result


def nothing() -> Lots:
    """A book without lots."""
    none: Int64 = np.zeros(0, np.int64)
    return Lots(none, none, none, none, none, none)


def agrees(booked: Booked, rows: list[Row]) -> bool:
    """Whether both relieved the same of the same lots for the same money."""
    relief = booked.relief
    columns = (relief.lot, relief.disposal, relief.quantity, relief.basis, relief.amount)
    return list(zip(*(column.tolist() for column in columns), strict=True)) == rows


def speed() -> Iterator[dict[str, object]]:
    """The mass path at three sizes, first in, first out; other orders at the middle one."""
    for count in SIZES:
        given = trades(count)
        columns = [getattr(given, name).tolist() for name in Trades.__slots__]
        took, booked = best(lambda given=given: book_trades(nothing(), given), 5)
        took_plain, (rows, _) = best(lambda columns=columns: plain(columns), 2)
        assert agrees(booked, rows)
        yield line(f"lots_fifo_{count}_trades", count / took, count / took_plain)
        if count == SIZES[1]:
            for name in ("LIFO", "HIFO"):
                some, _ = best(lambda o=ORDERS[name], g=given: book_trades(nothing(), g, o), 3)
                yield line(f"lots_{name.lower()}_{count}_trades", count / some, count / took_plain)


def line(name: str, ours: float, theirs: float) -> dict[str, object]:
    """A line of `make bench`; both in trades a second."""
    return {
        "name": name,
        "value": round(ours / 1e6, 2),
        "unit": "million trades/s",
        "against": f"a plain book of deques, first in first out, {theirs / 1e6:.3f}",
        "ratio": round(ours / theirs, 1),
    }


def memory() -> dict[str, object]:
    """Bytes of an open lot in columns, beside one in the plain book."""
    given = trades(SIZES[1])
    columns = [getattr(given, name).tolist() for name in Trades.__slots__]
    lots = book_trades(nothing(), given).lots
    ours = sum(getattr(lots, name).nbytes for name in Lots.__slots__) / len(lots.pair)
    tracemalloc.start()
    _, books = plain(columns)
    open_lots = [lot for book in books for lot in book]
    kept = [list(lot) for lot in open_lots]
    before = tracemalloc.get_traced_memory()[0]
    kept.clear()
    theirs = (before - tracemalloc.get_traced_memory()[0]) / len(open_lots)
    tracemalloc.stop()
    return {
        "name": "memory_per_lot",
        "value": round(ours),
        "unit": "bytes",
        "against": f"a list a lot, its numbers not counted, {theirs:.0f} bytes",
        "ratio": round(ours / theirs, 3),
    }


def main() -> Iterator[dict[str, object]]:
    """Six lines of `make bench`."""
    yield from speed()
    yield memory()
