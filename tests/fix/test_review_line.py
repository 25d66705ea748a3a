"""What an outage, a throttle or a reset may do to a line without an order coming alive again."""

import queue
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from tests.builders import D, Desk, K, desk
from tests.fix.counterparty import Counterparty, listening, wait
from tests.fix.messages import type_of
from tests.fix.office import trading
from tradeoms import core
from tradeoms.core.blocks import idle
from tradeoms.core.context import Context
from tradeoms.demo.files import free_ports
from tradeoms.fix.application import Inbound
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.sender import Way
from tradeoms.fix.settings import SessionSettings
from tradeoms.fix.throttle import Lanes
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Handling, OrdStatus, Transmission


class Throttled:
    """A desk, its gateway, and in place of quickfix a line that lets one message out, then none."""

    def __init__(self, home: Path) -> None:
        self.desk: Desk = desk()
        self.inbox: queue.SimpleQueue[tuple[c.Command, e.Cause]] = queue.SimpleQueue()
        session = SessionSettings("S1", "US", "KING", "127.0.0.1", 1, home / "store")
        self.gateway = Gateway((session,), lambda *said: self.inbox.put(said))
        self.sent: list[str] = []
        self.sender = self.gateway._sender
        line = SimpleNamespace(
            session=SimpleNamespace(rate=1, burst=1), is_up=lambda: True, send=self.send
        )
        self.sender.ways["S1"] = Way(line)  # type: ignore[arg-type]
        self.desk.engine.consumers[:] = [self.gateway]

    def send(self, text: str) -> str:
        self.sent.append(text)
        self.sender.leaving("S1", len(self.sent) + 1, type_of(text))
        return ""

    def turn(self, seconds: float = 0) -> None:
        """The sender looks at its queue, `seconds` later than before; what it says is decided."""
        way = self.sender.ways["S1"]
        way._bucket._then -= int(seconds * 1_000_000_000)
        while not self.sender._queue.empty():
            self.sender._queued(self.sender._queue.get())  # type: ignore[arg-type]
        self.sender._send_burst(way.ready())
        while not self.inbox.empty():
            self.desk.engine.submit(*self.inbox.get())
            self.desk.run()

    def routed(self, quantity: int = 100) -> str:
        block = self.desk.block(("A1", quantity))
        (name,) = self.desk.done(c.RouteBlock(block, (c.Route("KING", D(quantity)),)), "trader")
        return name

    def kinds(self) -> list[str]:
        """MsgType and ClOrdID of what left."""
        pairs = [dict(f.split("=", 1) for f in text.split("\x01") if f) for text in self.sent]
        return [f"{fields['35']} {fields['11']}" for fields in pairs]

    def idle(self, name: str) -> int:
        return int(idle(self.desk.state, self.desk.block_of(name)))


@pytest.fixture
def slow(tmp_path: Path) -> Throttled:
    return Throttled(tmp_path)


def test_after_a_kill_no_order_leaves_that_waited(slow: Throttled) -> None:
    names = [slow.routed() for _ in range(4)]
    slow.turn()
    there, *waiting = names
    slow.desk.done(c.CancelAll("halt", everything=True), "carl")
    slow.turn()
    for _ in range(10):
        slow.turn(seconds=1)
    placement = slow.desk.placement(there)
    assert slow.kinds() == [f"D {placement.ClOrdID}", f"F {placement.requests[-1].ClOrdID}"]
    for name in waiting:
        kept = slow.desk.placement(name)
        assert (kept.transmission, kept.requests) == (Transmission.Unsent, ())
        assert kept.text == "withdrawn before it left: it is cancelled"
        assert slow.idle(name) == 100


def test_a_cancel_leaves_before_the_orders_that_wait(slow: Throttled) -> None:
    there = slow.routed()
    slow.turn()
    waiting = slow.routed()
    slow.desk.done(c.CancelPlacement(there), "trader")
    slow.turn(seconds=1)
    slow.turn(seconds=1)
    assert [sent[0] for sent in slow.kinds()] == ["D", "F", "D"]
    assert slow.desk.placement(waiting).transmission is Transmission.Sent


