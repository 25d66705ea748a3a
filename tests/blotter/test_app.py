"""The frame: tables, keys, messages, what is stale; against a client in memory."""

import asyncio
from decimal import Decimal as D
from html import unescape

from textual.events import Key

from blotter.actions import ACTIONS, NUMBERS
from blotter.app import Blotter
from blotter.columns import TABLES
from blotter.screens.choose import Choose
from blotter.screens.columns import Columns
from blotter.screens.detail import Detail
from blotter.screens.page import Page
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import alert, order, world
from tradeoms.model import commands as c
from tradeoms.model.orders import Member


async def test_numbers_switch_tables() -> None:
    async with desk() as d:
        for key, table in zip(NUMBERS, TABLES, strict=False):
            await d.press(key)
            assert d.grid.table is table
            assert d.grid.display
            assert table.title.lower() in d.shown("#status")
        assert len(d.grid.rows) == 1
        await d.press("greater_than_sign")
        assert d.grid.table is TABLES[12]
        assert "Ins" in d.shown("#tabs")
        await d.press("less_than_sign")
        await d.press("less_than_sign")
        assert d.grid.table is TABLES[10]


async def test_rows_arrive_change_and_go() -> None:
    async with desk() as d:
        await d.push("orders", order(99, state="held"))
        await d.until("41 orders")
        assert d.grid.rows["O99"].state == "held"
        d.link.drop("orders", "O99")
        await d.until("40 orders")
        assert "seq 43" in d.shown("#status")


async def test_a_burst_is_drawn_once() -> None:
    async with desk() as d:
        calls = []
        apply = d.grid.apply
        d.grid.apply = lambda changes: (calls.append(len(changes)), apply(changes))
        for n in range(500):
            d.link.push("orders", order(n, OrderQty=D(n + 1)))
        await d.until("500 orders")
        assert len(calls) <= 3


async def test_stale_data_is_dimmed_and_nothing_is_sent() -> None:
    async with desk() as d:
        d.link.silence = 7.4
        await d.until("STALE 7 s")
        assert d.grid.has_class("-stale")
        await d.press("b")
        assert d.link.sent == []
        assert "not sent, the data is STALE" in d.said
        d.link.silence = 0.0
        await d.until("live")
        assert not d.grid.has_class("-stale")


async def test_a_client_that_may_not_listen_says_so() -> None:
    link = world()
    link.knows_us = False
    link.refusing.set()
    async with desk(link) as d:
        await d.until("REFUSED")
        assert "unknown user" in d.shown("#messages")
        await d.press("b")
        assert link.sent == []


async def test_a_refused_table_leaves_the_others_alive() -> None:
    async with desk() as d:
        for _ in range(2):
            d.link.refusing.set()
            await d.until("the server refused us", "#messages")
        d.link.push("orders", order(99))
        await d.until("41 orders")
        await d.until("live")
        assert d.said.count("refused us") == 1


async def test_help_is_where_one_looks_for_it_and_rows_are_loaded_once() -> None:
    link, loaded = world(), list[int]()
    app = Blotter(link, "tom")
    app.loaded = lambda: loaded.append(len(app._place.grid.rows))
    async with app.run_test() as pilot:
        hands = Desk(app, pilot, link)
        await hands.until("40 orders")
        app._draw()
        app._draw()
        assert loaded == [40]
        await hands.press("f1")
        await hands.on(Page)


async def test_help_draws_every_action() -> None:
    async with desk(size=(120, 260)) as d:
        await d.press("question_mark")
        await d.on(Page)
        svg = unescape(d.app.export_screenshot()).replace("\xa0", " ")
        assert [action.help for action in ACTIONS.values() if action.help not in svg] == []
        await d.press("q")
        assert not isinstance(d.app.screen, Page)


async def test_details_show_fields_without_a_column() -> None:
    async with desk(size=(100, 50)) as d:
        await d.press("enter")
        await d.on(Detail)
        assert "discretionary" in d.app.export_screenshot()
        await d.press("escape")
        assert not isinstance(d.app.screen, Detail)


async def test_the_footer_has_the_keys_of_the_table() -> None:
    async with desk() as d:
        assert "b block" in d.shown("#keys")
        assert "route" not in d.shown("#keys")
        await d.press("2")
        assert "r route" in d.shown("#keys")


