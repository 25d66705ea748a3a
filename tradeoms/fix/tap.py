"""quickfix's log, which sees every message as it is on the line: the archive's source, and a pulse."""

import re
import time
from collections.abc import Callable

import quickfix as fix
import structlog

from tradeoms.fix.archive import ENGINE, IN, OUT
from tradeoms.fix.credentials import masked

log = structlog.get_logger("fix")
ROUTINE = (
    *("Created", "Connect", "Initiated", "Disconnecting", "Timed out waiting for logon"),
    *("SNI", "Socket created", "Socket connected", "Socket disconnect"),
)
TOO_HIGH = re.compile(r"MsgSeqNum too high, expecting \d+ but received:? (\d+)")

INVALID = "Invalid message"  # how quickfix begins to say that it cannot read one

Put = Callable[[str, str, str], None]


class Tap(fix.Log):
    """`pulse`: when anything last happened, by the monotonic clock. `said`: the engine's last words that were no routine.

    `highest`: the number of a message that came too early, so that earlier ones are missing.
    `last`: the broker's latest message. `unread` is called with one that the engine cannot read, and
    why; `left` once, when the next message of ours has been stored and leaves.
    """

    def __init__(
        self, session: str, put: Put, aloud: bool, unread: Callable[[str, str], None]
    ) -> None:
        super().__init__()
        self._session, self._put, self._aloud = session, put, aloud
        self._unread = unread
        self.last = self._fresh = ""
        self.left: Callable[[], None] | None = None
        self.pulse = time.monotonic()
        self.said, self.highest = "", 0

    def clear(self) -> None:
        """Nothing is ever deleted."""

    def backup(self) -> None:
        """Nothing is ever moved."""

    def take(self) -> str:
        """The message that the engine is about to hand over, as it came; empty where that may be an
        earlier one, which had to wait for those before it: the engine says so before each.
        """
        text, self._fresh = self._fresh, ""
        return text

    def onIncoming(self, text: str) -> None:
        """A message as it came."""
        self.pulse = time.monotonic()
        self.last = self._fresh = text
        self._put(self._session, IN, text)

    def onOutgoing(self, text: str) -> None:
        """A message as it leaves."""
        self.pulse = time.monotonic()
        if self.left:
            self.left()
            self.left = None
        self._put(self._session, OUT, text)

    def onEvent(self, text: str) -> None:
        """What the engine did."""
        self.pulse = time.monotonic()
        self._fresh = ""
        if not text.startswith(ROUTINE):
            self.said = masked(text)
        if early := TOO_HIGH.search(text):
            self.highest = max(self.highest, int(early[1]))
        if text.startswith(INVALID):
            self._unread(self.last, text)
        self._put(self._session, ENGINE, text)
        if self._aloud:
            log.info(masked(text), session=self._session)


class Taps(fix.LogFactory):
    """Gives every engine of a session the same tap."""

    def __init__(self, tap: Tap) -> None:
        super().__init__()
        self._tap = tap
        # The engine frees what it is given; Python must not do it too.
        tap.this.disown()

    def create(self, *_: object) -> Tap:
        """The tap, for the engine as a whole and for its session."""
        return self._tap

    def destroy(self, _: Tap) -> None:
        """The tap outlives the engine."""
