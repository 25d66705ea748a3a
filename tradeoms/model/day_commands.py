"""Commands around the day: what comes in on the first one, how one ends."""

from datetime import date

from tradeoms.model.base import Command
from tradeoms.model.breaks import Tolerance
from tradeoms.model.openings import OpeningFile, OpeningOrder


class ImportOpening(Command, frozen=True, tag=True):
    """Opening balances as CSV files with their control totals: all of them, or none.

    The same batch again changes nothing; before the first order of each account only.
    """

    batch: str
    files: tuple[OpeningFile, ...]


class EnterOpeningOrders(Command, frozen=True, tag=True):
    """What follows from an import: the orders that were open before."""

    orders: tuple[OpeningOrder, ...]


class CloseDay(Command, frozen=True, tag=True):
    """End the business day: refused with everything that is open and that nobody else let pass."""

    business_date: date


class WaiveCheck(Command, frozen=True, tag=True):
    """What a check has found up to now shall not keep the day open: for somebody else's close."""

    check: str
    reason: str


class Deliver(Command, frozen=True, tag=True):
    """Hand over what has changed in the allocations since the last time, under the next number."""


class AcknowledgeDelivery(Command, frozen=True, tag=True):
    """What became of a delivery: a CSV file with a line for each of its lines."""

    number: int
    name: str
    content: str


class OwnBreak(Command, frozen=True, tag=True):
    """Look after a break; taking it over from somebody needs a reason."""

    key: str
    reason: str = ""


class ExplainBreak(Command, frozen=True, tag=True):
    """Say why a difference is there."""

    key: str
    reason: str


class SetTolerances(Command, frozen=True, tag=True):
    """The whole list of what theirs and ours may differ by; nothing without a row."""

    tolerances: tuple[Tolerance, ...]


class Reconcile(Command, frozen=True, tag=True):
    """Hold a CSV file of a custodian (positions, cash) or a broker (fills) against our books.

    `settled`: positions and cash without what settles later. The same file again changes nothing.
    """

    kind: str
    source: str
    as_of: date
    name: str
    content: str
    settled: bool = False
