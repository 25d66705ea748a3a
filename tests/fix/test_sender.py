"""The sender's thread: what leaves is confirmed, what cannot comes back, and nothing stops it."""

from types import SimpleNamespace

import pytest

from tests.fix.messages import type_of
from tradeoms.fix import sender as module
from tradeoms.fix.sender import QUESTION, URGENCY, Outgoing, Recall, Sender, Way
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import RequestKind


class Line:
    """Stands for quickfix: sessions by name, and what was sent on them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.up, self.sent, self.number = {"S1", "S2"}, [], 0
        self.broken: set[str] = set()
        self.said: list[c.Command] = []
        self.now = 0.0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)
        self.sender = Sender(self.submit)
        for name in ("S1", "S2"):
            self.limit(name)

    def limit(self, name: str, rate: int = 0, burst: int = 1) -> None:
        line = SimpleNamespace(
            session=SimpleNamespace(rate=rate, burst=burst),
            is_up=lambda: name in self.up,
            send=lambda text: self.send(name, text),
        )
        self.sender.ways[name] = Way(line)

    def submit(self, command: c.Command, cause: e.Cause) -> None:
        self.said.append(command)

    def send(self, session: str, text: str) -> str:
        if text in self.broken:
            raise ValueError("not a message")
        if session not in self.up:
            return "the session is down"
        self.number += 1
        self.sent.append(text)
        self.sender.leaving(session, self.number, type_of(text))
        return ""

    def play(self, *messages: Outgoing | None) -> None:
        for message in messages:
            self.sender._queue.put(message)
        self.sender.start()
        self.sender._thread.join(10)
        assert not self.sender._thread.is_alive()


def out(text: str, session: str = "S1", ClOrdID: str | None = None) -> Outgoing:
    return Outgoing(session, text, f"P{text}", text if ClOrdID is None else ClOrdID)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(monkeypatch)


def test_a_burst_is_confirmed_in_one_command_a_session(line: Line) -> None:
    line.play(out("a"), out("b", "S2"), out("c"), out("question", ClOrdID=""), None)
    assert line.said == [
        c.ConfirmSent("S1", (1, 2, 3), ("a", "c", "")),
        c.ConfirmSent("S2", (4,), ("b",)),
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
    assert line.said == [c.ReturnUnsent("a", "Pa", "the session is down")]


def test_what_is_sent_again_is_not_given_back(line: Line) -> None:
    """An earlier copy may be at the broker: giving its quantity back would open an over-fill."""
    line.up.clear()
    line.play(out("a")._replace(again=True), None)
    assert line.said == []


def test_a_message_that_cannot_be_built_does_not_stop_the_others(line: Line) -> None:
    line.broken = {"a"}
    line.play(out("a"), out("b"), None)
    assert line.said == [
        c.ReturnUnsent("a", "Pa", "could not be sent: not a message"),
        c.ConfirmSent("S1", (1,), ("b",)),
    ]


def requests(*texts: str) -> list[Outgoing]:
    """N1 is a new order of placement 1, R1 its replace, C1 its cancel, Q1 a question about it."""
    kinds = {"N": RequestKind.New, "R": RequestKind.Replace, "C": RequestKind.Cancel}
    return [
        Outgoing("S1", text, text[1:], "" if text[0] == "Q" else text)._replace(
            urgency=URGENCY[kinds[text[0]]] if text[0] in kinds else QUESTION
        )
        for text in texts
    ]


def test_what_waits_leaves_cancels_first_then_replaces_then_orders_then_questions(
    line: Line,
) -> None:
    line.play(*requests("Q9", "N1", "N2", "R3", "N4", "C5", "R6", "C7"), None)
    assert line.sent == ["C5", "C7", "R3", "R6", "N1", "N2", "N4", "Q9"]


def test_no_more_leaves_than_agreed(line: Line) -> None:
    line.limit("S1", rate=10, burst=3)
    way = line.sender.ways["S1"]
    for message in requests("N1", "N2", "N3", "N4", "N5"):
        way.put(message)
    assert [m.text for m in way.ready()] == ["N1", "N2", "N3"]
    assert way.wait() == pytest.approx(0.1)
    line.now = 0.099
    assert way.ready() == []
    (cancel,) = requests("C9")
    way.put(cancel)
    line.now = 0.1
    assert [m.text for m in way.ready()] == ["C9"]
    line.now = 0.35
    assert [m.text for m in way.ready()] == ["N4", "N5"]
    assert way.wait() is None


def test_what_waits_for_a_session_that_went_down_comes_back_at_once(line: Line) -> None:
    line.limit("S1", rate=1, burst=1)
    way = line.sender.ways["S1"]
    for message in requests("N1", "N2", "N3"):
        way.put(message)
    line.up.discard("S1")
    assert len(way.ready()) == 3


def test_a_replace_that_waits_makes_room_and_the_next_takes_its_place(line: Line) -> None:
    line.limit("S1", rate=1, burst=1)
    way, sender = line.sender.ways["S1"], line.sender
    for message in requests("C9", "R1", "R2"):
        sender._queued(message)
    sender._send_burst(way.ready())
    sender._queued(Recall("S1", "1", "make room"))
    assert line.said[1:] == [c.ReturnUnsent("R1", "1", "make room")]
    (later,) = requests("R1")
    sender._queued(later._replace(text="later"))
    line.now = 2.0
    sender._send_burst(way.ready())
    assert line.sent == ["C9", "later"]
    sender._queued(Recall("S1", "1", "make room"))
    assert line.said[-1] == c.AskDeferred("1"), "it left: the core decides what that means"


def test_a_cancel_of_what_was_recalled_comes_back_with_it(line: Line) -> None:
    """It was asked for before the core heard of the recall, and names what the broker never sees."""
    replace, cancel = requests("R1", "C1")
    sender = line.sender
    for message in (replace, Recall("S1", "1", "room"), cancel._replace(names="R1")):
        sender._queued(message)
    sender._send_burst(sender.ways["S1"].ready())
    back = [(x.ClOrdID, x.placement) for x in line.said if isinstance(x, c.ReturnUnsent)]
    assert (back, line.sent) == ([("R1", "1"), ("C1", "1")], [])


def test_a_cancel_takes_the_place_of_what_waits(line: Line) -> None:
    """It goes behind a replace that is sent again, whose id it names, and alone if it names another."""
    line.limit("S1", rate=1, burst=5)
    way = line.sender.ways["S1"]
    order, change, cancel, named, again, after = requests("N1", "R2", "C2", "C1", "R3", "C3")
    for message in (order, change, again._replace(again=True)):
        way.put(message)
    assert [m.text for m in way.put(named._replace(names="N1"))] == ["N1", "C1"]
    assert [m.text for m in way.put(cancel._replace(names="older"))] == ["R2"]
    assert way.put(after._replace(names="R3")) == []
    assert [m.text for m in way.ready()] == ["C2", "R3", "C3"]


def test_few_recalls_are_remembered(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 2)
    way = line.sender.ways["S1"]
    for n in "123":
        (change,) = requests(f"R{n}")
        way.put(change)
        way.recall(n)
    assert [*way._recalled] == ["2", "3"], "most are followed by nothing"


def test_what_is_sent_again_is_not_recalled(line: Line) -> None:
    """Nor the order itself, nor another's replace: of what is sent again the broker may have a copy."""
    way = line.sender.ways["S1"]
    order, other, again = requests("N1", "R2", "R1")
    for message in (order, other, again._replace(again=True)):
        way.put(message)
    assert way.recall("1") == []
    assert [message.text for message in way.ready()] == ["R2", "N1", "R1"]


