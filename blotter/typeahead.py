"""Keys one by one: what is typed ahead goes where it would have gone, had one waited.

Textual hands a key to what has the focus now. Who types faster than the program draws would fill a
dialog's first field with what was meant for the second, and press keys of the table behind a
dialog that is about to open. So the next key waits until the last one is dealt with.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from textual.app import App, ScreenStackError
from textual.dom import DOMNode
from textual.events import Event
from textual.message_pump import MessagePump

LONGEST = 5.0  # seconds that a key may hold up the next one: only a machine that does much else needs them


class Typing:
    """The keys that wait. `deal` hands one to Textual."""

    def __init__(self, app: App[None], deal: Callable[[Event], Awaitable[None]]) -> None:
        self._app, self._deal = app, deal
        self._waiting: asyncio.Queue[Event] = asyncio.Queue()

    def put(self, event: Event) -> None:
        """Take a key, or a text that was pasted."""
        self._waiting.put_nowait(event)

    async def run(self) -> None:
        """Deal with one after the other, until the program ends and has no screen any more."""
        with suppress(ScreenStackError):
            while True:
                await self._one(await self._waiting.get())

    async def _one(self, event: Event) -> None:
        target = self._target
        await self._deal(event)
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                await self._settled(target)

    @property
    def _target(self) -> DOMNode:
        return self._app.focused or self._app.screen

    async def _settled(self, target: DOMNode) -> None:
        """The key rises to the program, and so does what it means; then a dialog may open."""
        await _risen(target)
        await _risen(target)
        await _risen(self._target)


async def _risen(target: DOMNode) -> None:
    """Wait until all from a widget up to the program have done what they were told before."""
    for node in target.ancestors_with_self:
        await _idle(node)


async def _idle(node: MessagePump) -> None:
    """Wait until a node has done what it was told before."""
    done = asyncio.Event()
    if node.call_later(done.set):
        await done.wait()
