"""The broker's side by script, over a real session: what we send and what we then show."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import fixconfig
from simulators.forms import FORMS
from simulators.player import Player, Stage
from simulators.script import Script, parse, read
from simulators.settings import BrokerSettings
from tests.acceptance.oms import Oms
from tests.simulators.client import until
from tradeoms.app.clock import Clock
from tradeoms.demo.files import free_ports

SCRIPTS = [read(path) for path in sorted(Path(__file__).parent.glob("*.script"))]
CASES = [(version, script) for version in FORMS for script in SCRIPTS if version in script.versions]


def spoken(version: str) -> dict[str, Any]:
    """The version with its dictionaries, without which quickfix refuses every group."""
    folder = fixconfig.path(version)
    found: dict[str, Any] = {"version": version, "dictionary": folder / "dictionary.xml"}
    if (folder / "transport.xml").exists():
        found["transport_dictionary"] = folder / "transport.xml"
    return found


class Floors:
    """A broker and a client on each version, logged on when first asked for."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.open = ExitStack()
        self.made: dict[str, tuple[Stage, Oms]] = {}

    def on(self, version: str) -> tuple[Stage, Oms]:
        if version not in self.made:
            (port,) = free_ports(1)
            stage = Stage(BrokerSettings("ALPHA", "TRADEOMS", port, **spoken(version)))
            oms = Oms(version, self.home / version / "client", port)
            self.open.enter_context(stage.open(self.home / version / "broker"))
            clock = Clock(oms.gateway.tick)
            self.open.callback(oms.gateway.stop)
            self.open.callback(clock.stop)
            oms.gateway.start(oms.desk.state)
            clock.start()
            until(oms.up)
            self.made[version] = stage, oms
        return self.made[version]


@pytest.fixture(scope="module")
def floors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floors]:
    opened = Floors(tmp_path_factory.mktemp("acceptance"))
    with opened.open:
        yield opened


@pytest.mark.parametrize(
    ("version", "script"),
    CASES,
    ids=[f"{version}-{script.path.stem}" for version, script in CASES],
)
def test_a_script(floors: Floors, version: str, script: Script) -> None:
    stage, oms = floors.on(version)
    oms.begin()
    stage.listen(lambda: False, 0)
    stage.heard.clear()
    stage.logons = 0
    Player(script, stage, oms.before).play()


def test_a_wrong_number_is_noticed(floors: Floors) -> None:
    stage, oms = floors.on("FIX.4.4")
    (fill,) = (script.path for script in SCRIPTS if script.path.stem == "fill")
    text = fill.read_text().replace("show OrdStatus=1 OrderQty=1000 CumQty=400", "show CumQty=401")
    text = text.replace("OrderID=fill", "OrderID=wrong")
    oms.begin()
    with pytest.raises(AssertionError, match="CumQty: expected '401', shown '400'"):
        Player(parse(text, Path("wrong.script")), stage, oms.before).play()


def test_there_is_a_script_for_each_surprise() -> None:
    assert len(SCRIPTS) >= 20
    assert all(script.path.read_text().startswith("# ") for script in SCRIPTS)
