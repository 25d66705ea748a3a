"""What a random trader does with the members of a block: orders join it and leave it."""

from typing import TYPE_CHECKING

from tradeoms.core.merging import suggestions
from tradeoms.model import commands as c
from tradeoms.model.fields import BlockState
from tradeoms.model.orders import Block

if TYPE_CHECKING:
    from tests.views.house import House


LIVE = (BlockState.Open, BlockState.Working)


def _block(house: "House") -> Block | None:
    blocks = [block for block in house.state.blocks.values() if block.state in LIVE]
    return house.random.choice(blocks) if blocks else None


def join(house: "House") -> None:
    """Orders with the terms of a block join it."""
    found = [(one.block, one.orders[0]) for one in suggestions(house.state) if one.block]
    if found:
        block, order = house.random.choice(found)
        house.send(c.JoinBlock(block.block, (order.order,), "later"), "trader")


def leave(house: "House") -> None:
    if block := _block(house):
        order = house.random.choice(block.orders)
        house.send(c.LeaveBlock(block.block, order, "changed their mind"), "trader")


def halt(house: "House") -> None:
    """A trader or an account is halted; two persons let it go on sooner or later."""
    known = [one.halt for one in house.state.halts.values() if one.lifted is None]
    if known:
        house.send(c.Resume(known[0], "looked at"), house.random.choice(("carl", "olga")))
    elif house.random.random() < 0.5:
        house.send(c.Halt("odd", account=house.random.choice(("A3", "A4"))), "carl")
    else:
        house.send(c.Halt("odd", trader="tina"), "carl")


ACTIONS = {join: 6, leave: 4, halt: 2}
