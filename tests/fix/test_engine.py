"""An engine that has ended leaves nothing behind at the broker."""

import socket
import sys
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import quickfix as fix

from tests.fix.counterparty import SOH, Counterparty, listening, wait
from tradeoms.demo.files import free_ports
from tradeoms.fix.application import Application
from tradeoms.fix.decode import fields_of
from tradeoms.fix.engine import Engine
from tradeoms.fix.hearing import House
from tradeoms.fix.line import Line
from tradeoms.fix.settings import SessionSettings, reader


class Told:
    """A listener that only hears whether the session is up."""

    up = False

    def changed(self, up: bool, reason: str) -> None:
        self.up = up

    def __getattr__(self, _: str) -> object:
        return lambda *_: None


def answer(listener: socket.socket, heard: list[bytes]) -> None:
    """A broker that answers the first Logon, and keeps what it hears until the end."""
    near, _ = listener.accept()
    with near:
        logon = near.recv(65536).decode()
        at = logon.partition(f"{SOH}52=")[2].partition(SOH)[0]
        body = f"35=A|34=1|49=ALPHA|52={at}|56=TRADEOMS|98=0|108=30|".replace("|", SOH)
        text = f"8=FIX.4.4{SOH}9={len(body)}{SOH}{body}"
        near.sendall(f"{text}10={sum(text.encode()) % 256:03d}{SOH}".encode())
        while data := near.recv(65536):
            heard.append(data)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_no_connection_outlives_its_engine(
    tmp_path: Path, listener: socket.socket, told: Told
) -> None:
    """quickfix connects once more while it ends, if it may, and leaves that open: the broker then
    takes our next Logon for a second one of the same session, and refuses it.
    """
    heard = list[bytes]()
    broker = Thread(target=answer, args=(listener, heard), daemon=True)
    broker.start()
    settings = SessionSettings(
        "ALPHA",
        "TRADEOMS",
        "ALPHA",
        "127.0.0.1",
        listener.getsockname()[1],
        tmp_path,
        overrides={"ReconnectInterval": "1"},
    )
    engine = Engine(settings, 0, told, lambda *_: None, lambda *_: None)  # type: ignore[arg-type]
    engine.start()
    wait(lambda: told.up)
    time.sleep(1.1)  # for quickfix it is time to connect again
    engine.end()
    broker.join(10)
    assert not broker.is_alive()
    listener.settimeout(0.2)
    with pytest.raises(TimeoutError):
        listener.accept()


def test_what_a_logon_leads_to_finds_the_line_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be there before the thread that began the engine has gone on: a question that is asked
    then was lost.
    """
    (port,) = free_ports(1)
    start, seen = Engine.start, list[bool]()

    def slowly(engine: Engine) -> None:
        start(engine)
        wait(engine.session.isLoggedOn)
        seen.append(line.is_up())

    monkeypatch.setattr(Engine, "start", slowly)
    house = House(lambda _: None, lambda *_: None, lambda *_: True, lambda *_: None)
    settings = SessionSettings("S1", "TRADEOMS", "ALPHA", "127.0.0.1", port, tmp_path / "s")
    line = Line(settings, lambda *_: None, house, lambda *_: None)
    with listening(Counterparty(), port, tmp_path / "b"):
        line.open()
        line.close()
    assert seen == [True]


def test_what_is_not_said_again_is_not_kept_for_ever(told: Told) -> None:
    """The binding never lets go of the exception, nor of what its frame holds."""
    message = fix.Message(f"8=FIX.4.4{SOH}9=5{SOH}35=D{SOH}34=7{SOH}43=Y{SOH}10=000{SOH}", False)
    application = Application("S1", told)  # type: ignore[arg-type]
    with pytest.raises(fix.DoNotSend) as first:
        application.toApp(message, None)
    with pytest.raises(fix.DoNotSend) as second:
        application.toApp(message, None)
    assert first.value is second.value
    (*_, last) = second.traceback
    assert last.locals.keys() == {"self"}


def test_an_engine_goes_though_frames_below_it_are_kept(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the binding keeps those of a refusal: half a megabyte for each line that was lost."""
    kept: list[object] = []
    monkeypatch.setattr(fix._quickfix, "Initiator_block", lambda _: kept.append(sys._getframe(1)))
    settings = SessionSettings("S1", "TRADEOMS", "ALPHA", "127.0.0.1", 9, tmp_path)
    engine = Engine(settings, 0, told, lambda *_: None, lambda *_: None)  # type: ignore[arg-type]
    initiator = weakref.ref(engine._initiator)
    engine.start()
    wait(lambda: not engine.is_alive())
    engine.end()
    assert kept
    assert initiator() is None


