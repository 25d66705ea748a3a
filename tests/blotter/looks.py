"""What pictures are taken of: a blotter whose clocks stand still, and hands that lead to a screen."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input

from blotter import themes
from blotter.app import Blotter
from blotter.screens.detail import Detail
from tests.blotter.fake import AT, FakeLink

Compare = Callable[..., bool]
Hands = Callable[[Pilot[None]], Awaitable[None]]


class Look(NamedTuple):
    """How a picture is taken: cells across and down, the theme."""

    size: tuple[int, int]
    theme: str


#: Three sizes in one theme, one size in both: a small terminal, a window, a wall.
LOOKS = {
    "80x24": Look((80, 24), themes.DARK.name),
    "120x36": Look((120, 36), themes.DARK.name),
    "light": Look((120, 36), themes.LIGHT.name),
    "wall": Look((240, 60), themes.DARK.name),
}
everywhere = pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)


class Typed(str):
    """A text that is typed into the field that has the focus."""


#: Groups of workers that wait for an answer of the server, and for nothing else.
ASKING = ("headroom", "relief", "raw")
Step = str | type[Screen[object]]


class Clock(datetime):
    """It is half past three, and eight minutes."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The same at every call."""
        return (AT + timedelta(minutes=8)).astimezone(tz)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ages and times of messages are the same in each picture."""
    for module in ("blotter.computed", "blotter.workplace"):
        monkeypatch.setattr(f"{module}.datetime", Clock)


def picture(compare: Compare, look: Look, link: FakeLink, *steps: Step) -> bool:
    """Whether the screen to which the steps lead looks as it did: keys, texts, screens to wait for."""
    return compare(Blotter(link, "tom"), terminal_size=look.size, run_before=_hands(look, steps))


def _hands(look: Look, steps: tuple[Step, ...]) -> Hands:
    async def go(pilot: Pilot[None]) -> None:
        pilot.app.theme = look.theme
        await _settle(pilot)
        for step in steps:
            await _take(pilot, step)
            await _settle(pilot)
        seen = list[Strip]()
        while seen != (now := pilot.app.screen._compositor.render_strips()):
            seen = now
            await pilot.pause(0.02)
            await _settle(pilot)

    return go


async def _take(pilot: Pilot[None], step: Step) -> None:
    app = pilot.app
    if isinstance(step, Typed):
        assert isinstance(app.focused, Input)
        app.focused.insert_text_at_cursor(step)
    elif isinstance(step, str):
        await (pilot.press(step) if not step.startswith("do ") else _perform(app, step[3:]))
    else:
        async with asyncio.timeout(20):
            while not isinstance(app.screen, step):
                await pilot.pause(0.01)


async def _perform(app: object, name: str) -> None:
    assert isinstance(app, Blotter)
    app.action_perform(name)


async def _settle(pilot: Pilot[None]) -> None:
    """Nothing is on its way or asked for, nothing blinks, and what came is drawn."""
    app = pilot.app
    assert isinstance(app, Blotter)
    await pilot.pause()
    while any(not worker.is_finished for worker in app.workers if worker.group in ASKING):
        await pilot.pause(0.01)
    await pilot.pause()
    for entry in app.screen.query(Input):
        entry.cursor_blink = False
    app._draw()
    if isinstance(app.screen, Detail):
        app.screen._look()  # what a clock does, some time later
    await pilot.pause()
