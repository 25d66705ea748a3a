"""Time as an argument, and the steps that wait for theirs."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple


class Instant(NamedTuple):
    """A moment: seconds of a clock that never goes back, and UTC text as in TransactTime(60)."""

    mono: float
    utc: str


def utc_text(moment: datetime) -> str:
    """UTCTimestamp with milliseconds: 20221228-14:30:00.123."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y%m%d-%H:%M:%S}.{moment.microsecond // 1000:03d}"


class Timers:
    """Calls that are due at a time; at the same time, in the order they were asked for."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[Instant], None]]] = []
        self._count = 0

    def at(self, due: float, call: Callable[[Instant], None]) -> None:
        """Ask for a call at ``due`` seconds."""
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, call))

    def next_due(self) -> float | None:
        """When the next call is due, None without one."""
        return self._heap[0][0] if self._heap else None

    def run_due(self, now: Instant) -> None:
        """Make every call that is due, also those which become due at once on the way."""
        while self._heap and self._heap[0][0] <= now.mono:
            heapq.heappop(self._heap)[2](now)
