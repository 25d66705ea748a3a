"""Reference data: instruments, accounts, brokers, limits. Commands bring it, the log holds it."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from msgspec import Struct

from tradeoms.model.fields import Disputes, Handling, Override, Severity, TaxStatus

CENT = Decimal("0.01")
WIDE = Context(prec=80, rounding=ROUND_HALF_UP)  # more digits than any product of three numbers


class Tick(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """From this price up, prices are multiples of `tick`."""

    from_price: Decimal
    tick: Decimal


class Instrument(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Something that can be traded. Quantities are int64 × 10^-qty_scale inside the book.

    `average_prices`: its market lets all accounts of a block have the average price; where not,
    each gets fills at their own prices. `average_cost_allowed`: shares of a fund or of a reinvestment
    plan, of which an account may relieve lots at their average cost (26 CFR 1.1012-1(e)).
    """

    instrument: str
    Symbol: str
    SecurityID: str
    SecurityIDSource: str
    Currency: str
    issuer: str
    SecurityType: str = "CS"
    SecurityExchange: str = "XNYS"
    share_class: str = ""
    multiplier: Decimal = Decimal(1)
    price_type: str = "per_unit"
    ticks: tuple[Tick, ...] = (Tick(Decimal(0), Decimal("0.01")),)
    lot: Decimal = Decimal(1)
    price_scale: int = 4
    qty_scale: int = 0
    settle_cycle: int = 1
    average_prices: bool = True
    average_cost_allowed: bool = False

    def tick_at(self, price: Decimal) -> Decimal:
        """The tick that holds at `price`."""
        return next(t.tick for t in reversed(self.ticks) if price >= t.from_price)

    def units(self, quantity: Decimal) -> int:
        """`quantity` as an integer × 10^-qty_scale; ValueError where it has more decimals."""
        scaled = quantity.scaleb(self.qty_scale)
        if scaled != int(scaled):
            raise ValueError(f"{quantity} has more than {self.qty_scale} decimals")
        return int(scaled)

    def all_units(self, quantities: Sequence[Decimal]) -> list[int]:
        """The same of many."""
        scaled = list(quantities)
        if self.qty_scale:
            scaled = [quantity.scaleb(self.qty_scale) for quantity in scaled]
        found = list(map(int, scaled))
        if found != scaled:
            return list(map(self.units, quantities))  # which says what is wrong
        return found

    def quantity(self, units: int) -> Decimal:
        """The quantity behind `units`."""
        return Decimal(units).scaleb(-self.qty_scale)

    def worth(self, quantity: Decimal, price: Decimal) -> Decimal:
        """Money for `quantity` at `price`, exact however large, to the cent, a half away from zero."""
        value = WIDE.multiply(WIDE.multiply(quantity, price), self.multiplier)
        return WIDE.quantize(value, CENT)

    def cents(self, units: int, price: Decimal) -> int:
        """The same for `units`, in whole cents."""
        return int(self.worth(self.quantity(units), price).scaleb(2, WIDE))


