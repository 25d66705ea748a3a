"""The process: a quickfix acceptor with a session per broker, and one loop that decides.

quickfix's threads only copy a message into a queue. The loop takes what is queued, lets the desks
decide, writes the ledgers and then sends, so that nothing is told that is not written down.
"""

import os
import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from simulators import ledger, wire
from simulators.callbacks import Item, Items, LoggedOn
from simulators.desk import Desk
from simulators.line import Line
from simulators.lines import Ledger, Opened
from simulators.prices import load_closes
from simulators.sessions import listening, send, session_id, session_lines
from simulators.settings import BrokerSettings, Settings
from simulators.timing import Instant, Timers, utc_text
from simulators.tunnel import Papers, Tunnel

# The loop looks at the stop event at least this often, in seconds.
LONGEST_WAIT = 0.05
LARGEST_BATCH = 256

#: Opens what stands between a broker's port and quickfix.
Front = Callable[[], Line | Tunnel]


class PortBusy(Exception):
    """A broker's port cannot be listened on: which, and why."""


class _Loop:
    """The desks with their queue, timers, ledgers and outgoing messages."""

    def __init__(self, settings: Settings, items: Items) -> None:
        self._queue = items
        self._timers = Timers()
        self._ledgers: list[Ledger] = []
        self._outbox: list[tuple[Any, str]] = []
        self._desks: dict[str, Desk] = {}
        closes = load_closes(settings.closes, settings.date)
        for broker in settings.brokers:
            self._desks[broker.name] = self._open(broker, settings, closes)
        self._step = settings.step_ms / 1000
        if self._step:
            self._timers.at(time.monotonic() + self._step, self._move)

    def _open(self, broker: BrokerSettings, settings: Settings, closes: dict[str, Any]) -> Desk:
        path = settings.home / f"{broker.name}.jsonl"
        book = ledger.read(path)
        lines = Ledger(path)
        self._ledgers.append(lines)
        lines.add(Opened(broker.name, book.runs + 1, str(broker.commission_per_share), _now().utc))
        session = session_id(broker.form, broker.name, broker.client)

        def post(text: str) -> None:
            self._outbox.append((session, text))

        desk = Desk(broker, settings, closes, self._timers, post, lines.add, book.runs + 1)
        desk.restore(book)
        return desk

    def turn(self) -> None:
        """Wait for something to do, at most ``LONGEST_WAIT``, and do all of it."""
        batch = self._take()
        now = _now()
        for item in batch:
            self._handle(item, now)
        self._timers.run_due(now)
        self._flush()

    def close(self) -> None:
        """Write what is left and close the ledgers."""
        self._flush()
        for lines in self._ledgers:
            lines.close()

    def _take(self) -> list[Item]:
        due = self._timers.next_due()
        wait = LONGEST_WAIT if due is None else max(0.0, min(LONGEST_WAIT, due - time.monotonic()))
        batch: list[Item] = []
        try:
            batch.append(self._queue.get(timeout=wait))
            while len(batch) < LARGEST_BATCH:
                batch.append(self._queue.get_nowait())
        except queue.Empty:
            pass
        return batch

    def _handle(self, item: Item, now: Instant) -> None:
        if isinstance(item, LoggedOn):
            self._desks[item].resume(now)
        elif isinstance(item, str):
            fields = wire.parse(item)
            self._desks[fields[56]].on_message(fields, now, item)
        else:
            raise item

    def _flush(self) -> None:
        for lines in self._ledgers:
            lines.flush()
        for session, text in self._outbox:
            send(session, text)
        self._outbox.clear()

    def _move(self, now: Instant) -> None:
        for desk in self._desks.values():
            desk.step_venues(now)
        self._timers.at(now.mono + self._step, self._move)


def run(settings: Settings, stop: threading.Event, ready: Callable[[], None]) -> None:
    """Serve until ``stop`` is set; ``ready`` is called once the ports listen. Raises PortBusy when
    one cannot; whatever else goes wrong is raised here too.
    """
    items: Items = queue.Queue()
    with ExitStack() as opened:
        _check_ports(settings)
        fronts: list[Front] = []
        lines = [
            line
            for broker in settings.brokers
            for line in session_lines(_behind(broker, settings, fronts), settings.dictionary)
        ]
        loop = _Loop(settings, items)
        opened.callback(loop.close)
        opened.enter_context(listening(settings.home, lines, items, settings.log))
        for front in fronts:  # closed before quickfix's acceptor, which closes its files twice
            opened.callback(front().close)
        ready()
        while not stop.is_set():
            loop.turn()


def _check_ports(settings: Settings) -> None:
    """Bind each port once before anything is written. Raises PortBusy."""
    for broker in settings.brokers:
        try:
            socket.create_server(("127.0.0.1", broker.port)).close()
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise PortBusy(f"{broker.name}: port {broker.port}: {why}") from None


def _behind(broker: BrokerSettings, settings: Settings, fronts: list[Front]) -> BrokerSettings:
    """The broker on a port of its own, behind TLS and behind a line with faults where it has them."""
    if broker.tls:
        far = _free_port()
        fronts.append(partial(Tunnel, broker.port, far, _papers(broker.name, broker.tls)))
        broker = replace(broker, port=far)
    if broker.faults:
        far = _free_port()
        seed = f"{settings.seed}/{broker.name}/faults"
        fronts.append(partial(Line, broker.port, far, broker.faults, seed))
        broker = replace(broker, port=far)
    return broker


def _papers(name: str, folder: Path) -> Papers:
    return Papers(folder / f"{name}.crt", folder / f"{name}.key", folder / "authority.crt")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _now() -> Instant:
    return Instant(time.monotonic(), utc_text(datetime.now(UTC)))
