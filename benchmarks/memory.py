"""Bytes of memory per open order in the writer's state, beside the same orders as plain dicts."""

import json
import resource
import subprocess
import sys
from decimal import Decimal

from tradeoms.demo import world
from tradeoms.engine import Engine, Item
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.state import State

SIZES = (10_000, 100_000)


class Nowhere:
    """A journal for a measurement of memory: keeps nothing."""

    def append(self, records: object) -> None:
        """Forget."""


def rss() -> int:
    """Bytes resident now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def state(count: int) -> int:
    """Growth of the process by `count` staged orders, their answers and positions."""
    engine = Engine(State(), Nowhere(), State)
    for n, command in enumerate(world.reference()):
        engine.step([Item(command, e.Cause(user="u", command=f"r{n}"), None)])
    before, names = rss(), list(world.ISINS)
    for n in range(count):
        order = NewOrder(
            names[n % 20],
            Side.Buy,
            (Member(f"C{n % 250 + 1:03d}", Decimal(100)),),
            reference=f"ref{n}",
        )
        engine.step([Item(c.SubmitOrder(order), e.Cause(user="paula", command=f"{n:032x}"), None)])
    assert len(engine.state.orders) == count
    return rss() - before


def dicts(count: int) -> int:
    """Growth by the same orders and answers, parsed from JSON into dicts."""
    before, kept = rss(), {}
    order = {
        "pm": "paula",
        "instrument": "AAPL",
        "Side": "1",
        "OrdType": "1",
        "OrderQty": "100",
        "TimeInForce": "0",
        "state": "staged",
        "entered": "2022-12-28T14:30:00.000000+00:00",
        "trade_date": "2022-12-28",
        "arrival": "130.03",
        "arrival_source": "close of 2022-12-27",
        "members": [{"account": "C001", "OrderQty": "100"}],
    }
    for n in range(count):
        text = json.dumps(order | {"order": f"O{n}", "reference": f"ref{n}"})
        answer = json.dumps(
            {"user": "paula", "id": f"{n:032x}", "outcome": "done", "ids": [f"O{n}"]}
        )
        kept[n] = (json.loads(text), json.loads(answer))
    assert len(kept) == count
    return rss() - before


def _in_child(kind: str, count: int) -> int:
    command = [sys.executable, "-m", "benchmarks.memory", kind, str(count)]
    return int(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def main() -> list[dict[str, object]]:
    """Two lines of `make bench`."""
    lines: list[dict[str, object]] = []
    for count in SIZES:
        own, theirs = _in_child("state", count) / count, _in_child("dicts", count) / count
        lines.append(
            {
                "name": f"memory_per_order_{count}",
                "value": round(own),
                "unit": "bytes",
                "against": f"orders and answers as plain dicts, {theirs:.0f} bytes",
                "ratio": round(own / theirs, 3),
            }
        )
    return lines


if __name__ == "__main__":
    print({"state": state, "dicts": dicts}[sys.argv[1]](int(sys.argv[2])))
