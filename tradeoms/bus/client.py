"""The typed client, sync and async: the CLI, the demo, the blotter and your programs use it."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import zmq

from tradeoms.bus.asked import ALONE, Asked, BusRefused, NoAnswer
from tradeoms.bus.asyncclient import AsyncClient
from tradeoms.bus.followed import Change, Followed
from tradeoms.bus.keys import Credentials
from tradeoms.bus.sockets import Line, dealer, offer
from tradeoms.bus.wire import Result as Result
from tradeoms.model import commands as c
from tradeoms.model import events as e

__all__ = ["AsyncClient", "BusRefused", "Change", "Client", "Credentials", "NoAnswer", "Result"]

SLICE = 0.25  # seconds between looks at what is overdue
MOST_AT_ONCE = 2000  # messages taken from a socket before anything else is looked at


class Client:
    """For one thread. Sends commands, keeps tables up to date in `tables`, follows records."""

    def __init__(self, commands: str, streams: str, credentials: Credentials) -> None:
        self._context = zmq.Context[Any]()
        try:
            self._commands = dealer(self._context, commands, credentials)
            self._streams = dealer(self._context, streams, credentials)
        except BaseException:
            self._context.destroy(linger=0)
            raise
        self._lines = Line(self._commands, commands), Line(self._streams, streams)
        self._asked, self._followed = Asked(), Followed()
        self._looked = time.monotonic()
        self._poller = zmq.Poller()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the sockets; nothing is waited for."""
        self._context.destroy(linger=0)

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """The tables followed, by name: key -> row, as of `seq`."""
        return self._followed.tables

    @property
    def seq(self) -> dict[str, int]:
        """The sequence number at which each table is true."""
        return self._followed.seq

    @property
    def silence(self) -> float:
        """Seconds since the streams last said something: how old what is shown may be."""
        return time.monotonic() - self._followed.heard

    def submit(self, command: c.Command, id: str = "", timeout: float = 30.0) -> e.Answered:
        """Send a command and wait for its answer; sent again with the same id while none comes.

        Raises:
            BusRefused: the bus would not take it.
            NoAnswer: nothing came in time.
        """
        return self.wait([self.send(command, id)], timeout)[0]

    def submit_all(self, commands: Sequence[c.Command], timeout: float = 60.0) -> list[e.Answered]:
        """Send many commands at once and wait for all answers, in the order of the commands.

        Raises:
            BusRefused: the bus would not take one; its `answers` are those of the others.
            NoAnswer: not all came in time; its `ids` are those without an answer.
        """
        return self.wait([self.send(command) for command in commands], timeout)

    def send(self, command: c.Command, id: str = "") -> str:
        """Send without waiting; the id is for `wait`. Without a connection it leaves later."""
        id = self._asked.ask(command, id)
        if len(self._asked.unsent) == 1:  # else something waits that must leave before
            self._push()
        return id

    def wait(self, ids: Sequence[str], timeout: float = 30.0) -> list[e.Answered]:
        """The answers to these ids; those without one after `timeout` seconds are given up."""
        try:
            self._until(self._asked.answered(ids), timeout, "no answer")
        except NoAnswer:
            raise self._asked.late(ids, timeout) from None
        return self._asked.take(ids)

    def take_answers(self) -> list[e.Answered]:
        """The answers that `poll` brought to commands nobody waits for, in the order they came.

        Raises:
            BusRefused: the bus would not take one; its `answers` are the others.
        """
        return self._asked.take(list(self._asked.answers))

    def follow(self, *tables: str, timeout: float = 30.0) -> None:
        """Follow tables; returns when their snapshots are complete.

        Raises:
            BusRefused: there is no such table.
            NoAnswer: no snapshot came in time.
        """
        for table in tables:
            self._followed.follow(table)
        self._until(lambda: set(tables) <= self._followed.complete, timeout, "no snapshot")

    def records(self, after: int = 0) -> None:
        """Follow the records after a number; `poll` and `take_records` bring them."""
        self._followed.follow_records(after)
        self._push()

    def take_records(self) -> list[e.Record]:
        """The records that came since the last call, without a gap."""
        taken, self._followed.records = self._followed.records, []
        return taken

    def query(self, question: str, timeout: float = 30.0, **arguments: Any) -> Result:
        """Ask a reader; the result says at which sequence number it is true."""
        id = self._followed.query(question, arguments)
        try:
            self._until(lambda: id in self._followed.results, timeout, "no result")
        finally:
            self._followed.forget(id)
        return self._followed.results.pop(id)

    def poll(self, timeout: float = 0.0) -> list[Change]:
        """Take what has arrived, waiting at most `timeout` seconds for something."""
        if time.monotonic() - self._looked > SLICE:
            self._looked = time.monotonic()
            self._asked.remind()
            self._followed.remind()
            self._lines[0].look(self._asked.first)
            self._lines[1].look(self._followed.first)
        self._push()
        for socket, waits in (
            (self._commands, self._asked.unsent),
            (self._streams, self._followed.outbox),
        ):
            self._poller.register(socket, zmq.POLLIN | (zmq.POLLOUT if waits else 0))
        ready = dict(self._poller.poll(int(timeout * 1000)))
        changes: list[Change] = []
        if ready.get(self._commands, 0) & zmq.POLLIN:
            _drain(self._commands, self._asked.hear)
        if ready.get(self._streams, 0) & zmq.POLLIN:
            _drain(self._streams, lambda kind, body: changes.extend(self._hear(kind, body)))
        return changes

    def until(self, true: Callable[[], bool], timeout: float = 30.0) -> None:
        """Poll until something is true of the tables; NoAnswer after `timeout` seconds."""
        self._until(true, timeout, "waited in vain")

    def _hear(self, kind: bytes, body: bytes) -> list[Change]:
        changes = self._followed.hear(kind, body)
        self._push()  # the confirmation, while the rest is still being read
        return changes

    def _push(self) -> None:
        """Let leave what the connections take."""
        for id, message in self._asked.outgoing():
            if not offer(self._commands, message):
                break
            self._asked.sent(id)
        outbox = self._followed.outbox
        while outbox and offer(self._streams, outbox[0]):
            outbox.popleft()

    def _until(self, true: Callable[[], bool], timeout: float, what: str) -> None:
        end = time.monotonic() + timeout
        while not true():
            left = end - time.monotonic()
            if left <= 0:
                alone = ALONE if self._asked.unsent or self._followed.outbox else ""
                raise NoAnswer(f"{what} within {timeout:g} s{alone}")
            self.poll(min(left, SLICE))


def _drain(socket: zmq.Socket[Any], take: Callable[[bytes, bytes], None]) -> None:
    for _ in range(MOST_AT_ONCE):
        if not socket.poll(0):
            return
        kind, body = socket.recv_multipart()
        take(kind, body)
