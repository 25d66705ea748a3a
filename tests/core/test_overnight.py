"""Orders for one day that no broker ended: a person hears of each when the next day opens."""

from datetime import timedelta

import pytest

from tests.builders import DAY, D, Desk, K, desk
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model.fields import TimeInForce

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def floor() -> Desk:
    return desk()


def told(floor: Desk) -> dict[str, str]:
    """Placements that a person was told of, and what."""
    kinds = floor.state.alerts.values()
    return {alert.subject: alert.text for alert in kinds if alert.kind == "open overnight"}


def test_what_no_broker_ended_is_told_when_the_next_day_opens(floor: Desk) -> None:
    open_, part = floor.working(), floor.working()
    floor.fill(part, 40)
    floor.done(c.OpenDay(NEXT), "ops")
    reason = "for 2026-03-02 only, and KING never ended it: "
    close = " are open. Ask the broker, then close it by hand"
    assert told(floor) == {
        open_: f"{reason}100 of 100{close}",
        part: f"{reason}60 of 100{close}",
    }
    same(floor.state, floor.journal.replay())


def test_it_is_told_once_a_day(floor: Desk) -> None:
    floor.working()
    floor.done(c.OpenDay(DAY), "ops")
    assert told(floor) == {}
    floor.done(c.OpenDay(NEXT), "ops")
    floor.done(c.OpenDay(NEXT), "ops")
    assert floor.alerts() == ["open overnight"]
    floor.done(c.OpenDay(NEXT + timedelta(days=1)), "ops")
    assert floor.alerts() == ["open overnight"] * 2


def test_an_order_without_any_answer_is_told_too(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    (name,) = floor.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    floor.done(c.OpenDay(NEXT), "ops")
    assert list(told(floor)) == [name]


def test_what_has_ended_or_lasts_is_not_told(floor: Desk) -> None:
    for kind in (K.Canceled, K.Expired, K.DoneForDay):
        floor.report(floor.working(), kind)
    floor.fill(floor.working(), 100)
    floor.working(("A1", 100), TimeInForce=TimeInForce.GoodTillCancel)
    before = floor.alerts()
    floor.done(c.OpenDay(NEXT), "ops")
    assert floor.alerts() == before


def test_a_person_closes_it_and_its_quantity_returns(floor: Desk) -> None:
    name = floor.working()
    block = floor.placement(name).block
    floor.done(c.OpenDay(NEXT), "ops")
    floor.done(c.ClosePlacement(name, "expired at the broker, by telephone"), "trader")
    assert floor.placement(name).LeavesQty == 0
    again = floor.route(block, 100)
    assert floor.placement(again).trade_date == NEXT
    floor.done(c.OpenDay(NEXT + timedelta(days=1)), "ops")
    assert list(told(floor)) == [name, again]
    assert "for 2026-03-03 only" in told(floor)[again]
