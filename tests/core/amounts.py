"""Orders in money on a small desk, where every price of record is 50."""

from typing import Any

from tests.builders import D, Desk, desk, lot, new_order
from tradeoms.model import commands as c
from tradeoms.model.orders import Block, Member, NewOrder


def opened() -> Desk:
    """Every price of record is 50."""
    return desk((lot("A1", 300, 10_000), lot("A2", 90, 3_000)))


def money(*members: tuple[str, Any], **fields: Any) -> NewOrder:
    """An order for members (account, amount)."""
    order = new_order(*((account, 0) for account, _ in members), **fields)
    parts = tuple(Member(account, CashOrderQty=D(amount)) for account, amount in members)
    return NewOrder(
        **{name: getattr(order, name) for name in order.__struct_fields__} | {"members": parts}
    )


def ordered(floor: Desk, *members: tuple[str, Any], **fields: Any) -> str:
    return floor.done(c.SubmitOrder(money(*members, **fields)))[0]


def blocked(floor: Desk, *members: tuple[str, Any], **fields: Any) -> str:
    return floor.done(c.BlockOrders((ordered(floor, *members, **fields),)), "trader")[0]


def routed(floor: Desk, block: str, amount: Any, broker: str = "KING", **fields: Any) -> str:
    route = c.Route(broker, CashOrderQty=D(amount), **fields)
    return floor.done(c.RouteBlock(block, (route,)), "trader")[0]


def block_of(floor: Desk, name: str) -> Block:
    return floor.state.blocks[name]


def got(floor: Desk, block: str) -> dict[str, int]:
    event = floor.state.allocations[block]
    return dict(zip(event.accounts, event.quantities, strict=True))
