"""The grid on a screen: it draws what is in sight, and the cursor belongs to a key."""

import time
from pathlib import Path

import pytest
from textual.app import App, ComposeResult

import blotter
from blotter.columns import TABLES
from blotter.widgets.grid import Grid
from tests.blotter.fake import execution, order


class Small(App[None]):
    """One grid, in the colours of the blotter."""

    CSS_PATH = Path(blotter.__file__).with_name("blotter.tcss")

    def __init__(self) -> None:
        super().__init__()
        self.grid = Grid(TABLES[0])

    def compose(self) -> ComposeResult:
        yield self.grid

    def lines(self) -> list[str]:
        return [self.grid.render_line(y).text.rstrip() for y in range(self.grid.size.height)]

    def fill(self, *numbers: int) -> None:
        self.grid.apply({f"O{n}": order(n) for n in numbers})


SIZE = (80, 12)


async def test_waiting_then_empty_then_rows() -> None:
    app = Small()
    async with app.run_test(size=SIZE):
        assert "waiting" in app.lines()[2]
        app.grid.apply({})
        assert app.lines()[2].strip() == "no orders"
        app.fill(9, 10)
        assert [line[2:5] for line in app.lines()[1:3]] == ["O10", "O9 "]


async def test_every_line_is_as_wide_as_the_screen() -> None:
    app = Small()
    async with app.run_test(size=SIZE):
        app.fill(*range(100))
        for x in (0, 5, 60, 200):
            app.grid.scroll_to(x=x, animate=False)
            widths = {app.grid.render_line(y).cell_length for y in range(12)}
            assert widths == {app.grid.size.width}


async def test_the_cursor_stays_on_its_key_and_its_line() -> None:
    app = Small()
    async with app.run_test(size=SIZE) as pilot:
        app.fill(*range(100))
        app.grid.move_to(50)
        row, line = app.grid.cursor, 50 - app.grid.scroll_offset.y
        app.fill(*range(100, 130))
        await pilot.pause()
        assert app.grid.cursor == row
        assert app.grid.rows.position(row.key) - app.grid.scroll_offset.y == line


async def test_where_the_row_of_the_cursor_goes_the_next_takes_it() -> None:
    app = Small()
    async with app.run_test(size=SIZE):
        app.fill(1, 2, 3)
        app.grid.move_to(1)
        app.grid.apply({"O2": None})
        assert app.grid.cursor.key == "O1"
        app.grid.apply({"O1": None, "O3": None})
        assert app.grid.cursor is None
        assert app.grid.targets() == []


async def test_targets_are_the_selection_or_else_the_cursor() -> None:
    app = Small()
    async with app.run_test(size=SIZE):
        app.fill(1, 2, 3)
        assert [row.key for row in app.grid.targets()] == ["O3"]
        app.grid.toggle()
        app.grid.toggle()
        assert [row.key for row in app.grid.targets()] == ["O3", "O2"]
        assert [line[0] for line in app.lines()[1:4]] == ["●", "●", " "]


async def test_the_mouse_moves_selects_and_sorts() -> None:
    app = Small()
    async with app.run_test(size=SIZE) as pilot:
        app.fill(1, 2, 3)
        await pilot.click(Grid, offset=(20, 2))
        assert app.grid.cursor.key == "O2"
        await pilot.click(Grid, offset=(0, 3))
        assert [row.key for row in app.grid.targets()] == ["O1"]
        await pilot.click(Grid, offset=(11, 0))
        assert [row.Symbol for row in app.grid.rows] == ["MSFT", "NVDA", "XOM"]
        await pilot.click(Grid, offset=(11, 0))
        assert [row.Symbol for row in app.grid.rows] == ["XOM", "NVDA", "MSFT"]
        await pilot.click(Grid, offset=(40, 9))
        assert app.grid.cursor.key == "O1"


async def test_sideways_the_first_column_stays() -> None:
    app = Small()
    async with app.run_test(size=SIZE):
        app.fill(1)
        assert app.lines()[0].endswith("›")
        app.grid.slide(1)
        assert app.lines()[0].split()[:2] == ["order▼", "Side"]
        app.grid.slide(-1)
        app.grid.sort_next(-1)
        assert "instructions▼" in app.lines()[0]
        assert app.lines()[1][2:4] == "O1"


async def test_what_went_wrong_is_seen_in_a_quiet_row() -> None:
    app = Small()
    async with app.run_test(size=SIZE):
        app.grid.apply({"O1": order(1, state="cancelled", blocks="oversell")})
        app.grid.slide(9)
        bad = app.grid.get_component_rich_style("grid--bad", partial=True).color
        assert bad in [s.style.color for s in app.grid.render_line(1) if s.text.strip()]


def test_every_column_shows_a_row_of_its_table() -> None:
    for column in TABLES[3].columns:
        assert isinstance(column.text(execution(1)), str)


@pytest.mark.slow
async def test_fifty_thousand_rows_on_a_screen() -> None:
    """Printed, not judged: machines differ."""
    app = Small()
    async with app.run_test(size=(200, 60)):
        rows = {f"O{n}": order(n) for n in range(50_000)}
        start = time.perf_counter()
        app.grid.apply(rows)
        filled = time.perf_counter()
        for _ in range(20):
            app.lines()
        drawn = time.perf_counter()
        print(f"50,000 rows in {(filled - start) * 1000:.0f} ms", end=", ")
        print(f"a screen of 200×60 in {(drawn - filled) * 50:.1f} ms")
