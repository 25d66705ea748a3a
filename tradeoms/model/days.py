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
    """A person's word that what a check had found by then does not keep the day open.

    `texts`: what it had found of each subject.
    """

    check: str
    subjects: tuple[str, ...]
    user: str
    reason: str
    at: datetime
    texts: tuple[str, ...] = ()

    def covers(self, finding: Finding) -> bool:
        """True for what was seen, as it was seen: a larger excess is another one."""
        if not self.texts:
            return finding.subject in self.subjects
        return (finding.subject, finding.text) in zip(self.subjects, self.texts, strict=True)


class Close(Struct, frozen=True, gc=False):
    """A day's end: when, by whom, with which findings; day orders that expired, others that go on."""

    number: int
    business_date: date
    user: str
    at: datetime
    findings: tuple[Finding, ...]
    expired: int
    rolled: int
