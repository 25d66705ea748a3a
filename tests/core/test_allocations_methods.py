"""Every method with every rounding that a policy offers, from its definition to the lots."""

from typing import Any

import pytest

from allocation.methods import METHODS
from allocation.rounding import ROUNDING
from tests.builders import D, Desk, desk
from tests.core.splits import define, policy, worked
from tradeoms.model import commands as c

MEMBERS = (("A1", 30), ("A2", 60), ("A3", 45))
WEIGHTS: dict[str, dict[str, Any]] = {
    "percentage": {"A1": 20, "A2": 30, "A3": 50},
    "fixed": {"A1": 30, "A2": 40, "A3": 45},
    "priority": {"A1": 1, "A2": 0, "A3": 1},
    "drift": {"A1": 10, "A2": 10, "A3": 10},
}
FILLED = 77


@pytest.mark.parametrize("rounding", ROUNDING)
def test_every_method_splits_a_block_as_its_policy_says(rounding: str) -> None:
    floor = desk()
    for version, method in enumerate(METHODS, 1):
        fields = {"weights": WEIGHTS[method]} if method in WEIGHTS else {}
        define(floor, version=version, method=method, rounding=rounding, **fields)
        if (method, rounding) == ("nav", "cumulative"):
            too_many(floor)
            continue
        before = [floor.held(name) for name, _ in MEMBERS]
        block, _ = worked(floor, FILLED, *MEMBERS)
        floor.finish(block)
        event = floor.state.allocations[block]
        assert (event.policy, event.exception) == (f"fair/{version}", "")
        assert sum(event.quantities) == FILLED
        assert all(
            0 <= got <= most for got, (_, most) in zip(event.quantities, MEMBERS, strict=True)
        )
        after = [floor.held(name) for name, _ in MEMBERS]
        assert tuple(b - a for a, b in zip(before, after, strict=True)) == event.quantities
        statement = floor.state.blocks[block].statement
        assert statement is not None
        assert statement.terms is not None
        assert (statement.terms.method, statement.terms.rounding) == (method, rounding)


def too_many(floor: Desk) -> None:
    """Cents are more than cumulative rounding lays out: said before the route."""
    block = floor.block(*MEMBERS)
    route = c.RouteBlock(block, (c.Route("KING", D(135)),))
    reason = floor.refused(route, "trader")["block"]
    assert reason.endswith("lays out 1024 units, 16384 units times accounts at most")
    floor.done(c.DissolveBlock(block), "trader")


def test_methods_that_weigh_ask_for_weights_and_others_refuse_them() -> None:
    floor = desk()
    for method in METHODS:
        given = {} if method in WEIGHTS else {"weights": {"A1": 1}}
        wrong = c.DefineAllocationPolicies((policy(method=method, **given),))
        assert list(floor.refused(wrong, "compliance")) == ["policies[0].weights"]
