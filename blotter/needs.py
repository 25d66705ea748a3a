"""What needs a person, most urgent first. A new kind is one row of NEEDS."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple


class Need(NamedTuple):
    """Rows of a screen that wait for a person, and why in a few words.

    `shared`: the server knows who has dealt with it, so that nobody's own note counts.
    """

    table: str
    waits: Callable[[Any], bool]
    why: Callable[[Any], str]
    shared: bool = False


def _unsettled(row: Any) -> bool:
    return not getattr(row, "settled", "")


def _unattended(row: Any) -> bool:
    return row.state not in ("acknowledged", "snoozed", "ended")


NEEDS: tuple[Need, ...] = (
    Need("sessions", lambda row: not row.up, lambda row: f"session {row.key} is down"),
    Need("unmatched", _unsettled, lambda row: f"unknown report of {row.session}: {row.reason}"),
    Need(
        "executions",
        lambda row: row.effect == "disputed",
        lambda row: f"disputed fill {row.ExecID} of {row.broker}",
    ),
    Need(
        "placements",
        lambda row: row.transmission == "unsent" or row.OrdStatus == "Rejected",
        lambda row: f"{row.key} at {row.broker}: {row.OrdStatus or row.transmission} {row.text}",
    ),
    Need(
        "compliance",
        lambda row: row.state == "held",
        lambda row: (
            f"{row.key} is held by {row.blocks}"
            + (f", lifted by {row.consents}; {row.awaits}" if row.consents else "")
        ),
    ),
    Need(
        "confirmations",
        lambda row: row.state == "mismatched",
        lambda row: f"{row.broker} confirms {row.account} otherwise: {row.differences}",
    ),
    Need(
        "breaks",
        lambda row: row.state == "open",
        lambda row: f"break of {row.kind} with {row.source}: {row.subject} {row.what}",
    ),
    Need(
        "halts",
        lambda row: row.state == "consented",
        lambda row: f"{row.key} {row.what} waits for a second person to resume it",
    ),
    Need(
        "crosses",
        lambda row: row.state in ("proposed", "bust proposed"),
        lambda row: f"{row.key} is {row.state}: {row.OrderQty} {row.Symbol}",
    ),
    Need(
        "alerts",
        _unattended,
        lambda row: f"{row.kind} {row.subject}: {row.text}",
        shared=True,
    ),
)


class Waiting:
    """The rows that wait, kept up to date row by row.

    `seen` ones wait no more, as long as their reason is the one that was seen: on another server
    the same number is another report. What has an `owner` waits for nobody but this `user`.
    """

    def __init__(self, seen: Mapping[str, str] | None = None, user: str = "") -> None:
        shared = tuple(f"{need.table}/" for need in NEEDS if need.shared)
        self.seen = {key: why for key, why in (seen or {}).items() if not key.startswith(shared)}
        self._user = user
        self._waits: dict[str, dict[str, str]] = {need.table: {} for need in NEEDS}
        self._late: dict[str, dict[str, str]] = {}
        self._told: set[str] = set()

    def __len__(self) -> int:
        return sum(map(len, (*self._waits.values(), *self._late.values())))

    def take(self, table: str, changes: Mapping[str, Any]) -> list[str]:
        """Look at rows that changed; why those that are new here wait."""
        new = []
        for key in changes if table in self._late else ():
            self._late[table].pop(key, None)
        for need in NEEDS:
            if need.table == table:
                for key, row in changes.items():
                    new += self._take(need, key, row)
        return new

    def _take(self, need: Need, key: str, row: Any) -> list[str]:
        waits = self._waits[need.table]
        if row is None or not need.waits(row) or self._anothers(row):
            waits.pop(key, None)
            self.seen.pop(f"{need.table}/{key}", None)  # if it waits again, that is news
            return []
        why = need.why(row)
        if key in waits or self.seen.get(f"{need.table}/{key}") == why:
            return []
        waits[key] = why
        return [why]

    def late(self, found: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Take what nobody has moved for too long, by table and key; why what is new among it is."""
        self._late = {
            table: {k: why for k, why in rows.items() if self.seen.get(f"{table}/{k}") != why}
            for table, rows in found.items()
        }
        waits = [why for rows in self._late.values() for why in rows.values()]
        new = [why for why in waits if why not in self._told]
        self._told = set(waits)
        return new

    def _anothers(self, row: Any) -> bool:
        return getattr(row, "owner", "") not in ("", self._user)

    def see(self, table: str, key: str) -> bool:
        """The person has seen it: it waits no more. False where it did not wait."""
        why = self._waits.get(table, {}).pop(key, None)
        why = why or self._late.get(table, {}).pop(key, None)
        if why is None:
            return False
        self.seen[f"{table}/{key}"] = why
        return True

    def after(self, table: str, key: str) -> tuple[str, str, str] | None:
        """Table, key and reason of what waits next after a row; from the last one, the first."""
        every = list(self._all())
        if not every:
            return None
        places = [n for n, (t, k, _) in enumerate(every) if (t, k) == (table, key)]
        return every[(places[0] + 1) % len(every)] if places else every[0]

    def _all(self) -> Iterator[tuple[str, str, str]]:
        for table, waits in (*self._waits.items(), *self._late.items()):
            yield from ((table, key, why) for key, why in waits.items())
