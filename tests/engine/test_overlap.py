"""While one batch is written the next is decided; nobody hears of either before it is on disk."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.builders import Memory, desk, new_order
from tests.fix.counterparty import wait
from tests.states import same
from tradeoms import core
from tradeoms.engine import Engine, Item
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Outcome
from tradeoms.model.state import State

PATIENCE = 30


class Gate(Memory):
    """A disk on which a batch takes as long as the test wants; or that fails."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[int] = []
        self.broken: OSError | None = None
        self._may = threading.Semaphore(0)

    def append(self, records: Sequence[e.Record]) -> None:
        self.arrived.append(len(records))
        assert self._may.acquire(timeout=PATIENCE)
        if self.broken:
            raise self.broken
        super().append(records)

    def let(self, batches: int = 1) -> None:
        """So many batches may come to an end."""
        self._may.release(batches)


class Witness:
    """What it is given at once, and what it does when that is on disk."""

    def __init__(self, records: list[e.Record]) -> None:
        self._disk = records
        self.given: list[int] = []
        self.told: list[int] = []

    def consume(self, records: Sequence[e.Record], state: State) -> Callable[[], None]:
        assert state.seq == records[-1].seq
        self.given.append(state.seq)
        return lambda: self._tell(records)

    def _tell(self, records: Sequence[e.Record]) -> None:
        assert records[-1] in self._disk
        self.told += [record.seq for record in records]


class Running:
    """An engine on its own thread, over a disk that waits."""

    def __init__(self) -> None:
        opened = desk()
        self.gate = Gate()
        self.gate.records = opened.journal.records
        self.engine = Engine(opened.state, self.gate, self.gate.replay)
        self.witness = Witness(self.gate.records)
        self.engine.consumers.append(self.witness)
        self.answers: list[e.Answered] = []
        self.failure: OSError | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.engine.run()
        except OSError as failure:
            self.failure = failure

    def submit(self, quantity: int) -> None:
        command = c.SubmitOrder(new_order(("A1", quantity)))
        cause = e.Cause(user="pm", command=f"x{quantity}")
        self.engine.submit(command, cause, self.answers.append)

    def orders(self) -> int:
        """How many are decided."""
        return len(self.engine.state.orders)

    def end(self) -> None:
        self.engine.stop()
        self.gate.let(100)
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


@contextmanager
def running() -> Iterator[Running]:
    floor = Running()
    floor.thread.start()
    try:
        yield floor
    finally:
        floor.end()


@pytest.fixture
def live() -> Iterator[Running]:
    with running() as floor:
        yield floor


def item(quantity: int) -> Item:
    command = c.SubmitOrder(new_order(("A1", quantity)))
    return Item(command, e.Cause(user="pm", command=f"y{quantity}"), None)


def test_the_next_batch_is_decided_while_one_is_written(live: Running) -> None:
    first = len(live.gate.records)
    live.submit(1)
    wait(lambda: live.gate.arrived == [2])
    live.submit(2)
    wait(lambda: live.orders() == 2)
    assert live.witness.given == [first + 2]
    assert (live.witness.told, live.answers) == ([], [])
    live.gate.let()
    wait(lambda: live.gate.arrived == [2, 2])
    assert live.witness.told == [first + 1, first + 2]
    assert [answer.id for answer in live.answers] == ["x1"]
    live.gate.let()
    wait(lambda: len(live.answers) == 2)
    assert live.witness.told == [first + n for n in (1, 2, 3, 4)]
    same(live.gate.replay(), live.engine.state)


def test_what_is_on_disk_is_told_between_two_commands_of_the_next_batch() -> None:
    """An order does not wait with its leaving for the end of what is decided meanwhile."""
    live = Running()
    first, committing = len(live.gate.records), live.engine._committing

    def items(numbers: range) -> Iterator[Item]:
        for n in numbers:
            yield Item(
                c.SubmitOrder(new_order(("A1", n))), e.Cause(user="pm", command=f"y{n}"), None
            )
            told.append(len(live.witness.told))

    told: list[int] = []
    live.gate.let(2)
    with committing.overlapping():
        live.engine._batch_of(items(range(1, 2)))
        wait(lambda: committing.is_written)
        live.engine._batch_of(items(range(2, 4)))
    assert told == [0, 2, 2]
    assert live.witness.told == [first + n for n in range(1, 7)]


def test_what_is_on_disk_is_told_though_nothing_new_comes(live: Running) -> None:
    live.submit(1)
    live.gate.let()
    wait(lambda: live.answers)
    assert [answer.outcome for answer in live.answers] == [Outcome.Done]
    assert live.witness.told == [live.engine.state.seq - 1, live.engine.state.seq]


