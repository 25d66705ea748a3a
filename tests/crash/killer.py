"""Kills the server at seeded moments and starts it again at once; the clients are not told."""

import os
import random
import signal
import sqlite3
from collections import Counter
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from tests.crash.installation import Installation
from tests.crash.processes import Process, Waited, until

ENTRY, TRADING, END = 1, 2, 3
#: Phase of the day, and about how many records of the kind there are at its end.
PHASES = {
    "OrderEntered": (ENTRY, 500),
    "BlockOpened": (TRADING, 1000),
    "PlacementRouted": (TRADING, 120),
    "Reported": (TRADING, 330),
    "BlockAllocated": (END, 40),
}


class Watch:
    """Follows a journal from outside, as it grows: how many records of each kind it holds.

    A session that came up counts as a kind of its own, SessionUp, too.
    """

    def __init__(self, journal: Path) -> None:
        self._connection = sqlite3.connect(
            f"file:{journal}?mode=ro", uri=True, check_same_thread=False, isolation_level=None
        )
        self.seq, self.kinds = 0, Counter[str]()

    def look(self) -> Counter[str]:
        """Read on; how many records there are by kind."""
        up = "kind = 'SessionChanged' AND record LIKE '%\"up\":true%'"
        query = f"SELECT seq, kind, {up} FROM journal WHERE seq > ? ORDER BY seq"
        for seq, kind, came_up in self._connection.execute(query, (self.seq,)):
            self.seq = seq
            self.kinds[kind] += 1
            self.kinds["SessionUp"] += came_up
        return self.kinds

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


class Moment(NamedTuple):
    """The instant at which the journal holds `number` records of a kind; `anew`: since the start.

    What dies is the writer with its reader, or the writer alone, or the reader alone.
    """

    kind: str
    number: int
    anew: bool = False
    whom: str = "both"


def moments(seed: int) -> list[Moment]:
    """25 kills of the server over a day of 500 orders, and three of the reader alone."""
    draw = random.Random(seed)
    day = [(_phase(m), m) for m in _kills(draw)]
    for kind, most in (("OrderEntered", 470), ("PlacementRouted", 110), ("BlockAllocated", 38)):
        moment = Moment(kind, draw.randrange(2, most), whom="reader")
        day.append((_phase(moment), moment))
    # While it recovers: just after it said that the lines are down, or when the first are up again.
    for kind, count in (("SessionChanged", 1), ("SessionUp", 1), ("SessionUp", 2)):
        day.append((TRADING + draw.random(), Moment(kind, count, anew=True)))
    return [moment for _, moment in sorted(day)]


def _kills(draw: random.Random) -> list[Moment]:
    plan = {"OrderEntered": (7, 5, 470), "BlockOpened": (1, 1, 2), "PlacementRouted": (6, 2, 115)}
    plan |= {"Reported": (4, 20, 320), "BlockAllocated": (4, 1, 39)}
    found = []
    for kind, (count, first, last) in plan.items():
        part = (last - first) // count
        for n in range(count):
            whom = "both" if draw.random() < 0.8 else "writer"
            found.append(Moment(kind, first + n * part + draw.randrange(part), whom=whom))
    return found


def _phase(moment: Moment) -> float:
    """When it will be: the whole number is the phase, the rest how far it is."""
    phase, most = PHASES[moment.kind]
    return phase + moment.number / most


class Killer:
    """A thread that owns the server's process; the test goes on as if nothing happened."""

    def __init__(self, installation: Installation, plan: list[Moment]) -> None:
        self.done: list[Moment] = []
        self.server = installation.server().ready()
        self._installation, self._plan = installation, plan
        self._watch = Watch(installation.home / "journal.db")
        self._before = Counter[str]()
        self._error: BaseException | None = None
        self._given_up = Event()
        self._thread = Thread(target=self._run, name="killer")

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Wait for the last kill; where the test failed, end at once."""
        if kind:
            self._given_up.set()
        self._thread.join()
        self._watch.close()
        if kind or self._error:
            self.server.__exit__()
        if self._error:
            raise self._error

    def _run(self) -> None:
        try:
            for moment in self._plan:
                self._wait(moment)
                if self._given_up.is_set():
                    return
                self._strike(moment)
                self.done.append(moment)
            self.server.ready()
        except BaseException as error:  # noqa: BLE001 - raised again at the end
            self._error = error

    def _wait(self, moment: Moment) -> None:
        if not moment.anew:
            self.server.ready()
        base = self._before[moment.kind] if moment.anew else 0
        until(lambda: self._reached(moment, base), f"{moment} of {self._watch.kinds}", 0.0005)

    def _reached(self, moment: Moment, base: int) -> bool:
        if self.server.child.poll() is not None:
            raise Waited(f"the server ended by itself with {self.server.child.returncode}")
        return self._given_up.is_set() or self._watch.look()[moment.kind] - base >= moment.number

    def _strike(self, moment: Moment) -> None:
        if moment.whom == "reader":
            kill_reader(self.server)
            return
        self.server.kill(group=moment.whom == "both")
        self._before = Counter(self._watch.look())
        self.server = self._installation.server()


def kill_reader(server: Process) -> int:
    """SIGKILL to the reader alone, whose process id this was; the server starts another."""
    until(server.descendants, "a reader")
    reader = server.descendants()[0]
    os.kill(reader, signal.SIGKILL)
    return reader
