"""What a random trader does with the members of a block: orders join it and leave it."""

from typing import TYPE_CHECKING

from tradeoms.core.merging import unlike
from tradeoms.model import commands as c
from tradeoms.model.fields import BlockState, OrderState
from tradeoms.model.orders import Block

if TYPE_CHECKING:
    from tests.views.house import House


def _block(house: "House") -> Block | None:
    live = (BlockState.Open, BlockState.Working)
    blocks = [block for block in house.state.blocks.values() if block.state in live]
    return house.random.choice(blocks) if blocks else None


def join(house: "House") -> None:
    """Orders with the terms of a block join it."""
    if block := _block(house):
        first = house.state.orders[block.orders[0]]
        alike = [
            order.order
            for order in house.state.orders.values()
            if order.state is OrderState.Staged and not unlike(house.state, order, first)
        ]
        house.send(c.JoinBlock(block.block, tuple(alike[:2]), "later"), "trader")


def leave(house: "House") -> None:
    if block := _block(house):
        order = house.random.choice(block.orders)
        house.send(c.LeaveBlock(block.block, order, "changed their mind"), "trader")


ACTIONS = {join: 6, leave: 4}
