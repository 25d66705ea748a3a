"""Every version trades over a socket, and a new one is a folder that nobody wrote code for."""

from pathlib import Path

import pytest

import fixconfig
from fixconfig import generate
from simulators.settings import BrokerSettings
from tests.builders import D, Desk, desk, instrument
from tests.fix.office import Office, trading
from tests.simulators.bench import CLOSES_CSV, broker, settings
from tests.simulators.client import serving
from tradeoms.demo.files import free_ports
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Effect, OrdStatus, OrdType

SYMBOL = CLOSES_CSV.splitlines()[0].split(",")[1]
MADE_UP = """
base = "FIX.4.4"
begin_string = "FIX.4.3"
[header]
BeginString = ["Y", "FIX.4.3"]
[messages]
without = ["AK", "AU", "BH"]
[messages.D.fields]
HandlInst = ["Y", "always"]
"""


def made_up(root: Path) -> Path:
    """A folder with a version of its own: two small tables and an empty one."""
    folder = root / "FIX.4.3"
    folder.mkdir(parents=True)
    (folder / "messages.toml").write_text(MADE_UP)
    (folder / "dialect.toml").write_text('[names]\nPositionEffect = "OpenClose"\n')
    (folder / "groups.toml").write_text("")
    assert generate.main(["--root", str(root)]) == 0
    assert generate.main(["--root", str(root), "--check"]) == 0
    return folder


def opened() -> Desk:
    floor = desk()
    sim = instrument("SIM", Symbol=SYMBOL, SecurityID="US0378331005", SecurityIDSource="4")
    floor.done(c.DefineInstruments((sim,)), "ops")
    return floor


def route(office: Office, quantity: int) -> str:
    block = office.desk.block(("A1", quantity), instrument="SIM")
    limit = c.Route("KING", D(quantity), OrdType=OrdType.Limit, Price=D("200"))
    (name,) = office.desk.done(c.RouteBlock(block, (limit,)), "trader")
    return name


def trade(home: Path, seller: BrokerSettings, **line: object) -> None:
    """A fill is busted and traded again; another order is replaced, and then cancelled."""
    home.mkdir(exist_ok=True)
    (home / "closes.csv").write_text(CLOSES_CSV)
    with (
        serving(settings(seller, home=home)),
        trading(home / "ours", seller.port, opened(), **line) as office,
    ):
        office.until(e.SessionChanged, up=True)
        filled = route(office, 100)
        office.until(e.Reported, placement=filled, effect=Effect.Busted)
        while office.desk.placement(filled).OrdStatus is not OrdStatus.Filled:
            office.until(e.Reported, placement=filled)
        assert office.desk.placement(filled).CumQty == 100
        working = route(office, 300)
        office.until(e.Reported, placement=working)
        office.desk.done(c.ReplacePlacement(working, D(200), Price=D("200")), "trader")
        while office.desk.placement(working).OrderQty != 200:
            office.until(e.Reported, placement=working)
        office.desk.done(c.CancelPlacement(working), "trader")
        while office.desk.placement(working).OrdStatus is not OrdStatus.Canceled:
            office.until(e.Reported, placement=working)
        assert [a for a in office.desk.alerts() if a in ("unknown report", "internal error")] == []


def seller(version: str, folder: Path, **more: object) -> BrokerSettings:
    """A broker that validates what we send with the same dictionaries."""
    (port,) = free_ports(1)
    transport = folder / "transport.xml"
    return broker(
        "ack_only",
        port=port,
        nth={1: "bust"},
        version=version,
        dictionary=folder / "dictionary.xml",
        transport_dictionary=transport if transport.exists() else None,
        **more,
    )


@pytest.mark.parametrize("version", fixconfig.folders())
def test_a_version_trades(version: str, tmp_path: Path) -> None:
    trade(tmp_path, seller(version, fixconfig.path(version)), version=version)


def test_a_new_version_is_a_folder(tmp_path: Path) -> None:
    folder = made_up(tmp_path / "more")
    simulated = seller("FIX.4.4", folder, BeginString="FIX.4.3")
    trade(tmp_path, simulated, version="FIX.4.3", versions=folder.parent)
    log = next((tmp_path / "ours" / "store").glob("*.body")).read_bytes()
    assert b"8=FIX.4.3\x01" in log
    assert b"8=FIX.4.4\x01" not in log
