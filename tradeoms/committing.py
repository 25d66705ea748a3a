"""What was decided on its way to the disk: one batch at a time, and who hears of it once it is there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from tradeoms.model.events import Record

Tell = Callable[[], None]

NOTHING: Future[None] = Future()
NOTHING.set_result(None)


class Journal(Protocol):
    """Where records become durable. `append` returns when they are on disk, all or none."""

    def append(self, records: Sequence[Record]) -> None: ...


class Committing:
    """Appends at once; while `overlapping`, on a thread of its own, and calls `wake` at the end of each.

    What an append raises comes out of whatever waits for it next; nobody hears of its batch then.
    """

    def __init__(self, journal: Journal, wake: Callable[[], None]) -> None:
        self._journal, self._wake = journal, wake
        self._thread: Executor | None = None
        self._written = NOTHING
        self._told: list[Tell] = []
        #: A batch has come to the disk, or failed, and waits to be finished.
        self.is_written = False

    @contextmanager
    def overlapping(self) -> Iterator[None]:
        """Batches begun in here are written while their owner goes on; at its end all is told."""
        with ThreadPoolExecutor(1, "journal") as self._thread:
            yield
            self.finish()
        self._thread = None

    def begin(self, records: Sequence[Record]) -> None:
        """The one before must be finished."""
        assert self._written is NOTHING
        if self._thread is None:
            self._journal.append(records)
        else:
            self._written = self._thread.submit(self._journal.append, records)
            self._written.add_done_callback(self._arrived)

    def then(self, tell: Iterable[Tell]) -> None:
        """Once what was begun is on disk."""
        self._told += tell

    def wait(self) -> None:
        """Until it is."""
        self._written.result()

    def finish(self) -> None:
        """Until it is; then tell everybody."""
        self.wait()
        told, self._written, self._told = self._told, NOTHING, []
        self.is_written = False
        for tell in told:
            tell()

    def _arrived(self, written: Future[None]) -> None:
        # May be late, and then mean the next batch: whoever believes it waits for that, no worse.
        if written is self._written:
            self.is_written = True
        self._wake()
