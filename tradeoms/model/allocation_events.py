"""Events from the end of a block to its lots."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct

from tradeoms.model.base import Event
from tradeoms.model.fees import Fee
from tradeoms.model.orders import Moved, SplitChange
from tradeoms.model.policies import AllocationPolicy
from tradeoms.model.rate_cards import Bill, RateCard, ResearchPayment


class AllocationPoliciesDefined(Event, frozen=True, tag=True):
    policies: tuple[AllocationPolicy, ...]


class RateCardsDefined(Event, frozen=True, tag=True):
    cards: tuple[RateCard, ...]
    at: datetime


class FeesDefined(Event, frozen=True, tag=True):
    fees: tuple[Fee, ...]
    at: datetime


class ResearchPaid(Event, frozen=True, tag=True):
    payment: ResearchPayment


class ErrorBooked(Event, frozen=True, tag=True):
    """A person's decision: up to `quantity` beyond the block's orders is the account's."""

    block: str
    account: str
    quantity: Decimal
    reason: str
    user: str
    at: datetime


class ErrorMoved(Event, frozen=True, tag=True):
    """A person's decision: these parts of clients are the error account's."""

    block: str
    account: str
    parts: tuple[Moved, ...]


class SplitChanged(Event, frozen=True, tag=True):
    """A person's decision on who gets how much of what was filled."""

    block: str
    change: SplitChange


class SplitApproved(Event, frozen=True, tag=True):
    """Of compliance: the last change of the block's split may stand."""

    block: str
    reason: str
    user: str
    at: datetime


#: Whose it is, at which price, how many units.
Part = tuple[int, Decimal, int]
SHOWN = Decimal("1e-8")  # of a printed average price


class Deal(Struct, frozen=True, gc=False, omit_defaults=True):
    """Fills dealt out as they were traded: which member of an allocation got which.

    `brokers` and `prices` are the levels; `members`, `levels` and `quantities` are parallel: a
    member, a level, units. `turn`: who comes first with prices next time.
    """

    brokers: tuple[str, ...]
    prices: tuple[Decimal, ...]
    members: tuple[int, ...]
    levels: tuple[int, ...]
    quantities: tuple[int, ...]
    turn: int = -1

    def parts(self, broker: str = "") -> Iterator[Part]:
        """All parts, or those at one broker."""
        for n, level, units in zip(self.members, self.levels, self.quantities, strict=True):
            if broker in ("", self.brokers[level]):
                yield n, self.prices[level], units


def averages(parts: Iterable[Part]) -> dict[int, Decimal]:
    """The average price of each owner, as it is printed."""
    notional: dict[int, Decimal] = {}
    quantity: dict[int, int] = {}
    for owner, price, units in parts:
        notional[owner] = notional.get(owner, Decimal(0)) + price * units
        quantity[owner] = quantity.get(owner, 0) + units
    return {n: (notional[n] / quantity[n]).quantize(SHOWN, ROUND_HALF_UP) for n in notional}


class BlockAllocated(Event, frozen=True, tag=True):
    """The legal split of a block's fills: parallel arrays, one entry a member of the statement.

    Where more was filled than ordered, one more entry without an order: the error account's.
    Quantities in the instrument's units, money in cents of the instrument's currency. `exception`:
    why the block's own policy could not be followed. `turn`: whose turn it is next under `policy`.
    AvgPx is everybody's price, unless there is a `deal`, or the statement was changed on the way:
    then `parts` are the quantities by part of the statement, and `prices` each entry's average.
    `moved`, if any: units of each member that are the error account's. `internal`: what brokers
    were told stays. `commission` is both parts, `research`, if any, that part alone; `bills` are
    the brokers' (none in allocations of old). `fees`, if any, are in `net` besides.
    `price_group`: of several blocks (the first one) at a broker, whose average AvgPx is; `again`:
    only its price has changed, and lots follow at once. `together`: lots follow those of other blocks.
    `units_of`: whose day's shares the units are, where a broker has applied a corporate action of
    after the trade date to them.
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
    deal: Deal | None = None
    parts: tuple[tuple[int, ...], ...] = ()
    prices: tuple[str, ...] = ()
    moved: tuple[int, ...] = ()
    internal: bool = False
    research: tuple[int, ...] = ()
    bills: tuple[Bill, ...] = ()
    price_group: str = ""
    again: bool = False
    units_of: date | None = None
    fees: tuple[int, ...] = ()
    together: bool = False

    def own_prices(self) -> dict[int, Decimal]:
        """The average price of each entry that has one of its own."""
        if self.deal is not None:
            return averages(self.deal.parts())
        return {n: Decimal(price) for n, price in enumerate(self.prices)}


class PricesAveraged(Event, frozen=True, tag=True):
    """Blocks of a price group, in the order of their lots, were all allocated at another price."""

    group: str
    blocks: tuple[str, ...]


class LotsBooked(Event, frozen=True, tag=True):
    """What an allocation did to the tax lots: opened ones, and reliefs (parallel arrays).

    Money in cents. A relief names its lot by number; `proceeds` of a cover are its cost.
    `averaged`: open `lots` that were given one average before the reliefs, with their columns `size`,
    `basis` and `added` as they are since then, and as they were (`old_size` ...).
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
    averaged: dict[str, tuple[int, ...]] = {}


class LotsReversed(Event, frozen=True, tag=True):
    """A block's lots, positions and cash are taken back, newest booking of the instrument first.

    With it goes what it washed: `lots` and `losses` (rows of the realized table) are as before.
    """

    block: str
    lots: tuple[int, ...] = ()
    losses: tuple[int, ...] = ()


AllocationEvent = (
    AllocationPoliciesDefined
    | RateCardsDefined
    | FeesDefined
    | ResearchPaid
    | ErrorBooked
    | ErrorMoved
    | SplitChanged
    | SplitApproved
    | BlockAllocated
    | PricesAveraged
    | LotsBooked
    | LotsReversed
)
