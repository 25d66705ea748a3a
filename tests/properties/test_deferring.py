"""Replaces one after the other on a slow session, with crashes in between: our book is the broker's."""

import tempfile
from collections import deque
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from msgspec.structs import replace

from tests.builders import D, K, desk
from tests.fix.messages import type_of
from tests.states import same
from tradeoms import core
from tradeoms.core.context import Context
from tradeoms.engine import Engine
from tradeoms.fix.decode import fields_of
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.sender import Way
from tradeoms.fix.settings import SessionSettings
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, Outcome
from tradeoms.model.placements import ENDED

SYMBOL, SIDE = "AC.X", "1"


class Tokens:
    """A bucket that the machine fills."""

    left = 0

    def take(self, _: float) -> bool:
        self.left -= 1
        return self.left >= 0


class Broker:
    """One order, by the rules of FIX: a request that names another id than the order's is wrong."""

    def __init__(self, chains: bool) -> None:
        self.chains, self.refused = chains, 0  # cancels and replaces that are too late
        self.ClOrdID, self.OrderQty, self.Price = "", D(0), D(0)
        self.CumQty, self.over = D(0), False
        self.last = (D(0), D(0))  # terms of the last replace
        self.asked: deque[dict[str, str]] = deque()
        self.seen: list[str] = []
        self.said: deque[Report] = deque()

    @property
    def LeavesQty(self) -> Decimal:
        return D(0) if self.over else self.OrderQty - self.CumQty

    def take(self, fields: dict[str, str]) -> None:
        """A message arrives; a question is answered behind what was asked before it."""
        if fields["35"] in "DFG":
            if fields["11"] in self.seen:
                assert fields.get("97") == "Y", "sent twice"
                return
            assert fields["35"] != "G" or fields["41"] in self.seen, "names what never arrived"
            self.seen.append(fields["11"])
        self.asked.append(fields)

    def answer(self) -> None:
        fields = self.asked.popleft()
        {"D": self._new, "G": self._replace, "F": self._cancel, "H": self._status}[fields["35"]](
            fields
        )

    def fill(self, quantity: int) -> None:
        last = min(D(quantity), self.LeavesQty)
        if self.ClOrdID and last > 0:
            self.CumQty += last
            ExecID = f"E{len(self.seen)}-{self.CumQty}"
            self._say(K.Trade, self.ClOrdID, ExecID=ExecID, LastQty=last, LastPx=self.Price)

    def _new(self, fields: dict[str, str]) -> None:
        self.ClOrdID = fields["11"]
        self._terms(fields)
        self._say(K.New, self.ClOrdID)

    def _replace(self, fields: dict[str, str]) -> None:
        self.last = D(fields["38"]), D(fields["44"])
        named = fields["41"] == self.ClOrdID
        assert named or self.chains, f"{fields['11']} names {fields['41']}, not {self.ClOrdID}"
        late = self.LeavesQty == 0 or D(fields["38"]) <= self.CumQty
        self.refused += late or not named
        if not named or late:
            self._say(K.CancelReject, fields["11"], OrigClOrdID=self.ClOrdID, CxlRejReason="0")
            return
        before, self.ClOrdID = self.ClOrdID, fields["11"]
        self._terms(fields)
        self._say(K.Replaced, self.ClOrdID, OrigClOrdID=before)

    def _cancel(self, fields: dict[str, str]) -> None:
        named = fields["41"] == self.ClOrdID
        self.refused += self.LeavesQty == 0
        if not named or self.LeavesQty == 0:
            self._say(K.CancelReject, fields["11"], OrigClOrdID=self.ClOrdID, CxlRejReason="0")
            return
        before, self.ClOrdID, self.over = self.ClOrdID, fields["11"], True
        self._say(K.Canceled, self.ClOrdID, OrigClOrdID=before)

    def _status(self, fields: dict[str, str]) -> None:
        if fields["11"] in self.seen:
            self._say(K.Status, fields["11"])
        else:
            unknown = {"OrderID": "NONE", "OrdRejReason": "5", "OrdStatus": OrdStatus.Rejected}
            self.said.append(Report(K.Status.value, fields["11"], **unknown))

    def _terms(self, fields: dict[str, str]) -> None:
        self.OrderQty, self.Price = D(fields["38"]), D(fields["44"])

    def _say(self, kind: K, ClOrdID: str, **fields: Any) -> None:
        status = OrdStatus.PartiallyFilled if self.CumQty else OrdStatus.New
        status = OrdStatus.Filled if self.LeavesQty == 0 else status
        values: dict[str, Any] = {
            "OrderID": "X1",
            "OrdStatus": OrdStatus.Canceled if self.over else status,
            "Symbol": SYMBOL,
            "Side": SIDE,
        }
        if kind is not K.CancelReject:
            values |= {"OrderQty": self.OrderQty, "Price": self.Price, "CumQty": self.CumQty}
            values |= {"LeavesQty": self.LeavesQty, "TransactTime": "20260302-14:30:00"}
        self.said.append(Report(kind.value, ClOrdID, **(values | fields)))


