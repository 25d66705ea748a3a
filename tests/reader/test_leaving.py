"""What leaves memory leaves the screens, and stays in the read model as it was."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from tests.builders import DAY, D, Desk, K, desk, lot
from tradeoms.app.follower import ReaderProcess
from tradeoms.config import Settings
from tradeoms.model import commands as c
from tradeoms.model.brokers import CommissionSchedule, CommissionTier
from tradeoms.model.fees import Fee
from tradeoms.model.fields import Handling
from tradeoms.model.state import State
from tradeoms.reader import Reader
from tradeoms.store import migrate, readmodel, snapshots
from tradeoms.store.journal import SqlJournal, connect
from tradeoms.store.readmodel import ReadModel
from tradeoms.views import VIEWS
from tradeoms.views.leaving import STAYS

Tables = dict[str, dict[str, Any]]


def busy() -> Desk:
    """Three days of trades, of which the first two have left memory."""
    outside = {"allocations": Handling.Outside, "confirmations": Handling.Outside}
    floor = desk((lot("A1", 1000, 50000),))
    brokers = tuple(replace(one, **outside) for one in floor.state.brokers.values())
    floor.done(c.DefineBrokers(brokers), "ops")
    floor.done(c.SetRetention(1), "ops")
    rate = CommissionSchedule("value", (CommissionTier(D(0), D(10)),))
    floor.done(c.DefineFees((Fee("stamp", 1, DAY, rate, buys=True),)), "ops")
    for day in range(8):
        if day in (0, 1, 7):
            name = floor.working(("A1", 60), ("A2", 40))
            floor.fill(name, 70, "50")
            floor.fill(name, 30, "51")
            floor.finish(floor.block_of(name).block)
            floor.done(c.CancelOrder(floor.order(("A3", 5)), "no more"), "pm")
            floor.report(floor.working(("A4", 9)), K.Canceled)
            floor.finish(list(floor.state.blocks)[-1])
        for number in floor.state.alerts.keys() - floor.state.attended.keys():
            floor.done(c.AcknowledgeAlert(number), "ops")
        floor.done(c.Deliver(), "ops")
        ahead = 3 if floor.state.business_date.weekday() == 4 else 1
        floor.done(c.OpenDay(floor.state.business_date + timedelta(ahead)), "ops")
    return floor


@pytest.fixture(scope="module")
def floor() -> Desk:
    return busy()


def whole(state: State) -> Tables:
    return {name: {row.key: row for row in view.all_rows(state)} for name, view in VIEWS.items()}


@pytest.mark.parametrize("size", [1, 5, 10_000])
def test_screens_lose_it_and_the_read_model_keeps_it(floor: Desk, size: int) -> None:
    reader, shown, written = Reader(State()), dict[str, Any](), {n: {} for n in VIEWS}
    for name in VIEWS:
        reader.rows(name)
    records = floor.journal.records
    for start in range(0, len(records), size):
        reader.follow(records[start : start + size])
        shown |= reader.take().get("placements", {})
        if start % (7 * size) == 0:
            for name, rows in reader.take_unwritten().items():
                written[name] |= rows
    for name, rows in reader.take_unwritten().items():
        written[name] |= rows
    now = whole(floor.state)
    assert list(now["placements"]) == ["P5", "P6"]
    for name in VIEWS:
        assert {row.key: row for row in reader.rows(name)} == now[name], name
    # What came and went between two looks was never shown.
    assert {key for key, row in shown.items() if row is None} <= {"P1", "P2", "P3", "P4"}
    assert [key for key, row in shown.items() if row] == ["P5", "P6"]
    assert len(written["placements"]) == 6
    for name, rows in written.items():
        live = {key: row for key, row in rows.items() if row is not None}
        assert {key: live[key] for key in now[name]} == now[name]
        assert name in STAYS or live == now[name], name
    assert written["orders"]["O1"].state == "allocated"
    assert written["executions"]["S1/20260302/E1"].LastQty == 70
    assert len(written["allocations"]) == 9


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def journal(settings: Settings, floor: Desk) -> SqlJournal:
    engine = connect(settings.journal_url)
    migrate.upgrade(engine, "journal")
    kept = SqlJournal(engine)
    kept.append(floor.journal.records)
    return kept


@pytest.fixture
def database(settings: Settings) -> Iterator[Engine]:
    engine = readmodel.connect(settings.readmodel_url)
    migrate.upgrade(engine, "readmodel")
    yield engine
    engine.dispose()


def started(settings: Settings) -> State:
    """The state of a reader that has caught up."""
    bus = settings.bus.model_copy(update={"streams": "tcp://127.0.0.1:*"})
    process = ReaderProcess(settings.model_copy(update={"bus": bus}))
    process._catch_up_readmodel()
    process._streams.close()
    process._feed.close()
    return process._reader.state


@pytest.mark.parametrize("at", [0, 0.2, 0.5, 0.9, 1])
@pytest.mark.parametrize("snapshot", [False, True])
def test_a_reader_that_was_gone_writes_what_has_left_meanwhile(
    floor: Desk,
    settings: Settings,
    journal: SqlJournal,
    database: Engine,
    at: float,
    snapshot: bool,
) -> None:
    """Killed after a part of the run, with a snapshot of then or without any; or the read model is new."""
    model, reader = ReadModel(database), Reader(State())
    seq = int(journal.seq * at)
    if seq:
        reader.follow(islice(journal.read(), seq))
        model.write(reader.take_unwritten(), seq, journal.hash_at(seq))
    if snapshot:
        snapshots.save(database, seq, journal.hash_at(seq), snapshots.encode(reader.state))
    state = started(settings)
    assert (state.seq, model.seq) == (journal.seq, journal.seq)
    now = whole(floor.state)
    for name in VIEWS:
        rows = {row.key: row for row in model.rows(name)}
        assert {key: rows[key] for key in now[name]} == now[name]
        assert name in STAYS or rows == now[name], name
    counts = {name: len(model.rows(name)) for name in ("orders", "blocks", "placements")}
    assert counts == {"orders": 9, "blocks": 6, "placements": 6}
    assert len(model.rows("executions")) == 6
    assert len(model.rows("allocations")) == 9


def test_a_new_read_model_forgets_what_is_no_more(
    settings: Settings, journal: SqlJournal, database: Engine, floor: Desk
) -> None:
    """Without its cursor, which a new version of the program takes away, all is filled again."""
    model, other = ReadModel(database), busy()
    other.order(("A1", 1))
    model.rebuild(other.state, bytes(32))
    with database.begin() as connection:
        connection.execute(readmodel.cursor.delete())
    started(settings)
    assert {row.key for row in model.rows("orders")} == {f"O{n}" for n in range(1, 10)}
    assert len(model.rows("sessions")) == 2
