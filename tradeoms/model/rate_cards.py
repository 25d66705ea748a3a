"""Commissions: rate cards of accounts, and what brokers bill in two parts, execution and research."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model.brokers import CommissionSchedule
from tradeoms.model.fees import Levy


class RateCard(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """What brokers bill for some accounts, in the place of their own rates, from a day on.

    It is for these `accounts`, and for accounts of these `groups`, with these `brokers` (none: with
    every one); one that is for nobody is out of use. `execution` and `research` are the schedules
    of the two parts, without one the part is the broker's own; `{}` bills nothing.
    """

    card: str
    version: int
    effective: date
    accounts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    brokers: tuple[str, ...] = ()
    execution: CommissionSchedule | None = None
    research: CommissionSchedule | None = None

    @property
    def name(self) -> str:
        """With its version."""
        return f"{self.card}/{self.version}"


class CardVersion(Struct, frozen=True, gc=False):
    """A card and when it was defined: what was routed before that is billed without it."""

    card: RateCard
    at: datetime


class Bill(Struct, frozen=True, gc=False):
    """What a broker bills for its part of a block, in cents: the fills' value, and commission in
    two parts. `fees` come on top.
    """

    broker: str
    gross: int
    execution: int
    research: int = 0
    fees: tuple[Levy, ...] = ()


class ResearchPayment(Struct, frozen=True, gc=False, omit_defaults=True):
    """Money of a research account that a broker paid out to a `provider`; below zero it came in.

    `number` is ours; `day` the business date, `reason` what it was for.
    """

    number: int
    broker: str
    Currency: str
    amount: Decimal
    provider: str
    reason: str
    user: str
    day: date
    at: datetime
