"""What the tests of the writer look at: batches, and the kinds of records in them."""

from collections.abc import Sequence

from tests.builders import new_order
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import State


def kinds(records: Sequence[e.Record]) -> list[str]:
    return [type(record.event).__name__ for record in records]


def basket(name: str, count: int, first: int = 1) -> c.SubmitBasket:
    return c.SubmitBasket(name, tuple(new_order(("A1", first + n)) for n in range(count)))


class Batches:
    """A consumer that keeps what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def consume(self, records: Sequence[e.Record], state: State) -> None:
        assert state.seq == records[-1].seq
        self.batches.append(kinds(records))