def test_what_is_sent_again_does_not_leave_once_it_is_closed(slow: Throttled) -> None:
    """The question brought "unknown", it is sent again, that waits; a person gives it up."""
    name = slow.routed()
    slow.turn()
    placement = slow.desk.placement(name)
    before = slow.desk.state.seq
    unknown = {"OrdStatus": OrdStatus.Rejected, "OrdRejReason": "5", "OrderID": "NONE"}
    slow.desk.report(name, K.Status, ClOrdID=placement.ClOrdID, **unknown)
    assert any(isinstance(r.event, e.RequestResent) for r in slow.desk.journal.records[before:])
    slow.turn()
    context = Context(datetime.now(UTC) + timedelta(hours=1), "tina", slow.desk.engine._counters)
    for event in core.decide(slow.desk.state, c.ClosePlacement(name, "give it up"), context):
        slow.desk.engine._book(event, e.Cause())
    slow.desk.engine.step(())
    for _ in range(5):
        slow.turn(seconds=1)
    assert slow.kinds() == [f"D {placement.ClOrdID}"]
    assert slow.idle(name) == 100


def test_what_leaves_while_it_is_closed_is_told(slow: Throttled) -> None:
    name = slow.routed()
    slow.turn()
    slow.desk.done(c.ClosePlacement(name, "unknown there"), "trader")
    slow.desk.system(c.ConfirmSent("S1", (9,), (slow.desk.placement(name).ClOrdID,)))
    assert slow.desk.alerts() == ["closed by hand", "closed placement left"]


def reject(slow: Throttled, number: int, MsgType: str) -> str:
    """The ClOrdID that the gateway finds for a reject (3) of a message of ours."""
    raw = f"8=FIX.4.4|9=0|35=3|34=4|45={number}|372={MsgType}|373=5|10=000|".replace("|", "\x01")
    slow.gateway._receive(Inbound("S1", raw))
    command, _ = slow.inbox.get()
    assert isinstance(command, c.ReportReceived)
    assert command.report is not None
    return command.report.ClOrdID


def test_a_reject_by_number_means_the_message_with_that_number_now(slow: Throttled) -> None:
    ClOrdID = slow.desk.placement(slow.routed()).ClOrdID
    slow.turn()
    assert reject(slow, 2, "D") == ClOrdID
    assert reject(slow, 2, "H") == ""
    slow.desk.system(c.ResetSequence("S1", datetime.now(UTC), "the broker began to count anew"))
    assert reject(slow, 2, "D") == ""


def test_numbers_below_those_set_by_hand_are_kept(slow: Throttled) -> None:
    ids = [slow.desk.placement(slow.routed()).ClOrdID for _ in range(2)]
    slow.turn()
    slow.turn(seconds=1)
    slow.sender.forget("S1", 2)
    assert (reject(slow, 2, "D"), reject(slow, 3, "D")) == (ids[0], "")


def test_a_session_in_no_configuration_stops_nothing(slow: Throttled) -> None:
    """A broker's session may be defined before this process is told of it."""
    king = slow.desk.state.brokers["KING"]
    other = replace(king, session="S9", allocations=Handling.Automatic)
    name = slow.desk.working()
    slow.desk.fill(name, 100)
    slow.desk.done(c.DefineBrokers((other,)), "ops")
    slow.desk.finish(slow.desk.placement(name).block)
    slow.turn()
    assert slow.desk.alerts()
    slow.desk.system(c.ChangeSession("S9", True), "S9")
    lost = slow.routed()
    slow.turn()
    placement = slow.desk.placement(lost)
    assert placement.transmission is Transmission.Unsent
    assert "session 'S9': is in no configuration" in placement.text
    assert "message not sent" in slow.desk.alerts()


def test_a_change_that_waits_does_not_leave_after_a_kill(slow: Throttled) -> None:
    """Nor does the cancel name it: the broker would not know the id."""
    name = slow.routed()
    slow.turn()
    slow.desk.report(name, K.New)
    live = slow.desk.placement(name).ClOrdID
    slow.desk.done(c.ReplacePlacement(name, D(80)), "trader")
    slow.turn()
    slow.desk.done(c.CancelAll("halt", everything=True), "carl")
    slow.turn()
    for _ in range(3):
        slow.turn(seconds=1)
    (cancel,) = slow.desk.placement(name).requests
    assert slow.kinds() == [f"D {live}", f"F {cancel.ClOrdID}"]
    assert f"\x0141={live}\x01" in slow.sent[-1]


