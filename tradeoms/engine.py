"""The single writer: one queue, one thread that decides, one log; everything else follows the log.

What is queued is decided, applied and appended in ONE transaction, then told and answered. While one
batch is on its way to the disk the next is decided: no timer, the busier the bigger, up to a few
milliseconds of work. Nobody hears of a batch before it is on disk; where that fails, the process ends,
and with it what was decided since.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from functools import partial
from threading import Condition
from typing import Any, Protocol

import structlog
from msgspec.structs import replace

from tradeoms import core
from tradeoms.committing import Committing, Journal, Tell
from tradeoms.core.attention import alert, unmatched
from tradeoms.core.baskets import dropped, interrupted
from tradeoms.core.context import Context, Refusal
from tradeoms.core.unknown import unknown
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import TRADES, Outcome
from tradeoms.model.orders import Violation
from tradeoms.model.state import State

log = structlog.get_logger("engine")

SLICE_SECONDS = 0.005
#: After which a batch takes nothing more: what was decided leaves for the brokers while the rest is
#: worked on, and nobody's answer waits for the end of a long queue.
BATCH_SECONDS = 0.02
MOST_VIOLATIONS = 200  # of one answer; every order carries its own

CANCELS = frozenset((c.CancelPlacement, c.CancelOrder, c.CancelAll, c.Halt))

Answer = Callable[[e.Answered], None]


class Consumer(Protocol):
    """Called on the writer's thread with a batch that is being written, the state as it left it; gives
    what to do once it is on disk. Neither may wait.
    """

    def consume(self, records: Sequence[e.Record], state: State) -> Tell | None: ...


class Priority(IntEnum):
    """Order in which queued work is taken."""

    Cancel = 0
    Broker = 1
    Person = 2
    Bulk = 3


class Item:
    """One command on its way, with who waits for the answer."""

    __slots__ = ("answers", "cause", "command", "context", "ids", "slices", "violations")

    def __init__(self, command: c.Command, cause: e.Cause, answer: Answer | None) -> None:
        self.command, self.cause = command, cause
        self.answers: list[Answer] = [answer] if answer else []
        self.slices: Generator[Iterable[e.AnyEvent], None, Iterable[e.AnyEvent]] | None = None
        self.context: Context | None = None
        self.ids: list[str] = []
        self.violations: list[Violation] = []

    @property
    def key(self) -> str:
        """What makes two commands the same one."""
        return f"{self.cause.user}/{self.cause.command}"

    @property
    def name(self) -> str:
        """The command's type."""
        return type(self.command).__name__

    def note(self, event: e.AnyEvent) -> None:
        """Remember for the answer what the event created, and what the rules found."""
        if created := CREATED.get(type(event)):
            self.ids += created(event)
        if type(event) is e.OrderEntered:
            self.violations += event.order.violations
        elif type(event) is e.CrossProposed:
            self.violations += event.cross.violations


#: The names that an event brings into the world, for the answer to the command behind it.
CREATED: dict[type, Callable[[Any], Iterable[str]]] = {
    e.OrderEntered: lambda event: (event.order.order,),
    e.BlockOpened: lambda event: (event.block.block,),
    e.PlacementRouted: lambda event: (event.placement.placement,),
    e.PlacementTelephoned: lambda event: (event.placement.placement,),
    e.CrossProposed: lambda event: (event.cross.cross,),
    e.ActionsBooked: lambda event: (action.action for action in event.actions),
    e.Halted: lambda event: (event.halt.halt,),
}


def priority_of(command: c.Command, cause: e.Cause) -> Priority:
    """Cancels first, then brokers and the gateway, then people, then what is long."""
    if type(command) in CANCELS:
        return Priority.Cancel
    if type(command) in core.SLICED:
        return Priority.Bulk
    return Priority.Person if cause.user else Priority.Broker


