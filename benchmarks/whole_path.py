"""The whole path: PM's socket → durable → FIX → ack and fill durable → stream, beside a bare initiator.

Both run against the same simulated broker, in turns, and the ratio is of orders per second: of the run
of each side that is the median of its own.
Our writer stays on one processor (`writer_cpu`), where the system lets it; the bare initiator, which is
slower so, runs where it is put, and so does the simulator.
The program sends baskets, blocks the orders that an answer names and routes the blocks that the next
one names, until its stream has shown the last fill. No two orders have the same limit, so that each is
an order in FIX.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from statistics import median

import fixconfig
from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import world
from tradeoms.demo.files import USERS, free_ports
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdType, Outcome, Role, Side
from tradeoms.model.orders import Member, NewOrder

ORDERS, BASKET = 5000, 500
PAIRS = 15  # runs of both sides in turns: one alone varies by a tenth, a busy machine by more
#: The last one: the first often does what the system has to do.
CPU = max(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else None
QUANTITY = Decimal(100)
SYMBOLS = ("AAPL", "MSFT", "JPM", "KO", "XOM")


@contextmanager
def process(*module: str) -> Iterator[subprocess.Popen[str]]:
    """A child that said `ready`."""
    command = [sys.executable, "-m", *module]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None and child.stdout.readline().strip() == "ready"
            yield child
        finally:
            child.terminate()
            try:
                child.wait(60)
            except subprocess.TimeoutExpired:
                child.kill()
                raise


def simulators(folder: Path, port: int, client: str) -> Path:
    """A broker that acknowledges and fills at once."""
    path = folder / f"sim-{client}.toml"
    path.write_text(
        f'seed = 7\ncloses = "{world.CLOSES}"\ndate = "{world.DAY}"\nhome = "{folder / client}"\n'
        f'[[broker]]\nname = "ALPHA"\nclient = "{client}"\nport = {port}\nbehaviour = "ack_fill"\n'
    )
    return path


def bare(folder: Path, orders: int) -> float:
    """Orders per second of the bare initiator."""
    (port,) = free_ports(1)
    with process("simulators", "--config", str(simulators(folder, port, "BARE"))):
        dictionary = str(fixconfig.path("FIX.4.4") / "dictionary.xml")
        command = [
            sys.executable,
            "-m",
            "benchmarks.bare",
            str(port),
            "ALPHA",
            str(orders),
            dictionary,
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return orders / float(json.loads(done.stdout)["seconds"])


def ours(folder: Path, orders: int) -> float:
    """Orders per second of the whole path, until the PM's stream shows the last fill."""
    port, commands, streams = free_ports(3)
    config = folder / "tradeoms.toml"
    config.write_text(
        'home = "home"\nlog_level = "warning"\n'
        + ("" if CPU is None else f"writer_cpu = {CPU}\n")
        + f'[bus]\ncommands = "tcp://127.0.0.1:{commands}"\n'
        f'streams = "tcp://127.0.0.1:{streams}"\n[[session]]\nname = "ALPHA"\nSenderCompID = "TRADEOMS"\n'
        f'TargetCompID = "ALPHA"\nport = {port}\n'
    )
    keys = KeyStore(folder / "home" / "keys")
    for user, role in USERS.items():
        keys.new(user, [role])
    keys.new("bench", [Role.PortfolioManager, Role.Trader, Role.Operations])
    simulator = process("simulators", "--config", str(simulators(folder, port, "TRADEOMS")))
    with simulator, process("tradeoms", "serve", "--config", str(config)):
        credentials = keys.credentials("bench")
        with Client(
            f"tcp://127.0.0.1:{commands}", f"tcp://127.0.0.1:{streams}", credentials
        ) as client:
            for command in world.reference():
                assert client.submit(command).outcome is Outcome.Done
            client.follow("placements", "sessions")
            client.until(lambda: any(row.up for row in client.tables["sessions"].values()))
            return orders / _drive(client, orders)


def _drive(client: Client, orders: int) -> float:
    """Send baskets; block and route what the answers name; seconds until all fills were streamed."""
    began = time.perf_counter()
    for first in range(0, orders, BASKET):
        numbers = range(first, min(first + BASKET, orders))
        client.send(c.SubmitBasket(f"basket {first}", tuple(map(_order, numbers))))
    filled: set[str] = set()
    while len(filled) < orders:
        for change in client.poll(0.05):
            if change.table == "placements" and change.row.OrdStatus == "Filled":
                filled.add(change.key)
        for answer in client.take_answers():
            assert answer.outcome is Outcome.Done, answer.problems
            if next_step := NEXT.get(answer.command):
                client.send(next_step(answer.ids))
    return time.perf_counter() - began


def _routes(blocks: tuple[str, ...]) -> c.RouteBlocks:
    route = (c.Route("ALPHA", QUANTITY),)
    return c.RouteBlocks(tuple(c.RouteBlock(block, route) for block in blocks))


#: What follows the answer to a command; every block holds one order.
NEXT = {"SubmitBasket": c.BlockOrders, "BlockOrders": _routes}


def _order(number: int) -> NewOrder:
    member = Member(f"C{number % world.ACCOUNTS + 1:03d}", QUANTITY)
    symbol, limit = SYMBOLS[number % len(SYMBOLS)], Decimal(50_000 + number).scaleb(-2)
    return NewOrder(symbol, Side.Buy, (member,), OrdType.Limit, limit, reference=str(number))


def pair(orders: int) -> tuple[float, float]:
    """Orders per second of the whole path and of the bare initiator, one right after the other."""
    with tempfile.TemporaryDirectory() as folder:
        theirs = bare(Path(folder), orders)
        return ours(Path(folder), orders), theirs


def main(orders: int = ORDERS, pairs: int = PAIRS) -> list[dict[str, object]]:
    """One line of `make bench`: the medians of both sides."""
    runs = [pair(orders) for _ in range(pairs)]
    own, theirs = (median(side) for side in zip(*runs, strict=True))
    ratios = sorted(round(one / other, 3) for one, other in runs)
    return [
        {
            "name": "whole_path",
            "value": round(own, 1),
            "unit": "orders/s",
            "against": f"bare quickfix initiator, {theirs:.1f} orders/s; {pairs} pairs, "
            f"{ratios[0]} to {ratios[-1]}",
            "ratio": round(own / theirs, 3),
        }
    ]
