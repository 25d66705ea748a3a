"""The single writer: one queue, one thread that decides, one log; everything else follows the log.

What is queued is decided, applied and appended in ONE transaction, then handed to the consumers and
answered. What arrives during a commit is the next batch: no timer, the busier the bigger.
"""

import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from threading import Condition
from typing import Protocol

import structlog

from tradeoms import core
from tradeoms.core.context import Context, Refusal
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Outcome
from tradeoms.model.state import State

log = structlog.get_logger("engine")

SLICE_SECONDS = 0.005
MOST_ITEMS = 1000  # of one batch, so that a cancel never waits behind an endless queue
DEEPEST = 10_000  # reactions of one command; more is a loop

Answer = Callable[[e.Answered], None]


class Journal(Protocol):
    """Where records become durable. `append` returns when they are on disk, all or none."""

    def append(self, records: Sequence[e.Record]) -> None: ...


class Consumer(Protocol):
    """Called on the writer's thread with records that are on disk; must not wait."""

    def consume(self, records: Sequence[e.Record], state: State) -> None: ...


class Priority(IntEnum):
    """Order in which queued work is taken."""

    Cancel = 0
    Broker = 1
    Person = 2
    Bulk = 3


class Item:
    """One command on its way, with who waits for the answer."""

    __slots__ = ("answers", "cause", "command", "context", "ids", "slices")

    def __init__(self, command: c.Command, cause: e.Cause, answer: Answer | None) -> None:
        self.command, self.cause = command, cause
        self.answers: list[Answer] = [answer] if answer else []
        self.slices: Iterator[list[e.AnyEvent]] | None = None
        self.context: Context | None = None
        self.ids: list[str] = []

    @property
    def key(self) -> str:
        return f"{self.cause.user}/{self.cause.command}"


def priority_of(command: c.Command, cause: e.Cause) -> Priority:
    """Cancels first, then brokers and the gateway, then people, then what is long."""
    if isinstance(command, c.CancelPlacement | c.CancelOrder):
        return Priority.Cancel
    if type(command) in core.SLICED:
        return Priority.Bulk
    return Priority.Person if cause.user else Priority.Broker


