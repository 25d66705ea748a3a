"""The grid on a screen: it draws what is in sight, and the cursor belongs to a key."""

from decimal import Decimal as D
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.app import App, ComposeResult

import blotter
from blotter.column import Table
from blotter.columns import TABLES
from blotter.layouts import Layout, Shown, Sort
from blotter.widgets.grid import Grid
from tests.blotter.fake import order, world
from tradeoms.views import VIEWS


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


async def test_at_the_right_edge_no_number_is_shown_in_part() -> None:
    names = {"key": 7, "OrderQty": 11, "Price": 10, "state": 9, "account": 12}
    whole = ["O7", "1,234,567", "9,189.25", "staged", "FUND9"]
    app = Small()
    async with app.run_test(size=SIZE) as pilot:
        app.grid.lay_out(Layout(tuple(Shown(*column) for column in names.items()), 1, ()))
        app.grid.apply({"O7": order(7, OrderQty=D(1234567), Price=D("9189.25"), account="FUND9")})
        for width in range(30, 66):
            await pilot.resize_terminal(width, 12)
            *before, last = app.lines()[1][2:].split()
            assert before == whole[: len(before)]
            cut = len(before) >= 3 and last.endswith("…") and last.strip("…")
            assert whole[len(before)].startswith(cut) if cut else last == whole[len(before)]


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
        assert app.grid.column.name == "key"
        app.grid.slide(9)
        assert app.lines()[0].split()[0] == "order▼"
        assert "pm" in app.lines()[0]
        assert app.lines()[1][2:4] == "O1"
        app.grid.slide(-99)
        assert app.lines()[0].split()[:2] == ["order▼", "Symbol"]


async def test_the_layout_says_what_is_shown_and_where() -> None:
    app = Small()
    async with app.run_test(size=SIZE):
        app.fill(*range(1, 9))
        columns = (Shown("Symbol", 8), Shown("key", 7), Shown("OrderQty", 12), Shown("pm", 60))
        app.grid.lay_out(Layout(columns, 2, (Sort("Symbol", True), Sort("key"))))
        header = app.lines()[0]
        assert header.split()[:3] == ["Symbol▼1", "order▲2", "OrderQty"]
        app.grid.slide(3)  # the first two stand still
        assert app.lines()[0].split()[:3] == ["Symbol▼1", "order▲2", "pm"]


async def test_points_stand_under_each_other() -> None:
    app = Small()
    async with app.run_test(size=SIZE) as pilot:
        prices = [D("189.25"), D(7), D("1415.1234"), None]
        rows = {f"O{n}": order(n, Price=price) for n, price in enumerate(prices, 1)}
        app.grid.apply(rows)
        await pilot.pause()
        assert [line[46:60].rstrip() for line in app.lines()[1:5]] == [
            "",
            "    1,415.1234",
            "        7",
            "      189.25",
        ]


async def test_groups_close_and_act_as_one() -> None:
    app = Small()
    async with app.run_test(size=SIZE) as pilot:
        app.fill(*range(1, 9))
        app.grid.lay_out(replace(app.grid.layout_now, group=("Symbol",)))
        app.grid.move_to(0)
        assert app.lines()[1].split()[:3] == ["▾", "AAPL", "(1)"]
        assert app.grid.cursor is None
        assert app.grid.targets() == []
        app.grid.toggle()
        assert [row.Symbol for row in app.grid.targets()] == ["AAPL"]
        app.grid.fold()
        assert app.lines()[1].startswith("▸ AAPL")
        assert app.lines()[2].startswith("▾ KO")
        await pilot.click(Grid, offset=(10, 2))
        assert app.lines()[2].startswith("▸ KO")
        app.grid.move(1)
        app.grid.fold_all()
        assert len([line for line in app.lines() if line[:1] in "▸▾" and line]) == 5


async def test_a_filter_that_nothing_passes_says_so() -> None:
    app = Small()
    async with app.run_test(size=SIZE):
        app.fill(1, 2)
        app.grid.lay_out(replace(app.grid.layout_now, filter="sym:nothing"))
        assert app.lines()[2].strip() == "no orders pass the filter, of 2"
        assert app.grid.cursor is None


async def test_what_went_wrong_is_seen_in_a_quiet_row() -> None:
    app = Small()
    async with app.run_test(size=SIZE):
        app.grid.apply({"O1": order(1, state="cancelled", blocks="oversell")})
        app.grid.slide(11)
        bad = app.grid.get_component_rich_style("grid--bad", partial=True).color
        assert bad in [s.style.color for s in app.grid.render_line(1) if s.text.strip()]


@pytest.mark.parametrize("table", [t for t in TABLES if t.source in world().first])
def test_every_column_shows_a_row_of_its_table(table: Table) -> None:
    for row in world().first[table.source]:
        for column in table.columns:
            assert isinstance(column.text(row), str)
            column.value(row)


def test_every_field_of_every_view_can_be_shown() -> None:
    for table in TABLES:
        names = {column.name for column in table.columns}
        assert names >= set(VIEWS[table.source].row.__struct_fields__)
