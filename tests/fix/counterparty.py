"""A broker's engine for tests of sessions: a quickfix acceptor that does as it is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import quickfix as fix

from tests.simulators.client import PATIENCE

SOH = "\x01"


def wait(condition: Callable[[], object]) -> None:
    """Until it holds; fails after a while. Waits in short steps, for no single thread can tell."""
    pause, left = threading.Event(), PATIENCE
    while not condition():
        pause.wait(0.02)
        left -= 0.02
        assert left > 0, "it never happened"


class Counterparty(fix.Application):
    """Remembers what it was sent; says what the test wants."""

    def __init__(self, us: str = "TRADEOMS", them: str = "ALPHA") -> None:
        super().__init__()
        self.sid = fix.SessionID("FIX.4.4", them, us)
        self.heard: list[str] = []
        self.up = threading.Event()
        self.password = ""  # what a Logon must hold, if anything

    @property
    def engine(self) -> fix.Session:
        return fix.Session.lookupSession(self.sid)

    def onCreate(self, _: fix.SessionID) -> None:
        """Nothing."""

    def onLogon(self, _: fix.SessionID) -> None:
        self.up.set()

    def onLogout(self, _: fix.SessionID) -> None:
        self.up.clear()

    def toAdmin(self, message: fix.Message, _: fix.SessionID) -> None:
        """Nothing."""

    def toApp(self, message: fix.Message, _: fix.SessionID) -> None:
        """Nothing."""

    def fromAdmin(self, message: fix.Message, _: fix.SessionID) -> None:
        self.heard.append(message.toString())
        if (
            self.all("A")
            and self.password
            and f"{SOH}554={self.password}{SOH}" not in self.heard[0]
        ):
            raise fix.RejectLogon("wrong password")

    def fromApp(self, message: fix.Message, _: fix.SessionID) -> None:
        self.heard.append(message.toString())

    def all(self, kind: str) -> list[str]:
        """What was heard of a MsgType."""
        return [text for text in list(self.heard) if f"{SOH}35={kind}{SOH}" in text]

    def say(self, **fields: str) -> None:
        """Send a message; `_35="8"` is tag 35."""
        pairs = [f"{key[1:]}={value}" for key, value in fields.items()]
        text = SOH.join(["8=FIX.4.4", "9=0", *pairs, "10=000", ""])
        self.send(fix.Message(text, False))

    def send(self, message: fix.Message) -> None:
        """Send a message, once that is possible."""
        # We may hear the broker's Logon before its engine counts itself as logged on; what is said
        # in between is stored and not sent.
        self.up.wait(1.0)
        fix.Session.sendToTarget(message, self.sid)

    def report(self, ExecID: str) -> None:
        """A fill of an order that is not ours."""
        self.say(_35="8", _37="X", _11="X", _17=ExecID, _150="F", _39="2", _55="A", _54="1",
                 _151="0", _14="1", _6="1", _32="1", _31="1")  # fmt: skip


@contextmanager
def listening(broker: Counterparty, port: int, store: Path, **more: str) -> Iterator[Counterparty]:
    """The broker's engine at work on a port of ours; `more` are its quickfix settings."""
    settings, values = fix.SessionSettings(), fix.Dictionary()
    given = {
        "ConnectionType": "acceptor",
        "SocketAcceptPort": str(port),
        "NonStopSession": "Y",
        "StartTime": "00:00:00",
        "EndTime": "00:00:00",
        "UseDataDictionary": "N",
        "FileStorePath": str(store),
        "SocketReuseAddress": "Y",
    }
    for key, value in (given | more).items():
        values.setString(key, value)
    settings.set(values)
    settings.set(broker.sid, values)
    stores = fix.FileStoreFactory(settings)
    acceptor = fix.ThreadedSocketAcceptor(broker, stores, settings)
    acceptor.start()
    try:
        yield broker
    finally:
        acceptor.stop(True)
        del acceptor
        del stores, settings
