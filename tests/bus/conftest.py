"""A writer and a reader, each behind its door, for one test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bus.office import Streams, Writer, make_keys
from tests.views.house import House
from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return make_keys(tmp_path / "keys")


@pytest.fixture
def writer(keys: KeyStore) -> Iterator[Writer]:
    writer = Writer(keys)
    yield writer
    writer.stop()


@pytest.fixture
def connect(keys: KeyStore, writer: Writer) -> Iterator[Callable[[str], Client]]:
    """A client of the writer by a user's name; its streams lead nowhere."""
    clients: list[Client] = []

    def connect(user: str) -> Client:
        client = Client(writer.door.address, writer.door.address, keys.credentials(user))
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def house() -> House:
    """A house after an hour of random business."""
    house = House(5)
    house.open()
    for _ in range(60):
        house.step()
    house.settle()
    return house


@pytest.fixture
def streams(house: House, keys: KeyStore) -> Iterator[Streams]:
    streams = Streams(house, keys)
    yield streams
    streams.door.close()
