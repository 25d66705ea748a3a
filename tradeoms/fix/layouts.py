"""The layouts of messages that brokers send over and over: matched as a whole, a message is taken apart
in a third of the time that splitting and looking at each piece takes.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

SOH = "\x01"
OFTEN = 100  # messages of a layout before it is learned, which takes half a millisecond
MOST = 4  # layouts learned with the same number of fields
WATCHED = 4096  # layouts that are counted: brokers use a few dozen
LONGEST = 200  # fields of a layout that is learned


class Layout(NamedTuple):
    """The tags of a message in their order."""

    tags: tuple[str, ...]
    match: Callable[[str], re.Match[str] | None]


class Layouts:
    """Several threads may use them: what one learns twice, or counts too low, does no harm."""

    def __init__(self) -> None:
        self._learned: dict[int, tuple[Layout, ...]] = {}  # by the number of fields, newest first
        self._seen: dict[tuple[str, ...], int] = {}

    def find(self, raw: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """The tags of a message and their values; None where its layout is not learned."""
        for tags, match in self._learned.get(raw.count(SOH), ()):
            if found := match(raw):
                return tags, found.groups()
        return None

    def see(self, tags: tuple[str, ...]) -> None:
        """Count a layout: each of its values ends at the first separator."""
        if tags not in self._seen and len(self._seen) >= WATCHED:
            self._seen.clear()
        count = self._seen[tags] = self._seen.get(tags, 0) + 1
        if count % OFTEN == 0 and len(tags) <= LONGEST:
            pattern = "".join(f"{re.escape(tag)}=([^{SOH}]*+){SOH}" for tag in tags)
            others = [each for each in self._learned.get(len(tags), ()) if each.tags != tags]
            learned = Layout(tags, re.compile(pattern).fullmatch)
            self._learned[len(tags)] = (learned, *others[: MOST - 1])
