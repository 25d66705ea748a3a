"""A server that is not there is said soon; one that is only slow, or about to start, is waited for."""

import socket
from collections.abc import Iterator
from threading import Timer

import pytest
import typer

from tradeoms.cli import connection
from tradeoms.cli.connection import must_listen


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        yield opened


def address(door: socket.socket) -> str:
    return f"tcp://127.0.0.1:{door.getsockname()[1]}"


def test_nobody_listens(
    door: socket.socket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert connection.STARTS <= 3
    monkeypatch.setattr(connection, "STARTS", 0.2)
    with pytest.raises(typer.Exit) as ended:
        must_listen(address(door))
    assert ended.value.exit_code == 2
    told = " ".join(capsys.readouterr().err.split())
    assert f"no server at {address(door)} (Connection refused): start it with" in told


def test_one_that_is_about_to_start(door: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STARTS", 30.0)
    starting = Timer(0.2, door.listen)
    starting.start()
    must_listen(address(door))
    assert door.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    starting.join()


def test_one_that_does_nothing_yet(door: socket.socket) -> None:
    """The system takes the connection for it: how long the answer may take is the caller's to say."""
    door.listen()
    must_listen(address(door))
    must_listen("ipc:///nowhere")
