"""The same trades booked by `coinbasis`, a published pure-Python package, beside our mass path.

It is installed for `make bench` alone (benchmarks/requirements.txt). Both relieve the same lots for
the same gains, which is checked in the same run.
"""

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from allocation.lots import realized_gain
from allocation.relief import ORDERS
from allocation.trades import Booked, Trades, book_trades
from benchmarks.lots import best, nothing, trades

SIZES = (20_000, 80_000)
BEGAN = datetime(2022, 1, 1, tzinfo=UTC)


def transactions(package: Any, given: Trades) -> list[Any]:
    """Each trade as its object: an account is a wallet, a price is whole cents."""
    columns = (given.pair, given.side, given.quantity, given.amount // given.quantity)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        (package.Buy if side == 1 else package.Sell)(
            timestamp=BEGAN + timedelta(minutes=n),
            wallet=f"A{pair // 50}",
            asset=f"S{pair % 50}",
            quantity=Decimal(quantity),
            unit_price=Decimal(price),
            fee=Decimal(0),
        )
        for n, (pair, side, quantity, price) in enumerate(rows)
    ]


def agrees(booked: Booked, gains: list[Any]) -> bool:
    """Whether both took the same quantities and made the same gains, to the cent."""
    relief = booked.relief
    ours = realized_gain(relief, np.zeros(len(relief.lot), np.bool_)).tolist()
    theirs = [(int(row.quantity), round(row.gain)) for row in gains]
    return sorted(zip(relief.quantity.tolist(), ours, strict=True)) == sorted(theirs)


def main() -> Iterator[dict[str, object]]:
    """A line for each size and method; one that says so where the package is missing."""
    try:
        package = importlib.import_module("coinbasis")
    except ModuleNotFoundError:
        text = "pip install --require-hashes -r benchmarks/requirements.txt"
        yield {"name": "lots_against_coinbasis", "skipped": f"not installed: {text}"}
        return
    for count in SIZES:
        given = trades(count)
        portfolio = package.Portfolio(transactions(package, given))
        for name in ("FIFO", "LIFO", "HIFO"):
            order, method = ORDERS[name], getattr(package.CostBasisMethod, name)
            took, booked = best(lambda o=order, g=given: book_trades(nothing(), g, o), 5)
            took_theirs, gains = best(lambda p=portfolio, m=method: p.realized_gains(m), 2)
            assert agrees(booked, gains)
            yield {
                "name": f"lots_{name.lower()}_{count}_against_coinbasis",
                "value": round(count / took / 1e6, 2),
                "unit": "million trades/s",
                "against": f"coinbasis {package.__version__}, {count / took_theirs / 1e6:.4f}",
                "ratio": round(took_theirs / took, 1),
            }
