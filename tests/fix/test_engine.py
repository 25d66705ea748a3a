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
from tradeoms.fix.engine import Engine
from tradeoms.fix.hearing import House
from tradeoms.fix.line import Line
from tradeoms.fix.settings import SessionSettings


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