async def test_every_message_is_kept() -> None:
    async with desk() as d:
        for _ in range(9):
            await d.press("b")
        assert d.shown("#messages").count("block O40") == 3
        await d.press("m")
        assert d.app.export_screenshot().count("O40:") >= 9
        await d.press("escape", "t")
        assert d.app.theme == "tradeoms-light"


async def test_keys_move_select_and_sort() -> None:
    async with desk() as d:
        await d.press("down", "down", "up")
        assert d.grid.cursor.key == "O39"
        await d.press("pagedown")
        assert d.grid.cursor.key == f"O{39 - d.grid.page}"
        await d.press("end", "pageup", "home", "space", "escape")
        assert d.grid.rows.selected == {}
        await d.press("right", "o")
        assert d.grid.rows.key_at(0) == "O10"
        await d.press("left", "o", "home")
        assert d.grid.cursor.key == "O1"


async def test_what_needs_a_person_is_said_wherever_one_is() -> None:
    async with desk() as d:
        assert d.said == ""  # what was in the first snapshot is only counted
        await d.until("4 need you (n)")
        rung = []
        d.app.bell = lambda: rung.append(1)
        await d.push("alerts", alert(2))
        assert "unmatched ALPHA: a fill" in d.shown("#messages")
        assert "5 need you" in d.shown("#status")
        assert rung == [1]


async def test_one_key_goes_to_the_next_that_needs_a_person() -> None:
    async with desk() as d:
        await d.push("orders", order(77, state="held", blocks="oversell"))
        seen = []
        for _ in range(5):
            await d.press("n")
            seen.append((d.grid.table.name, d.grid.cursor.key))
        assert seen == [
            ("sessions", "CHARLY"),
            ("unmatched", "1"),
            ("placements", "P4"),
            ("compliance", "O77"),
            ("alerts", "1"),
        ]
        await d.press("n", "N", "n")
        assert "4 need you" in d.shown("#status")
        assert d.grid.table.name == "unmatched"


async def test_a_row_leaves_the_screen_it_no_longer_belongs_to() -> None:
    async with desk() as d:
        await d.press("0")
        await d.push("orders", order(77, state="held", blocks="oversell"))
        assert d.grid.cursor is not None
        assert "O77" in d.grid.rows
        await d.push("orders", order(77))
        assert "O77" not in d.grid.rows


async def test_the_palette_does_what_is_typed() -> None:
    async with desk() as d:
        await d.press("ctrl+p")
        await d.on(Choose)
        await d.type("light")
        await d.press("enter")
        await d.settle()
        assert d.app.theme == "tradeoms-light"


async def test_columns_are_ticked_where_they_stand() -> None:
    async with desk() as d:
        columns = [column.name for column in d.grid.layout_now.columns]
        await d.press("V")
        await d.on(Columns)
        await d.press("down", "space", "space", "down", "space", "plus", "down", "minus", "enter")
        assert columns[1:4] == ["Symbol", "Side", "OrderQty"]
        left = [name for name in columns if name != "Side"]
        left[1:3] = left[2:0:-1]
        assert [column.name for column in d.grid.layout_now.columns] == left


async def test_clicks_on_tabs_and_keys() -> None:
    async with desk() as d:
        await d.pilot.click("#tabs", offset=(8, 0))
        await d.settle()
        assert d.grid.table.name == "blocks"


async def test_quit() -> None:
    async with desk() as d:
        await d.press("q")
        assert not d.app.is_running


def test_no_key_means_two_things_on_a_table() -> None:
    for table in TABLES:
        keys = [a.key for a in ACTIONS.values() if a.key and a.applies(table.name)]
        assert len(keys) == len(set(keys))


async def test_what_is_typed_ahead_goes_where_it_was_meant() -> None:
    """Keys that come at once, as from a busy machine: none is lost, none lands elsewhere."""
    async with desk() as d:
        keys = ["s", *"C001", "enter", *"AAPL", "enter", *"buy", "enter", *"600", "ctrl+s"]
        for key in [*keys, "2", "end", "r", *"ALPHA", "space", *"500", "enter"]:
            d.app.post_message(Key(key, {"space": " "}.get(key, key if len(key) == 1 else None)))
        async with asyncio.timeout(20):
            while len(d.link.sent) < 2:
                await d.pilot.pause(0.01)
        staged, routed = d.link.sent
        assert isinstance(staged, c.SubmitOrder)
        assert isinstance(routed, c.RouteBlock)
        assert staged.order.members == (Member("C001", D(600)),)
        assert staged.order.instrument == "AAPL.US"
        assert routed.routes == (c.Route("ALPHA", D(500)),)
