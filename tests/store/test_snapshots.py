"""A decoded snapshot is the state, and a snapshot that cannot be trusted is passed over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from tests.states import DERIVED, same
from tests.views.house import House
from tradeoms import core
from tradeoms.model.columns import Axis, Grid, Table
from tradeoms.model.state import State
from tradeoms.store import migrate, readmodel, snapshots

HASH = bytes(range(32))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = readmodel.connect(f"sqlite:///{tmp_path}/read.db")
    migrate.upgrade(engine, "readmodel")
    yield engine
    engine.dispose()


def test_a_decoded_state_is_the_same(house: House) -> None:
    same(house.state, snapshots.decode(snapshots.encode(house.state)))


def test_an_empty_state_is_the_same() -> None:
    same(State(), snapshots.decode(snapshots.encode(State())))


def test_a_decoded_state_goes_on_like_the_one_that_was_saved(house: House) -> None:
    """Snapshot in the middle, replay of the rest, equals replay of everything."""
    records = house.journal.records
    half, whole = State(), State()
    for record in records[: len(records) // 2]:
        core.apply(half, record)
    half = snapshots.decode(snapshots.encode(half))
    for record in records[len(records) // 2 :]:
        core.apply(half, record)
    for record in records:
        core.apply(whole, record)
    same(whole, half)
    same(house.state, half)


def test_every_field_of_a_state_is_in_a_snapshot() -> None:
    kinds = {name: type(value) for name, value in vars(State()).items()}
    columns = {name for name, kind in kinds.items() if kind in (Axis, Grid, Table)}
    assert columns == {*snapshots.AXES, *snapshots.GRIDS, *snapshots.TABLES}
    assert kinds.keys() - columns - set(DERIVED) == set(snapshots.Plain.__struct_fields__)


def test_same_sees_one_changed_cell(house: House) -> None:
    other = snapshots.decode(snapshots.encode(house.state))
    other.lots["basis"][3] += 1
    with pytest.raises(AssertionError):
        same(house.state, other)


def test_the_last_three_are_kept_and_the_newest_is_found(house: House, engine: Engine) -> None:
    body = snapshots.encode(house.state)
    assert snapshots.latest(engine) is None
    for seq in (1, 5, 9, 12, 12):
        snapshots.save(engine, seq, HASH, body)
    seq, hash, state = _latest(engine)
    assert (seq, hash) == (12, HASH)
    same(house.state, state)
    assert _seqs(engine) == [5, 9, 12]


@pytest.mark.parametrize("spoiled", [{"version": "another"}, {"body": b"x"}, {"digest": HASH}])
def test_what_cannot_be_trusted_is_passed_over(engine: Engine, spoiled: dict[str, object]) -> None:
    body = snapshots.encode(State())
    for seq in (4, 8):
        snapshots.save(engine, seq, HASH, body)
    with engine.begin() as connection:
        table = snapshots.snapshots
        connection.execute(update(table).where(table.c.seq == 8).values(spoiled))
    assert _latest(engine)[0] == 4


def _latest(engine: Engine) -> tuple[int, bytes, State]:
    found = snapshots.latest(engine)
    assert found is not None
    return found


def _seqs(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return sorted(row.seq for row in connection.execute(select(snapshots.snapshots.c.seq)))
