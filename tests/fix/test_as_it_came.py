"""A broker's messages are read as they came, each with its own text, whatever else comes in between."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fix.counterparty import SOH, wait
from tradeoms.fix.application import Inbound
from tradeoms.fix.hearing import House
from tradeoms.fix.line import Line
from tradeoms.fix.settings import SessionSettings


class Broker:
    """A broker that says what it is told, byte for byte, to one line of ours."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = listener.getsockname()[1]
        self.told, self.events = list[Inbound](), list[str]()
        house = House(self.told.append, lambda *_: None, lambda *_: True, lambda *_: None)
        settings = SessionSettings("S1", "TRADEOMS", "ALPHA", "127.0.0.1", port, folder)
        line = Line(settings, lambda *_: None, house, lambda *what: self.events.append(what[-1]))
        line.open()
        stack.callback(line.close)
        listener.settimeout(20)
        self.near = stack.enter_context(listener.accept()[0])
        self.at = self.near.recv(65536).decode().partition(f"{SOH}52=")[2].partition(SOH)[0]
        self.say("35=A|34=1", "98=0|108=30")
        wait(line.is_up)

    def say(self, head: str, tail: str) -> str:
        body = f"{head}|49=ALPHA|52={self.at}|56=TRADEOMS|{tail}|".replace("|", SOH).encode()
        text = f"8=FIX.4.4{SOH}9={len(body)}{SOH}".encode() + body
        text += f"10={sum(text) % 256:03d}{SOH}".encode()
        self.near.sendall(text)
        return text.decode("utf-8", "surrogateescape")

    def fill(self, number: int, head: str = "", more: str = "") -> str:
        tail = f"37=O{number}|17=E{number}|11=C1|150=F|39=1|55=A|54=1|38=9|32=1|31=2|151=8|14=1|6=2"
        return self.say(f"35=8|34={number}{head}", tail + more)


@pytest.fixture
def broker(tmp_path: Path) -> Broker:
    with ExitStack() as stack:
        yield Broker(tmp_path, stack)


def test_messages_that_had_to_wait_have_their_own_text(broker: Broker) -> None:
    again = f"|43=Y|122={broker.at}"
    first = broker.fill(2)
    broker.fill(4)  # too early: asked for again, and kept
    broker.fill(3, again)
    broker.fill(4, again)  # known by now
    broker.fill(7)
    broker.say(f"35=4|34=5{again}", "36=7|123=Y")  # what was before 7 is not said again
    broker.say("35=1|34=8", "112=alive?")
    last = broker.fill(9)
    wait(lambda: len(broker.told) == 5)
    assert [told.MsgSeqNum for told in broker.told] == [2, 3, 4, 7, 9]
    assert [told.fields["17"] for told in broker.told] == ["E2", "E3", "E4", "E7", "E9"]
    assert [told.PossDup for told in broker.told] == [False, True, False, False, False]
    assert [broker.told[0].raw, broker.told[-1].raw] == [first, last]
    assert sum("QUEUED" in event for event in broker.events) == 2


def test_a_tag_that_comes_twice_is_read_in_the_order_of_the_engine(broker: Broker) -> None:
    """What is the message's own comes there before its groups."""
    broker.fill(2, more="|382=2|375=X|437=1|375=Y|437=2")
    broker.fill(3, more="|058=odd")
    wait(lambda: len(broker.told) == 2)
    raw = broker.told[0].raw.replace(SOH, "|")
    assert "|6=2|11=C1|14=1|17=E2|" in raw
    assert "|382=2|375=X|437=1|375=Y|437=2|10=" in raw
    assert broker.told[1].fields["58"] == "odd"


def test_a_text_that_is_not_utf8_can_be_kept_as_it_came(broker: Broker) -> None:
    tail = "37=O|17=E2|11=C1|150=F|39=1|55=A|54=1|32=1|31=2|151=8|14=1|6=2|58=café"
    body = f"35=8|34=2|49=ALPHA|52={broker.at}|56=TRADEOMS|{tail}|".replace("|", SOH)
    text = f"8=FIX.4.4{SOH}9={len(body)}{SOH}{body}".encode("latin-1")
    broker.near.sendall(text + f"10={sum(text) % 256:03d}{SOH}".encode())
    wait(lambda: broker.told)
    assert broker.told[0].fields["58"] == "café"
    broker.told[0].raw.encode()
