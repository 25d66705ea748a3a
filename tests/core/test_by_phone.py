"""A part of a block given to a broker by telephone: nothing is sent, and it says so for ever."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import DAY, D, Desk, K, desk
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdType, Severity, Transmission
from tradeoms.model.reference import Limit
from tradeoms.views import VIEWS


@pytest.fixture
def floor() -> Desk:
    return desk()


def called(block: str, quantity: Any = 60, **fields: Any) -> c.RouteByPhone:
    return c.RouteByPhone(block, c.Route("KING", D(quantity), **fields), "Bob", "line down")


def told(floor: Desk, command: c.RouteByPhone) -> str:
    (name,) = floor.done(command, "trader")
    return name


def test_it_is_at_the_broker_and_nothing_is_sent(floor: Desk) -> None:
    block = floor.block(("A1", 60), ("A2", 40), Price=50)
    at = datetime.now(UTC) - timedelta(minutes=10)
    name = told(floor, replace(called(block), at=at))
    placement = floor.placement(name)
    assert (placement.LeavesQty, placement.requests, placement.Price) == (60, (), 50)
    assert placement.transmission is Transmission.Acknowledged
    assert not {e.PlacementRouted, e.StatusRequested} & {
        type(r.event) for r in floor.journal.records
    }
    blocks, placements = VIEWS["blocks"], VIEWS["placements"]
    ((_, row),) = blocks.upserts(floor.state, [block])
    assert (row.idle, row.working, row.frozen_at is None) == (40, 60, False)
    ((_, row),) = placements.upserts(floor.state, [name])
    assert row.by_phone == f"trader told Bob, {at:%Y-%m-%d %H:%M} UTC: line down"
    told(floor, called(block, 40, OrdType=OrdType.Limit, Price=D(49)))
    assert list(floor.refused(called(block, 1), "trader")) == ["route.OrderQty"]


def test_its_fills_are_entered_and_its_end_is_said_by_hand(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    name = told(floor, called(block))
    floor.done(c.EnterFill(name, D(25), D(50), "told by telephone"), "trader")
    for command in (
        c.CancelPlacement(name),
        c.ReplacePlacement(name, D(70)),
        c.RequestStatus(name),
    ):
        assert "by telephone" in floor.refused(command, "trader")["placement"]
    assert "working placements" in floor.refused(c.FinishBlock(block), "trader")["block"]
    floor.done(c.ClosePlacement(name, "they stopped"), "trader")
    floor.finish(block)
    assert floor.held("A1") == 25
    ((_, row),) = VIEWS["placements"].upserts(floor.state, [name])
    assert row.by_phone.startswith("trader told Bob")


def test_what_the_broker_reports_of_it_is_attached_and_then_it_can_be_cancelled(
    floor: Desk,
) -> None:
    name = told(floor, called(floor.block(("A1", 100)), 100))
    report = {"kind": K.Trade.value, "OrderID": "T7", "ExecID": "V1", "Symbol": "AC.X", "Side": "1"}
    report |= {"OrderQty": D(100), "LastQty": D(40), "LastPx": D(50), "CumQty": D(40)}
    floor.hear("S1", Report(**report, TransactTime="20260302-14:30:00"))
    floor.done(c.AttachReport(1, "ours", name), "trader")
    assert (floor.placement(name).CumQty, floor.placement(name).OrderID) == (40, "T7")
    floor.done(c.CancelPlacement(name), "trader")


def test_the_kill_switch_names_whom_to_call(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    name, wired = told(floor, called(block)), floor.route(block, 40)
    floor.done(c.CancelAll("odd", everything=True), "carl")
    texts = [alert.text for alert in floor.state.alerts.values()]
    assert f"given by telephone, and to be cancelled there: {name} at KING" in texts
    assert [r.kind for r in floor.placement(wired).requests] == ["cancel"]
    floor.system(c.ChangeSession("S1", False))
    floor.system(c.ChangeSession("S1", True))
    assert floor.placement(name).requests == ()


def test_rules_are_asked_as_for_every_route(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    limit = Limit("order_quantity", DAY, {"most": "50"}, Severity.Warn)
    floor.done(c.SetLimits((limit,)), "carl")
    assert list(floor.refused(called(block), "trader")) == ["order_quantity"]
    told(floor, replace(called(block), acknowledged=("order_quantity",)))
    floor.done(c.SetLimits((replace(limit, severity=Severity.Block),)), "carl")
    command = replace(called(block, 40), acknowledged=("order_quantity",))
    assert list(floor.refused(command, "trader")) == ["order_quantity"]
    floor.done(c.Claim((block,), "mine now"), "tina")
    assert list(floor.refused(called(block, 40), "trader")) == ["block"]


def test_everything_wrong_is_said_before_anything_is_done(floor: Desk) -> None:
    block, now = floor.block(("A1", 100)), datetime.now(UTC)
    nobody = replace(called(block), spoke_to=" ", reason="tab\t", at=now + timedelta(hours=1))
    assert list(floor.refused(nobody, "trader")) == ["reason", "spoke_to", "at"]
    naive = replace(called(block), at=now.replace(tzinfo=None))
    assert floor.refused(naive, "trader") == {"at": "has no time zone"}
    old = replace(called(block), at=now - timedelta(hours=24))
    assert list(floor.refused(old, "trader")) == ["at"]
    cash = replace(called(block), route=c.Route("KING", CashOrderQty=D(500)))
    assert list(floor.refused(cash, "trader")) == ["route.CashOrderQty"]
    wrong = replace(called(block), route=c.Route("NOBODY", D(0)))
    assert list(floor.refused(wrong, "trader")) == ["route.broker", "route.OrderQty"]
    both = replace(wrong, spoke_to="", reason="")
    everything = ["reason", "spoke_to", "route.broker", "route.OrderQty"]
    assert list(floor.refused(both, "trader")) == everything
