"""How it looks. After a wanted change: pytest tests/blotter/test_snapshot.py --snapshot-update"""

from collections.abc import Callable

from textual.pilot import Pilot
from textual.widgets import Input

from blotter.app import Blotter
from tests.blotter.fake import world

Compare = Callable[..., bool]


async def _selecting(pilot: Pilot[None]) -> None:
    await pilot.pause(0.3)
    await pilot.press("down", "space", "down", "space")
    await pilot.pause(0.2)


async def _routing(pilot: Pilot[None]) -> None:
    await pilot.pause(0.3)
    await pilot.press("2", "end", "r")
    pilot.app.screen.query_one(Input).cursor_blink = False
    await pilot.press(*"ALPHA", "space", *"2k", "comma", "space")
    await pilot.press(*"CHARLY", "space", *"rest")
    await pilot.pause(0.2)


def test_orders(snap_compare: Compare) -> None:
    assert snap_compare(Blotter(world(), "tom"), terminal_size=(120, 30), run_before=_selecting)


def test_route_at_80_by_24(snap_compare: Compare) -> None:
    assert snap_compare(Blotter(world(), "tom"), terminal_size=(80, 24), run_before=_routing)