def test_a_reject_by_number_finds_its_order(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 2)
    for number in (7, 8, 9):
        line.sender._sending = out(f"id{number}")
        line.sender.leaving("S1", number, "D")
        line.sender.leaving("S2", number, "D")
    line.sender._sending = None
    line.sender.leaving("S1", 10, "D")
    found = [line.sender.ClOrdID_of("S1", number) for number in (7, 8, 9, 10)]
    assert found == ["", "id8", "id9", ""]
    assert line.sender.ClOrdID_of("S2", 9) == ""


def test_stopping_one_that_never_started(line: Line) -> None:
    line.sender.stop()


def test_a_cancel_of_all_waits_for_no_question_and_is_not_given_back(line: Line) -> None:
    """Where it never left, the clock asks for each order: nothing here knows which."""
    line.limit("S1", rate=1, burst=1)
    urgent = Outgoing("S1", "all", "", "26030200000009", urgency=URGENCY[RequestKind.Cancel])
    way = line.sender.ways["S1"]
    for message in (out("question", ClOrdID=""), out("new"), urgent):
        way.put(message)
    assert [message.text for message in way.ready()] == ["all"]
    line.up.clear()
    line.play(urgent._replace(session="S2"), None)
    assert [getattr(said, "ClOrdID", "") for said in line.said] == ["new"]
