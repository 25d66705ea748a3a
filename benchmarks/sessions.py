"""Sessions: executions a second that one session brings into the book, and what 20 sessions cost.

A broker fills one order a share at a time, as fast as it can. Ours counts until the stream shows the
last execution, which then is on disk; the yardstick is a bare quickfix initiator that reads the fields
and counts.
"""

import json
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import fixconfig
from benchmarks.soak_house import USER, build, child, cpu, rss
from benchmarks.whole_path import process
from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import world
from tradeoms.demo.files import free_ports
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import OrdType, Outcome, Role, Side
from tradeoms.model.orders import Member, NewOrder

FILLS, MANY, QUIET = 20_000, 20, 10.0  # QUIET: seconds over which idle sessions are watched
MB = 1 << 20


def bare(fills: int) -> float:
    """Executions per second that a bare initiator counts."""
    (port,) = free_ports(1)
    dictionary = str(fixconfig.path("FIX.4.4") / "dictionary.xml")
    with process("benchmarks.blast", str(port), "BARE", str(fills)):
        command = [sys.executable, "-m", "benchmarks.bare", str(port), "BLAST", "1", dictionary]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return fills / float(json.loads(done.stdout)["seconds"])


def ours(folder: Path, fills: int) -> float:
    """Executions per second of one session, durable and shown."""
    port, commands, streams = free_ports(3)
    config = folder / "tradeoms.toml"
    config.write_text(
        f'home = "home"\nlog_level = "warning"\n[bus]\ncommands = "tcp://127.0.0.1:{commands}"\n'
        f'streams = "tcp://127.0.0.1:{streams}"\n[[session]]\nname = "BLAST"\nSenderCompID = "TRADEOMS"\n'
        f'TargetCompID = "BLAST"\nport = {port}\n'
    )
    keys = KeyStore(folder / "home" / "keys")
    keys.new(USER, [Role.PortfolioManager, Role.Trader, Role.Operations])
    with (
        process("benchmarks.blast", str(port), "TRADEOMS", str(fills)),
        process("tradeoms", "serve", "--config", str(config)),
        Client(
            *(f"tcp://127.0.0.1:{commands}", f"tcp://127.0.0.1:{streams}"), keys.credentials(USER)
        ) as client,
    ):
        route = _prepare(client, Decimal(fills))
        began = time.perf_counter()
        client.send(route)
        placements = client.tables["placements"]
        client.until(lambda: any(row.CumQty == fills for row in placements.values()), 300)
        return fills / (time.perf_counter() - began)


def _prepare(client: Client, quantity: Decimal) -> c.RouteBlock:
    """A block of one order; the command that sends it to the broker."""
    for command in (*world.reference(), c.DefineBrokers((Broker("BLAST", "Blast", "BLAST"),))):
        assert client.submit(command).outcome is Outcome.Done
    client.follow("placements", "sessions")
    client.until(lambda: any(row.up for row in client.tables["sessions"].values()))
    member = Member("C001", quantity)
    order = NewOrder("KO", Side.Buy, (member,), OrdType.Limit, Decimal(500))
    entered = client.submit(c.SubmitOrder(order))
    (block,) = client.submit(c.BlockOrders(entered.ids)).ids
    return c.RouteBlock(block, (c.Route("BLAST", quantity),))


def idle(folder: Path, sessions: int) -> tuple[int, float]:
    """Bytes of a server with so many sessions of all versions, and its share of a core, at rest."""
    house = build(folder, sessions, seed=7, faults={})
    config, sim = str(folder / "tradeoms.toml"), str(folder / "sim.toml")
    with (
        process("simulators", "--config", sim),
        process("tradeoms", "serve", "--config", config) as server,
        Client(
            house.commands, house.streams, KeyStore(house.home / "keys").credentials(USER)
        ) as client,
    ):
        client.follow("sessions")
        rows = client.tables["sessions"]
        client.until(lambda: sum(row.up for row in rows.values()) == sessions, 60)
        assert child(server.pid)
        before, began = cpu(server.pid), time.perf_counter()
        time.sleep(QUIET)
        share = (cpu(server.pid) - before) / (time.perf_counter() - began)
        return rss(server.pid), share


def main(fills: int = FILLS) -> list[dict[str, object]]:
    """Three lines of `make bench`."""
    with tempfile.TemporaryDirectory() as folder:
        counted, booked = bare(fills), ours(Path(folder), fills)
        one, many = idle(Path(folder) / "one", 1), idle(Path(folder) / "many", MANY)
    return [
        _line(
            "executions_per_session", booked, "executions/s", "bare initiator that counts", counted
        ),
        _line(f"memory_of_{MANY}_sessions", many[0] / MB, "MB", "one session", one[0] / MB),
        _line(f"cpu_of_{MANY}_idle_sessions", 100 * many[1], "% of a core", "one", 100 * one[1]),
    ]


def _line(name: str, value: float, unit: str, beside: str, other: float) -> dict[str, object]:
    against = f"{beside}, {other:.1f} {unit}"
    ratio = round(value / other, 3) if other else None
    return {
        "name": name,
        "value": round(value, 1),
        "unit": unit,
        "against": against,
        "ratio": ratio,
    }
