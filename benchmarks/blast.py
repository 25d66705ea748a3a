"""A broker that fills an order one share at a time, as fast as a session takes it; a process of its own."""

import signal
import sys
import tempfile
import threading
from pathlib import Path

import quickfix as fix

SOH = "\x01"


class Blast(fix.Application):  # type: ignore[misc]
    """Answers the first order; leaves the filling to the main thread."""

    def __init__(self) -> None:
        super().__init__()
        self.order: dict[str, str] = {}
        self.came = threading.Event()
        self.session = None

    def onCreate(self, session: fix.SessionID) -> None: ...

    def onLogon(self, session: fix.SessionID) -> None:
        self.session = fix.SessionID(
            "FIX.4.4", session.getSenderCompID().getValue(), session.getTargetCompID().getValue()
        )

    def onLogout(self, session: fix.SessionID) -> None: ...

    def toAdmin(self, message: fix.Message, session: fix.SessionID) -> None: ...

    def toApp(self, message: fix.Message, session: fix.SessionID) -> None: ...

    def fromAdmin(self, message: fix.Message, session: fix.SessionID) -> None: ...

    def fromApp(self, message: fix.Message, session: fix.SessionID) -> None:
        fields = dict(pair.split("=", 1) for pair in message.toString().split(SOH) if pair)
        if fields["35"] == "D" and not self.order:
            self.order = fields
            self.came.set()


def report(order: dict[str, str], number: int, quantity: int) -> fix.Message:
    """The report of the fill of a number; 0 acknowledges."""
    state = "0" if not number else "2" if number == quantity else "1"
    text = (
        f"8=FIX.4.4|9=0|35=8|37=X1|11={order['11']}|17=E{number}|150={'F' if number else '0'}|39={state}|"
        f"55={order['55']}|54={order['54']}|38={quantity}|151={quantity - number}|14={number}|6=100|"
    )
    text += "32=1|31=100|" if number else ""
    return fix.Message((text + "60=20221228-15:00:00.000|10=000|").replace("|", SOH), False)


def main(port: str, client: str, quantity: int) -> None:
    """Serve one order of one client, then wait for SIGTERM."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quickfix.cfg"
        path.write_text(
            "[DEFAULT]\nConnectionType=acceptor\nNonStopSession=Y\nHeartBtInt=30\nSocketNodelay=Y\n"
            f"UseDataDictionary=N\nSocketReuseAddress=Y\nSocketAcceptPort={port}\n"
            f"[SESSION]\nBeginString=FIX.4.4\nSenderCompID=BLAST\nTargetCompID={client}\n"
        )
        settings, application, store = (
            fix.SessionSettings(str(path)),
            Blast(),
            fix.MemoryStoreFactory(),
        )
        acceptor = fix.ThreadedSocketAcceptor(application, store, settings)
        acceptor.start()
        print("ready", flush=True)
        while not ended.is_set():
            if application.came.wait(0.05):
                for number in range(quantity + 1):
                    message = report(application.order, number, quantity)
                    fix.Session.sendToTarget(message, application.session)
                application.came.clear()
        acceptor.stop(True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