class Slow(RuleBasedStateMachine):
    """One placement on a session that lets through what the machine allows."""

    @initialize(chains=st.booleans())
    def begin(self, chains: bool) -> None:
        self.desk, self.broker, self.number, self.read = desk(), Broker(chains), 0, 0
        self.home = tempfile.TemporaryDirectory()
        king = self.desk.state.brokers["KING"]
        self.desk.done(c.DefineBrokers((replace(king, chained_requests=chains),)), "ops")
        self.wanted: tuple[Decimal, Decimal] | None = None
        self.gone = self.killed = False
        self._open()
        block = self.desk.block(("A1", 1000), Price=60)
        route = c.Route("KING", D(100), Price=D(50), OrdType=self.desk.state.blocks[block].OrdType)
        (self.name,) = self.desk.done(c.RouteBlock(block, (route,)), "trader")
        self._all()

    def _open(self) -> None:
        """A process: what it queues is lost with it."""
        self.inbox: deque[tuple[c.Command, e.Cause]] = deque()
        self.up, self.tokens = True, Tokens()
        where = ("127.0.0.1", 1, Path(self.home.name))
        session = SessionSettings("S1", "TRADEOMS", "KING", *where)
        self.gateway = Gateway((session,), lambda *said: self.inbox.append(said))
        self.sender = self.gateway._sender
        fake = SimpleNamespace(session=SimpleNamespace(rate=1, burst=1), send=self._leave)
        fake.is_up = lambda: self.up
        self.way = self.sender.ways["S1"] = Way(fake)
        self.way._bucket = self.tokens
        self.desk.engine.consumers[:] = [self.gateway]

    def _leave(self, text: str) -> str:
        if not self.up:
            return "the session is down"
        self.number += 1
        self.sender.leaving("S1", self.number, type_of(text))
        self.broker.take(fields_of(text))
        return ""

    # -- what people do -------------------------------------------------------------------------

    @rule(quantity=st.integers(1, 300), price=st.integers(48, 52))
    def replace(self, quantity: int, price: int) -> None:
        command = c.ReplacePlacement(self.name, D(quantity), D(price))
        if self.desk.do(command, "trader").outcome is Outcome.Done:
            self.wanted, self.killed = (D(quantity), D(price)), False

    @precondition(lambda self: not self.gone)
    @rule(kill=st.booleans())
    def cancel(self, kill: bool) -> None:
        command = c.CancelAll("halt", broker="KING") if kill else c.CancelPlacement(self.name)
        if self.desk.do(command, "trader").outcome is Outcome.Done:
            self.gone, self.killed = not kill, kill
        self.wanted = None

    # -- what machines do -----------------------------------------------------------------------

    @rule(many=st.integers(0, 3))
    def send(self, many: int) -> None:
        """The sender's thread: takes what is queued, then sends what may leave."""
        while not self.sender._queue.empty():
            message = self.sender._queue.get_nowait()
            assert message is not None
            self.sender._queued(message)
        self.tokens.left = many
        self.sender._send_burst(self.way.ready())

    @rule(many=st.integers(1, 4))
    def decide(self, many: int) -> None:
        """The core hears what the gateway has to say."""
        for _ in range(min(many, len(self.inbox))):
            self.desk.engine.submit(*self.inbox.popleft())
            self.desk.run()

    @rule()
    def answer(self) -> None:
        if self.broker.asked:
            self.broker.answer()

    @rule(quantity=st.integers(1, 40))
    def fill(self, quantity: int) -> None:
        self.broker.fill(quantity)

    @rule()
    def hear(self) -> None:
        if self.up and self.read < len(self.broker.said):
            self.desk.hear("S1", self.broker.said[self.read])
            self.read += 1

    @rule()
    def lose_the_line(self) -> None:
        """What waited comes back unsent; what the trader wanted last may be given up, with an alert."""
        self.up = False
        self.desk.system(c.ChangeSession("S1", False))
        self.send(0)
        self.decide(len(self.inbox))
        self._log_on()
        self.wanted, self.gone = None, False

    @rule()
    def crash(self) -> None:
        """Everything that is not in the journal is gone; what the broker said comes again."""
        same(self.desk.journal.replay(), self.desk.state)
        journal = self.desk.journal
        self.desk.engine = Engine(journal.replay(), journal, journal.replay)
        self._open()
        self.desk.system(c.ChangeSession("S1", False))
        self._log_on()

    def _log_on(self) -> None:
        self.up = True
        self.desk.system(c.ChangeSession("S1", True))

    def _all(self) -> None:
        """Until nothing happens any more."""
        for _ in range(12):
            self.send(10)
            self.decide(99)
            while self.broker.asked:
                self.broker.answer()
            while self.read < len(self.broker.said):
                self.hear()
        left = (len(self.inbox), len(self.broker.asked), len(self.way._lanes))
        assert left == (0, 0, 0), "it comes to an end"

    def teardown(self) -> None:
        if not hasattr(self, "name"):
            return
        self._all()
        placement, broker = self.desk.placement(self.name), self.broker
        assert (placement.requests, placement.deferred) == ((), None)
        ours = placement.OrderQty, placement.Price, placement.CumQty, placement.LeavesQty
        assert ours == (broker.OrderQty, broker.Price, broker.CumQty, broker.LeavesQty)
        assert placement.ClOrdID == broker.ClOrdID or broker.over
        if self.gone or self.killed:
            assert placement.OrdStatus in ENDED or not placement.LeavesQty
        elif self.wanted and self.wanted[0] > placement.CumQty:
            assert broker.last == self.wanted, "the last one is asked for, whatever its answer"
        alerts = self.desk.alerts()
        assert not {"internal error", "fill missing"} & set(alerts)
        assert alerts.count("cancel rejected") <= broker.refused, "for what is asked again, none"
        same(self.desk.journal.replay(), self.desk.state)
        self.home.cleanup()


