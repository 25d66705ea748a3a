"""From the writer to its readers: batches of records that are on disk, over a local socket.

Nothing depends on it: a reader that misses a batch sees the gap and reads the journal.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import zmq

from tradeoms.model.events import Record
from tradeoms.model.state import State

_records = msgspec.json.Decoder(list[Record])


class Feed:
    """The writer's end; a consumer of the engine. `texts` gives the JSON of records."""

    def __init__(self, path: Path, texts: Callable[[Sequence[Record]], list[bytes]]) -> None:
        self._texts = texts
        path.unlink(missing_ok=True)
        self._context = zmq.Context[Any]()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(f"ipc://{path}")

    def consume(self, records: Sequence[Record], state: State) -> Callable[[], None]:  # noqa: ARG002
        """On the writer's thread, which alone uses the socket."""
        return partial(self._send, records)

    def _send(self, records: Sequence[Record]) -> None:
        self._socket.send(b"[%b]" % b",".join(self._texts(records)))

    def close(self) -> None:
        """Close the socket."""
        self._context.destroy(linger=0)


def subscribe(context: zmq.Context[Any], path: Path) -> zmq.Socket[Any]:
    """A reader's end."""
    socket: zmq.Socket[Any] = context.socket(zmq.SUB)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    socket.connect(f"ipc://{path}")
    return socket


def receive(socket: zmq.Socket[Any]) -> list[Record]:
    """One batch."""
    return _records.decode(socket.recv())


def ready(sources: Sequence[Any], seconds: float) -> set[Any]:
    """Which of these sockets and file numbers have something to read, waiting at most so long."""
    poller = zmq.Poller()
    for source in sources:
        poller.register(source, zmq.POLLIN)
    return {source for source, _ in poller.poll(int(seconds * 1000))}
