"""Differences between our books and somebody else's."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct


class Break(Struct, frozen=True, gc=False, omit_defaults=True):
    """A difference, from the day it was first seen until it is gone.

    `key` is kind/source/subject: the next file finds it again. `kind`: positions, cash, fills or
    delivery; `source`: custodian, broker or whom trades are handed over to. `amount` is theirs less
    ours, in units of the instrument or of `Currency`, where there is one. `state`: open, explained
    (with `reason`, by `user`) or cleared.
    """

    key: str
    kind: str
    source: str
    subject: str
    account: str
    instrument: str
    Currency: str
    what: str
    ours: str
    theirs: str
    amount: Decimal | None
    since: date
    seen: date
    state: str = "open"
    owner: str = ""
    user: str = ""
    reason: str = ""
    at: datetime | None = None


class Tolerance(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """By how much theirs and ours may differ and be the same: a quantity (positions), money (cash),
    or a price (fills); of one `source`, or of all that have no row of their own.
    """

    kind: str
    amount: Decimal
    source: str = ""


class Reconciliation(Struct, frozen=True, gc=False):
    """A file that was held against our books: its lines, how many agreed, breaks that are not cleared.

    `digest` is that of the file.
    """

    kind: str
    source: str
    as_of: date
    settled: bool
    file: str
    lines: int
    matched: int
    breaks: int
    digest: str
    user: str
    at: datetime
