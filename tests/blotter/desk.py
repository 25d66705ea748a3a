"""A running blotter, with hands and eyes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from blotter.app import Blotter
from blotter.widgets.grid import Grid
from tests.blotter.fake import FakeLink, world


class Desk:
    """A running blotter and its hands."""

    def __init__(self, app: Blotter, pilot: Pilot[None], link: FakeLink) -> None:
        self.app, self.pilot, self.link = app, pilot, link

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        names = {" ": "space", ",": "comma", "@": "at", ".": "full_stop"}
        await self.press(*(names.get(letter, letter) for letter in text))

    async def settle(self) -> None:
        for _ in range(3):
            await self.pilot.pause()

    async def until(self, text: str, widget: str = "#status") -> None:
        async with asyncio.timeout(10):
            while text not in self.shown(widget):
                await self.pilot.pause(0.02)

    def shown(self, widget: str) -> str:
        return str(self.app.screen_stack[0].query_one(widget).render())

    @property
    def said(self) -> str:
        return "\n".join(f"{line.kind} {line.text}" for line in self.app._messages.lines)

    @property
    def grid(self) -> Grid:
        return self.app._place.grid


@asynccontextmanager
async def desk(
    link: FakeLink | None = None, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[Desk]:
    link = link or world()
    app = Blotter(link, "tom")
    async with app.run_test(size=size) as pilot:
        hands = Desk(app, pilot, link)
        if link.knows_us:
            await hands.until("40 orders")
        yield hands
    assert link.closed
