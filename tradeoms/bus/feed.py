"""From the writer to its readers: batches of records that are on disk, over a local socket.

Nothing depends on it: a reader that misses a batch sees the gap in the numbers and reads the journal.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import zmq

from tradeoms.bus.wire import encode
from tradeoms.model.events import Record
from tradeoms.model.state import State

_records = msgspec.json.Decoder(list[Record])


class Feed:
    """The writer's end; a consumer of the engine."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._context = zmq.Context[Any]()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(f"ipc://{path}")

    def consume(self, records: Sequence[Record], state: State) -> None:
        """On the writer's thread, which alone uses the socket."""
        self._socket.send(encode(records))

    def close(self) -> None:
        """Close the socket."""
        self._context.destroy(linger=0)


def subscribe(context: zmq.Context[Any], path: Path) -> zmq.Socket[Any]:
    """A reader's end."""
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    socket.connect(f"ipc://{path}")
    return socket


def receive(socket: zmq.Socket[Any]) -> list[Record]:
    """One batch."""
    return _records.decode(socket.recv())
