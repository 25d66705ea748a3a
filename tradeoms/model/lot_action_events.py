"""Events of what changes tax lots without a trade."""

from datetime import date, datetime
from decimal import Decimal

from tradeoms.model.base import Event
from tradeoms.model.lot_actions import LotAction
from tradeoms.model.orders import Member

Columns = dict[str, tuple[int, ...]]


class ActionsBooked(Event, frozen=True, tag=True):
    """A person's decision; what it does to the lots follows from it."""

    actions: tuple[LotAction, ...]


class ActionReversed(Event, frozen=True, tag=True):
    """A person's decision: the action does not count."""

    action: str
    user: str
    reason: str
    at: datetime
    day: date


class LotsConverted(Event, frozen=True, tag=True):
    """What an action did to the lots: parallel arrays.

    `quantities` units leave the lots `closed`, with `basis` cents. `opened` and `realized` are columns of new rows of
    these tables, `moved` what positions and cash change by, with the settlement day. Losses that wait
    for a purchase, rows of the realized table, count in new shares: `rows`, `units`, `matched` ... now,
    `old_units`, `old_matched` ... before. The first of the opened lots has the number `start`.
    """

    name: str
    start: int = 0
    closed: tuple[int, ...] = ()
    quantities: tuple[int, ...] = ()
    opened: Columns = {}
    realized: Columns = {}
    moved: Columns = {}
    losses: Columns = {}
    basis: tuple[int, ...] = ()

    @property
    def opened_numbers(self) -> range:
        """The numbers of the lots that were opened."""
        return range(self.start, self.start + len(self.opened.get("size", ())))


class OrderAdjusted(Event, frozen=True, tag=True):
    """An order that waited over a corporate action, in new shares and at new prices."""

    order: str
    action: str
    members: tuple[Member, ...]
    OrderQty: Decimal
    Price: Decimal | None = None
    StopPx: Decimal | None = None


LotActionEvent = ActionsBooked | ActionReversed | LotsConverted | OrderAdjusted
