"""Two quickfix engines talk over a socket: no exotic report is lost on its way to fromApp."""

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
import quickfix as fix

from tests.fixconfig import samples
from tradeoms.demo.files import free_ports

WAIT = 25.0


class Recorder(fix.Application):  # type: ignore[misc]  # quickfix has no type hints
    """Queues what arrives: logons, application messages, and rejects of the other side."""

    def __init__(self) -> None:
        super().__init__()
        self.logons: queue.Queue[str] = queue.Queue()
        self.received: queue.Queue[str] = queue.Queue()
        self.rejected: queue.Queue[str] = queue.Queue()

    def onCreate(self, session: fix.SessionID) -> None:
        pass

    def onLogon(self, session: fix.SessionID) -> None:
        self.logons.put(session.toString())

    def onLogout(self, session: fix.SessionID) -> None:
        pass

    def toAdmin(self, message: fix.Message, session: fix.SessionID) -> None:
        pass

    def fromAdmin(self, message: fix.Message, session: fix.SessionID) -> None:
        text = message.toString()
        if "\x0135=3\x01" in text:
            self.rejected.put(text.replace("\x01", "|"))

    def toApp(self, message: fix.Message, session: fix.SessionID) -> None:
        pass

    def fromApp(self, message: fix.Message, session: fix.SessionID) -> None:
        self.received.put(message.toString().replace("\x01", "|"))


@pytest.fixture(params=samples.VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pair(tmp_path: Path, version: str) -> Iterator[tuple[Recorder, Recorder]]:
    """Our side and the broker's, logged on to each other."""
    port = str(free_ports(1)[0])
    ours, theirs = Recorder(), Recorder()
    broker = {"ConnectionType": "acceptor", "SenderCompID": "THEM", "TargetCompID": "US"}
    we = {"SenderCompID": "US", "TargetCompID": "THEM", "SocketConnectHost": "127.0.0.1"}
    theirs_set = samples.settings(
        tmp_path / "broker.cfg", broker | {"SocketAcceptPort": port}, version
    )
    ours_set = samples.settings(tmp_path / "ours.cfg", we | {"SocketConnectPort": port}, version)
    stores = fix.MemoryStoreFactory(), fix.MemoryStoreFactory()
    # SocketAcceptor.stop closes its server in two threads at once and crashes about once in ten.
    acceptor = fix.ThreadedSocketAcceptor(theirs, stores[0], theirs_set)
    initiator = fix.SocketInitiator(ours, stores[1], ours_set)
    acceptor.start()
    initiator.start()
    try:
        ours.logons.get(timeout=WAIT)
        theirs.logons.get(timeout=WAIT)
        yield ours, theirs
    finally:
        initiator.stop(True)
        acceptor.stop(True)


def _send(text: str, sender: str, target: str, version: str) -> None:
    """Send with the dictionary: without one quickfix sorts the members of groups apart."""
    known = (*samples.transport(version), samples.dictionary(version))
    message = fix.Message(samples.wire(text, version), *known, False)
    assert fix.Session.sendToTarget(message, sender, target)


def test_every_exotic_report_reaches_us(pair: tuple[Recorder, Recorder], version: str) -> None:
    ours, theirs = pair
    for body in samples.EXOTIC.values():
        _send("35=8|" + body, "THEM", "US", version)
    arrived = [ours.received.get(timeout=WAIT) for _ in samples.EXOTIC]
    for text, (name, body) in zip(arrived, samples.EXOTIC.items(), strict=True):
        assert set(body.strip("|").split("|")) <= set(text.split("|")), name
    assert theirs.rejected.empty()


def test_an_order_and_its_refusals_cross(pair: tuple[Recorder, Recorder], version: str) -> None:
    ours, theirs = pair
    _send(samples.order(version), "US", "THEM", version)
    assert ("|" + samples.PARTIES in theirs.received.get(timeout=WAIT)) == (version != "FIX.4.2")
    _send(samples.CANCEL_REJECT, "THEM", "US", version)
    assert "|35=9|" in ours.received.get(timeout=WAIT)


def test_a_tag_twice_is_refused_and_the_refusal_is_seen(
    pair: tuple[Recorder, Recorder], version: str
) -> None:
    """The loss that no dictionary prevents: hence the alarm on every Reject that leaves us."""
    ours, theirs = pair
    _send("35=8|" + samples.FILL + "7001=a|7001=b|", "THEM", "US", version)
    assert "|371=7001|" in theirs.rejected.get(timeout=WAIT)
    assert ours.received.empty()


def test_a_message_that_the_version_has_not_is_refused_as_the_rules_say(
    pair: tuple[Recorder, Recorder], version: str
) -> None:
    ours, theirs = pair
    _send("35=B|148=news|33=1|58=x|", "THEM", "US", version)
    rejected = theirs.rejected.get(timeout=WAIT)
    assert "|372=B|" in rejected
    assert "|373=11|" in rejected
    assert ours.received.empty()
