"""Placements that were called back to be routed anew, and what became of each.

Judged by their rows alone, never by an answer's place among them: a row may be older than the answer
to the cancel, or so much newer that the cancel has come and gone in between. So it holds after a line
that was lost, and after a restart.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from blotter import cells

ZERO = Decimal(0)
PATIENCE = timedelta(seconds=5)  # after the answer, until a row would have shown the cancel
OPEN = ("open", "working")


class Recalled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A placement whose cancel was asked for, with others of the same `deed`.

    `routed` tells it from one of the same name on another server; `CumQty` was filled before.
    `since`: when the server had taken the cancel, None before. `seen`: its row has shown the cancel.
    `back`: what came back, and `seq` as of which record; None while the broker has not ended it.
    """

    placement: str
    block: str
    broker: str
    routed: datetime
    CumQty: Decimal
    deed: datetime
    since: datetime | None = None
    seen: bool = False
    back: Decimal | None = None
    seq: int = 0


class Outcome(NamedTuple):
    """What is to be said, and whether it is as it was wished."""

    text: str
    good: bool


class Recalls:
    """Those of this user whose end, or whose new route, is still to come."""

    def __init__(self, kept: Iterable[Recalled], now: datetime) -> None:
        self._all = {one.placement: replace(one, since=one.since or now) for one in kept}

    def __bool__(self) -> bool:
        return bool(self._all)

    def __contains__(self, placement: str) -> bool:
        return placement in self._all

    @property
    def kept(self) -> tuple[Recalled, ...]:
        """What must outlive the program."""
        return tuple(self._all.values())

    def ask(self, rows: Iterable[Any], now: datetime) -> None:
        """Cancels of these placements are about to be sent: their rows may be quicker than answers."""
        for row in rows:
            self._all[row.key] = Recalled(
                row.key, row.block, row.broker, row.routed, row.CumQty, now
            )

    def answered(self, placement: str, now: datetime) -> None:
        """The server has the cancel, or nothing is known of it: its row will tell."""
        if placement in self._all:
            self._all[placement] = replace(self._all[placement], since=now)

    def forget(self, placements: Iterable[str]) -> None:
        """They are recalled no more."""
        for name in placements:
            self._all.pop(name, None)

    def look(self, rows: Mapping[str, Any], seq: int, now: datetime) -> list[Outcome]:
        """What the rows say of those that wait, as of a record."""
        waiting = [one for one in self._all.values() if one.back is None]
        found = [self._judge(one, rows.get(one.placement), seq, now) for one in waiting]
        return [outcome for outcome in found if outcome is not None]

    def waiting(self, blocks: Iterable[str]) -> list[Recalled]:
        """Those of these blocks whose broker has not answered."""
        return [one for one in self._all.values() if one.back is None and one.block in set(blocks)]

    def take(
        self, which: Callable[[Recalled], bool], blocks: Mapping[str, Any]
    ) -> dict[str, Decimal]:
        """What came back and may be routed, by block; from now on it is nobody's recall."""
        found = [one for one in self._all.values() if one.back is not None and which(one)]
        self.forget(one.placement for one in found)
        back = dict[str, Decimal]()
        for one in found:
            back[one.block] = back.get(one.block, ZERO) + (one.back or ZERO)
        idle = {name: blocks[name].idle for name in back if _open(blocks.get(name))}
        return {name: min(back[name], idle[name]) for name in idle if idle[name] > 0}

    def ready(self, seq: int) -> Callable[[Recalled], bool]:
        """Which have nothing to wait for: their deed is over, and blocks as of `seq` know of it."""
        busy = {one.deed for one in self._all.values() if one.back is None or one.seq > seq}
        return lambda one: one.deed not in busy

    def any_ready(self, seq: int) -> bool:
        """Whether a deed is over of which something came back."""
        return bool(self._all) and any(map(self.ready(seq), self._all.values()))

    def _judge(self, one: Recalled, row: Any, seq: int, now: datetime) -> Outcome | None:
        what = f"{one.placement} at {one.broker}"
        if row is None or row.routed != one.routed:
            self.forget([one.placement])
            return Outcome(f"recall of {what}: is no longer there", good=False)
        if not row.LeavesQty:
            return self._ended(one, row, seq, what)
        if "cancel" in row.requests.split(", "):
            self._all[one.placement] = replace(one, seen=True)
            return None
        if not one.seen and (one.since is None or now < one.since + PATIENCE):
            return None
        self.forget([one.placement])
        said = f": {row.text}" if row.text else ""
        left = cells.number(row.LeavesQty)
        return Outcome(f"recall of {what}: {left} are still there, not cancelled{said}", good=False)

    def _ended(self, one: Recalled, row: Any, seq: int, what: str) -> Outcome:
        back, filled = row.OrderQty - row.CumQty, row.CumQty - one.CumQty
        meanwhile = f", {cells.number(filled)} were filled meanwhile" if filled else ""
        if back <= 0:
            self.forget([one.placement])
            return Outcome(f"recall of {what}: nothing came back{meanwhile}", good=False)
        self._all[one.placement] = replace(one, back=back, seq=seq)
        return Outcome(f"recall of {what}: {cells.number(back)} came back{meanwhile}", good=True)


def _open(block: Any) -> bool:
    return block is not None and block.state in OPEN