class Engine:
    """Owns the state. Any thread may call `submit`; everything else runs on the writer's."""

    def __init__(self, state: State, journal: Journal, reload: Callable[[], State]) -> None:
        self.state = state
        self.consumers: list[Consumer] = []
        self._reload = reload
        self._counters = dict(state.counters)
        self._queues: list[deque[Item]] = [deque() for _ in Priority]
        self._ready = Condition()
        self._stopping = False
        self._running: dict[str, Item] = {}
        self._batch: list[e.Record] = []
        self._replies: list[tuple[Item, e.Answered]] = []
        self._committing = Committing(journal, self._wake)
        self._now = datetime.now(UTC)

    def submit(self, command: c.Command, cause: e.Cause, answer: Answer | None = None) -> None:
        """Queue a command; the writer's thread calls `answer` once its events are on disk."""
        item = Item(command, cause, answer)
        with self._ready:
            self._queues[priority_of(command, cause)].append(item)
            self._ready.notify()

    def stop(self) -> None:
        """Let `run` return after the batch it is in."""
        self._stopping = True
        self._wake()

    def run(self) -> None:
        """Decide until stopped. An exception ends the process: start-up is recovery."""
        self._recover()
        with self._committing.overlapping():
            while not self._stopping:
                self._batch_of(self._take())

    def step(self, items: Iterable[Item]) -> None:
        """One batch: decide and apply all items, append once, tell everybody."""
        self._batch_of(items)
        self._committing.finish()

    def _batch_of(self, items: Iterable[Item]) -> None:
        """Decide while the one before is written, which is told as soon as it is."""
        for item in items:
            self._work(item)
            if self._committing.is_written:
                self._committing.finish()
        self._commit()

    def _recover(self) -> None:
        for event in interrupted(self.state):
            self._book(event, e.Cause())
        self._commit()
        self._committing.finish()

    def _take(self) -> Iterator[Item]:
        """Wait for work, then give what is most urgent at the time, until a batch is full.

        A slice of something long ends a batch: what came meanwhile comes first.
        """
        with self._ready:
            self._ready.wait_for(self._has_work)
        until = time.perf_counter() + BATCH_SECONDS
        while not self._stopping and (item := self._next()):
            self._now = datetime.now(UTC)
            yield item
            if item.slices is not None or time.perf_counter() > until:
                return

    def _has_work(self) -> bool:
        return self._stopping or any(self._queues) or self._committing.is_written

    def _wake(self) -> None:
        with self._ready:
            self._ready.notify()

    def _next(self) -> Item | None:
        """Without the lock: others only append, and only this thread takes."""
        for queue in self._queues:
            if queue:
                return queue.popleft()
        return None

    def _work(self, item: Item) -> None:
        if item.slices is None and item.cause.user and self._known(item):
            return
        if item.cause.PossDup and self._booked(item):
            return
        before = self.state.seq
        try:
            self._decide(item)
        except Refusal as refusal:
            if item.slices is None and self.state.seq > before:
                self._discard(item, before, f"{item.name}: refused when half booked: {refusal}")
            else:
                self._answer(item, Outcome.Refused, refusal.problems, refusal.violations)
        except Exception as error:
            log.exception("command failed", command=item.name, cause=item.cause)
            self._discard(item, before, f"{item.name}: {type(error).__name__}: {error}")

    def _known(self, item: Item) -> bool:
        """True where this id was answered, or is being worked on: then the answer is for both."""
        if answered := self.state.answers.get(item.key):
            self._replies.append((item, _same_command(item, answered)))
            return True
        if running := self._running.get(item.key):
            running.answers += item.answers
            return True
        return False

    def _booked(self, item: Item) -> bool:
        """True for what a broker sent again and we have: by now it may be old, such as a New after the
        fill. A fill is left to its ExecID.

        A line that comes back while a batch is on its way to the disk asks for that batch again.
        """
        session = self.state.sessions.get(item.cause.session)
        if session is None or item.cause.MsgSeqNum > session.in_seq:
            return False
        report = item.command.report if isinstance(item.command, c.ReportReceived) else None
        return report is None or report.kind not in TRADES

    def _decide(self, item: Item) -> None:
        if type(item.command) in core.SLICED:
            self._decide_slices(item)
            return
        context = Context(self._now, item.cause.user, self._counters, item.cause.PossDup)
        self._follow(core.decide(self.state, item.command, context), item, context)
        if item.cause.user:
            self._answer(item, Outcome.Done, violations=_shown(item))

    def _decide_slices(self, item: Item) -> None:
        """Work for a few milliseconds, then let others in; the item keeps its place in line."""
        if item.slices is None or item.context is None:
            item.context = Context(self._now, item.cause.user, self._counters)
            item.slices = core.SLICED[type(item.command)](self.state, item.command, item.context)
            self._running[item.key] = item
        until = time.perf_counter() + SLICE_SECONDS
        while True:
            try:
                events = next(item.slices)
            except StopIteration as end:
                # With the answer, or a crash in between would have it refused when it comes again.
                self._follow(end.value, item, item.context)
                self._answer(item, Outcome.Done, violations=_shown(item))
                return
            self._follow(events, item, item.context)
            if time.perf_counter() > until:
                with self._ready:
                    self._queues[Priority.Bulk].appendleft(item)
                return

    def _follow(self, events: Iterable[e.AnyEvent], item: Item, context: Context) -> None:
        """Book events and decide what follows from each at once, in the same transaction.

        A reaction is decided only when its turn comes, on what the reactions before it have booked.
        """
        asked = bool(item.cause.user)
        for event in events:
            self._book(event, item.cause)
            if asked:
                item.note(event)
            for command in core.react(self.state, event):
                self._follow(self._decide_reaction(command, context), item, context)

    def _decide_reaction(self, command: c.Command, context: Context) -> Iterable[e.AnyEvent]:
        try:
            return core.decide(self.state, command, context)
        except Refusal as refusal:
            # What it follows from is booked already: too late to refuse anything.
            raise RuntimeError(f"{type(command).__name__} was refused: {refusal}") from refusal

    def _book(self, event: e.AnyEvent, cause: e.Cause) -> None:
        record = e.Record(self.state.seq + 1, self._now, cause, event)
        core.apply(self.state, record)
        self._batch.append(record)

    def _answer(
        self,
        item: Item,
        outcome: Outcome,
        problems: tuple[c.Problem, ...] = (),
        violations: tuple[Violation, ...] = (),
    ) -> None:
        self._running.pop(item.key, None)
        answered = e.Answered(
            user=item.cause.user,
            id=item.cause.command,
            outcome=outcome,
            command=item.name,
            at=self._now,
            ids=tuple(item.ids) if outcome is Outcome.Done else (),
            problems=problems,
            violations=violations,
        )
        self._book(answered, item.cause)
        self._replies.append((item, answered))

    def _discard(self, item: Item, before: int, text: str) -> None:
        """A bug: nothing of the command stays, its sender is told, a person sees an alert.

        What it applied since record `before` is undone by the one way there is: the state is read
        again from the log. A basket's earlier slices are in the log already, invisible; they go.
        """
        if self.state.seq > before:
            self._batch = [record for record in self._batch if record.seq <= before]
            self._commit(reload=True)
        context = Context(self._now, item.cause.user, self._counters)
        subject = item.cause.command or item.cause.session
        events: list[e.AnyEvent] = [alert(context, "internal error", subject, text)]
        command = item.command
        if isinstance(command, c.ReportReceived):
            events += unmatched(command, text, context)
        elif isinstance(command, c.PostTradeReceived | c.ListStatusReceived):
            events += unknown(command, text, context)
        elif item.slices is not None and isinstance(command, c.SubmitBasket):
            events += dropped(self.state, command.basket, text)
        for event in events:
            self._book(event, item.cause)
        if item.cause.user:
            self._answer(item, Outcome.Internal, (c.Problem("", "", text),))

    def _commit(self, reload: bool = False) -> None:
        """Begin to write the batch; `reload` where the state has more than the log."""
        self._committing.finish()
        records, replies = self._batch, self._replies
        self._batch, self._replies = [], []
        if records:
            self._committing.begin(records)
        if reload:
            self._committing.wait()
            self.state.become(self._reload())
        if records:
            told = [consumer.consume(records, self.state) for consumer in self.consumers]
            self._committing.then(tell for tell in told if tell)
        self._committing.then(
            partial(answer, answered) for item, answered in replies for answer in item.answers
        )
        if not records:
            self._committing.finish()


def _same_command(item: Item, known: e.Answered) -> e.Answered:
    """The answer given before; a refusal where the id was used for another kind of command."""
    if known.command in (item.name, c.RefuseMalformed.__name__):
        return known
    problem = c.Problem("id", item.cause.command, f"was used for a {known.command}")
    return replace(known, outcome=Outcome.Refused, ids=(), problems=(problem,), violations=())


def _shown(item: Item) -> tuple[Violation, ...]:
    """What the sender should know though the command is done: warnings, and what holds an order."""
    return tuple(item.violations[:MOST_VIOLATIONS])
