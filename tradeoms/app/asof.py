"""Any table as it was: the journal applied up to a record, from the nearest snapshot before it."""

from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from tradeoms import core
from tradeoms.config import Settings
from tradeoms.model.state import State
from tradeoms.store import readmodel, snapshots
from tradeoms.store.journal import SqlJournal, connect
from tradeoms.store.migrate import current, expect, newest
from tradeoms.views import VIEWS


class NeverWas(ValueError):
    """A moment, record or table that there is not."""


class AsOf(NamedTuple):
    """Rows of a table after record `seq`, which was written at `at` (None: before the first)."""

    seq: int
    at: datetime | None
    rows: list[Any]


def rows_as_of(
    settings: Settings, table: str, at: datetime | None = None, record: int | None = None
) -> AsOf:
    """A table as of a time by the server's clock, or of a record; it may be asked while the server runs.

    Raises:
        NeverWas: no such table, or a record or time beyond the journal's end.
        JournalBroken: a record on the way is missing, altered or unreadable.
        OtherVersion: there is no journal, or another version of the program wrote it.
    """
    if table not in VIEWS:
        raise NeverWas(f"unknown table {table!r}, known are {', '.join(VIEWS)}")
    engine = connect(settings.journal_url)
    expect(engine, "journal")
    journal = SqlJournal(engine)
    seq = _number(journal, at, record)
    database = readmodel.connect(settings.readmodel_url)
    # One of another version may be in use by it: then the journal alone must do.
    known = current(database, "readmodel") == newest("readmodel")
    state = state_as_of(journal, snapshots.latest(database, seq) if known else None, seq)
    written = journal.time_of(seq) if seq else None
    return AsOf(seq, written, list(VIEWS[table].all_rows(state)))


def _number(journal: SqlJournal, at: datetime | None, record: int | None) -> int:
    if record is None:
        if at is None:
            raise NeverWas("a time or a record is needed")
        return journal.number_at(at)
    if not 0 <= record <= journal.seq:
        raise NeverWas(f"there is no record {record}, the last one is {journal.seq}")
    return record


def state_as_of(journal: SqlJournal, snapshot: tuple[int, bytes, State] | None, seq: int) -> State:
    """The state after record `seq`, as it was then: `apply` alone, never a decision.

    `snapshot`: its record, that record's hash, the state; not built on where the journal has another.
    """
    state = State()
    if snapshot is not None and journal.hash_at(snapshot[0]) == snapshot[1]:
        state = snapshot[2]
    for record in islice(journal.read(state.seq), seq - state.seq):
        core.apply(state, record)
    return state
