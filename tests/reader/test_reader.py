"""A reader's state is the writer's, and its changes lead from one moment to the next."""

from typing import Any

import pytest

from tests.states import same
from tests.views.house import House
from tradeoms import core
from tradeoms.model.state import State
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader
from tradeoms.views import VIEWS


def whole(state: State) -> dict[str, dict[str, Any]]:
    return {name: {row.key: row for row in view.all_rows(state)} for name, view in VIEWS.items()}


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_changes_of_batches_of_any_size_lead_to_all_rows(size: int) -> None:
    house, reader = House(6), Reader(State())
    tables: dict[str, dict[str, Any]] = {name: {} for name in VIEWS}
    written: dict[str, dict[str, Any]] = {name: {} for name in VIEWS}
    watched = {"orders", "blocks", "cash"}
    for name in watched:
        reader.rows(name)
    house.open()
    for _ in range(150):
        house.step()
    house.settle()
    records = house.journal.records
    for start in range(0, len(records), size):
        reader.follow(records[start : start + size])
        for name, rows in reader.take().items():
            tables[name] |= rows
        if start % (size * 20) == 0:
            for name, rows in reader.take_unwritten().items():
                written[name] |= rows
        if start % (size * 50) == 0:
            assert {row.key: row for row in reader.rows("orders")} == whole(reader.state)["orders"]
    for name, rows in reader.take_unwritten().items():
        written[name] |= rows
    live = {n: {k: r for k, r in rows.items() if r is not None} for n, rows in written.items()}
    assert live == whole(house.state)
    for name, rows in tables.items():
        seen = {key: row for key, row in rows.items() if row is not None}
        assert seen == (live[name] if name in watched else {})
    assert {name: {row.key: row for row in reader.rows(name)} for name in VIEWS} == live
    assert reader.take() == reader.take_unwritten() == {}
    same(reader.state, house.journal.replay())


def test_a_gap_stops_it() -> None:
    house = House(6)
    house.open()
    reader = Reader(State())
    with pytest.raises(AssertionError, match="record 2 does not follow 0"):
        reader.follow(house.journal.records[1:])


def test_rows_belong_to_whom_asked() -> None:
    """Changing the list that was given changes no other."""
    house = House(6)
    house.open()
    reader = Reader(house.journal.replay())
    reader.rows("positions").clear()
    assert reader.rows("positions")


def test_queries() -> None:
    house = House(6)
    house.open()
    for _ in range(60):
        house.step()
    house.settle()
    reader = Reader(house.journal.replay())
    (row,) = QUERIES["state"](reader, {})
    assert row["seq"] == house.state.seq
    assert row["orders"] == len(house.state.orders)
    for block in house.state.blocks.values():
        (row,) = QUERIES["idle"](reader, {"block": block.block})
        assert row == {"block": block.block, "idle": str(core.blocks.idle(house.state, block))}
    for arguments in ({}, {"block": "B0"}, {"block": ["B1"]}):
        with pytest.raises(ValueError, match="the name of a block is needed"):
            QUERIES["idle"](reader, arguments)