class Engine:
    """Owns the state. Any thread may call `submit`; everything else runs on the writer's."""

    def __init__(self, state: State, journal: Journal, reload: Callable[[], State]) -> None:
        self.state = state
        self.consumers: list[Consumer] = []
        self._journal, self._reload = journal, reload
        self._counters = dict(state.counters)
        self._queues: list[deque[Item]] = [deque() for _ in Priority]
        self._ready = Condition()
        self._stopping = False
        self._running: dict[str, Item] = {}
        self._batch: list[e.Record] = []
        self._replies: list[tuple[Item, e.Answered]] = []
        self._now = datetime.now(UTC)

    def submit(self, command: c.Command, cause: e.Cause, answer: Answer | None = None) -> None:
        """Queue a command; the writer's thread calls `answer` once its events are on disk."""
        item = Item(command, cause, answer)
        with self._ready:
            self._queues[priority_of(command, cause)].append(item)
            self._ready.notify()

    def stop(self) -> None:
        """Let `run` return after the batch it is in."""
        with self._ready:
            self._stopping = True
            self._ready.notify()

    def run(self) -> None:
        """Decide until stopped. An exception ends the process: start-up is recovery."""
        self._recover()
        while items := self._take():
            self.step(items)

    def step(self, items: Sequence[Item]) -> None:
        """One batch: decide and apply all items, append once, tell everybody."""
        self._now = datetime.now(UTC)
        for item in items:
            self._work(item)
        self._commit()

    def _recover(self) -> None:
        for event in core.baskets.interrupted(self.state):
            self._book(event, e.Cause())
        self._commit()

    def _take(self) -> list[Item]:
        with self._ready:
            self._ready.wait_for(lambda: self._stopping or any(self._queues))
            if self._stopping:
                return []
            items: list[Item] = []
            for queue in self._queues:
                while queue and len(items) < MOST_ITEMS:
                    items.append(queue.popleft())
            return items

    def _work(self, item: Item) -> None:
        if item.slices is None and item.cause.user:
            if known := self.state.answers.get(item.key):
                self._replies.append((item, known))
                return
            if running := self._running.get(item.key):
                running.answers += item.answers
                return
        before = len(self._batch)
        try:
            self._decide(item)
        except Refusal as refusal:
            self._answer(item, Outcome.Refused, refusal.problems, refusal)
        except Exception:
            self._discard(item, before)

    def _decide(self, item: Item) -> None:
        if type(item.command) in core.SLICED:
            self._decide_slices(item)
            return
        context = Context(self._now, item.cause.user, self._counters)
        self._follow(core.decide(self.state, item.command, context), item, context)
        if item.cause.user:
            self._answer(item, Outcome.Done)

    def _decide_slices(self, item: Item) -> None:
        """Work for a few milliseconds, then let others in; the item keeps its place in line."""
        if item.slices is None or item.context is None:
            item.context = Context(self._now, item.cause.user, self._counters)
            item.slices = core.SLICED[type(item.command)](self.state, item.command, item.context)
            self._running[item.key] = item
        until = time.perf_counter() + SLICE_SECONDS
        for events in item.slices:
            self._follow(events, item, item.context)
            if time.perf_counter() > until:
                with self._ready:
                    self._queues[Priority.Bulk].appendleft(item)
                return
        self._answer(item, Outcome.Done)

    def _follow(self, events: list[e.AnyEvent], item: Item, context: Context) -> None:
        """Book events and decide what follows from each at once, in the same transaction."""
        booked = 0
        waiting = deque(events)
        while waiting:
            event = waiting.popleft()
            self._book(event, item.cause)
            item.ids.extend(_ids(event))
            booked += 1
            assert booked < DEEPEST, f"{type(item.command).__name__} reacts without end"
            for command in core.react(self.state, event):
                waiting.extendleft(reversed(core.decide(self.state, command, context)))

    def _book(self, event: e.AnyEvent, cause: e.Cause) -> None:
        record = e.Record(self.state.seq + 1, self._now, cause, event)
        core.apply(self.state, record)
        self._batch.append(record)

    def _answer(
        self,
        item: Item,
        outcome: Outcome,
        problems: tuple[c.Problem, ...] = (),
        refusal: Refusal | None = None,
    ) -> None:
        self._running.pop(item.key, None)
        answered = e.Answered(
            user=item.cause.user,
            id=item.cause.command,
            outcome=outcome,
            command=type(item.command).__name__,
            at=self._now,
            ids=tuple(item.ids) if outcome is Outcome.Done else (),
            problems=problems,
            violations=refusal.violations if refusal else (),
        )
        self._book(answered, item.cause)
        self._replies.append((item, answered))

    def _discard(self, item: Item, before: int) -> None:
        """A bug: nothing of the command stays, its sender is told, a person sees an alert.

        What it applied is undone by the one way there is: the state is read again from the log.
        """
        log.exception("command failed", command=type(item.command).__name__, cause=item.cause)
        text = f"{type(item.command).__name__}: {traceback.format_exc(limit=-1).strip().splitlines()[-1]}"
        if len(self._batch) > before:
            del self._batch[before:]
            self._commit()
            self.state = self._reload()
        context = Context(self._now, item.cause.user, self._counters)
        subject = item.cause.command or item.cause.session
        self._book(
            e.AlertRaised(context.number("alert"), "internal error", subject, text, self._now),
            item.cause,
        )
        if item.cause.user:
            self._answer(item, Outcome.Internal, (c.Problem("", "", text),))
        elif isinstance(item.command, c.ReportReceived):
            raw = item.command
            number = context.number("unmatched")
            unread = e.ReportUnmatched(
                number, raw.session, raw.MsgSeqNum, text, raw.raw, raw.report
            )
            self._book(unread, item.cause)

    def _commit(self) -> None:
        records, replies = self._batch, self._replies
        self._batch, self._replies = [], []
        if records:
            self._journal.append(records)
            for consumer in self.consumers:
                consumer.consume(records, self.state)
        for item, answered in replies:
            for answer in item.answers:
                answer(answered)


def _ids(event: e.AnyEvent) -> tuple[str, ...]:
    """Names of what an event created, for the answer."""
    if isinstance(event, e.OrderEntered):
        return (event.order.order,)
    if isinstance(event, e.BlockOpened):
        return (event.block.block,)
    if isinstance(event, e.PlacementRouted):
        return (event.placement.placement,)
    return ()
