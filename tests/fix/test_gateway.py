"""The gateway with a real broker behind a real socket: nothing is lost, nothing is sent twice."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulators.settings import Settings
from tests.builders import D, Desk, desk, instrument
from tests.simulators.bench import CLOSES_CSV, broker, settings
from tests.simulators.client import PATIENCE, serving
from tradeoms.app.clock import Clock
from tradeoms.demo.files import free_ports
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.settings import SessionSettings
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrdStatus, Transmission


class Floor:
    """A desk whose gateway is the real one: what it says is decided here, in order."""

    def __init__(self, home: Path, port: int, opened: Desk | None = None) -> None:
        self.desk = opened or desk()
        self.inbox: queue.SimpleQueue[tuple[c.Command, e.Cause]] = queue.SimpleQueue()
        own = {"ReconnectInterval": "1"}
        session = SessionSettings(
            "S1", "TRADEOMS", "ALPHA", "127.0.0.1", port, home / "store", overrides=own
        )
        self.gateway = Gateway((session,), lambda command, cause: self.inbox.put((command, cause)))
        self.desk.engine.consumers[:] = [self.gateway]

    def until(self, kind: type, **fields: Any) -> e.Record:
        """Decide what comes in until an event of this kind, with these fields, is booked."""
        while True:
            seq = self.desk.state.seq
            command, cause = self.inbox.get(timeout=PATIENCE)
            self.desk.engine.submit(command, cause)
            self.desk.run()
            for record in self.desk.journal.records[seq:]:
                found = isinstance(record.event, kind)
                if found and all(getattr(record.event, k) == v for k, v in fields.items()):
                    return record

    def route(self, quantity: int) -> str:
        """An order for one broker, not waited for."""
        block = self.desk.block(("A1", quantity), instrument="SIM")
        routes = (c.Route("KING", D(quantity)),)
        (name,) = self.desk.done(c.RouteBlock(block, routes), "trader")
        return name


@contextmanager
def trading(home: Path, port: int, opened: Desk | None = None) -> Iterator[Floor]:
    floor = Floor(home, port, opened)
    clock = Clock(floor.gateway.tick)
    floor.gateway.start(floor.desk.state)
    clock.start()
    try:
        yield floor
    finally:
        clock.stop()
        floor.gateway.stop()


@pytest.fixture
def market(tmp_path: Path) -> Settings:
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    (port,) = free_ports(1)
    return settings(broker("ack_fill", port=port, nth={2: "reject"}), home=tmp_path)


SYMBOL = CLOSES_CSV.splitlines()[0].split(",")[1]


def open_desk() -> Desk:
    opened = desk()
    sim = instrument("SIM", Symbol=SYMBOL, SecurityID="", SecurityIDSource="")
    opened.done(c.DefineInstruments((sim,)), "ops")
    opened.system(c.ChangeSession("S1", False))
    return opened


def test_an_order_is_sent_filled_and_confirmed(market: Settings, tmp_path: Path) -> None:
    with serving(market), trading(tmp_path / "a", market.brokers[0].port, open_desk()) as floor:
        floor.until(e.SessionChanged, up=True)
        name = floor.route(100)
        while floor.desk.placement(name).OrdStatus is not OrdStatus.Filled:
            floor.until(e.Reported)
        placement = floor.desk.placement(name)
        assert placement.CumQty == 100
        assert placement.OrderID
        while not floor.desk.state.sessions["S1"].out_seq:
            floor.until(e.MessagesSent)
        rejected = floor.route(100)
        floor.until(e.Reported, placement=rejected)
        assert floor.desk.placement(rejected).OrdStatus is OrdStatus.Rejected
        assert floor.desk.state.sessions["S1"].in_seq > 1
        assert "internal error" not in floor.desk.alerts()


def test_over_a_dead_line_nothing_leaves_later(market: Settings, tmp_path: Path) -> None:
    opened = open_desk()
    # The journal believes the line is up; quickfix knows better.
    with trading(tmp_path / "a", market.brokers[0].port, opened) as floor:
        opened.system(c.ChangeSession("S1", True))
        name = floor.route(100)
        floor.until(e.PlacementUnsent, placement=name)
        assert opened.placement(name).transmission is Transmission.Unsent
        with serving(market):
            floor.until(e.SessionChanged, up=True)
            again = floor.route(50)
            while opened.placement(again).OrdStatus is not OrdStatus.Filled:
                floor.until(e.Reported)
        assert opened.placement(name).OrdStatus is None


def test_what_was_lost_between_socket_and_disk_comes_again(
    market: Settings, tmp_path: Path
) -> None:
    opened = open_desk()
    with serving(market):
        with trading(tmp_path / "a", market.brokers[0].port, opened) as floor:
            floor.until(e.SessionChanged, up=True)
            name = floor.route(100)
            # The reports arrive and are never decided: the process dies here.
            heard = [floor.inbox.get(timeout=PATIENCE) for _ in range(3)]
            assert any(isinstance(command, c.ReportReceived) for command, _ in heard)
            assert opened.placement(name).OrdStatus is None
        opened.system(c.ChangeSession("S1", False))
        with trading(tmp_path / "a", market.brokers[0].port, opened) as floor:
            while opened.placement(name).OrdStatus is not OrdStatus.Filled:
                floor.until(e.Reported)
        assert opened.placement(name).CumQty == 100
        assert len(opened.state.executions) == 1
