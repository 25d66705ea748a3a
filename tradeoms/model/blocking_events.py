"""Events about which orders are worked as one."""

from datetime import datetime

from tradeoms.model.base import Event
from tradeoms.model.orders import Block, Member, Statement


class BlockOpened(Event, frozen=True, tag=True):
    block: Block


class BlockDissolved(Event, frozen=True, tag=True):
    block: str


class StatementFrozen(Event, frozen=True, tag=True):
    block: str
    statement: Statement


class OrdersJoined(Event, frozen=True, tag=True):
    """Orders became part of a block; `statement` is its new one where it was frozen already."""

    block: str
    orders: tuple[str, ...]
    user: str
    reason: str
    at: datetime
    statement: Statement | None = None


class OrderLeft(Event, frozen=True, tag=True):
    """An order left a block but for `kept`, its share of the fills; without any it is staged again."""

    block: str
    order: str
    kept: tuple[Member, ...]
    user: str
    reason: str
    at: datetime
    statement: Statement | None = None
