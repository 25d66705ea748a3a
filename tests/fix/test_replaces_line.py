"""A burst of replaces over a real session that lets few messages through: the last one wins."""

from pathlib import Path

import pytest

import fixconfig
from simulators.forms import FORMS
from simulators.ledger import read
from simulators.lines import Received, lines
from tests.builders import D, desk, instrument
from tests.fix.office import trading
from tests.simulators.bench import CLOSES_CSV, broker, settings
from tests.simulators.client import serving
from tradeoms.demo.files import free_ports
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrdStatus
from tradeoms.model.placements import Request

SYMBOL = CLOSES_CSV.splitlines()[0].split(",")[1]
BURST = range(10)


def changes(records: list[e.Record]) -> tuple[list[Request], list[str]]:
    """The replaces that were asked for, and the ClOrdIDs of what never left."""
    asked = [r.event.request for r in records if isinstance(r.event, e.ReplaceRequested)]
    gone = [r.event.ClOrdID for r in records if isinstance(r.event, e.PlacementUnsent)]
    return asked, gone


@pytest.mark.parametrize("version", FORMS)
def test_of_a_burst_the_last_replace_wins(version: str, tmp_path: Path) -> None:
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    (port,) = free_ports(1)
    spoken = {"version": version, "dictionary": fixconfig.path(version) / "dictionary.xml"}
    if (transport := fixconfig.path(version) / "transport.xml").exists():
        spoken["transport_dictionary"] = transport
    market = settings(broker("ack_fill", port=port, **spoken), home=tmp_path)
    opened = desk()
    sim = instrument("SIM", Symbol=SYMBOL, SecurityID="", SecurityIDSource="")
    opened.done(c.DefineInstruments((sim,)), "ops")
    opened.system(c.ChangeSession("S1", False))
    slow = {"version": version, "rate": 4, "burst": 1}
    with serving(market), trading(tmp_path / "a", port, opened, **slow) as office:
        office.until(e.SessionChanged, up=True)
        block = opened.block(("A1", 1000), instrument="SIM", Price="200")
        route = c.Route("KING", D(1000), Price=D(50), OrdType=opened.state.blocks[block].OrdType)
        (name,) = opened.done(c.RouteBlock(block, (route,)), "trader")
        office.until(e.Reported, placement=name)
        for n in BURST:
            opened.done(c.ReplacePlacement(name, D(900 - 10 * n), D(51 + n)), "trader")
        while opened.placement(name).requests:
            office.until(e.Reported, placement=name)
        held = opened.placement(name)
        assert (held.OrderQty, held.Price, held.CumQty, held.deferred) == (810, 60, 0, None)
        opened.done(c.ReplacePlacement(name, D(800), D(200)), "trader")  # through the market
        while opened.placement(name).OrdStatus is not OrdStatus.Filled:
            office.until(e.Reported, placement=name)
        asked, gone = changes(opened.journal.records)
        ledger = market.home / "ALPHA.jsonl"
        (order,) = read(ledger).orders.values()
        left = [x for x in lines(ledger) if isinstance(x, Received) and x.MsgType == "G"]
    assert (order.OrderQty, order.CumQty, order.Price) == (800, 800, 200)
    assert opened.placement(name).CumQty == 800
    assert [x.ClOrdID for x in left] == [r.ClOrdID for r in asked if r.ClOrdID not in gone]
    assert len(left) <= 3, (
        "one may have left at once; then the last of the burst, and the last of all"
    )
    assert "internal error" not in opened.alerts()
