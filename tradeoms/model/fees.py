"""Fees and taxes: what markets and states take of a trade, besides the broker's commission."""

from datetime import date, datetime

from msgspec import Struct

from tradeoms.model.brokers import CommissionSchedule


class Fee(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """What is levied on trades from a day on, through the broker, on the `schedule`.

    It is for these `instruments`, and for those whose SecurityExchange is one of these `markets`
    (neither: for all), on `buys`, on `sells` (short ones too); one for neither is out of use. `per`
    account: on each account's part of what a broker filled of a block; placement: on each placement,
    split over its accounts by quantity. `rounding` to the cent: half_up, half_even, up. `exempt`
    accounts do not pay it, and nobody does for them. MiscFeeType is FIX's: 1 regulatory, 2 tax,
    4 exchange, 5 stamp, 6 levy, 7 other.
    """

    fee: str
    version: int
    effective: date
    schedule: CommissionSchedule
    buys: bool = False
    sells: bool = False
    markets: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    per: str = "account"
    rounding: str = "half_up"
    exempt: tuple[str, ...] = ()
    MiscFeeType: str = "7"

    @property
    def name(self) -> str:
        """With its version."""
        return f"{self.fee}/{self.version}"


class FeeVersion(Struct, frozen=True, gc=False):
    """A fee and when it was defined: what was routed before that is billed without it."""

    fee: Fee
    at: datetime


class Levy(Struct, frozen=True, gc=False):
    """A line of a broker's bill: a fee by its name with its version, and cents."""

    fee: str
    amount: int


class Levied(Struct, frozen=True, gc=False):
    """A fee on each of several accounts, in cents."""

    fee: str
    MiscFeeType: str
    cents: tuple[int, ...]
