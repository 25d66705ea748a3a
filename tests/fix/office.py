"""A desk with a real gateway and a clock that the test moves."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.builders import Desk, desk
from tests.simulators.client import PATIENCE
from tradeoms.fix.archive import Archive
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.settings import SessionSettings
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import SessionState

TICK = 0.1  # seconds between two looks at the time, while a test waits


class Office:
    """Decides what the gateway says, in order; ticks while it waits."""

    def __init__(self, home: Path, port: int, opened: Desk | None = None, **line: Any) -> None:
        self.desk = opened or desk()
        self.inbox: queue.SimpleQueue[tuple[c.Command, e.Cause]] = queue.SimpleQueue()
        self.home, self.now = home, None
        overrides = {"ReconnectInterval": "1"} | line.pop("overrides", {})
        line = {"host": "127.0.0.1", "port": port, "store": home / "store"} | line
        session = SessionSettings("S1", "TRADEOMS", "ALPHA", overrides=overrides, **line)
        self.gateway = Gateway(
            (session,),
            lambda command, cause: self.inbox.put((command, cause)),
            Archive(home / "archive"),
        )
        self.desk.engine.consumers[:] = [self.gateway]

    @property
    def session(self) -> SessionState:
        return self.desk.state.sessions["S1"]

    def tick(self) -> None:
        self.gateway.tick(self.now or datetime.now(UTC))

    def until(self, kind: type, /, **fields: Any) -> e.Record:
        """Decide what comes in until an event of this kind, with these fields, is booked."""
        left = PATIENCE
        while left > 0:
            seq = self.desk.state.seq
            try:
                command, cause = self.inbox.get(timeout=TICK)
            except queue.Empty:
                left -= TICK
                self.tick()
                continue
            self.desk.engine.submit(command, cause)
            self.desk.run()
            for record in self.desk.journal.records[seq:]:
                found = isinstance(record.event, kind)
                if found and all(getattr(record.event, k) == v for k, v in fields.items()):
                    return record
        raise AssertionError(f"no {kind.__name__} {fields}")

    def drop(self) -> None:
        """What has arrived and is not decided is lost: the process dies here."""
        while not self.inbox.empty():
            self.inbox.get()


@contextmanager
def trading(home: Path, port: int, opened: Desk | None = None, **line: Any) -> Iterator[Office]:
    """An office at work; `now` may be given for the start."""
    now = line.pop("now", None)
    office = Office(home, port, opened, **line)
    office.now = now
    office.gateway.start(office.desk.state, now)
    try:
        yield office
    finally:
        office.gateway.stop()
