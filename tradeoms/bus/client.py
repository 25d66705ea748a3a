"""The typed client, sync and async: the CLI, the demo, the blotter and your own programs use it alike."""

import asyncio
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import zmq
import zmq.asyncio

from tradeoms.bus.conversation import BusRefused, Change, Conversation, Message
from tradeoms.bus.keys import Credentials
from tradeoms.bus.sockets import dealer
from tradeoms.bus.wire import Result
from tradeoms.model import commands as c
from tradeoms.model import events as e

__all__ = ["AsyncClient", "BusRefused", "Change", "Client", "NoAnswer"]

SLICE = 0.25  # seconds between looks at what is overdue


class NoAnswer(TimeoutError):
    """The server did not answer in time; the command may still be done: send it again with its id."""


class Client:
    """For one thread. Sends commands, keeps tables up to date in `tables`, follows records."""

    def __init__(self, commands: str, streams: str, credentials: Credentials) -> None:
        self._context = zmq.Context[Any]()
        self._commands = dealer(self._context, commands, credentials)
        self._streams = dealer(self._context, streams, credentials)
        self._said = Conversation()
        self._poller = zmq.Poller()
        self._poller.register(self._commands, zmq.POLLIN)
        self._poller.register(self._streams, zmq.POLLIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the sockets; nothing is waited for."""
        self._context.destroy(linger=0)

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """The tables followed, by name: key -> row, as of `seq`."""
        return self._said.tables

    @property
    def seq(self) -> dict[str, int]:
        """The sequence number at which each table is true."""
        return self._said.seq

    def submit(self, command: c.Command, id: str = "", timeout: float = 30.0) -> e.Answered:
        """Send a command and wait for its answer; sent again with the same id while none comes.

        Raises:
            BusRefused: the bus would not take it.
            NoAnswer: nothing came in time.
        """
        return self.wait([self.send(command, id)], timeout)[0]

    def submit_all(self, commands: Sequence[c.Command], timeout: float = 60.0) -> list[e.Answered]:
        """Send many commands at once and wait for all answers, in the order of the commands."""
        return self.wait([self.send(command) for command in commands], timeout)

    def send(self, command: c.Command, id: str = "") -> str:
        """Send without waiting; the id is for `wait`."""
        id, message = self._said.command(command, id)
        self._commands.send_multipart(message)
        return id

    def wait(self, ids: Sequence[str], timeout: float = 30.0) -> list[e.Answered]:
        """The answers to these ids."""
        self._until(lambda: all(id in self._said.answers for id in ids), timeout, "no answer")
        answers = [self._said.answers.pop(id) for id in ids]
        for answer in answers:
            if isinstance(answer, BusRefused):
                raise answer
        return [answer for answer in answers if isinstance(answer, e.Answered)]

    def follow(self, *tables: str, timeout: float = 30.0) -> None:
        """Follow tables; returns when their snapshots are complete."""
        for table in tables:
            self._streams.send_multipart(self._said.subscribe(table))
        self._until(lambda: set(tables) <= self._said.complete, timeout, "no snapshot")

    def records(self, after: int = 0) -> None:
        """Follow the records after a number; `poll` and `take_records` bring them."""
        self._streams.send_multipart(self._said.follow(after))

    def take_records(self) -> list[e.Record]:
        """The records that came since the last call, without a gap."""
        taken, self._said.records = self._said.records, []
        return taken

    def query(self, question: str, timeout: float = 30.0, **arguments: Any) -> Result:
        """Ask a reader; the result says at which sequence number it is true."""
        id, message = self._said.query(question, arguments)
        self._streams.send_multipart(message)
        self._until(lambda: id in self._said.results, timeout, "no result")
        return self._said.results.pop(id)

    def poll(self, timeout: float = 0.0) -> list[Change]:
        """Take what has arrived, waiting at most `timeout` seconds for something."""
        for message in self._said.overdue():
            self._commands.send_multipart(message)
        for message in self._said.silent():
            self._streams.send_multipart(message)
        changes: list[Change] = []
        ready = dict(self._poller.poll(int(timeout * 1000)))
        if self._commands in ready:
            _drain(self._commands, self._said.answer)
        if self._streams in ready:
            _drain(self._streams, lambda kind, body: changes.extend(self._hear(kind, body)))
        return changes

    def until(self, true: Callable[[], bool], timeout: float = 30.0) -> None:
        """Poll until something is true of the tables; NoAnswer after `timeout` seconds."""
        self._until(true, timeout, "waited in vain")

    def _hear(self, kind: bytes, body: bytes) -> list[Change]:
        changes, replies = self._said.hear(kind, body)
        for reply in replies:
            self._streams.send_multipart(reply)
        return changes

    def _until(self, true: Callable[[], bool], timeout: float, what: str) -> None:
        end = time.monotonic() + timeout
        while not true():
            left = end - time.monotonic()
            if left <= 0:
                raise NoAnswer(f"{what} within {timeout:g} s")
            self.poll(min(left, SLICE))


def _drain(socket: zmq.Socket[Any], take: Callable[[bytes, bytes], None]) -> None:
    while socket.poll(0):
        kind, body = socket.recv_multipart()
        take(kind, body)


class AsyncClient:
    """The same for asyncio. `run` must be running: it takes what arrives and calls `changed`."""

    def __init__(self, commands: str, streams: str, credentials: Credentials) -> None:
        self._context = zmq.asyncio.Context()
        self._commands = dealer(self._context, commands, credentials)
        self._streams = dealer(self._context, streams, credentials)
        self._said = Conversation()
        self._news = asyncio.Condition()
        self.changed: Callable[[list[Change]], None] = lambda changes: None

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """The tables followed, by name: key -> row, as of `seq`."""
        return self._said.tables

    @property
    def seq(self) -> dict[str, int]:
        """The sequence number at which each table is true."""
        return self._said.seq

    @property
    def silence(self) -> float:
        """Seconds since the streams last said something: how old what is shown may be."""
        return time.monotonic() - self._said.heard

    def close(self) -> None:
        """Close the sockets; nothing is waited for."""
        self._context.destroy(linger=0)

    async def run(self) -> None:
        """Receive for ever."""
        await asyncio.gather(self._take_answers(), self._take_streams(), self._say_again())

    async def submit(self, command: c.Command, id: str = "", timeout: float = 30.0) -> e.Answered:
        """As `Client.submit`."""
        id, message = self._said.command(command, id)
        await self._commands.send_multipart(message)
        await self._until(lambda: id in self._said.answers, timeout, "no answer")
        answer = self._said.answers.pop(id)
        if isinstance(answer, BusRefused):
            raise answer
        return answer

    async def follow(self, *tables: str) -> None:
        """Follow tables; their rows come through `changed`."""
        for table in tables:
            await self._streams.send_multipart(self._said.subscribe(table))

    async def query(self, question: str, timeout: float = 30.0, **arguments: Any) -> Result:
        """As `Client.query`."""
        id, message = self._said.query(question, arguments)
        await self._streams.send_multipart(message)
        await self._until(lambda: id in self._said.results, timeout, "no result")
        return self._said.results.pop(id)

    async def _take_answers(self) -> None:
        while True:
            kind, body = await self._commands.recv_multipart()
            self._said.answer(kind, body)
            await self._wake()

    async def _take_streams(self) -> None:
        while True:
            kind, body = await self._streams.recv_multipart()
            changes, replies = self._said.hear(kind, body)
            if changes:
                self.changed(changes)
            await self._say(self._streams, replies)
            await self._wake()

    async def _say_again(self) -> None:
        while True:
            await asyncio.sleep(SLICE)
            await self._say(self._commands, self._said.overdue())
            await self._say(self._streams, self._said.silent())

    async def _say(self, socket: zmq.asyncio.Socket, messages: list[Message]) -> None:
        for message in messages:
            await socket.send_multipart(message)

    async def _wake(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _until(self, true: Callable[[], bool], timeout: float, what: str) -> None:
        try:
            async with asyncio.timeout(timeout), self._news:
                await self._news.wait_for(true)
        except TimeoutError:
            raise NoAnswer(f"{what} within {timeout:g} s") from None
