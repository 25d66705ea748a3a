"""Real doors on loopback, over the random house: a writer's thread, and a reader turned by hand."""

import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
import zmq

from tests.views.house import House, Memory
from tradeoms.bus import sockets, wire
from tradeoms.bus.client import Client
from tradeoms.bus.keys import Credentials, KeyStore
from tradeoms.bus.server import CommandServer, nothing_older
from tradeoms.bus.streams import StreamServer
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Role, Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.state import State
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader

ANYWHERE = "tcp://127.0.0.1:*"
PATIENCE = 20.0
USERS = {
    "olga": Role.Operations,
    "carl": Role.Compliance,
    "paula": Role.PortfolioManager,
    "peter": Role.PortfolioManager,
    "tom": Role.Trader,
    "vera": Role.Viewer,
}


def make_keys(folder: Path) -> KeyStore:
    """A person of each role; rita and rolf may see and use account A1 only."""
    keys = KeyStore(folder)
    for user, role in USERS.items():
        keys.new(user, [role])
    keys.new("rita", [Role.PortfolioManager, Role.Trader], accounts=["A1"])
    keys.new("rolf", [Role.Viewer], accounts=["A1"])
    return keys


def order(account: str = "A1", quantity: int = 1) -> c.SubmitOrder:
    """An order that passes every check of the house."""
    return c.SubmitOrder(NewOrder("ACME", Side.Buy, (Member(account, Decimal(quantity)),)))


class Slow(Memory):
    """A journal whose disk can be held up."""

    def __init__(self) -> None:
        super().__init__()
        self.appending, self.go = Event(), Event()
        self.go.set()

    def append(self, records: Sequence[e.Record]) -> None:
        self.appending.set()
        assert self.go.wait(PATIENCE)
        super().append(records)


class Writer:
    """The house's engine on its own thread, behind a door for commands."""

    def __init__(
        self,
        keys: KeyStore,
        address: str = ANYWHERE,
        older: Callable[[str, str], e.Answered | None] = nothing_older,
        insecure: bool = False,
        house: House | None = None,
    ) -> None:
        self.house = house or House(1)
        if house is None:
            self.house.open()
        self.journal = Slow()
        self.journal.records = self.house.journal.records
        self.engine = self.house.engine
        self.engine._committing._journal = self.journal
        self.engine._stopping = False
        self.door = CommandServer(address, keys, self.engine, insecure, older)
        self._thread = Thread(target=self.engine.run, name="writer")
        self._thread.start()
        self.door.start()

    def stop(self) -> None:
        self.journal.go.set()
        self.engine.stop()
        self._thread.join()
        self.door.stop()

    def orders(self) -> int:
        return len(self.engine.state.orders)


class Streams:
    """A reader of the house behind a door for streams; `turn` does what its process does."""

    def __init__(
        self, house: House, keys: KeyStore, address: str = ANYWHERE, insecure: bool = False
    ) -> None:
        self.house, self.keys = house, keys
        self.reader = Reader(State())
        self.reader.follow(house.journal.records)
        self.reader.take()
        self.read: list[int] = []
        self.door = StreamServer(address, keys, self.reader, self.history, QUERIES, insecure)

    def history(self, after: int) -> Iterator[e.Record]:
        self.read.append(after)
        return iter(self.house.journal.records[after:])

    def turn(self) -> None:
        records = self.house.journal.records[self.reader.state.seq :]
        self.reader.follow(records)
        self.door.publish(records, self.reader.take())
        self.door.listen()

    def rows(self, table: str) -> dict[str, Any]:
        return {row.key: row for row in self.reader.rows(table)}

    def client(self, user: str) -> Client:
        return Client(self.door.address, self.door.address, self.keys.credentials(user))

    def until(self, true: Callable[[], bool], *clients: Client) -> None:
        """Turn the reader and let the clients poll until something is true."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, "waited in vain"
            self.turn()
            for client in clients:
                client.poll(0.002)
            if not clients:
                self.door.socket.poll(2)


class Raw:
    """A socket without manners, for what no client of ours would do."""

    def __init__(self, address: str, credentials: Credentials, name: bytes = b"") -> None:
        self._context = zmq.Context[Any]()
        self.socket = sockets.dealer(self._context, address, credentials)
        self.socket.setsockopt(zmq.SNDTIMEO, int(PATIENCE * 1000))
        self.socket.setsockopt(zmq.RCVTIMEO, int(PATIENCE * 1000))

    def __enter__(self) -> "Raw":
        return self

    def __exit__(self, *_: object) -> None:
        self._context.destroy(linger=0)

    def say(self, *frames: bytes) -> None:
        self.socket.send_multipart(frames)

    def hear(self) -> tuple[bytes, Any]:
        kind, body = self.socket.recv_multipart()
        return kind, msgspec.json.decode(body)

    def refusal(self) -> str:
        kind, body = self.hear()
        assert kind == wire.REFUSED, (kind, body)
        return str(body["reason"])

    def command(self, command: c.Command, id: str, again: bool = False) -> None:
        envelope = c.Envelope(id, msgspec.Raw(wire.encode(command)), again)
        self.say(wire.COMMAND, wire.encode(envelope))
