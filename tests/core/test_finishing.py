"""Many blocks finished in one decision are what they would be one after another, in one go."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import DAY, D, Desk, K, desk, lot
from tests.core.splits import define
from tests.properties.invariants import positions_are_the_sum_of_lots
from tests.states import same
from tradeoms import engine
from tradeoms.core import finishing, splitting
from tradeoms.core.bounds import MOST_CENTS, MOST_MONEY, MOST_UNITS
from tradeoms.core.finishing import MOST
from tradeoms.model import commands as c
from tradeoms.model.fields import Handling, Side
from tradeoms.model.openings import OpeningCash
from tradeoms.model.reference import Account, IdenticalGroup

ACCOUNTS, INSTRUMENTS = ("A1", "A2", "A3", "A4"), ("ACME", "BOLT", "CORN")
METHODS = ("FIFO", "LIFO", "HIFO", "MINTAX")
POLICIES: tuple[dict[str, Any], ...] = (
    {},
    {"method": "equal", "minimum": D(3)},
    {"method": "rotation"},
    {"rounding": "webster", "caps": {"A1": 20}},
    {"average_blocks": True},
    {"prices": "high_to_low"},
)


def house(policy: dict[str, Any]) -> Desk:
    """Old dear and young cheap lots; one taxpayer has two accounts; two instruments are one to him."""
    owned = [
        lot(a, 400 + 10 * n, 20_000 + 777 * n, age=age, name=name)
        for name in INSTRUMENTS[:2]
        for n, a in enumerate(ACCOUNTS)
        for age in (400, 20)
    ]
    floor = desk(tuple(owned))
    taxed = zip(ACCOUNTS, ("T1", "T1", "T3", "T4"), METHODS, strict=True)
    rows = (Account(a, a, t, may_short=True, lot_method=how) for a, t, how in taxed)
    floor.done(c.DefineAccounts(tuple(rows)), "ops")
    floor.done(c.DefineIdentical((IdenticalGroup("one", ("ACME", "BOLT")),)), "compliance")
    known = floor.state.brokers["KING"]
    king = replace(known, knows_price_groups=True, allocations=Handling.Automatic)
    floor.done(c.DefineBrokers((king,)), "ops")
    if policy:
        define(floor, **policy)
    return floor


def traded(floor: Desk, seed: int, count: int) -> list[str]:
    """Blocks that are filled in part or whole, or not at all, on either side, at a gain or a loss."""
    draw = random.Random(seed)
    blocks = []
    for _ in range(count):
        some = draw.sample(ACCOUNTS, draw.randint(1, 4))
        members = [(a, draw.randint(1, 60)) for a in some]
        total = sum(q for _, q in members)
        name = draw.choice(INSTRUMENTS)
        sale = Side.SellShort if name == "CORN" else Side.Sell  # nobody owns that
        side = draw.choice((Side.Buy, sale))
        block = floor.block(*members, instrument=name, Side=side, locate="L" * side.short)
        name = floor.route(block, total, draw.choice(("KING", "QUEEN")))
        left = draw.randint(0, total)
        while left:
            part = draw.randint(1, left)
            floor.fill(name, part, D(draw.randint(4000, 6000)).scaleb(-2))
            left -= part
        if floor.placement(name).LeavesQty:
            floor.done(c.CancelPlacement(name), "trader")
            floor.report(name, K.Canceled)
        blocks.append(block)
    return blocks


def books(floor: Desk) -> dict[str, Any]:
    """What was allocated and booked, whatever numbers it bears."""
    state = floor.state
    lots = [state.lots[name].tolist() for name in ("account", "instrument", "short", "acquired")]
    lots += [state.lots[name].tolist() for name in ("remaining", "size", "basis", "added")]
    gains = (
        "account",
        "instrument",
        "block",
        "quantity",
        "basis",
        "proceeds",
        "gain",
        "disallowed",
    )
    flows = ("block", "account", "units", "cents")
    return {
        "allocations": {
            name: replace(event, allocated=event.allocated.min, together=False)
            for name, event in sorted(state.allocations.items())
        },
        "lots": Counter(row for row in zip(*lots, strict=True) if row[4]),
        "gains": Counter(zip(*(state.realized[n].tolist() for n in gains), strict=True)),
        "flows": Counter(zip(*(state.flows[n].tolist() for n in flows), strict=True)),
        "cells": [grid.cells.tolist() for grid in (state.position, state.cash)],
        "pending": [grid.cells.tolist() for grid in (state.buying, state.selling)],
        "orders": {name: replace(o, entered=DAY) for name, o in state.orders.items()},  # type: ignore[arg-type]
        "turns": state.turns,
        "told": Counter(
            (i.block, i.broker, i.quantities, i.net) for i in state.instructions.values()
        ),
        "alerts": Counter((a.kind, a.subject, a.text) for a in state.alerts.values()),
    }


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(POLICIES))
def test_together_as_one_after_another(seed: int, policy: dict[str, Any]) -> None:
    one, other = house(policy), house(policy)
    names = traded(one, seed, 9)
    assert traded(other, seed, 9) == names
    one.done(c.FinishBlocks(tuple(names), "all of today's"), "trader")
    for name in names:
        other.done(c.FinishBlock(name, "all of today's"), "trader")
    assert books(one) == books(other)
    positions_are_the_sum_of_lots(one.state)
    same(one.journal.replay(), one.state)


def test_what_comes_meanwhile_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill, another command and a broker come between slices. What they change is looked at again:
    the corrected block is booked as it is by then, the one that is finished already is named.
    """
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0)
    monkeypatch.setattr(engine, "BATCH_SECONDS", 60)  # the same on a busy machine
    monkeypatch.setattr(finishing, "BOOKED", 1)
    floor, placed, fills = desk(), list[str](), list[str]()
    blocks = [floor.block(("A1", 10), ("A2", 10)) for _ in range(5)]
    for block in blocks:
        placed.append(floor.route(block, 20))
        fills.append(floor.fill(placed[-1], 20))
    other = floor.working(("A3", 5))
    floor.queue(c.FinishBlocks((*blocks,)), "trader")
    while not floor.state.allocations:
        floor.engine.step(floor.engine._take())
    floor.queue(c.Halt("what a day", everything=True), "compliance")
    floor.queue(c.FinishBlock(blocks[4]), "trader")
    floor.engine.step(floor.engine._take())
    assert floor.placement(other).requests
    assert list(floor.state.allocations) == [blocks[n] for n in (0, 4, 1)]
    floor.correct(placed[2], fills[2], 20, 51)
    (left,) = floor.answers[-1].problems
    assert (left.field, left.value) == ("blocks[4]", blocks[4])
    reason = "changed while others were finished (4 are): is allocated, must be working"
    assert left.reason == reason
    assert floor.state.allocations.keys() == {*blocks}
    assert floor.state.allocations[blocks[2]].AvgPx == "51.00000000"
    positions_are_the_sum_of_lots(floor.state)
    same(floor.journal.replay(), floor.state)


