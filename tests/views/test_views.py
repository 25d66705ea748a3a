"""Folding the upserts of every event gives all rows: streams and read model rest on that."""

from collections import Counter
from collections.abc import Sequence
from enum import Enum
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

from allocation.lots import Lots
from allocation.lots import open_basis as booked
from tests.builders import D, desk
from tests.properties import invariants
from tests.views import days
from tests.views.house import House, basket
from tradeoms import core, engine
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import OrderState
from tradeoms.model.state import State
from tradeoms.views import VIEWS, Batch, lots
from tradeoms.views.leaving import gone
from tradeoms.views.touched import NAMED

Tables = dict[str, dict[str, Any]]
FLAT = {"str", "int", "bool", "Decimal", "date", "datetime", "NoneType"}


def empty() -> Tables:
    return {name: {} for name in VIEWS}


def fold(tables: Tables, state: State, events: Sequence[e.AnyEvent]) -> None:
    for name, view in VIEWS.items():
        for key, row in view.built(state, view.changed(state, Batch(state, events))).items():
            if row is None:
                tables[name].pop(key, None)
            else:
                assert type(row) is view.row
                assert row.key == key
                tables[name][key] = row
    if any(isinstance(event, e.WorkRetired) for event in events):
        for name, rows in tables.items():
            for key in gone(state, name, rows):
                del rows[key]


def whole(state: State) -> Tables:
    tables = empty()
    for name, view in VIEWS.items():
        rows = list(view.all_rows(state))
        tables[name] = {row.key: row for row in rows}
        assert len(tables[name]) == len(rows), f"{name}: a key twice"
    return tables


class Batches:
    """Folds after every batch, with the state as it is at the batch's end, or before work leaves."""

    def __init__(self) -> None:
        self.tables, self.state = empty(), State()

    def consume(self, records: Sequence[e.Record], state: State) -> None:
        events: list[e.AnyEvent] = []
        for record in records:
            if isinstance(record.event, e.WorkRetired):
                fold(self.tables, self.state, events)
                events = []
            core.apply(self.state, record)
            events.append(record.event)
        fold(self.tables, self.state, events)
        assert self.tables == whole(state)


@pytest.mark.parametrize("seed", range(12))
def test_folding_gives_all_rows(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0 if seed % 2 else 60)
    house, batches = House(seed), Batches()
    house.engine.consumers.append(batches)
    house.open()
    for _ in range(150):
        house.step()
    house.settle()
    days.close(house)
    days.quiet(house)
    tables, state = empty(), State()
    for record in house.journal.records:
        core.apply(state, record)
        fold(tables, state, [record.event])
    assert tables == whole(state) == batches.tables
    invariants.hold(house)


def test_errors_follow_lots_at_every_event() -> None:
    """Also what one booking changes last: a short sale divides the error account's lots."""
    house, view = House(6), VIEWS["errors"]
    house.open()
    for _ in range(150):
        house.step()
    state, rows = State(), dict[str, Any]()
    for record in house.journal.records:
        core.apply(state, record)
        batch = Batch(state, [record.event])
        rows |= view.built(state, view.changed(state, batch))
        if isinstance(record.event, e.HoldingsChanged):
            assert {k: row for k, row in rows.items() if row} == {
                row.key: row for row in view.all_rows(state)
            }


def test_a_kill_shows_that_nothing_follows_a_replace() -> None:
    """One request for all orders is no event of any one, but what was deferred is gone."""
    floor, batches = desk(), Batches()
    king = Broker("KING", "King", "S1", knows_mass_cancel=True)
    floor.done(c.DefineBrokers((king,)), "ops")
    block = floor.block(("A1", 200), Price=50)
    name = floor.route(block, 100)
    for quantity in (110, 150):
        floor.done(c.ReplacePlacement(name, D(quantity), D(50)), "trader")
        floor.left(name)
    batches.consume(floor.journal.records, floor.state)
    shown = batches.tables["placements"], batches.tables["blocks"]
    assert (shown[0][name].requests, shown[1][block].idle) == (
        "replace 110 @ 50, then replace 150 @ 50",
        50,
    )
    floor.engine.consumers.append(batches)
    floor.done(c.CancelAll("fat finger", broker="KING"), "carl")
    assert (shown[0][name].requests, shown[1][block].idle) == ("replace 110 @ 50", 90)


def test_what_a_batch_drops_no_view_asks_for() -> None:
    assert not [name for name, view in VIEWS.items() if not NAMED.isdisjoint(view.on)]


#: What random days bring about too rarely to wait for it.
SELDOM = {"HolidaysSet", "Restricted", "RequestResent", "RequestOverdue", "DeferralEnded"}


