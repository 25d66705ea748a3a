"""Lists over a real session, with the simulated brokers of each version."""

from pathlib import Path

import pytest
from msgspec.structs import replace

import fixconfig
from tests.builders import Desk
from tests.fix.office import Office, trading
from tests.fix.test_posttrade_line import market, open_desk
from tests.simulators.client import serving
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrdStatus

VERSIONS = list(fixconfig.folders())


def ready() -> Desk:
    floor = open_desk()
    king = replace(floor.state.brokers["KING"], knows_lists=True)
    floor.done(c.DefineBrokers((king,)), "ops")
    return floor


def routed(office: Office) -> tuple[str, ...]:
    """A list of two orders, at the broker's session."""
    floor = office.desk
    blocks = tuple(floor.block(("A1", n), instrument="SIM") for n in (100, 200))
    return floor.done(c.RouteList("KING", blocks), "trader")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_list_is_worked_order_by_order(version: str, tmp_path: Path) -> None:
    sold = market(tmp_path, version)
    with (
        serving(sold),
        trading(tmp_path, sold.brokers[0].port, ready(), version=version) as office,
    ):
        office.until(e.SessionChanged, up=True)
        names = routed(office)
        office.until(e.ListReported)
        while {office.desk.placement(name).OrdStatus for name in names} != {OrdStatus.Filled}:
            office.until(e.Reported)
        floor = office.desk
    assert [floor.placement(name).CumQty for name in names] == [100, 200]
    (known,) = floor.state.lists.values()
    assert known.status == "2"
    assert not floor.state.unmatched
    sent = [r.event for r in floor.journal.records if isinstance(r.event, e.MessagesSent)]
    left = [pair for x in sent for pair in zip(x.ClOrdIDs, x.MsgSeqNums, strict=True) if pair[0]]
    assert len(left) == 2
    assert len({number for _, number in left}) == 1, "both orders left in one message"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("how", ["reject", "unsupported"])
def test_a_list_that_the_broker_refuses(how: str, version: str, tmp_path: Path) -> None:
    sold = market(tmp_path, version, lists=how)
    with (
        serving(sold),
        trading(tmp_path, sold.brokers[0].port, ready(), version=version) as office,
    ):
        office.until(e.SessionChanged, up=True)
        names = routed(office)
        office.until(e.AlertRaised, kind="list rejected")
        floor = office.desk
    assert {floor.placement(name).OrdStatus for name in names} == {OrdStatus.Rejected}
    assert not floor.state.unmatched
