"""Every action of the registry answers to its key on each of its tables: nothing is a dead button."""

from pathlib import Path
from typing import Any

import pytest

from blotter.actions import ACTIONS, GROUPS
from blotter.columns import TABLES
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import FakeLink, world
from tests.blotter.test_snapshot import _row
from tradeoms.bus.client import Result
from tradeoms.views import VIEWS

WORK = [action.name for action in GROUPS["Work"]]


def _house() -> FakeLink:
    """A morning on the desk, and rows in the tables that it leaves empty."""
    link = world()
    for view in {table.source for table in TABLES} - set(link.first):
        link.first[view] = [_row(VIEWS[view].row, n) for n in range(1, 4)]
    link.results = [Result("1", 41) for _ in range(100)]
    return link


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


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("table", [table.name for table in TABLES])
async def test_work_of_a_table_answers_to_its_key(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with desk(_house()) as d:
        d.app.action_perform(f"show_{table}")
        await d.settle()
        for name in WORK:
            action = ACTIONS[name]
            if not action.applies(table) or not (action.tables or table == "orders"):
                continue
            before = _seen(d)
            if action.key:
                await d.press(action.key)
            else:
                d.app.action_perform(name)
                await d.settle()
            assert _seen(d) != before, f"{name} on {table}"
            await _back(d)


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