@pytest.mark.timeout(240)  # on a busy machine
def test_the_random_runs_reach_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many runs as it takes: an action more makes the others a little rarer."""
    for seconds in ("SLICE_SECONDS", "BATCH_SECONDS"):
        monkeypatch.setattr(engine, seconds, 60)  # the same on a busy machine
    left = {event.__name__ for event in get_args(e.AnyEvent)} - SELDOM | set(VIEWS)
    for seed in range(12):
        house = House(seed)
        house.open()
        for _ in range(500):
            house.step()
        house.settle()
        days.close(house)
        left -= {name for name, rows in whole(house.state).items() if rows}
        days.quiet(house)
        left -= {type(record.event).__name__ for record in house.journal.records}
        internal = [a for a in house.answers if a.outcome == "internal"]
        assert not internal, internal[0]
        invariants.hold(house)
        if not left:
            return
    assert not left


def test_a_draft_is_invisible(monkeypatch: pytest.MonkeyPatch) -> None:
    """A basket shows nothing while it is read, all at once when released, nothing when dropped."""
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0)
    house, seen = House(3), 0
    house.open()
    for _ in range(80):
        before = whole(house.state)
        count = len(house.journal.records)
        basket(house)
        house.batch()
        while house.state.drafts:
            seen += 1
            assert _visible(whole(house.state)) == _visible(before)
            house.batch()
        dropped = any(type(r.event) is e.BasketDropped for r in house.journal.records[count:])
        if dropped:
            assert _visible(whole(house.state)) == _visible(before)
    assert seen > 80
    assert all(order.state is not OrderState.Draft for order in house.state.orders.values())


def _visible(tables: Tables) -> Tables:
    return {name: rows for name, rows in tables.items() if name in ("orders", "positions")}


def test_a_block_adds_up_at_every_event() -> None:
    house = House(5)
    house.open()
    for _ in range(200):
        house.step()
    state = State()
    for record in house.journal.records:
        core.apply(state, record)
        for _, row in VIEWS["blocks"].rows(state, record.event):
            assert row.idle + row.working + row.filled == row.OrderQty
            assert row.idle == core.blocks.idle(state, state.blocks[row.key])


@pytest.mark.parametrize("name", ["orders", "blocks", "placements", "executions"])
def test_a_row_says_what_its_thing_says(name: str) -> None:
    """These rows are made in the order of their fields, which nobody but this test compares."""
    house, compared = House(5), Counter[str]()
    house.open()
    for _ in range(200):
        house.step()
    for row in VIEWS[name].all_rows(house.state):
        thing = getattr(house.state, name)[row.key]
        instrument = house.state.instruments[thing.instrument]
        assert row.Symbol == instrument.Symbol
        for field in row.__struct_fields__[1:]:
            own = getattr(thing, field, getattr(instrument, field, ()))
            if isinstance(own, Enum):
                assert getattr(row, field) in (own.name, own.value)
            elif not isinstance(own, tuple):
                assert getattr(row, field) == ("" if own is None and field == "OrdStatus" else own)
            compared[field] += not isinstance(own, tuple)
    assert sum(count > 0 for count in compared.values()) > len(compared) / 2


def test_positions_are_the_sum_of_lots() -> None:
    house = House(7)
    house.open()
    for _ in range(200):
        house.step()
    held: Counter[str] = Counter()
    for lot in VIEWS["lots"].all_rows(house.state):
        held[f"{lot.account}/{lot.instrument}"] += -lot.remaining if lot.short else lot.remaining
    rows = {row.key: row.quantity for row in VIEWS["positions"].all_rows(house.state)}
    assert {k: q for k, q in rows.items() if q} == {k: q for k, q in held.items() if q}


@pytest.mark.parametrize(
    ("basis", "size", "remaining", "expected"),
    [(1000, 3, 3, 1000), (1000, 3, 2, 667), (1000, 3, 1, 333), (1000, 3, 0, 0), (1, 2, 1, 0)],
)
def test_open_basis(basis: int, size: int, remaining: int, expected: int) -> None:
    assert lots.open_basis(basis, size, remaining) == expected


def test_open_basis_is_the_rounding_of_reliefs() -> None:
    draw = np.random.default_rng(1)
    size = draw.integers(1, 10**9, 2000)
    basis = draw.integers(0, 10**12, 2000)
    remaining = draw.integers(0, size + 1)
    zeros = np.zeros(2000, np.int64)
    expected = booked(Lots(zeros, zeros, zeros, size, basis, remaining)).tolist()
    columns = zip(basis.tolist(), size.tolist(), remaining.tolist(), strict=True)
    assert [lots.open_basis(*values) for values in columns] == expected


@pytest.mark.parametrize("view", VIEWS.values(), ids=list(VIEWS))
def test_rows_are_flat(view: Any) -> None:
    """The first field is the key, and every field is a plain value that any table can hold."""
    hints = get_type_hints(view.row)
    assert next(iter(hints)) == "key"
    assert hints["key"] is str
    for name, hint in hints.items():
        names = {part.__name__ for part in get_args(hint) or (hint,)}
        assert names <= FLAT, name
        assert len(names - {"NoneType"}) == 1, name
    assert view.row.__doc__