def test_all_are_split_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    floor = house({})
    names = traded(floor, 7, 30)
    calls = []
    real = splitting.allocate

    def counted(*columns: Any) -> Any:
        calls.append(len(columns[1]))
        return real(*columns)

    monkeypatch.setattr(splitting, "allocate", counted)
    floor.done(c.FinishBlocks(tuple(names)), "trader")
    assert calls == [30]
    assert set(floor.state.bookings) == set(names)


def test_of_two_days_the_older_is_booked_first() -> None:
    """A GTC block traded yesterday, finished today together with today's: lots in the order of days."""
    floor = desk()
    old = floor.block(("A1", 10))
    floor.fill(floor.route(old, 10), 10, "40")
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    new = floor.block(("A1", 10))
    floor.fill(floor.route(new, 10), 10, "41")
    floor.done(c.FinishBlocks((new, old)), "trader")
    assert [basis for *_, basis in floor.lots("A1")] == [40_013, 41_013]
    assert list(floor.state.bookings) == [old, new]


def test_all_or_none_with_everything_that_is_wrong() -> None:
    floor = desk()
    good = floor.block(("A1", 10))
    floor.fill(floor.route(good, 10), 10)
    working = floor.block(("A2", 10))
    part = floor.route(working, 10)
    told = floor.block(("A3", 10))
    floor.fill(floor.route(told, 10), 10, CumQty=D(9))
    problems = floor.refused(c.FinishBlocks((good, working, told, "B9")), "trader")
    assert problems == {
        "blocks[1]": f"has working placements: {part}",
        "blocks[2]": "P3: the broker's CumQty is 9, our fills make 10;"
        " give a reason to finish all the same",
        "blocks[3]": "unknown block",
    }
    assert floor.refused(c.FinishBlocks((good, good)), "trader") == {"blocks": "is named twice"}
    for some in ((), tuple(f"B{n}" for n in range(MOST + 1))):
        found = floor.refused(c.FinishBlocks(some), "trader")
        assert found == {"blocks": f"must be 1 to {MOST} blocks"}
    other = floor.refused(c.FinishBlocks((good,)), "tom")
    assert other == {"blocks[0]": "is trader's: take it over first"}
    floor.done(c.FinishBlocks((good, told), "they will correct it"), "trader")
    assert set(floor.state.allocations) == {good, told}


