"""Short ways to define an allocation policy and to have a block split by it."""

from typing import Any

from tests.builders import DAY, D, Desk, K
from tradeoms.model import commands as c
from tradeoms.model.policies import AccountWeight, AllocationPolicy


def policy(**fields: Any) -> AllocationPolicy:
    for field in ("weights", "caps"):
        if field in fields:
            rows = fields[field].items()
            fields[field] = tuple(AccountWeight(account, D(weight)) for account, weight in rows)
    values: dict[str, Any] = {"policy": "fair", "version": 1, "effective": DAY, "house": True}
    return AllocationPolicy(**(values | fields))


def define(floor: Desk, **fields: Any) -> None:
    floor.done(c.DefineAllocationPolicies((policy(**fields),)), "compliance")


def worked(floor: Desk, filled: Any, *members: tuple[str, Any], **fields: Any) -> tuple[str, str]:
    """A block with one fill, its rest cancelled, not finished yet; and its placement."""
    block = floor.block(*members, **fields)
    name = floor.route(block, sum(q for _, q in members))
    floor.fill(name, filled)
    if floor.placement(name).LeavesQty:
        floor.done(c.CancelPlacement(name), "trader")
        floor.report(name, K.Canceled)
    return block, name


def got(floor: Desk, filled: Any, *members: tuple[str, Any], **fields: Any) -> list[int]:
    """What the members of a partly filled block get."""
    block, _ = worked(floor, filled, *members, **fields)
    floor.finish(block)
    return list(floor.state.allocations[block].quantities)
