"""The sender's thread: what leaves is confirmed, what cannot comes back, and nothing stops it."""

import pytest

from tradeoms.fix import sender as module
from tradeoms.fix.sender import Outgoing, Sender
from tradeoms.model import commands as c
from tradeoms.model import events as e


class Line:
    """Stands for quickfix: sessions by name, and what was sent on them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.up, self.sent, self.number = {"S1", "S2"}, [], 0
        self.broken: set[str] = set()
        self.said: list[c.Command] = []
        self.sender = Sender(self.submit)
        self.sender.ids = {name: name for name in ("S1", "S2")}
        monkeypatch.setattr(self.sender, "_send", self.send)

    def submit(self, command: c.Command, cause: e.Cause) -> None:
        self.said.append(command)

    def send(self, message: Outgoing) -> tuple[int | None, str]:
        if message.text in self.broken:
            return None, "could not be sent: not a message"
        if message.session not in self.up:
            return None, "the session is down"
        self.number += 1
        self.sent.append(message.text)
        return self.number, ""

    def play(self, *messages: Outgoing | None) -> None:
        for message in messages:
            self.sender._queue.put(message)
        self.sender.start()
        self.sender._thread.join(10)
        assert not self.sender._thread.is_alive()


def out(text: str, session: str = "S1", ClOrdID: str | None = None) -> Outgoing:
    return Outgoing(session, text, "P1", text if ClOrdID is None else ClOrdID)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(monkeypatch)


def test_a_burst_is_confirmed_in_one_command_a_session(line: Line) -> None:
    line.play(out("a"), out("b", "S2"), out("c"), out("question", ClOrdID=""), None)
    assert line.said == [
        c.ConfirmSent("S1", (1, 3, 4), ("a", "c")),
        c.ConfirmSent("S2", (2,), ("b",)),
    ]


def test_the_end_mark_ends_it_after_confirming_what_was_sent(line: Line) -> None:
    line.play(out("a"), None, out("b"))
    assert line.sent == ["a"]
    assert line.said == [c.ConfirmSent("S1", (1,), ("a",))]


def test_a_long_queue_is_confirmed_in_parts(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BURST", 2)
    line.play(out("a"), out("b"), out("c"), None)
    assert [command.ClOrdIDs for command in line.said] == [("a", "b"), ("c",)]


def test_a_dead_line_gives_orders_back_and_forgets_questions(line: Line) -> None:
    line.up.clear()
    line.play(out("a"), out("question", ClOrdID=""), None)
    assert line.said == [c.ReturnUnsent("a", "P1", "the session is down")]


def test_what_is_sent_again_is_not_given_back(line: Line) -> None:
    """An earlier copy may be at the broker: giving its quantity back would open an over-fill."""
    line.up.clear()
    line.play(out("a")._replace(again=True), None)
    assert line.said == []


def test_a_message_that_cannot_be_built_does_not_stop_the_others(line: Line) -> None:
    line.broken = {"a"}
    line.play(out("a"), out("b"), None)
    assert line.said == [
        c.ReturnUnsent("a", "P1", "could not be sent: not a message"),
        c.ConfirmSent("S1", (1,), ("b",)),
    ]


def test_a_reject_by_number_finds_its_order(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 2)
    for number in (7, 8, 9):
        line.sender._sending = out(f"id{number}")
        line.sender.leaving("S1", number)
        line.sender.leaving("S2", number)
    line.sender._sending = None
    line.sender.leaving("S1", 10)
    found = [line.sender.ClOrdID_of("S1", number) for number in (7, 8, 9, 10)]
    assert found == ["", "id8", "id9", ""]
    assert line.sender.ClOrdID_of("S2", 9) == ""


def test_stopping_one_that_never_started(line: Line) -> None:
    line.sender.stop()
