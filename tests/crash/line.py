"""A line between the server and a broker that can lose, hold back and break, message by message."""

import re
import socket
from contextlib import suppress
from threading import Event, Lock, Thread

from tests.crash.processes import PATIENCE

MESSAGE = re.compile(rb"8=FIX.*?\x0110=\d{3}\x01", re.DOTALL)


class Line:
    """Listens where the server expects the broker, and passes on what it is told to.

    `to_broker` and `to_server` say whether messages arrive. A message to the server that contains
    `held` waits, with all that follow it, until one that contains `until` went to the broker.
    """

    def __init__(self, broker: int) -> None:
        self.to_broker = self.to_server = True
        self.held, self.until = b"", b""
        self.lost: list[bytes] = []
        self._broker = broker
        self._passed = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock, self._ends = Lock(), list[socket.socket]()
        self._threads = [Thread(target=self._accept, name="line", daemon=True)]
        self._threads[0].start()

    def mend(self) -> None:
        """Let everything through again, on the connections to come."""
        self.to_broker = self.to_server = True

    def cut(self) -> None:
        """Break the connections there are; new ones may be made."""
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._passed.set()
        self.cut()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self._broker))
        with self._lock:
            self._ends += [near, far]
        pair = [
            Thread(target=self._pump, args=(near, far, True), daemon=True),
            Thread(target=self._pump, args=(far, near, False), daemon=True),
        ]
        self._threads += pair
        for thread in pair:
            thread.start()
        Thread(target=_close_after, args=(pair, (near, far)), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, to_broker: bool) -> None:
        rest = b""
        with suppress(OSError):
            while data := source.recv(65536):
                rest += data
                for message in MESSAGE.findall(rest):
                    self._pass(message, sink, to_broker)
                rest = MESSAGE.sub(b"", rest)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def _pass(self, message: bytes, sink: socket.socket, to_broker: bool) -> None:
        if not (self.to_broker if to_broker else self.to_server):
            self.lost.append(message)
            return
        if not to_broker and self.held and self.held in message:
            self._passed.wait(PATIENCE)
        sink.sendall(message)
        if to_broker and self.until and self.until in message:
            self._passed.set()


def _close_after(threads: list[Thread], ends: tuple[socket.socket, ...]) -> None:
    for thread in threads:
        thread.join()
    for end in ends:
        end.close()
