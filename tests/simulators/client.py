"""A small FIX client over a real socket, and brokers in a thread for it to talk to."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import quickfix as fix

from simulators import acceptor, groups, wire
from simulators.sessions import version_lines
from simulators.settings import BrokerSettings, Settings
from simulators.wire import SOH, Fields

# Seconds to wait for what has to come; nothing waits this long when all is well.
PATIENCE = 20


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that announces itself nowhere else than in a file."""
    end, never = time.monotonic() + PATIENCE, threading.Event()
    while not condition():
        assert time.monotonic() < end
        never.wait(0.01)


class _Application(fix.Application):  # type: ignore[misc]
    def __init__(self, logons: "queue.SimpleQueue[str]", inbox: "queue.SimpleQueue[str]") -> None:
        super().__init__()
        self.logons, self.inbox = logons, inbox

    def onLogon(self, session: Any) -> None:
        self.logons.put(session.getTargetCompID().getString())

    def fromApp(self, message: Any, session: Any) -> None:
        self.inbox.put(message.toString())

    def onCreate(self, session: Any) -> None: ...
    def onLogout(self, session: Any) -> None: ...
    def toAdmin(self, message: Any, session: Any) -> None: ...
    def fromAdmin(self, message: Any, session: Any) -> None: ...
    def toApp(self, message: Any, session: Any) -> None: ...


class Client:
    """Sessions to some brokers, logged on."""

    def __init__(self, brokers: tuple[BrokerSettings, ...], home: Path) -> None:
        lines = ["[DEFAULT]", "ConnectionType=initiator", "HeartBtInt=30"]
        lines += [f"FileStorePath={home / 'client'}", "NonStopSession=Y"]
        lines += ["CheckLatency=N", "ReconnectInterval=1", "SocketConnectHost=127.0.0.1"]
        for broker in brokers:
            lines += ["[SESSION]", f"SenderCompID={broker.client}", f"TargetCompID={broker.name}"]
            lines += [f"SocketConnectPort={broker.port}", *version_lines(broker)]
        self._begins = {broker.name: broker.form.begin for broker in brokers}
        path = home / "client.cfg"
        path.write_text("\n".join(lines) + "\n")
        self._logons: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._settings = fix.SessionSettings(str(path))
        self._store = fix.FileStoreFactory(self._settings)
        self._application = _Application(self._logons, self.inbox)
        self._initiator = fix.SocketInitiator(self._application, self._store, self._settings)
        self._initiator.start()
        for _ in brokers:
            self._logons.get(timeout=PATIENCE)

    def send(self, fields: Fields, broker: str = "ALPHA") -> None:
        """Send a message; quickfix writes the header."""
        # PossDupFlag(43) and PossResend(97) belong to the header, which comes first.
        tags = sorted(fields.keys() - {34, 35}, key=lambda tag: tag not in (43, 97))
        body = "".join(f"{tag}={fields[tag]}{SOH}" for tag in tags)
        body += f"60=20221228-15:00:00.000{SOH}"
        begin = self._begins[broker]
        message = fix.Message(wire.message(fields[35], body, begin), False)
        fix.Session.sendToTarget(message, fix.SessionID(begin, "TRADEOMS", broker))

    def send_text(self, raw: str, broker: str = "ALPHA") -> None:
        """Send a message with groups, given as it is on the wire."""
        text = f"8={self._begins[broker]}{SOH}9=0{SOH}{raw}10=000{SOH}"
        session = fix.SessionID(self._begins[broker], "TRADEOMS", broker)
        fix.Session.sendToTarget(groups.build(text), session)

    def hear(self, count: int = 1) -> list[Fields]:
        """The next messages."""
        return [wire.parse(self.inbox.get(timeout=PATIENCE)) for _ in range(count)]

    def hear_until(self, status: str) -> list[Fields]:
        """The messages up to one with this OrdStatus."""
        heard = self.hear()
        while heard[-1].get(39) != status:
            heard += self.hear()
        return heard

    def ask(self, fields: Fields, broker: str = "ALPHA") -> Fields:
        """Send, and the next message."""
        self.send(fields, broker)
        return self.hear()[0]

    def close(self) -> None:
        self._initiator.stop(True)
        # Sessions register themselves by name in the whole process: the old ones have to be gone
        # before new ones of the same name come, or they take the new ones' registration with them.
        del self._initiator


@contextmanager
def client(settings: Settings, home: Path) -> Iterator[Client]:
    opened = Client(settings.brokers, home)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """The brokers, listening; what went wrong in their thread is raised here."""
    stop, ready = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def serve() -> None:
        try:
            acceptor.run(settings, stop, ready.set)
        except BaseException as error:  # noqa: BLE001 - raised below
            failed.append(error)
            ready.set()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()
    if failed:
        raise failed[0]
