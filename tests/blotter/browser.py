"""A real browser without a window, driven by the DevTools protocol."""

import asyncio
import base64
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from tests.blotter.house import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run"
    " --disable-background-networking --disable-component-update --remote-debugging-port=0"
    " --window-size=1400,800"
)
CONTROL = re.compile(r"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07]*\x07|.)")
KEYS = {"Enter": (13, "\r"), "Escape": (27, "")}


class Page:
    """One page: it goes to addresses, takes keys and pictures; `heard` is what its terminal was sent."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket, self._numbers = socket, count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self.heard = ""

    async def listen(self) -> None:
        """Hear the browser until it ends."""
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                continue
            said = message.json()
            if "id" in said:
                self._answers.pop(said["id"]).set_result(said.get("result", said))
            elif said["method"] == "Network.webSocketFrameReceived":
                self._hear(said["params"]["response"])

    def _hear(self, frame: Any) -> None:
        if frame["opcode"] == 2:
            text = base64.b64decode(frame["payloadData"]).decode("utf-8", "replace")
            self.heard += CONTROL.sub("", text)

    async def do(self, method: str, **params: Any) -> Any:
        """Ask the browser something."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        return await asyncio.wait_for(self._answers[number], PATIENCE)

    async def key(self, key: str) -> None:
        """Press a key; a letter, or a name of KEYS."""
        code, text = KEYS[key] if key in KEYS else (ord(key.upper()), key)
        for kind in ("keyDown", "keyUp"):
            await self.do(
                "Input.dispatchKeyEvent",
                type=kind, key=key, text=text if kind == "keyDown" else "",
                windowsVirtualKeyCode=code,
            )  # fmt: skip

    async def until(self, true: Callable[[], Any], what: str) -> None:
        """Wait until something is so."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not true():  # noqa: ASYNC110  the screen has no event for it
                    await asyncio.sleep(0.05)
        except TimeoutError:
            heard = re.sub(r"\s+", " ", self.heard)[-3000:]
            raise AssertionError(f"{what} never came; the terminal was sent: {heard}") from None

    async def shows(self, text: str) -> None:
        """Wait until the terminal was sent a text since the last time, then forget what it was."""
        await self.until(lambda: text in self.heard, text)
        self.heard = ""

    async def picture(self) -> bytes:
        """What it looks like, as PNG."""
        return base64.b64decode((await self.do("Page.captureScreenshot"))["data"])


@asynccontextmanager
async def browser() -> AsyncIterator[Page]:
    """A browser with one empty page."""
    with _started() as folder:
        port = await asyncio.to_thread(_port, folder / "DevToolsActivePort")
        async with ClientSession() as session:
            address = await _address(session, f"http://127.0.0.1:{port}/json/list")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                page = Page(socket)
                listener = asyncio.create_task(page.listen())
                for domain in ("Page", "Network", "Runtime"):
                    await page.do(f"{domain}.enable")
                await page.do("Emulation.setFocusEmulationEnabled", enabled=True)
                yield page
                listener.cancel()


@contextmanager
def _started() -> Iterator[Path]:
    """A browser with a folder of its own, in which it says its port."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = (str(CHROMIUM), *FLAGS.split(), f"--user-data-dir={folder}", "about:blank")
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Path(folder)
        finally:
            child.terminate()
            child.wait(PATIENCE)


def _port(file: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while not file.exists() or "\n" not in file.read_text():
        assert time.monotonic() < deadline, "the browser did not start"
        time.sleep(0.05)
    return file.read_text().splitlines()[0]


async def _address(session: ClientSession, targets: str) -> str:
    """The address of the first page."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with session.get(targets) as answer:
                for target in await answer.json():
                    if target["type"] == "page":
                        return str(target["webSocketDebuggerUrl"])
            await asyncio.sleep(0.05)