class Account(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A client's account: the unit of compliance, allocation and lots.

    `own`: the firm's own money, behind clients where a policy says so. `error`: what was traded by
    mistake is booked to it. `group`: accounts that a policy may be for. `ticket_cost`: what its
    custodian bills for one trade, in the currency of what is traded. Accounts of one `taxpayer`
    (with spouse and what they control) wash each other's losses; without one, none is washed.
    `alone`: its orders are never merged with other accounts'. `may_cross`: its client has agreed that
    it trades with our other accounts (`cross_note`: where that is written, or why not). `erisa`: it is
    a plan's, with `plan_assets` in all. `lot_method`: how its sales relieve lots; `fund_lot_method`: those of
    instruments that allow average cost, AVERAGE or another, where not empty.
    """

    account: str
    name: str
    taxpayer: str
    Currency: str = "USD"
    strategy: str = ""
    custodian: str = ""
    lot_method: str = "FIFO"
    fund_lot_method: str = ""
    may_short: bool = False
    own: bool = False
    error: bool = False
    group: str = ""
    ticket_cost: Decimal = Decimal(0)
    tax: TaxStatus = TaxStatus.Taxable
    alone: bool = False
    may_cross: bool = False
    cross_note: str = ""
    erisa: bool = False
    plan_assets: Decimal | None = None

    def method_of(self, instrument: Instrument) -> str:
        """How a sale of the instrument relieves lots."""
        own = self.fund_lot_method if instrument.average_cost_allowed else ""
        return own or self.lot_method


class IdenticalGroup(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Instruments that are substantially identical (26 USC 1091); each is in one group at most."""

    group: str
    instruments: tuple[str, ...]


class NamedLot(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """So much of a lot, by its number (`key` of the table `lots`).

    `block` and `place`, which the server finds: the purchase that opened the lot, and which of the
    account's lots of it. A purchase that is booked again, after a bust before it, has new numbers.
    """

    lot: int
    quantity: Decimal
    block: str = ""
    place: int = 0


class Identification(Struct, frozen=True, gc=False):
    """Specific identification (26 CFR 1.1012-1(c)): who named which lots for whose sale, and when."""

    order: str
    account: str
    lots: tuple[NamedLot, ...]
    user: str
    at: datetime

    @property
    def key(self) -> str:
        """The sale it is for."""
        return f"{self.order}/{self.account}"


class AccountWeight(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What an allocation policy says of one account: a percentage, quantity, rank, target or cap."""

    account: str
    weight: Decimal


class AllocationPolicy(
    Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True
):
    """How the fills of blocks are divided, from a day on; docs/allocation.md says what each word does.

    It is for these `instruments`, else for accounts of these `groups`, else for orders of these
    `strategies`, else for the whole `house`; one that is for nothing is out of use. `weights`: each
    account's percentage (method percentage), quantity (fixed), rank (priority) or target in percent
    of its value (drift). `minimum`, `lot` and `hold_back` are quantities, `caps` the most that these
    accounts get of a block; `minimum_value` is money in the instrument's currency; an account whose
    ticket costs more than `ticket_basis_points` of its trade gets none. `clients_first`: own
    accounts get what clients leave. `prices`: average, or fills as they were traded: each (average
    prices as near as can be), high_to_low, rotation. `average_blocks`: blocks of a day that could have
    been one have one average price.
    """

    policy: str
    version: int
    effective: date
    method: str = "pro_rata"
    rounding: str = "largest_remainder"
    minimum: Decimal = Decimal(0)
    draw: str = "seeded"
    lot: Decimal | None = None
    clients_first: bool = False
    weights: tuple[AccountWeight, ...] = ()
    instruments: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    house: bool = False
    groups: tuple[str, ...] = ()
    caps: tuple[AccountWeight, ...] = ()
    hold_back: Decimal = Decimal(0)
    minimum_value: Decimal = Decimal(0)
    ticket_basis_points: int = 0
    prices: str = "average"
    average_blocks: bool = False


class CommissionTier(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """From `start` units of quantity, or money of value, on, `rate` holds."""

    start: Decimal
    rate: Decimal


class CommissionSchedule(
    Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True
):
    """What a broker bills for a placement, rounded once to the cent.

    `basis` unit: rates are money for each unit filled; value: basis points of what it is worth. The
    first tier starts at 0. `sliced`: each rate holds for its slice alone, else the last one reached
    for all. `flat` is added; `minimum` and `maximum` bound the bill.
    """

    basis: str = "unit"
    tiers: tuple[CommissionTier, ...] = (CommissionTier(Decimal(0), Decimal(0)),)
    sliced: bool = True
    flat: Decimal = Decimal(0)
    minimum: Decimal | None = None
    maximum: Decimal | None = None


class Broker(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A sell-side firm and the FIX session that reaches it.

    `chained_requests`: it takes a request while another one waits for its answer. `disputes`: what
    becomes of a fill that does not fit its CumQty. `answer_seconds`: how long it may take to
    answer. `knows_mass_status`: it answers one question (AF) with all of our open orders.
    `knows_mass_cancel`: it cancels all of our orders on its session when asked once (q), which the
    kill switch then does. `knows_lists`: it takes many orders in one message (E). What its
    file denies (`supports`) is not asked, whatever stands here.
    `allocations`: whether allocation instructions (J) go to it over FIX, by hand or by themselves.
    `confirmations`: whether it confirms over FIX (AK), and what matches is affirmed by itself. What
    it confirms may differ from ours by `money_tolerance` (the net, a sum, by twice as much) and by
    `price_tolerance`. `commission`: its schedule, in the place of `commission_per_share`; `research`:
    what it bills for research besides. `knows_price_groups`: it books several blocks at one average.
    """

    broker: str
    name: str
    session: str
    commission_per_share: Decimal = Decimal(0)
    knows_status_requests: bool = True
    chained_requests: bool = False
    disputes: Disputes = Disputes.Book
    answer_seconds: int = 30
    knows_mass_status: bool = False
    knows_mass_cancel: bool = False
    knows_lists: bool = False
    allocations: Handling = Handling.Manual
    confirmations: Handling = Handling.Manual
    money_tolerance: Decimal = Decimal("0.01")
    price_tolerance: Decimal = Decimal("0.0001")
    commission: CommissionSchedule | None = None
    research: CommissionSchedule | None = None
    knows_price_groups: bool = False


class Limit(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """One compliance rule's parameters in force from a day on, until the rule's next row."""

    rule: str
    effective: date
    parameters: dict[str, Any]
    severity: Severity = Severity.Block
    override: Override = Override.Never


class Restriction(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """An issuer that may not be bought, sold, or either, while the restriction lasts."""

    issuer: str
    effective: date
    expires: date | None = None
    buys: bool = True
    sells: bool = True
    reason: str = ""


class Price(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A price of record, with where it came from and the moment it was true.

    `ADV`: the average daily volume, in the instrument's own unit, as the source says; a price
    without one leaves the last one in force.
    What a cross in the house goes by: the `last` sale that was reported, and the highest `bid` with
    the lowest `offer`, each with its time, in ISO form with the zone of the market.
    """

    instrument: str
    Px: Decimal
    source: str
    at: str
    ADV: Decimal | None = None
    last: Decimal | None = None
    last_at: str = ""
    bid: Decimal | None = None
    offer: Decimal | None = None
    quoted_at: str = ""


class Rate(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A rate of record of a day: one unit of `Currency` is `rate` units of `base`."""

    Currency: str
    base: str
    rate: Decimal
    source: str
    day: date


class OpeningLot(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A lot owned on day one, a short one below zero. `basis` is money for the whole lot.

    After a wash sale the holding period began at `holding_from`, and shares that have taken over a
    loss (`washed`) take over no other.
    """

    account: str
    instrument: str
    quantity: Decimal
    basis: Decimal
    acquired: date
    holding_from: date | None = None
    washed: bool = False


class OpeningCash(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """An account's cash on day one. `value_date`: when it comes, where it is not there yet."""

    account: str
    Currency: str
    amount: Decimal
    value_date: date | None = None


class SettlementParty(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Who takes part in a settlement: FIX's SettlPartyRole (10 settlement location, 27 buyer or
    seller, 30 agent), SettlPartyID and SettlPartyIDSource (B: BIC, D: proprietary).
    """

    SettlPartyRole: str
    SettlPartyID: str
    SettlPartyIDSource: str = "D"


class SettlementInstruction(
    Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True
):
    """Where an account settles from a day on: everywhere, or in a market, a currency, with a broker.

    `name` is what custodian and broker call it. SettlDeliveryType 0: versus payment, 1: free.
    """

    account: str
    name: str
    effective: date
    expires: date | None = None
    market: str = ""
    Currency: str = ""
    broker: str = ""
    SettlDeliveryType: str = "0"
    parties: tuple[SettlementParty, ...] = ()


class CutOff(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Until when, on the trade date, a market's blocks must be accepted and affirmed by brokers.

    An empty `market` (a SecurityExchange) is every market without a row of its own. `zone` is a
    name of the time zone database. What is not done is said `notice_minutes` before, and when it
    is late.
    """

    zone: str
    allocated: time
    affirmed: time
    market: str = ""
    notice_minutes: int = 30
