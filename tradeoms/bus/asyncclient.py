"""The client for asyncio; import it from `tradeoms.bus.client`."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import zmq
import zmq.asyncio

from tradeoms.bus.asked import ALONE, Asked, NoAnswer
from tradeoms.bus.followed import Change, Followed
from tradeoms.bus.keys import Credentials
from tradeoms.bus.sockets import Line, dealer
from tradeoms.bus.wire import Message, Result
from tradeoms.model import commands as c
from tradeoms.model import events as e

SLICE = 0.25  # seconds between looks at what is overdue
SOON = 0.02  # the same while something waits for a connection


def _nobody(_: list[Change]) -> None:
    """Nobody wants to know."""


class AsyncClient:
    """As `Client`. `run` must be running: it takes what arrives and calls `changed`."""

    def __init__(self, commands: str, streams: str, credentials: Credentials) -> None:
        self._context = zmq.asyncio.Context()
        try:
            self._commands = dealer(self._context, commands, credentials)
            self._streams = dealer(self._context, streams, credentials)
        except BaseException:
            self._context.destroy(linger=0)
            raise
        self._lines = Line(self._commands, commands), Line(self._streams, streams)
        self._asked, self._followed = Asked(), Followed()
        self._news = asyncio.Condition()
        self._pushing = asyncio.Lock()
        self.changed: Callable[[list[Change]], None] = _nobody

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

    def close(self) -> None:
        """Close the sockets; nothing is waited for."""
        self._context.destroy(linger=0)

    async def run(self) -> None:
        """Receive for ever. BusRefused where the streams refuse something."""
        works = self._take_answers(), self._take_streams(), self._say_again()
        tasks = [asyncio.create_task(work) for work in works]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def submit(
        self,
        command: c.Command,
        id: str = "",
        timeout: float = 30.0,  # noqa: ASYNC109  as in Client
    ) -> e.Answered:
        """As `Client.submit`."""
        return (await self._wait([self._asked.ask(command, id)], timeout))[0]

    async def submit_all(
        self,
        commands: Sequence[c.Command],
        timeout: float = 60.0,  # noqa: ASYNC109
    ) -> list[e.Answered]:
        """As `Client.submit_all`."""
        return await self._wait([self._asked.ask(command) for command in commands], timeout)

    async def follow(self, *tables: str) -> None:
        """Follow tables; their rows come through `changed`."""
        for table in tables:
            self._followed.follow(table)
        await self._push()

    async def records(self, after: int = 0) -> None:
        """Follow the records after a number; `take_records` brings them."""
        self._followed.follow_records(after)
        await self._push()

    def take_records(self) -> list[e.Record]:
        """The records that came since the last call, without a gap."""
        taken, self._followed.records = self._followed.records, []
        return taken

    async def query(
        self,
        question: str,
        timeout: float = 30.0,  # noqa: ASYNC109
        **arguments: Any,
    ) -> Result:
        """As `Client.query`."""
        id = self._followed.query(question, arguments)
        await self._push()
        try:
            await self._until(lambda: id in self._followed.results, timeout, "no result")
        finally:
            self._followed.forget(id)
        return self._followed.results.pop(id)

    async def until(
        self,
        true: Callable[[], bool],
        timeout: float = 30.0,  # noqa: ASYNC109
    ) -> None:
        """Wait until something is true of tables or records; NoAnswer after `timeout` seconds."""
        await self._until(true, timeout, "waited in vain")

    async def _wait(self, ids: list[str], timeout: float) -> list[e.Answered]:  # noqa: ASYNC109
        try:
            await self._push()
            await self._until(self._asked.answered(ids), timeout, "no answer")
            return self._asked.take(ids)
        except NoAnswer:
            raise self._asked.late(ids, timeout) from None
        finally:
            self._asked.forget(ids)

    async def _take_answers(self) -> None:
        while True:
            kind, body = await self._commands.recv_multipart()
            self._asked.hear(kind, body)
            await self._wake()

    async def _take_streams(self) -> None:
        while True:
            kind, body = await self._streams.recv_multipart()
            changes = self._followed.hear(kind, body)
            if changes:
                self.changed(changes)
            await self._push()
            await self._wake()

    async def _say_again(self) -> None:
        while True:
            waiting = self._asked.unsent or self._followed.outbox
            await asyncio.sleep(SOON if waiting else SLICE)
            self._asked.remind()
            self._followed.remind()
            self._lines[0].look(self._asked.first)
            self._lines[1].look(self._followed.first)
            await self._push()

    async def _push(self) -> None:
        """Let leave what the connections take."""
        async with self._pushing:  # else two would send the same
            for id, message in self._asked.outgoing():
                if not await _offer(self._commands, message):
                    break
                if id in self._asked.unsent:
                    self._asked.sent(id)
            outbox = self._followed.outbox
            while outbox and await _offer(self._streams, outbox[0]):
                outbox.popleft()

    async def _wake(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _until(
        self,
        true: Callable[[], bool],
        timeout: float,  # noqa: ASYNC109
        what: str,
    ) -> None:
        try:
            async with asyncio.timeout(timeout), self._news:
                await self._news.wait_for(true)
        except TimeoutError:
            alone = ALONE if self._asked.unsent or self._followed.outbox else ""
            raise NoAnswer(f"{what} within {timeout:g} s{alone}") from None


async def _offer(socket: zmq.asyncio.Socket, message: Message) -> bool:
    """As `sockets.offer`."""
    try:
        await socket.send_multipart(message, zmq.DONTWAIT)
    except zmq.Again:
        return False
    return True
