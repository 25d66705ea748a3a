"""From the writer to its readers; what is missed is in the journal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import zmq

from tests.views.house import House
from tradeoms.bus.feed import Feed, receive, subscribe
from tradeoms.bus.wire import encode
from tradeoms.model.events import Record


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "feed.sock"


def texts(records: Sequence[Record]) -> list[bytes]:
    return list(map(encode, records))


def test_batches_arrive_whole_and_in_order(socket: Path) -> None:
    house, feed = House(2), Feed(socket, texts)
    with zmq.Context[Any]() as context:
        reader = subscribe(context, socket)
        house.open()
        records = house.journal.records
        while not reader.poll(10):  # a subscription takes a moment; what came before it is missed
            house.act()
            house.batch()
            feed.consume(records[-1:], house.state)()
        missed = receive(reader)[0].seq
        house.engine.consumers.append(feed)
        for _ in range(20):
            house.step()
        got = []
        while not got or got[-1].seq < house.state.seq:
            assert reader.poll(5000)
            got += receive(reader)
        fresh = [record for record in got if record.seq > missed]
        assert fresh[-1] == house.journal.records[-1]
        numbers = [record.seq for record in fresh]
        assert numbers == list(range(numbers[0], house.state.seq + 1))
        assert fresh == house.journal.records[numbers[0] - 1 :]
        reader.close()
    feed.close()


def test_a_socket_that_was_left_behind_is_replaced(socket: Path) -> None:
    socket.write_bytes(b"")
    Feed(socket, texts).close()
    Feed(socket, texts).close()


def test_a_reader_hears_of_nothing_before_it_is_on_disk(socket: Path) -> None:
    house, feed = House(2), Feed(socket, texts)
    house.open()
    first, second, third = house.journal.records[:3]
    with zmq.Context[Any]() as context:
        reader = subscribe(context, socket)
        while not reader.poll(10):  # a subscription takes a moment
            feed.consume([first], house.state)()
        written = feed.consume([second], house.state)
        feed.consume([third], house.state)()
        heard = [first]
        while heard[-1] != third:
            heard = receive(reader)
            assert second not in heard
        written()
        assert receive(reader) == [second]
        reader.close(linger=0)
    feed.close()
