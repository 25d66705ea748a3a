"""What leaves first, and how fast: a token bucket and lanes, for one session."""

import heapq
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Bucket:
    """Tokens that come back at `rate` a second, up to `burst`; a rate of 0 is no limit.

    Times are seconds of any clock that never goes back. A token is counted in whole nanoseconds, so
    that no rounding ever lets a message too many through.
    """

    def __init__(self, rate: int, burst: int, now: float) -> None:
        self._gap = 1_000_000_000 // rate + bool(1_000_000_000 % rate) if rate else 0
        self._most = self._gap * burst
        self._level, self._then = self._most, _nanoseconds(now)

    def take(self, now: float) -> bool:
        """Take a token if there is one."""
        if not self._gap:
            return True
        self._fill(now)
        if self._level < self._gap:
            return False
        self._level -= self._gap
        return True

    def wait(self, now: float) -> float:
        """Seconds until there is a token."""
        self._fill(now)
        return max(0, self._gap - self._level) / 1_000_000_000

    def _fill(self, now: float) -> None:
        moment = _nanoseconds(now)
        self._level = min(self._most, self._level + moment - self._then)
        self._then = moment


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000_000)


class Lanes(Generic[T]):
    """Messages that wait, the most urgent first, within one urgency the oldest first.

    A message never overtakes an earlier one about one of the same things: a cancel that arrived
    before the order it cancels would be refused.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, tuple[str, ...], T]] = []
        self._last: dict[str, tuple[int, int]] = {}  # thing -> urgency and number waiting
        self._count = 0

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, urgency: int, things: tuple[str, ...], message: T, place: int = 0) -> None:
        """Add a message about these things; 0 is the most urgent. `place`: that of one taken out."""
        for thing in things:
            urgency = max(urgency, self._last.get(thing, (0, 0))[0])
        for thing in things:
            self._last[thing] = (urgency, self._last.get(thing, (0, 0))[1] + 1)
        self._count += 1
        heapq.heappush(self._heap, (urgency, place or self._count, things, message))

    def pop(self) -> T:
        """Take the next message."""
        _, _, things, message = heapq.heappop(self._heap)
        self._forget(things)
        return message

    def take(self, chosen: Callable[[T], bool]) -> dict[int, T]:
        """Take out what is chosen, whatever its turn: by place, in the order it would leave."""
        taken = sorted(entry for entry in self._heap if chosen(entry[3]))
        if taken:
            numbers = {entry[1] for entry in taken}
            self._heap = [entry for entry in self._heap if entry[1] not in numbers]
            heapq.heapify(self._heap)
            for _, _, things, _ in taken:
                self._forget(things)
        return {number: message for _, number, _, message in taken}

    def _forget(self, things: tuple[str, ...]) -> None:
        for thing in things:
            urgency, many = self._last[thing]
            if many == 1:
                del self._last[thing]
            else:
                self._last[thing] = (urgency, many - 1)
