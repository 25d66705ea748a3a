"""Commands that give parts of blocks to brokers."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import fields
from tradeoms.model.base import Command
from tradeoms.model.orders import ZERO


class Route(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a block for one broker; what is left out is taken from the block.

    CashOrderQty gives the broker an amount of money in the instrument's currency instead of a
    quantity; OrderQty is then the most of the block that it may become. Of a block in money a route
    has CashOrderQty alone.
    """

    broker: str
    OrderQty: Decimal = ZERO
    OrdType: fields.OrdType | None = None
    Price: Decimal | None = None
    StopPx: Decimal | None = None
    TimeInForce: fields.TimeInForce | None = None
    ExecInst: str = ""
    CashOrderQty: Decimal | None = None


class RouteBlock(Command, frozen=True, tag=True):
    """Send parts of a block to brokers; `acknowledged` names the WARN rules the trader has seen."""

    block: str
    routes: tuple[Route, ...]
    acknowledged: tuple[str, ...] = ()


class RouteBlocks(Command, frozen=True, tag=True):
    """Route several blocks in one decision: all of them, or none with everything that is wrong."""

    blocks: tuple[RouteBlock, ...]


class RouteByPhone(Command, frozen=True, tag=True):
    """Give a broker a part of a block by telephone: nothing is sent, and it says so for ever.

    Rules are asked as for a route, `acknowledged` too. `spoke_to`: who took it there; `at`: when,
    within the last day (None: now).
    """

    block: str
    route: Route
    spoke_to: str
    reason: str
    at: datetime | None = None
    acknowledged: tuple[str, ...] = ()
