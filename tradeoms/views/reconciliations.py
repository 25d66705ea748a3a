"""The last file of each custodian and broker that was held against our books."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.breaks import Reconciliation
from tradeoms.model.state import State


class ReconciliationRow(Struct, frozen=True, gc=False):
    """A reconciliation; `key` is kind/source. `lines` of the file, `matched` subjects that agree,
    `breaks` that do not. `settled`: without what settles later.
    """

    key: str
    kind: str
    source: str
    as_of: date
    settled: bool
    file: str
    lines: int
    matched: int
    breaks: int
    user: str
    at: datetime


def rows(
    state: State,
    event: e.AnyEvent,
) -> Iterator[tuple[str, ReconciliationRow | None]]:
    """The reconciliation that was made."""
    if isinstance(event, e.Reconciled):
        row = _row(event.reconciliation)
        yield row.key, row


def all_rows(state: State) -> Iterator[ReconciliationRow]:
    """The last one of each kind and source."""
    return map(_row, state.reconciliations.values())


def _row(one: Reconciliation) -> ReconciliationRow:
    return ReconciliationRow(
        key=f"{one.kind}/{one.source}",
        kind=one.kind,
        source=one.source,
        as_of=one.as_of,
        settled=one.settled,
        file=one.file,
        lines=one.lines,
        matched=one.matched,
        breaks=one.breaks,
        user=one.user,
        at=one.at,
    )