def order(number: int) -> str:
    return f"8=FIX.4.4{SOH}9=0{SOH}35=D{SOH}11=C{number}{SOH}55=A{SOH}10=000{SOH}"


def test_each_message_is_told_by_its_own_number(tmp_path: Path) -> None:
    """Whatever leaves in between: our questions and the engine's answers, orders that it says again."""
    (port,) = free_ports(1)
    told, said, broker = list[tuple[int, str]](), list[str](), Counterparty()
    house = House(lambda _: None, lambda _, *left: told.append(left), lambda *_: True, print)
    settings = SessionSettings("S1", "TRADEOMS", "ALPHA", "127.0.0.1", port, tmp_path / "s")
    line = Line(settings, lambda *_: None, house, lambda *what: said.append(what[-1]))
    with listening(broker, port, tmp_path / "b"):
        line.open()
        wait(line.is_up)
        asking = Thread(target=lambda: [line.ask_for_life() for _ in range(100)])
        asking.start()
        for number in range(100):
            assert line.send(order(number)) == ""
            if number % 20 == 10:
                broker.say(_35="1", _112="alive?")
                broker.say(_35="2", _7="1", _16="0")
        asking.join()
        wait(lambda: broker.all("D")[-1:] and f"11=C99{SOH}" in broker.all("D")[-1])
        wait(lambda: f"Resending Message: {told[0][0]}" in said)
        line.close()
    fields = [fields_of(text) for text in said if f"{SOH}35=D{SOH}" in text]
    left = [(int(f["34"]), f["11"]) for f in fields if "43" not in f]
    assert left == [(number, f"C{place}") for place, (number, _) in enumerate(told)]
    assert [kind for _, kind in told] == ["D"] * 100


def test_what_the_engine_says_again_during_a_send_is_not_taken_for_it(told: Told) -> None:
    again = fix.Message(f"8=FIX.4.4{SOH}9=5{SOH}35=D{SOH}34=7{SOH}43=Y{SOH}10=000{SOH}", False)
    application = Application("S1", told)  # type: ignore[arg-type]
    refused, left = list[BaseException](), list[tuple[int, str]]()
    told.leaving = lambda *what: left.append(what)

    def say_again() -> None:
        try:
            application.toApp(again, None)
        except fix.DoNotSend as error:
            refused.append(error)

    class Session:
        def getExpectedSenderNum(self) -> int:
            return 9

        def send(self, message: fix.Message) -> None:
            thread = Thread(target=say_again)
            thread.start()
            thread.join()
            application.toApp(message, None)

    application.send(Session(), fix.Message(order(1), False), "D")
    assert (len(refused), left) == (1, [(9, "D")])
    say_again()
    assert len(refused) == 2


def test_a_message_takes_nothing_of_the_one_before(tmp_path: Path) -> None:
    read = reader(SessionSettings("S1", "TRADEOMS", "ALPHA", "127.0.0.1", 9, tmp_path))
    message, MsgType = read(order(1).replace("55=A", f"97=Y{SOH}55=A{SOH}58=twice"))
    message.getHeader().setField(34, "7")
    assert MsgType == "D"
    with pytest.raises(fix.InvalidMessage):
        read(f"8=FIX.4.4{SOH}35=F{SOH}44=1{SOH}11")
    message, MsgType = read(order(2).replace("35=D", "35=F"))
    assert message.toString() == fix.Message(order(2).replace("35=D", "35=F"), False).toString()
    assert MsgType == "F"
