"""TLS for one line: quickfix speaks plainly to a port on loopback, and from there it is encrypted.

quickfix's own TLS closes its file numbers twice. The second time the number may be another file's by
then, such as the journal's. It does not compare names either.
"""

import asyncio
import ssl
from collections.abc import Sequence
from threading import Event, Thread
from typing import NamedTuple

from tradeoms.fix.tls import Tls

LOOPBACK = "127.0.0.1"
READY = 10.0  # seconds for the port to open
REACH = 10.0  # seconds for a host to answer and to agree
PARTING = 2.0  # seconds for a side to take leave
CHUNK = 65_536

MUTE = "the broker hung up without a word; it may not accept our certificate"

Host = tuple[str, int]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Tunnel:
    """Open until `close`. Takes one connection at a time, for the line that it was made for.

    `said`: why the last connection was not made; empty where it was.
    """

    def __init__(self, hosts: Sequence[Host], files: Tls) -> None:
        self._hosts, self._context = tuple(hosts), context(files)
        self._name = files.name
        self._ready = Event()
        self._loop = asyncio.new_event_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._busy = False
        self.port = 0
        self.said = ""
        self._thread = Thread(target=self._run, name="tls", daemon=True)
        self._thread.start()
        if not self._ready.wait(READY):
            raise TimeoutError("the loopback port for TLS did not open")

    def close(self) -> None:
        """End the connection and the thread."""
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join()

    def _end(self) -> None:
        if not self._ended.done():
            self._ended.set_result(None)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._join, LOOPBACK, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            await self._ended
        finally:
            # What was accepted just now must first become a task: asyncio would lose its socket.
            await asyncio.sleep(0.01)
            server.close()
            while others := asyncio.all_tasks(self._loop) - {asyncio.current_task(self._loop)}:
                await asyncio.wait(others)
            await asyncio.sleep(0.01)  # for transports that close in the loop's next turns

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of quickfix, for as long as both ends hold."""
        if not self._busy:
            self._busy = True
            work = asyncio.create_task(self._carry((reader, writer)))
            await asyncio.wait((work, self._ended), return_when=asyncio.FIRST_COMPLETED)
            work.cancel()
            (bug,) = await asyncio.gather(work, return_exceptions=True)
            if isinstance(bug, Exception) and not self._ended.done():
                self._ended.set_exception(bug)  # ends the thread, and with it the process
            self._busy = False
        await _shut(writer)

    async def _carry(self, near: Streams) -> None:
        before = self.said
        if far := await self._reach():
            try:
                self.said = await _both_ways(near, far)
            except asyncio.CancelledError:
                self.said = before  # cut short by our side, it tells nothing new
                raise
            finally:
                await _shut(far[1])

    async def _reach(self) -> Streams | None:
        """The first host that answers with a certificate we trust."""
        for host, port in self._hosts:
            try:
                async with asyncio.timeout(REACH):
                    far = await asyncio.open_connection(
                        host, port, ssl=self._context, server_hostname=self._name or host
                    )
            except (OSError, TimeoutError) as error:  # ssl's errors are OSErrors
                self.said = f"TLS to {host}:{port}: {str(error) or 'no answer'}"
            else:
                self.said = ""
                return far
        return None


def context(files: Tls) -> ssl.SSLContext:
    """Ours, and what we ask of the broker's: signed by `authorities` for a server; its `name`,
    where one was agreed."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.check_hostname = bool(files.name)
    made.load_verify_locations(files.authorities)
    made.load_cert_chain(files.certificate, files.key)
    return made


async def _both_ways(near: Streams, far: Streams) -> str:
    """Until either end closes. What broke the line, if anything."""
    there = asyncio.create_task(_copy(near[0], far[1]))
    back = asyncio.create_task(_copy(far[0], near[1]))
    try:
        await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        if there.done() and there.result().error:
            await asyncio.wait((back,), timeout=PARTING)  # what broke one way ends the other
        said = next((w.result().error for w in (back, there) if w.done() and w.result().error), "")
        if back.done() and not back.result().bytes:
            # Who refuses our certificate says so, if at all, after we think that we agree.
            said = f"{MUTE} ({said})" if said else MUTE
    finally:
        for way in (there, back):
            way.cancel()
        await asyncio.gather(there, back, return_exceptions=True)
    return f"TLS: {said}" if said else ""


class Copied(NamedTuple):
    """How many bytes, and what ended it, where that was no end."""

    bytes: int
    error: str


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Copied:
    count = 0
    try:
        while data := await reader.read(CHUNK):
            count += len(data)
            writer.write(data)
            await writer.drain()
    except OSError as error:
        return Copied(count, str(error))
    return Copied(count, "")


async def _shut(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        async with asyncio.timeout(PARTING):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()
        await asyncio.sleep(0)
