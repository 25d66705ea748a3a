"""Days that were closed, and what was found when they were."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.days import Close, Finding
from tradeoms.model.state import State


class CloseRow(Struct, frozen=True, gc=False):
    """A close of a day; `key` is its number. `expired` day orders ended with it, `rolled` ones go on.

    `warnings` and `waived` count its findings: those that only warn, those that were let pass.
    """

    key: str
    business_date: date
    user: str
    closed: datetime
    expired: int
    rolled: int
    warnings: int
    waived: int


class FindingRow(Struct, frozen=True, gc=False):
    """What a check found about a `subject` when a day was closed; `key` is close/number.

    `waived_by` and `reason`: the second person who let it pass, and why; empty for what only warns.
    """

    key: str
    business_date: date
    check: str
    subject: str
    text: str
    waived_by: str
    reason: str


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, CloseRow | None]]:
    """The day that was closed."""
    if isinstance(event, e.DayClosed):
        yield str(event.close.number), _close(event.close)


def all_rows(state: State) -> Iterator[CloseRow]:
    """Every close, also of a day that was opened again."""
    return map(_close, state.closes.values())


def finding_rows(
    state: State,
    event: e.AnyEvent,
) -> Iterator[tuple[str, FindingRow | None]]:
    """The findings of the day that was closed."""
    if isinstance(event, e.DayClosed):
        for row in _findings(event.close):
            yield row.key, row


def all_finding_rows(state: State) -> Iterator[FindingRow]:
    """The findings of every close."""
    return (row for close in state.closes.values() for row in _findings(close))


def _close(close: Close) -> CloseRow:
    waived = sum(1 for finding in close.findings if finding.waived_by)
    return CloseRow(
        key=str(close.number),
        business_date=close.business_date,
        user=close.user,
        closed=close.at,
        expired=close.expired,
        rolled=close.rolled,
        warnings=len(close.findings) - waived,
        waived=waived,
    )


def _findings(close: Close) -> Iterator[FindingRow]:
    for n, found in enumerate(close.findings):
        yield _finding(f"{close.number}/{n}", close.business_date, found)


def _finding(key: str, day: date, found: Finding) -> FindingRow:
    return FindingRow(
        key=key,
        business_date=day,
        check=found.check,
        subject=found.subject,
        text=found.text,
        waived_by=found.waived_by,
        reason=found.reason,
    )
