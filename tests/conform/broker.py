"""The scripted broker of the socket mode: a real acceptor that says what a scenario tells it to."""

import queue
import socket
from pathlib import Path
from typing import Any

import quickfix as fix

from tests.conform.codec import SENDER, TARGET, Fields, begin_string, build
from tests.conform.house import session_of
from tests.simulators.client import PATIENCE, until
from tradeoms.fix.decode import fields_of


class _Application(fix.Application):  # type: ignore[misc]
    """Copies what arrives; the main thread looks at it."""

    def __init__(self, heard: "queue.SimpleQueue[tuple[str, Fields]]") -> None:
        super().__init__()
        self.heard = heard
        self.gone: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.up: set[str] = set()

    def fromApp(self, message: Any, session: Any) -> None:
        begin = session.getBeginString().getValue()
        self.heard.put((begin, fields_of(message.toString())))

    def onLogout(self, session: Any) -> None:
        self.gone.put(session.getBeginString().getValue())

    def onLogon(self, session: Any) -> None:
        self.up.add(session.getBeginString().getValue())

    def onCreate(self, session: Any) -> None: ...
    def toAdmin(self, message: Any, session: Any) -> None: ...
    def fromAdmin(self, message: Any, session: Any) -> None: ...
    def toApp(self, message: Any, session: Any) -> None: ...


class Broker:
    """One acceptor with a session for each version, on one port."""

    def __init__(self, versions: tuple[str, ...], port: int, home: Path) -> None:
        self.begins = {session_of(v): begin_string(v) for v in versions}
        lines = ["[DEFAULT]", "ConnectionType=acceptor", f"SocketAcceptPort={port}"]
        lines += ["NonStopSession=Y", "StartTime=00:00:00", "EndTime=00:00:00"]
        lines += ["UseDataDictionary=N", "CheckLatency=N", "HeartBtInt=30", "SocketNodelay=Y"]
        for version in versions:
            begin = begin_string(version)
            lines += ["[SESSION]", f"BeginString={begin}"]
            lines += [f"SenderCompID={TARGET}", f"TargetCompID={SENDER}"]
            lines += ["DefaultApplVerID=9"] if begin == "FIXT.1.1" else []
        path = home / "broker.cfg"
        path.write_text("\n".join(lines) + "\n")
        self._heard: queue.SimpleQueue[tuple[str, Fields]] = queue.SimpleQueue()
        self._application = _Application(self._heard)
        self._settings = fix.SessionSettings(str(path))
        self._store = fix.MemoryStoreFactory()
        # The plain acceptor is stopped by another thread than the one that works in it, and crashes.
        self._acceptor = fix.ThreadedSocketAcceptor(self._application, self._store, self._settings)
        self._acceptor.start()
        until(lambda: _listens(port))

    def forget(self) -> None:
        """What arrived until now is of no interest."""
        while not self._heard.empty():
            self._heard.get()

    def hear(self, session: str, MsgType: str) -> Fields | None:
        """The next message of this type; None where none comes."""
        while True:
            try:
                begin, fields = self._heard.get(timeout=PATIENCE)
            except queue.Empty:
                return None
            if (begin, fields["35"]) == (self.begins[session], MsgType):
                return fields

    def say(self, session: str, fields: Fields) -> None:
        """Send a message; the engine adds what is its own."""
        begin = self.begins[session]
        # Our side may hear of the logon before this engine does; what it says then is not sent.
        until(lambda: begin in self._application.up)
        fix.Session.sendToTarget(build(begin, fields), fix.SessionID(begin, TARGET, SENDER))

    def close(self) -> None:
        """End the threads, once our side has logged off."""
        here = set(self.begins.values())
        while here:  # quickfix tells of one disconnect more than once
            here.discard(self._application.gone.get(timeout=PATIENCE))
        self._acceptor.stop(True)
        # What an acceptor's destructor needs must not be gone before it.
        del self._acceptor


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
