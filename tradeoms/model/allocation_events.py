"""Events from the end of a block to its lots."""

from datetime import date, datetime
from decimal import Decimal

from tradeoms.model.base import Event
from tradeoms.model.reference import AllocationPolicy


class AllocationPoliciesDefined(Event, frozen=True, tag=True):
    policies: tuple[AllocationPolicy, ...]


class ErrorBooked(Event, frozen=True, tag=True):
    """A person's decision: up to `quantity` beyond the block's orders is the account's."""

    block: str
    account: str
    quantity: Decimal
    reason: str
    user: str
    at: datetime


class BlockAllocated(Event, frozen=True, tag=True):
    """The legal split of a block's fills: parallel arrays, one entry a member of the statement.

    Where more was filled than ordered, one more entry without an order: the error account's.
    Quantities in the instrument's units, money in cents of the instrument's currency. `exception`:
    why the block's own policy could not be followed. `turn`: whose turn it is next under `policy`.
    """

    block: str
    policy: str
    seed: int
    quantity: int
    AvgPx: str
    trade_date: date
    settle_date: date
    allocated: datetime
    orders: tuple[str, ...]
    accounts: tuple[str, ...]
    quantities: tuple[int, ...]
    gross: tuple[int, ...]
    commission: tuple[int, ...]
    net: tuple[int, ...]
    exception: str = ""
    turn: int = -1


class LotsBooked(Event, frozen=True, tag=True):
    """What an allocation did to the tax lots: opened ones, and reliefs (parallel arrays).

    Money in cents. A relief names its lot by number; `proceeds` of a cover are its cost.
    """

    block: str
    opened_numbers: tuple[int, ...] = ()
    opened_accounts: tuple[str, ...] = ()
    opened_quantities: tuple[int, ...] = ()
    opened_basis: tuple[int, ...] = ()
    relieved_lots: tuple[int, ...] = ()
    relieved_quantities: tuple[int, ...] = ()
    relieved_basis: tuple[int, ...] = ()
    relieved_proceeds: tuple[int, ...] = ()


class LotsReversed(Event, frozen=True, tag=True):
    """A block's lots, positions and cash are taken back, newest booking of the instrument first."""

    block: str
