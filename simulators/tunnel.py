"""TLS in front of an acceptor that speaks plainly: quickfix's own closes its file numbers twice, and the
second time the number may be another file's.
"""

import asyncio
import ssl
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

LOOPBACK = "127.0.0.1"
CHUNK = 65_536
LONGEST = 10.0
PARTING = 1.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Papers(NamedTuple):
    """PEM files: the broker's certificate and key, and who must have signed its client's."""

    certificate: Path
    key: Path
    authority: Path


class Tunnel:
    """Listens on ``port`` for clients with a certificate; passes on to ``far`` and back until ``close``."""

    def __init__(self, port: int, far: int, papers: Papers) -> None:
        self._port, self._far, self._context = port, far, context(papers)
        self._loop = asyncio.new_event_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._listens = Event()
        self._thread = Thread(target=self._run, name="tls", daemon=True)
        self._thread.start()
        if not self._listens.wait(LONGEST):
            raise TimeoutError(f"no TLS on port {port}")

    def close(self) -> None:
        """Stop listening and cut what is connected."""
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
        server = await asyncio.start_server(self._join, LOOPBACK, self._port, ssl=self._context)
        self._listens.set()
        try:
            await self._ended
        finally:
            # asyncio would lose the socket of what was accepted just now: first it becomes a task.
            await asyncio.sleep(0.01)
            server.close()
            while others := asyncio.all_tasks(self._loop) - {asyncio.current_task(self._loop)}:
                await asyncio.wait(others, timeout=PARTING)
                for other in others:  # such as one that waits for a client to agree
                    other.cancel()
            await asyncio.sleep(0.01)  # transports close in the loop's next turns

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client that proved who it is, for as long as both ends hold."""
        try:
            far = await asyncio.open_connection(LOOPBACK, self._far)
        except OSError:
            await _shut(writer)
            return
        ways = [
            asyncio.ensure_future(_copy(reader, far[1])),
            asyncio.ensure_future(_copy(far[0], writer)),
        ]
        await asyncio.wait((*ways, self._ended), return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        await _shut(far[1])
        await _shut(writer)


def context(papers: Papers) -> ssl.SSLContext:
    """Shows the broker's certificate and asks for the client's."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_verify_locations(papers.authority)
    made.load_cert_chain(papers.certificate, papers.key)
    return made


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until an end closes or breaks, which is the same to the other one."""
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        return


async def _shut(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        async with asyncio.timeout(PARTING / 2):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()
        await asyncio.sleep(0)
