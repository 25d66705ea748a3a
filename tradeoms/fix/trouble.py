"""What may go wrong on a line and heal, told once: an engine that died, messages that stay away."""

import time
from collections.abc import Callable

from tradeoms.fix.application import readable
from tradeoms.model import commands as c
from tradeoms.model import events as e

QUIET = 30.0  # seconds that a session may fail to log on before a person hears of it
GAP = 30.0  # seconds that messages of the broker may be missing before a person hears of it
LONGEST = 300.0  # seconds between two attempts where the engine dies at each


class Alarm:
    """Tells a person of a session's troubles, each once until it is over."""

    def __init__(self, session: str, submit: Callable[[c.Command, e.Cause], None]) -> None:
        self._session, self._submit = session, submit
        self._down: float | None = None
        self.told = ""

    def tell(self, kind: str, text: str) -> None:
        """An alert, once for each trouble."""
        if self.told != kind:
            self.told = kind
            command = c.TellSession(self._session, kind, readable(text))
            self._submit(command, e.Cause(session=self._session))

    def look(self, up: bool, wanted: bool, why: Callable[[], str]) -> bool:
        """An alert where a session should be up and does not come up; whether that is so now."""
        if up or not wanted:
            self._down = None
            self.told = "" if wanted else self.told
            return False
        self._down = time.monotonic() if self._down is None else self._down
        if time.monotonic() - self._down > QUIET:
            self.tell("no logon", f"cannot log on: {why() or 'the broker does not answer'}")
        return True


class Deaths:
    """How often the engine died at one of the broker's messages: each time the pause is longer."""

    def __init__(self, pause: float) -> None:
        self._shortest, self.pause = pause, pause
        self._last: tuple[int, str] | None = None

    def died(self, MsgSeqNum: int, reason: str) -> bool:
        """Count it; whether it is another trouble than the last time."""
        new = self._last != (MsgSeqNum, reason)
        self.pause = self._shortest if new else min(2 * self.pause, LONGEST)
        self._last = (MsgSeqNum, reason)
        return new


class Gap:
    """Messages that the broker was asked for and does not send."""

    def __init__(self) -> None:
        self._since, self._expected, self._told = 0.0, 0, False

    def look(self, expected: int, highest: int) -> str:
        """What is missing, once, where it has been for too long; else empty.

        `expected` is the next number, `highest` the one of a message that came too early.
        """
        if expected > highest or expected != self._expected:
            self._since, self._expected, self._told = time.monotonic(), expected, False
        elif not self._told and time.monotonic() - self._since > GAP:
            self._told = True
            return missing(expected, highest)
        return ""


def missing(expected: int, highest: int) -> str:
    """In words; empty where nothing is.

    `expected` is the next number, `highest` the one of a message that came too early.
    """
    if expected > highest:
        return ""
    return f"messages {expected} to {highest - 1} of the broker are missing"
