"""The read model gets the same rows, whoever looks at what in between."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import Desk, desk
from tests.views import days
from tests.views.house import House
from tradeoms import reader
from tradeoms.model import commands as c
from tradeoms.model.events import Record
from tradeoms.model.fields import OrdStatus
from tradeoms.model.reference import Account
from tradeoms.model.state import State
from tradeoms.reader import Reader
from tradeoms.views import VIEWS

Tables = dict[str, dict[str, Any]]
STEPS = st.lists(
    st.tuples(st.sampled_from((1, 3, 20, 150)), st.sampled_from((None, "", "write", *VIEWS))),
    max_size=40,
)


@cache
def run() -> tuple[list[Record], Tables]:
    """The records of a random day whose work leaves memory, and what is written after each of them."""
    house = House(6)
    house.open()
    for _ in range(100):
        house.step()
    house.settle()
    days.close(house)
    days.quiet(house)
    one, written = Reader(State()), empty()
    for record in house.journal.records:
        one.follow([record])
        write(one, written)
    return house.journal.records, written


def empty() -> Tables:
    return {name: {} for name in VIEWS}


def write(one: Reader, written: Tables) -> None:
    for name, rows in one.take_unwritten().items():
        for key, row in rows.items():
            if row is None:
                written[name].pop(key, None)
            else:
                written[name][key] = row


@pytest.mark.parametrize("most", [0, 100, 100_000])
@settings(max_examples=15)
@given(steps=STEPS)
def test_the_same_is_written(most: int, steps: list[tuple[int, str | None]]) -> None:
    """`steps`: so many records, then nothing, somebody's stream, a write, or a table asked for."""
    records, expected = run()
    one, written, start = Reader(State()), empty(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "MOST_WAITING", most)
        for size, what in [*steps, (len(records), "write")]:
            one.follow(records[start : start + size])
            start += size
            assert one._waiting.size <= most
            if what == "":
                one.take()
            elif what == "write":
                write(one, written)
            elif what:
                one.rows(what)
    assert written == expected
    assert one.take_unwritten() == {}


@pytest.mark.parametrize("asked", [False, True])
def test_a_part_that_was_taken_back_is_gone_however_soon_all_is_allocated_anew(asked: bool) -> None:
    """The error account's: of the fill that was too much, and then busted."""
    floor = desk()
    floor.done(c.DefineAccounts((Account("ERR", "Errors", "firm", may_short=True, error=True),)))
    name = floor.working(("A1", 100))
    block = floor.block_of(name).block
    floor.fill(name, 100)
    ExecID = floor.fill(name, 25)
    floor.done(c.BookError(block, "the broker filled twice"), "ops")
    floor.finish(block)
    one, written = Reader(State()), empty()
    known = follow(one, floor, 0)
    write(one, written)
    if asked:
        one.rows("allocations")
    assert written["allocations"].keys() == {f"{block}/O1/A1", f"{block}//ERR"}
    floor.bust(name, ExecID, OrdStatus=OrdStatus.Filled)
    floor.finish(block)
    follow(one, floor, known)
    write(one, written)
    expected = {name: {row.key: row for row in VIEWS[name].all_rows(floor.state)} for name in VIEWS}
    assert written == expected
    assert written["allocations"].keys() == {f"{block}/O1/A1"}
    assert {row.key for row in one.rows("allocations")} == {f"{block}/O1/A1"}


def follow(one: Reader, floor: Desk, known: int) -> int:
    """What is new, as one batch."""
    one.follow(floor.journal.records[known:])
    return len(floor.journal.records)
