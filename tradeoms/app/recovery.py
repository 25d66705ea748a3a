"""From what is on disk to a state: start-up and recovery are this one path."""

from itertools import islice

from tradeoms import core
from tradeoms.config import Settings
from tradeoms.model.state import State
from tradeoms.store import readmodel, snapshots
from tradeoms.store.journal import JournalBroken, SqlJournal, connect
from tradeoms.store.migrate import expect, upgrade
from tradeoms.store.readmodel import ReadModel


def recover(
    settings: Settings, journal: SqlJournal, whole: bool = True, most: int | None = None
) -> State:
    """The state as of the journal's end: the newest usable snapshot, then every record after it.

    A snapshot spares applying records, not reading them: nobody may build on a journal that is
    damaged somewhere. Only a reader does without (`whole` is False): its writer has just done it.
    `most`: as of that record instead.

    Raises:
        JournalBroken: a record is missing, altered or unreadable.
    """
    engine = readmodel.connect(settings.readmodel_url)
    upgrade(engine, "readmodel")
    with ReadModel(engine).reading() as seen:
        if seen.seq > journal.seq:
            journal.walk()  # damage before the end is said first
            raise JournalBroken(
                journal.seq + 1, f"is missing: the read model has seen record {seen.seq}"
            )
        if seen.hash != journal.hash_at(seen.seq):
            raise JournalBroken(seen.seq, "is not the record that the read model has seen")
    state = _usable(snapshots.latest(engine, most), journal)
    left = None if most is None else most - state.seq
    for record in islice(journal.read(0 if whole else state.seq), left):
        if record.seq > state.seq:
            core.apply(state, record)
    engine.dispose()
    return state


def _usable(found: tuple[int, bytes, State] | None, journal: SqlJournal) -> State:
    """The snapshot's state where the journal vouches for it; else an empty one."""
    if found is None:
        return State()
    seq, digest, state = found
    return state if seq <= journal.seq and journal.hash_at(seq) == digest else State()


def verify_journal(settings: Settings) -> tuple[int, str]:
    """Walk the whole chain; number of records and the last hash.

    Raises:
        JournalBroken: names the first record that is missing, altered or unreadable.
        OtherVersion: there is no journal, or another version of the program wrote it.
    """
    engine = connect(settings.journal_url)
    expect(engine, "journal")
    journal = SqlJournal(engine)
    count = sum(1 for _ in journal.read())
    recover(settings, journal, whole=False)
    return count, journal.hash_at(count).hex()