def test_a_split_that_is_not_the_policys_takes_a_reason() -> None:
    floor = desk()
    define(floor, minimum=D(8))
    names = []
    for filled in (5, 40):
        block = floor.block(("A1", 20), ("A2", 20))
        name = floor.route(block, 40)
        floor.fill(name, filled)
        if filled < 40:
            floor.done(c.CancelPlacement(name), "trader")
            floor.report(name, K.Canceled)
        names.append(block)
    (reason,) = floor.refused(c.FinishBlocks(tuple(names)), "trader").values()
    assert reason.startswith("allocation policy fair/1 cannot split 5")
    floor.done(c.FinishBlocks(tuple(names), "clients agreed"), "trader")
    first, second = (floor.state.allocations[name] for name in names)
    assert (first.policy, sum(first.quantities)) == ("pro_rata/largest_remainder/1", 5)
    assert (second.policy, second.quantities) == ("fair/1", (20, 20))
    assert floor.alerts() == ["split by exception"]


def test_what_is_more_than_the_books_hold_is_not_finished_at_once() -> None:
    """Each of three blocks could be booked, two could, but not all three."""
    floor, names = desk(), list[str]()
    debt = [OpeningCash("A2", "USD", -MOST_MONEY)] * (MOST_CENTS // int(MOST_MONEY * 100))
    floor.done(c.BookOpening("two", (), tuple(debt)))
    for _ in range(3):
        block = floor.block(("A2", MOST_UNITS))
        floor.fill(floor.route(block, MOST_UNITS), MOST_UNITS, 50)
        names.append(block)
    assert floor.refused(c.FinishBlocks(tuple(names)), "trader") == {
        "blocks": "are more than can be booked at once: finish them one by one"
    }
    floor.done(c.FinishBlocks(tuple(names[:2])), "trader")
    assert floor.held("A2") == 2 * MOST_UNITS


def test_of_two_days_and_several_instruments_each_keeps_its_order() -> None:
    """Another instrument's block of yesterday does not let a sale overtake the one before it."""
    floor = desk((lot("A1", 10, 100, 200, "BOLT"), lot("A1", 10, 300, 100, "BOLT")))
    names = [floor.block(("A1", 10))]
    floor.fill(floor.route(names[0], 10), 10, "40")
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    for name, side in (("ACME", Side.Buy), ("BOLT", Side.Sell), ("BOLT", Side.Sell)):
        names.append(floor.block(("A1", 10), instrument=name, Side=side))
        floor.fill(floor.route(names[-1], 10), 10, "40")
    floor.done(c.FinishBlocks(tuple(names)), "trader")
    relieved = [floor.state.bookings[name].relieved_basis for name in names[2:]]
    assert relieved == [(10_000,), (30_000,)]
