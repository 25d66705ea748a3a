"""Which blocks of a day share one average price: said when a block's statement is frozen.

Source: SMC Capital (every account gets the average price of the adviser's trades in the security
that day). Blocks that could not have been one block, by the rules for merging, stay by themselves:
nobody's limit is passed by another's price.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from tradeoms.core.merging import unlike
from tradeoms.core.terms import named
from tradeoms.model.orders import Block, Order
from tradeoms.model.policies import AllocationPolicy
from tradeoms.model.state import State
from tradeoms.model.statements import PriceGroup


def group_for(state: State, block: Block, orders: Sequence[Order], policy: AllocationPolicy) -> str:
    """The group of the day that the block may join, else one of its own: the name of its first."""
    for name, group in reversed(state.price_groups.items()):
        if group.day == state.business_date and _alike(state, name, orders[0], policy):
            return name
    return block.block


def _alike(state: State, leader: str, order: Order, policy: AllocationPolicy) -> bool:
    first = state.blocks[leader]
    terms = first.statement.terms if first.statement else None
    same = terms is not None and terms.policy == named(policy)
    return same and not unlike(state, order, state.orders[first.orders[0]])


def enter(state: State, block: Block) -> None:
    """A block whose statement is frozen belongs to its group from then on."""
    name = block.statement.price_group if block.statement else ""
    if not name:
        return
    group = state.price_groups.get(name) or PriceGroup(state.business_date, ())
    if block.block not in group.blocks:
        state.price_groups[name] = replace(group, blocks=(*group.blocks, block.block))
