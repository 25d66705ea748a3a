"""A running blotter, with hands and eyes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

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
        """As if pasted: a key each takes the pilot too long."""
        assert isinstance(self.app.focused, Input)
        self.app.focused.insert_text_at_cursor(text)
        await self.settle()

    async def push(self, table: str, *rows: Any) -> None:
        """New rows, and they are drawn."""
        self.link.push(table, *rows)
        self.app._draw()
        await self.settle()

    async def on(self, screen: Callable[..., Screen[Any]]) -> None:
        """Wait until such a dialog is open."""
        async with asyncio.timeout(20):
            while not isinstance(self.app.screen, screen):
                await self.pilot.pause(0.01)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(2):
            await self.pilot.pause()

    async def until(self, text: str, widget: str = "#status") -> None:
        async with asyncio.timeout(20):
            while text not in self.shown(widget):
                await self.pilot.pause(0.02)

    def shown(self, widget: str) -> str:
        return str(self.app.screen_stack[0].query_one(widget).render())

    def wrong(self, field: str = "") -> str:
        """What stands at a field of the form that is open, or below all of them."""
        shown = self.app.screen.query_one(f"#wrong-{field}")
        return str(shown.render()) if shown.display else ""

    @property
    def said(self) -> str:
        return "\n".join(f"{line.kind} {line.text}" for line in self.app._messages.lines)

    @property
    def grid(self) -> Grid:
        return self.app._place.grid


@asynccontextmanager
async def desk(
    link: FakeLink | None = None, size: tuple[int, int] = (100, 30), *, first: str = "40 orders"
) -> AsyncIterator[Desk]:
    link = link or world()
    app = Blotter(link, "tom")
    async with app.run_test(size=size) as pilot:
        hands = Desk(app, pilot, link)
        if link.knows_us:
            await hands.until(first)
        yield hands
    assert link.closed
