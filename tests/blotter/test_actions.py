"""Every action that sends nothing answers to its key; what the others send is in test_sends.py."""

from pathlib import Path
from typing import Any

import pytest

from blotter.actions import GROUPS
from tests.blotter.desk import Desk, desk


def _seen(d: Desk) -> tuple[Any, ...]:
    """What a person could notice: a dialog, a message, what was sent or copied, the table."""
    grid = d.grid
    return (
        len(d.app.screen_stack), len(d.app._messages.lines), len(d.link.sent), d.app.clipboard,
        d.app._place.table, d.app.theme, grid.layout_now, grid.cursor, grid.column,
        frozenset(grid.rows.selected), d.app._filter.display, str(grid.render_line(2)),
    )  # fmt: skip


async def _back(d: Desk) -> None:
    """Out of whatever was opened, and nothing is selected."""
    while len(d.app.screen_stack) > 1:
        await d.press("escape")
    await d.press("escape")


#: What must be so for an action to have something to do: keys that are pressed before.
FIRST = {
    "clear": "space", "up": "down", "left": "right", "page_up": "pagedown", "first": "end",
    "to_left": "right right", "ungroup": "right g", "unfiltered": "full_stop",
    "fold": "right g home up", "fold_all": "right g", "to_right": "right",
    "reset": "right right_square_bracket", "theme": "", "hide": "right", "freeze": "right",
    "full_stop": "right", "load": "S x enter", "forget": "S x enter", "show_orders": "2",
    "sort": "right", "sort_also": "right", "group": "right", "only_these": "right",
    "narrower": "right", "wider": "right",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("group", ["Rows", "Layout", "Tables", "Program"])
async def test_everything_else_answers_to_its_key(
    group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with desk() as d:
        for action in GROUPS[group]:
            if action.name == "quit":
                continue
            await d.press(*FIRST.get(action.name, "").split())
            before = _seen(d)
            if action.key:
                await d.press(action.key)
            else:
                d.app.action_perform(action.name)
                await d.settle()
            assert _seen(d) != before, action.name
            await _back(d)
            for name in ("reset", "show_orders", "first"):
                d.app.action_perform(name)
            await d.settle()


async def test_quitting_ends_the_program() -> None:
    async with desk() as d:
        await d.press("q")
        assert d.app._exit
