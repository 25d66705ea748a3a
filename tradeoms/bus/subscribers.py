"""What one client gets of one stream, and when: no sockets here.

Credit bounds what is on its way to a client. A table's subscriber has a set of keys that changed,
so a slow one gets the latest version of a row; a follower of the records has a number, and gets the
rest from the journal.
"""

from itertools import islice
from typing import Any

import msgspec

from tradeoms.bus import wire
from tradeoms.bus.keys import User
from tradeoms.bus.sight import sees
from tradeoms.model.state import State

CREDIT = 8  # messages of a stream that a client may have unconfirmed
MOST_ROWS = 2000  # of one message
FORGOTTEN = 30  # heartbeats without credit, after which a client is taken for gone

Cache = dict[tuple[str, str], msgspec.Raw]


class Client:
    """The patience with one client on one stream."""

    def __init__(self, identity: bytes, user: User) -> None:
        self.identity, self.user = identity, user
        self.credit = CREDIT
        self.missed = 0

    def confirm(self, messages: int) -> None:
        """The client has taken messages."""
        self.credit = min(self.credit + max(messages, 0), CREDIT)
        self.missed = 0

    def beat(self) -> bool:
        """Whether it may hear a heartbeat now; False where it has not taken what was sent."""
        if self.credit:
            return True
        self.missed += 1
        return False

    @property
    def lost(self) -> bool:
        """Whether it has taken nothing for so long that it is taken for gone."""
        return self.missed > FORGOTTEN


class Follower(Client):
    """One client's place in the records: `after` is the last number it was sent."""

    def __init__(self, identity: bytes, user: User, after: int) -> None:
        super().__init__(identity, user)
        self.after = after


class Subscriber(Client):
    """One client's view of one table."""

    def __init__(
        self, identity: bytes, user: User, asked: wire.Subscribe, rows: list[Any], seq: int
    ) -> None:
        super().__init__(identity, user)
        self.table, self.number = asked.table, asked.number
        self._rows: list[Any] | None = rows
        self._seq = seq  # of the snapshot: what changed later waits
        self._waiting: dict[str, Any] = {}
        # Keys that a user who may not see everything has been shown: of what else goes, not even
        # the key is his business.
        self._shown: set[str] | None = set() if user.accounts else None

    @property
    def idle(self) -> bool:
        """Whether everything was sent."""
        return self._rows is None and not self._waiting

    def change(self, rows: dict[str, Any]) -> None:
        """Note new versions of rows (None: gone)."""
        self._waiting |= rows

    def next(self, state: State, encoded: Cache) -> wire.Message | None:
        """The next message; None where there is nothing to say or no credit to say it."""
        while self.credit and not self.idle:
            message = self._update(state, encoded) if self._rows is None else self._part(state)
            if message is not None:
                self.credit -= 1
                return message
        return None

    def heartbeat(self, seq: int) -> wire.Message:
        """Nothing new as of `seq`."""
        self.credit -= 1
        return wire.ROWS, wire.encode(wire.Rows(self.table, self.number, seq))

    def _part(self, state: State) -> wire.Message:
        assert self._rows is not None
        part, self._rows = self._rows[:MOST_ROWS], self._rows[MOST_ROWS:] or None
        rows = tuple(msgspec.Raw(wire.encode(row)) for row in part if self._show(state, row))
        body = wire.Snapshot(self.table, self.number, self._seq, rows, self._rows is not None)
        return wire.SNAPSHOT, wire.encode(body)

    def _update(self, state: State, encoded: Cache) -> wire.Message | None:
        rows, gone = [], []
        for key in list(islice(self._waiting, MOST_ROWS)):
            row = self._waiting.pop(key)
            if row is not None and self._show(state, row):
                rows.append(_encoded(encoded, self.table, key, row))
            elif self._hide(key):
                gone.append(key)
        if not rows and not gone:
            return None
        more = bool(self._waiting)
        body = wire.Rows(self.table, self.number, state.seq, tuple(rows), tuple(gone), more)
        return wire.ROWS, wire.encode(body)

    def _show(self, state: State, row: Any) -> bool:
        if self._shown is None:
            return True
        if not sees(self.user, state, self.table, row):
            return False
        self._shown.add(row.key)
        return True

    def _hide(self, key: str) -> bool:
        """Whether the client must be told that a row is gone."""
        if self._shown is None:
            return True
        shown = key in self._shown
        self._shown.discard(key)
        return shown


def _encoded(cache: Cache, table: str, key: str, row: Any) -> msgspec.Raw:
    """A row's bytes, encoded once for all subscribers."""
    found = cache.get((table, key))
    if found is None:
        found = cache[table, key] = msgspec.Raw(wire.encode(row))
    return found
