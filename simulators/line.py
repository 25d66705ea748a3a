"""A line between clients and an acceptor on which messages meet faults."""

import random
import socket
import time
from contextlib import suppress
from threading import Lock, Thread

from simulators.faults import FRAME, Faults, draw, duplicated, garbled, reset

LOOPBACK = "127.0.0.1"
#: Pieces in which a slow message comes.
PIECES = 4
JOIN = 10.0


class Line:
    """Listens on ``port`` and passes messages on to the acceptor on ``far`` and back."""

    def __init__(self, port: int, far: int, faults: Faults, seed: str) -> None:
        self._far = far
        self._faults = faults
        # One for each direction: what one side sends does not change the other's luck.
        self._draws = {up: random.Random(f"{seed}/{up}") for up in (True, False)}
        self._silent_until = 0.0
        self._lock, self._ends = Lock(), list[socket.socket]()
        self._threads: list[Thread] = []
        self._closed = False
        self._listener = socket.create_server((LOOPBACK, port))
        self.port: int = self._listener.getsockname()[1]
        self._accepting = Thread(target=self._accept, name="line", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Stop listening and cut what is connected."""
        self._closed = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(JOIN)
        self._cut()
        for thread in self._threads:
            thread.join(JOIN)

    def _cut(self) -> None:
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._closed:
                near, (host, *_) = self._listener.accept()
                # The acceptor sees our address only: strangers are turned away here.
                if host == LOOPBACK:
                    self._connect(near)
                else:
                    near.close()

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection((LOOPBACK, self._far), JOIN)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        with self._lock:
            self._ends += [near, far]
        pair = [
            Thread(target=self._pump, args=(near, far, False), daemon=True),
            Thread(target=self._pump, args=(far, near, True), daemon=True),
        ]
        closing = Thread(target=_close_after, args=(pair, (near, far)), daemon=True)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._threads += [*pair, closing]
        for thread in (*pair, closing):
            thread.start()

    def _pump(self, source: socket.socket, sink: socket.socket, to_client: bool) -> None:
        rest = b""
        with suppress(OSError):
            while data := source.recv(65536):
                rest += data
                end = 0
                for found in FRAME.finditer(rest):
                    self._pass(found[0], sink, to_client)
                    end = found.end()
                rest = rest[end:]
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def _pass(self, frame: bytes, sink: socket.socket, to_client: bool) -> None:
        kind = draw(self._faults, self._draws[to_client], frame, to_client)
        if self._silent(kind) or kind == "gap":
            return
        if kind == "disconnect":
            self._cut()
        elif kind == "slow":
            self._trickle(frame, sink)
        elif kind == "reset":
            sink.sendall(reset(frame))
        elif kind == "garble":
            sink.sendall(garbled(frame))
        else:
            if kind == "delay":
                self._wait()
            sink.sendall(frame)
            if kind == "duplicate":
                sink.sendall(duplicated(frame))

    def _silent(self, kind: str) -> bool:
        """Whether the line is dead. What it swallowed is missed when the connection is cut at its
        end; quickfix would not ask for it twice on the same one.
        """
        now = time.monotonic()
        if kind == "silent" and not self._silent_until:
            self._silent_until = now + self._faults.silent_ms / 1000
        if not self._silent_until:
            return False
        if now >= self._silent_until:
            self._silent_until = 0.0
            self._cut()
        return True

    def _trickle(self, frame: bytes, sink: socket.socket) -> None:
        size = -(-len(frame) // PIECES)
        for start in range(0, len(frame), size):
            self._wait(PIECES)
            sink.sendall(frame[start : start + size])

    def _wait(self, parts: int = 1) -> None:
        time.sleep(self._faults.delay_ms / 1000 / parts)


def _close_after(threads: list[Thread], ends: tuple[socket.socket, ...]) -> None:
    for thread in threads:
        thread.join()
    for end in ends:
        # quickfix 1.16 closes the numbers of its sockets twice when an acceptor stops, and one of
        # them may have become ours meanwhile.
        with suppress(OSError):
            end.close()
