"""What is halted: asked before anything new is entered, merged, routed or changed at a broker."""

from collections.abc import Callable, Iterable, Iterator

from tradeoms.model.halts import Halt
from tradeoms.model.orders import Block, Member, Order
from tradeoms.model.state import State


def in_force(state: State) -> Iterator[Halt]:
    """Halts that nobody has lifted."""
    return (known for known in state.halts.values() if known.lifted is None)


def order_halted(state: State, desk: str, members: Iterable[Member]) -> str:
    """Why no such order may enter; empty where it may."""
    return _said(state, lambda one: one.covers((), (desk,), [m.account for m in members]))


def work_halted(state: State, order: Order, user: str) -> str:
    """Why a staged order may not be worked by this person; empty where it may."""
    who, members = (order.claimed, user), order.members
    return _said(state, lambda one: one.covers(who, (order.desk,), [m.account for m in members]))


def block_halted(state: State, block: Block, user: str) -> str:
    """Why nothing of a block may be given to a broker by this person; empty where it may."""
    return _said(state, lambda one: covers_block(state, one, block, user))


def _said(state: State, covers: Callable[[Halt], bool]) -> str:
    if not state.halts:
        return ""
    one = next(filter(covers, in_force(state)), None)
    return f"{one.what} is halted by {one.user}: {one.reason} ({one.halt})" if one else ""


def covers_block(state: State, known: Halt, block: Block, user: str) -> bool:
    """By who works the block, whoever sends, the desks of its orders and their accounts."""
    orders = [state.orders[name] for name in block.orders]
    accounts = [member.account for order in orders for member in order.members]
    return known.covers((block.claimed, user), [order.desk for order in orders], accounts)
