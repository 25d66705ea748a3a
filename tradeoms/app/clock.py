"""The server's clock: one thread that calls what looks at the time, once a second."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread

EVERY = 1.0  # seconds


class Clock:
    """Calls each of `listeners` with the time (UTC). One that raises ends the process."""

    def __init__(self, *listeners: Callable[[datetime], None]) -> None:
        self._listeners = listeners
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="clock", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread once its round is over."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(EVERY):
            for listener in self._listeners:
                listener(datetime.now(UTC))
