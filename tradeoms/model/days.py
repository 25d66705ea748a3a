"""The end of a day: what was found, who let it pass."""

from datetime import date, datetime

from msgspec import Struct


class Finding(Struct, frozen=True, gc=False, omit_defaults=True):
    """Something that a check of the close has found about a subject; `blocks`: it keeps the day open.

    `waived_by` and `reason`: the second person who let it pass, and why.
    """

    check: str
    subject: str
    text: str
    blocks: bool
    waived_by: str = ""
    reason: str = ""


class Waiver(Struct, frozen=True, gc=False):
    """A person's word that what a check had found by then does not keep the day open."""

    check: str
    subjects: tuple[str, ...]
    user: str
    reason: str
    at: datetime


class Close(Struct, frozen=True, gc=False):
    """A day's end: when, by whom, with which findings; day orders that expired, others that go on."""

    number: int
    business_date: date
    user: str
    at: datetime
    findings: tuple[Finding, ...]
    expired: int
    rolled: int
