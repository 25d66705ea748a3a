"""The raw archive: every message in and out, and what quickfix says about them, as they came.

One folder a session, one file a UTC day, several where a day is long. A line is `HASH TIME KIND TEXT`:
I in, O out, E the engine's own words, H the head of a file. HASH is SHA-256 over the hash before and the
rest of the line, so that nothing can be changed, left out or added unseen. Lines are written within
half a second and not forced to the disk: the journal is the truth, this is the evidence.
"""

import hashlib
import time
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedRandom, BufferedWriter
from pathlib import Path
from threading import Event, Thread

from tradeoms.fix.credentials import masked

IN, OUT, ENGINE, HEAD = "I", "O", "E", "H"
FIRST = b"0" * 32  # the hash before the first line of all
LARGEST = 256 * 1024 * 1024  # bytes of a file
LATEST = 0.5  # seconds until a line is handed to the system
BLOCK = 1024 * 1024  # bytes read at a time, from the end, to find where a last line begins


class ArchiveBroken(Exception):
    """A line that is not what was written."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}: line {line} {reason}")


class Archive:
    """Takes messages from any thread; one thread of its own writes them, many at a time."""

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        self._folder, self._largest = folder, largest
        # No queue that wakes its reader: a thread woken by each message costs more than the writing.
        self._waiting: deque[tuple[str, str, int, str]] = deque()
        self._streams: dict[str, Stream] = {}
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="fix-archive", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end the thread."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def put(self, session: str, kind: str, text: str) -> None:
        """Leave a line to be written; costs its caller next to nothing."""
        self._waiting.append((session, kind, time.time_ns(), text))

    def _run(self) -> None:
        while not self._stopped.wait(LATEST):
            self._drain()
        self._drain()
        for stream in self._streams.values():
            stream.close()

    def _drain(self) -> None:
        while self._waiting:
            session, kind, at, text = self._waiting.popleft()
            stream = self._streams.get(session)
            if stream is None:
                stream = self._streams[session] = Stream(self._folder / session, self._largest)
            stream.write(kind, at, text)
        for stream in self._streams.values():
            stream.flush()


class Stream:
    """A session's lines, chained over all its files."""

    def __init__(self, folder: Path, largest: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder, self._largest = folder, largest
        self._hash = _continued(folder)
        self._file: BufferedWriter | None = None
        self._day, self._size = "", 0
        self._second, self._stamp = -1, ""  # the same for many lines

    def write(self, kind: str, at: int, text: str) -> None:
        """Add a line; `at` in nanoseconds since 1970."""
        second, rest = divmod(at, 1_000_000_000)
        if second != self._second:
            self._second = second
            self._stamp = f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"
        stamp = f"{self._stamp}.{rest // 1000:06d}Z"
        if self._size >= self._largest or stamp[:10] != self._day:
            self._next(stamp)
        self._add(f"{stamp} {kind} {masked(text)}")

    def flush(self) -> None:
        """Hand to the system what is buffered."""
        if self._file:
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()

    def _next(self, stamp: str) -> None:
        self.close()
        self._day, self._size = stamp[:10], 0
        # One above the highest: the first of them may have been moved away.
        parts = (path.name.split(".")[1] for path in self._folder.glob(f"{self._day}.*.log"))
        part = 1 + max(map(int, parts), default=0)
        self._file = (self._folder / f"{self._day}.{part:04d}.log").open("xb")
        self._add(f"{stamp} {HEAD} {self._folder.name} after {self._hash.decode()}")

    def _add(self, text: str) -> None:
        # The binding gives bytes that are no UTF-8 as surrogates: back to the bytes that they were.
        rest = _one_line(text).encode("utf-8", "surrogateescape")
        self._hash = _chained(self._hash, rest)
        line = b"%s %s\n" % (self._hash, rest)
        self._size += len(line)
        if self._file:
            self._file.write(line)


def _one_line(text: str) -> str:
    if "\\" in text or "\n" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return text


def _chained(before: bytes, rest: bytes) -> bytes:
    return hashlib.sha256(before + rest).hexdigest()[:32].encode()


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.log"))


def _continued(folder: Path) -> bytes:
    """The last hash on disk. A line that a crash has cut short goes: it was never whole."""
    files = _files(folder)
    if not files:
        return FIRST
    with files[-1].open("r+b") as file:
        whole = _line_break(file, file.seek(0, 2)) + 1
        if whole:
            file.truncate(whole)
            file.seek(_line_break(file, whole - 1) + 1)
            return file.read(32)
    # Not one line is whole: set aside, for nothing of the archive is ever deleted.
    files[-1].rename(files[-1].with_suffix(".cut"))
    return _continued(folder)


def _line_break(file: BufferedRandom, end: int) -> int:
    """Where the last line break before `end` is; -1 where there is none, however far it is."""
    while end > 0:
        start = max(0, end - BLOCK)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found
        end = start
    return -1


def verify(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Walk the files of every session: its name, the number of its lines, its last hash.

    Old files may have been removed, from the oldest on: the first that is left says what it follows.

    Raises:
        ArchiveBroken: names the first line that is not what was written.
    """
    for stream in sorted(path for path in folder.glob("*") if path.is_dir()):
        before, count = b"", 0
        for path in _files(stream):
            before, lines = _walk(path, before)
            count += lines
        yield stream.name, count, before.decode()


def _walk(path: Path, before: bytes) -> tuple[bytes, int]:
    number = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                raise ArchiveBroken(path, number, "is cut short")
            digest, _, rest = line[:-1].partition(b" ")
            if number == 1:
                follows = rest.rpartition(b" ")[2]
                if before and follows != before:
                    raise ArchiveBroken(path, 1, "does not follow the file before")
                before = follows
            if digest != _chained(before, rest):
                raise ArchiveBroken(path, number, "was altered, or the one before it")
            before = digest
    return before, number