def test_a_disk_that_fails_ends_all_that_was_decided_since() -> None:
    with running() as live:
        before = [*live.gate.records]
        live.submit(1)
        wait(lambda: live.gate.arrived == [2])
        live.submit(2)
        wait(lambda: live.orders() == 2)
        live.gate.broken = OSError("disk full")
        live.gate.let()
        live.thread.join(PATIENCE)
    assert str(live.failure) == "disk full"
    assert (live.witness.told, live.answers) == ([], [])
    assert live.gate.arrived == [2]
    assert live.gate.records == before


def test_a_disk_that_fails_while_nothing_else_comes_ends_the_writer_at_once() -> None:
    with running() as live:
        live.submit(1)
        live.gate.broken = OSError("disk full")
        live.gate.let()
        live.thread.join(PATIENCE)
        assert not live.thread.is_alive()
    assert str(live.failure) == "disk full"


def test_a_command_that_comes_again_is_answered_when_the_first_one_is_on_disk(
    live: Running,
) -> None:
    live.submit(1)
    wait(lambda: live.gate.arrived == [2])
    live.submit(1)
    live.submit(2)
    wait(lambda: live.orders() == 2)
    assert live.answers == []
    live.gate.let(2)
    wait(lambda: len(live.answers) == 3)
    assert [answer.id for answer in live.answers] == ["x1", "x1", "x2"]
    assert live.answers[0] == live.answers[1]


def test_a_bug_undoes_nothing_of_the_batch_that_is_being_written(
    live: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is read again from the disk, where that batch has to be by then."""
    live.submit(1)
    wait(lambda: live.gate.arrived == [2])
    apply, failed = core.APPLY[e.OrderEntered], list[str]()

    def breaks_once(state: State, event: e.OrderEntered) -> None:
        apply(state, event)
        if event.order.OrderQty == 2 and not failed:
            failed.append(event.order.order)
            raise RuntimeError("cannot happen")

    monkeypatch.setitem(core.APPLY, e.OrderEntered, breaks_once)
    live.submit(2)
    live.submit(3)
    live.gate.let(10)
    wait(lambda: len(live.answers) == 3)
    outcomes = {answer.id: answer.outcome for answer in live.answers}
    assert outcomes == {"x1": Outcome.Done, "x2": Outcome.Internal, "x3": Outcome.Done}
    assert [int(order.OrderQty) for order in live.engine.state.orders.values()] == [1, 3]
    same(live.gate.replay(), live.engine.state)


def test_a_bug_waits_for_what_was_decided_before_it_in_the_same_batch() -> None:
    """Or the state that is read again lacks it, and counts the next records as the last ones."""
    live = Running()
    apply = core.APPLY[e.OrderEntered]

    def breaks(state: State, event: e.OrderEntered) -> None:
        apply(state, event)
        if event.order.OrderQty == 2:
            raise RuntimeError("cannot happen")

    with pytest.MonkeyPatch.context() as patch, live.engine._committing.overlapping():
        patch.setitem(core.APPLY, e.OrderEntered, breaks)
        letting = threading.Timer(0.1, lambda: live.gate.let(2))
        letting.start()
        live.engine._batch_of([item(1), item(2), item(3)])
    letting.join()
    assert [int(order.OrderQty) for order in live.engine.state.orders.values()] == [1, 3]
    same(live.gate.replay(), live.engine.state)


def test_the_answer_of_before_is_given_again_though_nothing_new_comes(live: Running) -> None:
    live.gate.let()
    live.submit(1)
    wait(lambda: len(live.answers) == 1)
    live.submit(1)
    wait(lambda: len(live.answers) == 2)
    assert live.answers[0] == live.answers[1]


def test_a_writer_that_is_stopped_tells_what_it_has_decided() -> None:
    with running() as live:
        live.submit(1)
        wait(lambda: live.gate.arrived == [2])
        live.submit(2)
        wait(lambda: live.orders() == 2)
    assert live.failure is None
    assert [answer.id for answer in live.answers] == ["x1", "x2"]
    assert live.witness.told[-1] == live.engine.state.seq == len(live.gate.records)


def test_everything_is_told_once_in_order_and_never_before_the_disk(live: Running) -> None:
    """From many threads, with batches of all sizes; the witness looks at the disk each time."""
    first = len(live.gate.records)
    live.gate.let(100_000)

    def send(start: int) -> None:
        for n in range(start, start + 100):
            live.submit(n)

    senders = [threading.Thread(target=send, args=(1000 * n,)) for n in range(1, 5)]
    for sender in senders:
        sender.start()
    wait(lambda: len(live.answers) == 400)
    assert live.witness.told == [*range(first + 1, first + 801)]
    assert len({answer.id for answer in live.answers}) == 400