def stands(slow: Throttled) -> list[bool]:
    """Whether what left may be said again."""
    return [slow.gateway._stands("S1", number + 2) for number in range(len(slow.sent))]


def test_what_is_answered_closed_or_killed_is_not_said_again(slow: Throttled) -> None:
    names = [slow.routed() for _ in range(4)]
    for _ in names:
        slow.turn(seconds=1)
    assert stands(slow) == [True] * 4
    answered, closed, killed, other = names
    slow.desk.report(answered, K.New)
    slow.desk.done(c.ClosePlacement(closed, "unknown there"), "trader")
    slow.desk.done(c.CancelAll("halt", block=slow.desk.placement(killed).block), "carl")
    slow.turn(seconds=1)
    assert len(slow.sent) == 5, "the cancel"
    assert stands(slow) == [False, False, False, True, True]
    assert slow.desk.placement(other).requests
    slow.desk.done(c.RequestStatus(other), "trader")
    slow.turn(seconds=1)
    assert stands(slow)[5], "a question may be asked again"


def test_a_request_for_a_resend_brings_back_nothing_that_is_closed(tmp_path: Path) -> None:
    """The broker asks for all again on the same connection, and gets a gap fill for the order."""
    broker, (port,) = Counterparty(), free_ports(1)
    with listening(broker, port, tmp_path / "b"), trading(tmp_path, port) as office:
        office.until(e.SessionChanged, up=True)
        block = office.desk.block(("A1", 200))
        routes = (c.Route("KING", D(50)), c.Route("KING", D(150)))
        closed, open_ = office.desk.done(c.RouteBlock(block, routes), "trader")
        while not all(office.desk.placement(n).requests[0].MsgSeqNum for n in (closed, open_)):
            office.until(e.MessagesSent)
        wait(lambda: len(broker.all("D")) == 2)
        office.desk.done(c.ClosePlacement(closed, "they say they never got it"), "trader")
        broker.heard.clear()
        broker.engine.setNextTargetMsgSeqNum(2)  # else its engine keeps what comes again to itself
        broker.say(_35="2", _7="2", _16="0")
        wait(lambda: broker.all("D"))
        ids = [text.split("\x0111=")[1].split("\x01")[0] for text in broker.all("D")]
        assert ids == [office.desk.placement(open_).ClOrdID]


def test_a_killed_order_that_waits_to_be_sent_again_leaves_only_its_cancel(slow: Throttled) -> None:
    """An earlier copy may be there: its quantity stays, and the cancel has to go."""
    name = slow.routed()
    slow.turn()
    placement = slow.desk.placement(name)
    unknown = {"OrdStatus": OrdStatus.Rejected, "OrdRejReason": "5", "OrderID": "NONE"}
    slow.desk.report(name, K.Status, ClOrdID=placement.ClOrdID, **unknown)
    slow.turn()
    slow.desk.done(c.CancelAll("halt", everything=True), "carl")
    for _ in range(3):
        slow.turn(seconds=1)
    cancel = slow.desk.placement(name).requests[-1]
    assert slow.kinds() == [f"D {placement.ClOrdID}", f"F {cancel.ClOrdID}"]
    assert slow.desk.placement(name).LeavesQty == 100


def test_taking_out_leaves_the_turn_of_the_others() -> None:
    lanes: Lanes[str] = Lanes()
    for urgency, thing, message in ((2, "P1", "a"), (2, "P2", "b"), (1, "P1", "c"), (3, "P3", "d")):
        lanes.put(urgency, (thing,), message)
    assert [*lanes.take(lambda message: message in "ac").values()] == ["a", "c"]
    assert lanes.take(lambda message: message in "ac") == {}
    lanes.put(0, ("P1",), "e")
    assert [lanes.pop() for _ in range(len(lanes))] == ["e", "b", "d"]
