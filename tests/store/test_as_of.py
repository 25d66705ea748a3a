"""A table as of any past moment is what it was then, with snapshots and without."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.states import same
from tests.views.house import House
from tradeoms import core
from tradeoms.app.asof import NeverWas, rows_as_of, state_as_of
from tradeoms.config import Settings
from tradeoms.model.events import Record
from tradeoms.model.state import State
from tradeoms.store import migrate, readmodel, snapshots
from tradeoms.store.journal import JournalBroken, SqlJournal, connect
from tradeoms.views import VIEWS

SHOWN = ("positions", "lots", "cash", "orders", "ladder", "pnl")
Tables = dict[str, dict[str, Any]]


class Witness:
    """Remembers what some tables showed after every batch."""

    def __init__(self) -> None:
        self.seen: dict[int, Tables] = {}

    def consume(self, records: Sequence[Record], state: State) -> None:
        self.seen[records[-1].seq] = tables(state)


def tables(state: State) -> Tables:
    return {name: {row.key: row for row in VIEWS[name].all_rows(state)} for name in SHOWN}


@pytest.fixture(scope="module")
def past() -> tuple[House, Witness]:
    """A few days of random business, with what was seen of them live."""
    house, witness = House(17), Witness()
    house.engine.consumers.append(witness)
    house.open()
    for _ in range(150):
        house.step()
    house.settle()
    return house, witness


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = readmodel.connect(f"sqlite:///{tmp_path}/read.db")
    migrate.upgrade(engine, "readmodel")
    yield engine
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path, past: tuple[House, Witness]) -> Settings:
    """An installation whose journal holds the house's records."""
    found = Settings(home=tmp_path)
    engine = connect(found.journal_url)
    migrate.upgrade(engine, "journal")
    SqlJournal(engine).append(past[0].journal.records)
    engine.dispose()
    return found


def test_it_is_what_was_seen_live(
    past: tuple[House, Witness], settings: Settings, database: Engine
) -> None:
    """From the beginning, and from snapshots that lie before, on and behind the moment."""
    house, witness = past
    journal = SqlJournal(connect(settings.journal_url))
    moments = list(witness.seen)[:: max(len(witness.seen) // 25, 1)]
    for seq in moments:
        assert tables(state_as_of(journal, None, seq)) == witness.seen[seq]
    for at in (moments[5], moments[12]):
        state = State()
        for record in house.journal.records[:at]:
            core.apply(state, record)
        snapshots.save(database, at, journal.hash_at(at), snapshots.encode(state))
    for seq in moments:
        found = state_as_of(journal, snapshots.latest(database, seq), seq)
        assert tables(found) == witness.seen[seq]
        assert found.seq == seq
    same(state_as_of(journal, snapshots.latest(database), journal.seq), house.state)


def test_a_snapshot_of_another_journal_is_not_built_on(
    past: tuple[House, Witness], settings: Settings, database: Engine
) -> None:
    _, witness = past
    journal, seq = SqlJournal(connect(settings.journal_url)), list(witness.seen)[10]
    snapshots.save(database, 3, bytes(32), snapshots.encode(State()))
    assert tables(state_as_of(journal, snapshots.latest(database, seq), seq)) == witness.seen[seq]


def test_a_time_is_the_last_record_before_it(
    past: tuple[House, Witness], settings: Settings
) -> None:
    house, witness = past
    whole = list(witness.seen)
    for n in range(3, len(whole) - 1, len(whole) // 7):
        at = house.journal.records[whole[n] - 1].at
        found = rows_as_of(settings, "positions", at)
        assert (found.seq, found.at) == (whole[n], at)
        assert {row.key: row for row in found.rows} == witness.seen[whole[n]]["positions"]
        found = rows_as_of(settings, "cash", at - timedelta(microseconds=1))
        assert found.seq == sum(record.at < at for record in house.journal.records)
    first = house.journal.records[0].at
    assert rows_as_of(settings, "orders", first - timedelta(days=1)) == (0, None, [])
    assert rows_as_of(settings, "orders", first + timedelta(days=9)).seq == whole[-1]


@pytest.mark.parametrize(
    ("table", "when", "text"),
    [
        ("nothing", {"record": 1}, "unknown table 'nothing', known are orders"),
        ("cash", {"record": 10**9}, "there is no record 1000000000, the last one is"),
        ("cash", {"record": -1}, "there is no record -1"),
        ("cash", {}, "a time or a record is needed"),
    ],
)
def test_what_never_was_is_named(
    settings: Settings, table: str, when: dict[str, int], text: str
) -> None:
    with pytest.raises(NeverWas, match=text):
        rows_as_of(settings, table, **when)


def test_a_damaged_journal_shows_nothing(settings: Settings) -> None:
    from sqlalchemy import text

    engine = connect(settings.journal_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE journal SET kind = 'DayOpened' WHERE seq = 5"))
    assert rows_as_of(settings, "cash", record=4).seq == 4
    with pytest.raises(JournalBroken, match="record 5"):
        rows_as_of(settings, "cash", record=6)
