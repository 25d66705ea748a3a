"""The process: a quickfix acceptor with a session per broker, and one loop that decides.

quickfix's threads only copy a message into a queue. The loop takes what is queued, lets the desks
decide, writes the ledgers and then sends, so that nothing is told that is not written down.
"""

import queue
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import quickfix as fix

from simulators import ledger, wire
from simulators.desk import Desk
from simulators.lines import Ledger, Opened
from simulators.prices import load_closes
from simulators.settings import BrokerSettings, Settings
from simulators.timing import Instant, Timers, utc_text

# The loop looks at the stop event at least this often, in seconds.
LONGEST_WAIT = 0.05
LARGEST_BATCH = 256


class LoggedOn(str):
    """The CompID of a broker whose client has logged on."""


Item = str | LoggedOn | BaseException


def _guarded(callback: Callable[..., None]) -> Callable[..., None]:
    """Nothing may leave a callback: quickfix would lose its thread or reject the message. The loop
    raises it.
    """

    @wraps(callback)
    def guard(self: "_Application", *args: Any) -> None:
        try:
            callback(self, *args)
        except BaseException as error:  # noqa: BLE001 - the loop raises it again
            self.queue.put(error)

    return guard


class _Application(fix.Application):  # type: ignore[misc, unused-ignore]
    """quickfix's callbacks, which copy and queue."""

    def __init__(self, items: "queue.SimpleQueue[Item]") -> None:
        super().__init__()
        self.queue = items

    @_guarded
    def onLogon(self, session: Any) -> None:
        self.queue.put(LoggedOn(session.getSenderCompID().getString()))

    @_guarded
    def fromApp(self, message: Any, session: Any) -> None:
        self.queue.put(message.toString())

    def onCreate(self, session: Any) -> None:
        """Nothing to do."""

    def onLogout(self, session: Any) -> None:
        """A broker goes on working its orders; quickfix keeps the reports for a resend."""

    def toAdmin(self, message: Any, session: Any) -> None:
        """Nothing to do."""

    def fromAdmin(self, message: Any, session: Any) -> None:
        """Nothing to do."""

    def toApp(self, message: Any, session: Any) -> None:
        """Nothing to do."""


class _Loop:
    """The desks with their queue, timers, ledgers and outgoing messages."""

    def __init__(self, settings: Settings, items: "queue.SimpleQueue[Item]") -> None:
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
        session = fix.SessionID("FIX.4.4", broker.name, broker.client)

        def send(text: str) -> None:
            self._outbox.append((session, text))

        desk = Desk(broker, settings, closes, self._timers, send, lines.add, book.runs + 1)
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
            self._desks[fields[56]].on_message(fields, now)
        else:
            raise item

    def _flush(self) -> None:
        for lines in self._ledgers:
            lines.flush()
        for session, text in self._outbox:
            fix.Session.sendToTarget(fix.Message(text, False), session)
        self._outbox.clear()

    def _move(self, now: Instant) -> None:
        for desk in self._desks.values():
            desk.step_venues(now)
        self._timers.at(now.mono + self._step, self._move)


def run(settings: Settings, stop: threading.Event, ready: Callable[[], None]) -> None:
    """Serve until ``stop`` is set; ``ready`` is called once the ports listen. Whatever goes wrong
    is raised here.
    """
    items: queue.SimpleQueue[Item] = queue.SimpleQueue()
    loop = _Loop(settings, items)
    # quickfix keeps no references of its own: these have to live as long as the acceptor.
    application = _Application(items)
    session_settings = _session_settings(settings)
    store = fix.FileStoreFactory(session_settings)
    log = [fix.FileLogFactory(session_settings)] if settings.log else []
    # The threaded acceptor looks at the peer's address before the Logon, the plain one after it,
    # when a stranger has had an answer and may have reset the sequence numbers.
    acceptor = fix.ThreadedSocketAcceptor(application, store, session_settings, *log)
    try:
        acceptor.start()
        try:
            ready()
            while not stop.is_set():
                loop.turn()
        finally:
            acceptor.stop(True)
            # A raised error would keep it alive: and when an old acceptor dies late, it takes the
            # registration of new sessions of the same names with it.
            del acceptor
    finally:
        loop.close()


def _now() -> Instant:
    return Instant(time.monotonic(), utc_text(datetime.now(UTC)))


def _session_settings(settings: Settings) -> Any:
    """quickfix reads its settings from a file only."""
    path = settings.home / "quickfix.cfg"
    settings.home.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(_session_lines(settings)) + "\n", encoding="utf-8")
    return fix.SessionSettings(str(path))


def _session_lines(settings: Settings) -> list[str]:
    lines = [
        "[DEFAULT]",
        "ConnectionType=acceptor",
        "BeginString=FIX.4.4",
        f"FileStorePath={settings.home / 'fix'}",
    ]
    lines += [
        "NonStopSession=Y",
        "ResetOnLogon=N",
        "HeartBtInt=30",
        "CheckLatency=N",
        "SocketNodelay=Y",
    ]
    lines += [
        "SocketReuseAddress=Y",
        "AllowedRemoteAddresses=127.0.0.1",
        "ValidateUserDefinedFields=N",
    ]
    lines += ["AllowUnknownMsgFields=Y", "ValidateFieldsHaveValues=N"]
    lines += [f"FileLogPath={settings.log}"] if settings.log else []
    if settings.dictionary:
        lines += ["UseDataDictionary=Y", f"DataDictionary={settings.dictionary}"]
    else:
        lines += ["UseDataDictionary=N"]
    for broker in settings.brokers:
        lines += ["[SESSION]", f"SenderCompID={broker.name}", f"TargetCompID={broker.client}"]
        lines += [f"SocketAcceptPort={broker.port}"]
    return lines
