"""Reference data: instruments, accounts, limits, prices. Commands bring it, the log holds it."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from msgspec import Struct

from tradeoms.model.fields import Override, Severity, TaxStatus

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
        row = self.ticks[0]
        for later in self.ticks[1:]:
            if price >= later.from_price:
                row = later
        return row.tick

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
