"""What an allocation policy may say, and which blocks it fits."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import DAY, D, Desk, K, desk, instrument, lot, new_order
from tests.core.splits import define, policy
from tradeoms.model import commands as c
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus

NEXT = DAY + timedelta(1)


@pytest.fixture
def floor() -> Desk:
    return desk()


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"method": "magic"}, "method", "must be pro_rata or nav or equal"),
        ({"rounding": "adams"}, "rounding", "must be largest_remainder or webster"),
        ({"draw": "dice"}, "draw", "must be seeded or largest"),
        ({"policy": ""}, "policy", "must be 1 to 32 characters without a slash"),
        ({"policy": "a/b"}, "policy", "must be 1 to 32 characters without a slash"),
        ({"version": 0}, "version", "must be above zero"),
        ({"minimum": D(-1)}, "minimum", "is below zero"),
        ({"minimum": D("NaN")}, "minimum", "is not a number"),
        ({"hold_back": D(-1)}, "hold_back", "is below zero"),
        ({"minimum_value": D("0.001")}, "minimum_value", "has more than 2 decimals"),
        ({"ticket_basis_points": -1}, "ticket_basis_points", "must be 0 to 10000"),
        ({"groups": (" ",)}, "groups[0]", "is empty"),
        ({"caps": {"A9": 1}}, "caps[0].account", "unknown account"),
        ({"caps": {"A1": -1}}, "caps[0].weight", "is below zero"),
        ({"lot": D(0)}, "lot", "must be above zero"),
        ({"instruments": ("NONE",)}, "instruments[0]", "unknown instrument"),
        ({"strategies": ("",)}, "strategies[0]", "is empty"),
        ({"weights": {"A1": 1}}, "weights", "method pro_rata takes none"),
        ({"method": "priority"}, "weights", "priority needs them"),
        ({"method": "percentage", "weights": {"A1": 101}}, "weights[0].weight", "is beyond 100"),
        (
            {"method": "percentage", "weights": {"A1": "0.00001"}},
            "weights[0].weight",
            "has more than 4 decimals",
        ),
        ({"method": "fixed", "weights": {"A1": -1}}, "weights[0].weight", "is below zero"),
        ({"method": "drift", "weights": {"A9": 1}}, "weights[0].account", "unknown account"),
    ],
)
def test_what_no_policy_may_say(
    fields: dict[str, Any], field: str, reason: str, floor: Desk
) -> None:
    command = c.DefineAllocationPolicies((policy(**fields),))
    problems = floor.refused(command, "compliance")
    assert list(problems) == [f"policies[0].{field}"]
    assert problems[f"policies[0].{field}"].startswith(reason)


def test_all_that_is_wrong_is_said_at_once(floor: Desk) -> None:
    rows = (policy(method="magic", version=0), policy(policy="b", lot=D(0)))
    assert set(floor.refused(c.DefineAllocationPolicies(rows), "compliance")) == {
        "policies[0].method",
        "policies[0].version",
        "policies[1].lot",
        "policies[1].house",
    }


def test_versions_go_up_and_never_change(floor: Desk) -> None:
    define(floor, effective=NEXT)
    seq = floor.state.seq
    define(floor, effective=NEXT)  # the same again: nothing
    assert floor.state.seq == seq + 1
    for fields, field in (
        ({"method": "equal", "effective": NEXT}, "version"),
        ({"version": 2, "effective": DAY}, "effective"),
        ({"policy": "other"}, "house"),
    ):
        command = c.DefineAllocationPolicies((policy(**fields),))
        assert list(floor.refused(command, "compliance")) == [f"policies[0].{field}"]


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        (
            {"method": "percentage", "weights": {"A1": 50, "A2": 49}},
            "block",
            "allocation policy fair/1 cannot split 200: percentages do not add up to 100",
        ),
        (
            {"method": "priority", "weights": {"A1": 1}},
            "account",
            "has no weight in allocation policy fair",
        ),
        ({"method": "nav", "minimum": D(1)}, "instrument", "has no price of record"),
    ],
)
def test_a_block_that_its_policy_does_not_fit_is_not_routed(
    fields: dict[str, Any], field: str, reason: str, floor: Desk
) -> None:
    floor.done(c.DefineInstruments((instrument("DUST"),)))  # has no price of record
    floor.done(c.BookOpening("two", (lot("A2", 10, 1, name="DUST"),)))
    define(floor, **fields)
    block = floor.block(("A1", 100), ("A2", 100))
    command = c.RouteBlock(block, (c.Route("KING", D(200)),))
    problems = floor.refused(command, "trader")
    assert list(problems) == [field]
    assert problems[field].startswith(reason)


def test_a_telephoned_order_has_the_policy_too(floor: Desk) -> None:
    define(floor, method="equal")
    said = Report(
        kind=K.Trade.value,
        OrderID="T9",
        ExecID="T1",
        OrdStatus=OrdStatus.PartiallyFilled,
        Symbol="AC.X",
        Side="1",
        OrderQty=D(400),
        LastQty=D(150),
        LastPx=D(50),
        CumQty=D(150),
        TransactTime="20260302-14:30:00.123",
    )
    floor.hear("S1", said)
    order = new_order(("A1", 100), ("A2", 300))
    floor.done(c.AttachReport(1, "by telephone", order=order), "trader")
    (name,) = floor.state.placements
    assert floor.placement(name).commission_per_share == D("0.0125")
    floor.done(c.ClosePlacement(name, "told by telephone"), "trader")
    floor.finish("B1")
    assert floor.state.allocations["B1"].quantities == (75, 75)
