"""From a trader's command to FIX on the wire, next to one fdatasync of the same disk.

The broker is an acceptor in this process, so that both moments are read from one clock.
"""

import os
import queue
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import quickfix as fix

from benchmarks.whole_path import process
from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import world
from tradeoms.demo.files import free_ports
from tradeoms.model import commands as c
from tradeoms.model.fields import Outcome, Role, Side
from tradeoms.model.orders import Member, NewOrder

COUNT = 400


class Wire(fix.Application):  # type: ignore[misc]
    """Notes when an order arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: queue.SimpleQueue[float] = queue.SimpleQueue()

    def onCreate(self, session: fix.SessionID) -> None: ...

    def onLogon(self, session: fix.SessionID) -> None: ...

    def onLogout(self, session: fix.SessionID) -> None: ...

    def toAdmin(self, message: fix.Message, session: fix.SessionID) -> None: ...

    def toApp(self, message: fix.Message, session: fix.SessionID) -> None: ...

    def fromAdmin(self, message: fix.Message, session: fix.SessionID) -> None: ...

    def fromApp(self, message: fix.Message, session: fix.SessionID) -> None:
        self.arrived.put(time.perf_counter())


def acceptor(port: int, wire: Wire) -> tuple[fix.ThreadedSocketAcceptor, tuple[object, ...]]:
    """A broker that listens and says nothing."""
    settings, values = fix.SessionSettings(), fix.Dictionary()
    for key, value in {
        "ConnectionType": "acceptor",
        "SocketAcceptPort": str(port),
        "NonStopSession": "Y",
        "StartTime": "00:00:00",
        "EndTime": "00:00:00",
        "UseDataDictionary": "N",
        "SocketNodelay": "Y",
        "HeartBtInt": "30",
    }.items():
        values.setString(key, value)
    settings.set(fix.SessionID("FIX.4.4", "ALPHA", "TRADEOMS"), values)
    store = fix.MemoryStoreFactory()
    engine = fix.ThreadedSocketAcceptor(wire, store, settings, None)
    engine.start()
    return engine, (settings, store, wire)


def routes(folder: Path) -> list[float]:
    """Seconds from sending RouteBlock to the order's arrival, one at a time."""
    port, commands, streams = free_ports(3)
    config = folder / "tradeoms.toml"
    config.write_text(
        f'home = "home"\nlog_level = "warning"\n[bus]\ncommands = "tcp://127.0.0.1:{commands}"\n'
        f'streams = "tcp://127.0.0.1:{streams}"\n[[session]]\nname = "ALPHA"\nSenderCompID = "TRADEOMS"\n'
        f'TargetCompID = "ALPHA"\nport = {port}\n'
    )
    keys = KeyStore(folder / "home" / "keys")
    keys.new("bench", [Role.PortfolioManager, Role.Trader, Role.Operations])
    wire = Wire()
    engine, kept = acceptor(port, wire)
    with (
        process("tradeoms", "serve", "--config", str(config)),
        Client(
            f"tcp://127.0.0.1:{commands}", f"tcp://127.0.0.1:{streams}", keys.credentials("bench")
        ) as client,
    ):
        for command in world.reference():
            assert client.submit(command).outcome is Outcome.Done
        client.follow("sessions")
        client.until(lambda: any(row.up for row in client.tables["sessions"].values()))
        taken = [_route(client, wire, n) for n in range(COUNT)]
    engine.stop(True)
    assert kept
    return taken


def _route(client: Client, wire: Wire, n: int) -> float:
    order = NewOrder("AAPL", Side.Buy, (Member(f"C{n % world.ACCOUNTS + 1:03d}", Decimal(100)),))
    staged = client.submit(c.SubmitOrder(order))
    block = client.submit(c.BlockOrders(staged.ids))
    began = time.perf_counter()
    answer = client.submit(
        c.RouteBlock(block.ids[0], (c.Route("ALPHA", Decimal(100)),), ("price_collar",))
    )
    assert answer.outcome is Outcome.Done, answer
    return wire.arrived.get(timeout=10) - began


def syncs(folder: Path) -> list[float]:
    """Seconds of an fdatasync after 4 KiB were appended."""
    taken, page = [], os.urandom(4096)
    with open(folder / "sync", "wb") as file:
        for _ in range(COUNT):
            file.write(page)
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return taken


def _at(values: list[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100] * 1000


def main() -> list[dict[str, object]]:
    """Two lines of `make bench`."""
    with tempfile.TemporaryDirectory() as name:
        sync, route = syncs(Path(name)), routes(Path(name))
    return [
        {
            "name": f"command_to_wire_p{percent}",
            "value": round(_at(route, percent), 3),
            "unit": "ms",
            "against": f"one fdatasync, {_at(sync, percent):.3f} ms",
            "ratio": round(_at(route, percent) / _at(sync, percent), 2),
        }
        for percent in (50, 99)
    ]