class Lossy(Slow):
    """A broker that loses some requests, answers questions, and says some things twice."""

    hours = 0

    @rule()
    def lose(self) -> None:
        """The oldest change or cancel that it has not looked at."""
        lost = next((fields for fields in self.broker.asked if fields["35"] in "GF"), None)
        if lost:
            self.broker.asked.remove(lost)
            self.broker.seen.remove(lost["11"])

    @rule()
    def repeat(self) -> None:
        if self.read:
            self.desk.hear("S1", self.broker.said[self.read - 1])

    @rule()
    def wait_an_hour(self) -> None:
        self.hours += 1
        now = datetime.now(UTC) + timedelta(hours=self.hours)
        context = Context(now, "", self.desk.engine._counters)
        for event in core.decide(self.desk.state, c.CheckPending(), context):
            self.desk.engine._book(event, e.Cause())
        self.desk.engine.step(())

    def _all(self) -> None:
        """What was lost is asked about, then sent again."""
        for _ in range(4):
            super()._all()
            self.wait_an_hour()
        super()._all()


Slow.TestCase.settings = settings(max_examples=80, stateful_step_count=15)
TestSlow = Slow.TestCase
Lossy.TestCase.settings = settings(max_examples=25, stateful_step_count=15)
TestLossy = Lossy.TestCase
