"""Commands about which orders are worked as one."""

from tradeoms.model.base import Command


class BlockOrders(Command, frozen=True, tag=True):
    """Merge staged orders into blocks: together what may be (docs/blocks.md)."""

    orders: tuple[str, ...]


class DissolveBlock(Command, frozen=True, tag=True):
    """Give an unrouted block's orders back to the stage."""

    block: str


class MeasureBlock(Command, frozen=True, tag=True):
    """What follows from a broker's word on a block in money: what it comes to now.

    `split`: its members get their parts anew, whether that has changed or not.
    """

    block: str
    split: bool = False


class JoinBlock(Command, frozen=True, tag=True):
    """Merge staged orders into a block: they share its fills from now on, never those before.

    Once the block was routed it takes a reason, and `acknowledged` as for a route.
    """

    block: str
    orders: tuple[str, ...]
    reason: str = ""
    acknowledged: tuple[str, ...] = ()


class LeaveBlock(Command, frozen=True, tag=True):
    """Take an order out of a block: it keeps its share of the fills so far, the rest of it is staged.

    Once the block was routed it takes a reason.
    """

    block: str
    order: str
    reason: str = ""
