"""What the archive has of an order: its messages in and out, as they came, found by its ids.

Files are mapped and entered by time, so that a look at a few minutes reads a few minutes.
"""

import mmap
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tradeoms.fix.archive import IN, OUT

MOST_BYTES = 256 * 1024 * 1024  # that one look may go through
MOST = 5_000  # messages of one answer
CHAIN = re.compile(rb"\x01(?:11|41)=([^\x01]+)(?=\x01)")
LOGON = re.compile(rb"\x0135=(?:A|BE)\x01")  # never shown, though their secrets are masked already
ESCAPED = re.compile(r"\\(.)")  # as the archive keeps a message on one line
STAMP = slice(33, 60)  # of a line: the hash, a space, then the time


class Message(NamedTuple):
    """One message: when it was archived, `in` or `out`, and its text with its field separators."""

    at: str
    direction: str
    text: str


def messages(
    folder: Path, session: str, ids: Iterable[str], after: datetime, until: datetime
) -> list[Message]:
    """Every message with one of these ClOrdIDs or OrderIDs, and with those that follow from them.

    A cancel and a replace have a ClOrdID of their own and name the one before: the whole chain is
    found from any of its ids. Times are UTC.

    Raises:
        ValueError: there would be more to look through, or to show, than one answer holds.
    """
    parts = list(_parts(folder / session, _stamp(after), _stamp(until)))
    if sum(map(len, parts)) > MOST_BYTES:
        raise ValueError("there is too much to look through: name a shorter time")
    wanted, known = {one.replace("\\", r"\\").encode() for one in ids if one}, set[bytes]()
    found: list[bytes] = []
    while wanted - known:
        known |= wanted
        found = list(_having(parts, known))
        wanted |= {name for line in found for name in CHAIN.findall(line)}
    if len(found) > MOST:
        raise ValueError(f"{len(found):,} messages are more than an answer holds")
    return [_message(line) for line in found]


def _stamp(at: datetime) -> bytes:
    return f"{at.isoformat(timespec='microseconds')[:26]}Z".encode()


def _parts(folder: Path, after: bytes, until: bytes) -> Iterator[bytes]:
    """What the files hold of this time."""
    for path in sorted(folder.glob("*.log")):
        if not after[:10] <= path.name[:10].encode() <= until[:10] or not path.stat().st_size:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            first, last = _place(text, after), _place(text, until)
            if last - first > MOST_BYTES:
                raise ValueError("there is too much to look through: name a shorter time")
            yield text[first:last]


def _place(text: mmap.mmap, stamp: bytes) -> int:
    """Where the first line begins that is not before a time."""
    low, high = 0, len(text)
    while low < high:
        middle = text.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = text.find(b"\n", middle) + 1 or len(text)
        if text[middle:end][STAMP] < stamp:
            low = end
        else:
            high = middle
    return low


def _having(parts: Iterable[bytes], ids: Iterable[bytes]) -> Iterator[bytes]:
    """The lines that name one of these."""
    names = b"|".join(map(re.escape, sorted(ids)))
    search = re.compile(rb"^.*\x01(?:11|41|37)=(?:" + names + rb")\x01.*$", re.MULTILINE)
    for part in parts:
        for line in search.findall(part):
            if line[61:62].decode() in (IN, OUT) and not LOGON.search(line):
                yield line


def _message(line: bytes) -> Message:
    _, at, kind, text = line.decode("utf-8", "replace").split(" ", 3)
    return Message(at, "in" if kind == IN else "out", ESCAPED.sub(_plain, text))


def _plain(escaped: re.Match[str]) -> str:
    return {"n": "\n", "r": "\r"}.get(escaped[1], escaped[1])
