"""The read model gets the same rows, whoever looks at what in between."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.views import days
from tests.views.house import House
from tradeoms import reader
from tradeoms.model.events import Record
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
