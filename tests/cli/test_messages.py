"""What a person types to see an order's messages, what is asked, and how they are shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tradeoms.bus.wire import Result
from tradeoms.cli import app, messages

ROW = {
    "at": "2026-03-02T14:30:00.000000Z",
    "direction": "in",
    "text": "8=FIX.4.4\x0135=8\x0158=\x1b]0;mine\x07caf\xe9\nno line [b]of ours\x01",
}


class Client:
    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def query(self, question: str, **arguments: Any) -> Result:
        self.asked.append((question, arguments))
        return Result("1", 7, (ROW,))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    opened = Client()

    @contextmanager
    def connected(config: Path, user: str) -> Iterator[Any]:
        assert user == "tom"
        yield opened

    monkeypatch.setattr(messages, "connected", connected)
    return opened


def typed(line: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["messages", *line.split(), "--user", "tom"])
    return done.exit_code, done.output


def test_what_a_broker_says_does_not_speak_to_the_terminal(client: Client) -> None:
    code, said = typed("P1")
    text = r"8=FIX.4.4|35=8|58=\x1b]0;mine\x07café\nno line [b]of ours|"
    assert (code, said) == (0, f"2026-03-02T14:30:00.000000Z in  {text}\n")
    assert client.asked == [("messages", {"placement": "P1"})]


def test_ids_need_their_session(client: Client) -> None:
    at = "2026-03-02T14:00:00Z"
    assert typed(f"A1 X7 --session KING --after {at}")[0] == 0
    assert client.asked == [("messages", {"session": "KING", "ids": ["A1", "X7"], "after": at})]
    code, said = typed("A1 X7")
    assert (code, "ids need their --session" in said) == (2, True)
