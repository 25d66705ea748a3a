"""Events of blocks: which orders are worked as one, and when that is finished."""

from datetime import datetime
from decimal import Decimal

from tradeoms.model.base import Event
from tradeoms.model.orders import Block, Member, Statement


class BlockOpened(Event, frozen=True, tag=True):
    block: Block


class BlockDissolved(Event, frozen=True, tag=True):
    block: str


class StatementFrozen(Event, frozen=True, tag=True):
    block: str
    statement: Statement


class BlockMeasured(Event, frozen=True, tag=True):
    """What a block in money comes to now, by what its brokers say and have filled.

    `quantities`: of the members, as the statement has them.
    """

    block: str
    OrderQty: Decimal
    quantities: tuple[Decimal, ...]


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


class BlockFinished(Event, frozen=True, tag=True):
    """`internal`: only between our accounts; what brokers were told stays. `together`: with others,
    and what finished them allocates and books them.
    """

    block: str
    reason: str = ""
    internal: bool = False
    together: bool = False


class BlockReopened(Event, frozen=True, tag=True):
    """The allocation is void; where it is `internal`, it holds for brokers all the same. `again`: another
    one follows at once.
    """

    block: str
    reason: str
    internal: bool = False
    again: bool = False


BlockEvent = (
    BlockOpened
    | BlockDissolved
    | BlockMeasured
    | StatementFrozen
    | OrdersJoined
    | OrderLeft
    | BlockFinished
    | BlockReopened
)
