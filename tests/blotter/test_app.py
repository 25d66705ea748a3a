"""Every key, against a client in memory."""

from decimal import Decimal as D
from html import unescape

import pytest
from msgspec.structs import replace

from blotter.actions import ACTIONS
from blotter.columns import TABLES
from blotter.screens.confirm import Confirm
from blotter.screens.page import Page
from blotter.screens.route import RouteTicket
from blotter.screens.stage import StageTicket
from tests.blotter.desk import desk
from tests.blotter.fake import alert, done, order, placement, refused, world
from tradeoms.bus.client import BusRefused, NoAnswer
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem, Route
from tradeoms.model.fields import OrdType, Override, Severity, Side
from tradeoms.model.orders import Member, NewOrder, Violation


async def test_numbers_switch_tables() -> None:
    async with desk() as d:
        for n, table in enumerate(TABLES, 1):
            await d.press(str(n))
            assert d.grid.table is table
            assert d.grid.display
            assert table.name in d.shown("#status")
        assert len(d.grid.rows) == 1


async def test_rows_arrive_change_and_go() -> None:
    async with desk() as d:
        d.link.push("orders", order(99, state="held"))
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


async def test_block_takes_the_selected_orders_or_the_one_under_the_cursor() -> None:
    async with desk() as d:
        d.link.answers = [done("B7"), done("B8")]
        await d.press("b")
        assert d.link.sent == [c.BlockOrders(("O40",))]
        assert "ok block O40: done → B7" in d.said
        await d.press("home", "space", "space", "b")
        assert d.link.sent[1:] == [c.BlockOrders(("O40", "O39"))]
        assert d.grid.rows.selected == {}


async def test_a_refusal_is_shown_with_every_reason() -> None:
    async with desk() as d:
        d.link.answers = [refused(Problem("orders[0]", "O40", "is done, not staged"))]
        await d.press("space", "b")
        assert "error block O40: orders[0] O40: is done, not staged" in d.said
        assert "is done, not staged" in d.shown("#messages")
        assert list(d.grid.rows.selected) == ["O40"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BusRefused("role viewer may not send BlockOrders"), "refused: role viewer may not"),
        (NoAnswer("no answer within 30 s"), "It may still be carried out"),
    ],
)
async def test_the_bus_says_no_or_nothing(error: Exception, said: str) -> None:
    async with desk() as d:
        d.link.answers = [error]
        await d.press("b")
        assert said in d.said


async def test_a_key_pressed_twice_sends_once() -> None:
    async with desk() as d:
        d.link.held.clear()
        await d.press("b", "b")
        assert "1 waiting for an answer" in d.shown("#status")
        d.link.held.set()
        await d.settle()
        assert len(d.link.sent) == 1


async def test_route_splits_what_is_idle() -> None:
    async with desk() as d:
        await d.press("2", "end", "r")
        assert isinstance(d.app.screen, RouteTicket)
        await d.type("alpha 500, bravo 1k @ 415.5, charly rest")
        meaning = str(d.app.screen.query_one("#meaning").render())
        assert "4,500" in meaning
        assert "session is down" in meaning
        await d.press("enter")
        routes = (
            Route("ALPHA", D(500)),
            Route("BRAVO", D(1000), OrdType.Limit, D("415.5")),
            Route("CHARLY", D(4500)),
        )
        assert d.link.sent == [c.RouteBlock("B1", routes)]
        assert not isinstance(d.app.screen, RouteTicket)


async def test_a_bad_split_cannot_be_sent() -> None:
    async with desk() as d:
        await d.press("2", "end", "r")
        await d.type("alpha 9000")
        await d.press("enter")
        assert isinstance(d.app.screen, RouteTicket)
        assert "3,000 more than the idle" in str(d.app.screen.query_one("#meaning").render())
        await d.press("escape")
        assert d.link.sent == []


def violation(rule: str, severity: Severity) -> Violation:
    return Violation(rule, severity, Override.One, f"{rule} says so", "F1", {"limit": "5"})


def must(rule: str) -> Problem:
    return Problem(rule, "F1", f"must be acknowledged: {rule} says so")


async def test_warnings_are_acknowledged_by_a_yes_only() -> None:
    async with desk() as d:
        warn = violation("price_collar", Severity.Warn)
        no = refused(must("price_collar"), violations=(warn,))
        d.link.answers = [no, no, done("P5")]
        await d.press("2", "end", "r")
        await d.type("alpha rest")
        await d.press("enter")
        assert isinstance(d.app.screen, Confirm)
        await d.press("enter")  # Back has the focus
        assert isinstance(d.app.screen, RouteTicket)
        assert len(d.link.sent) == 1
        await d.press("enter", "y")
        routes = (Route("ALPHA", D(6000)),)
        assert d.link.sent[1:] == [
            c.RouteBlock("B1", routes),
            c.RouteBlock("B1", routes, ("price_collar",)),
        ]
        assert "ok route B1: done → P5" in d.said


async def test_what_no_one_may_lift_comes_first_and_cannot_be_sent() -> None:
    async with desk() as d:
        both = (violation("a_warning", Severity.Warn), violation("oversell", Severity.Block))
        d.link.answers = [
            refused(must("a_warning"), Problem("oversell", "F1", "no"), violations=both)
        ]
        await d.press("2", "end", "r")
        await d.type("alpha rest")
        await d.press("enter")
        text = str(d.app.screen._body)
        assert text.index("oversell") < text.index("a_warning")
        await d.press("y")
        assert isinstance(d.app.screen, Confirm)
        await d.press("escape", "escape")
        assert len(d.link.sent) == 1


async def test_many_warnings_leave_the_buttons_in_sight() -> None:
    async with desk(size=(80, 24)) as d:
        rules = [f"rule_{n}" for n in range(30)]
        warnings = tuple(violation(rule, Severity.Warn) for rule in rules)
        d.link.answers = [refused(*map(must, rules), violations=warnings)]
        await d.press("2", "end", "r")
        await d.type("alpha rest")
        await d.press("enter")
        button = d.app.screen.query_one("#go-on").region
        assert button in d.app.screen.region


async def test_cancel_placements() -> None:
    async with desk() as d:
        await d.press("3", "end", "space", "c")
        assert d.link.sent == [c.CancelPlacement("P1")]
        await d.press("a", "c")
        assert [command.placement for command in d.link.sent[1:]] == ["P2", "P1"]
        assert "cancel: 2 of 4 have nothing left" in d.said


async def test_cancel_on_blocks_takes_what_is_live_of_them() -> None:
    async with desk() as d:
        d.link.push("placements", placement(9, block="B2"))
        await d.press("2", "end", "c")
        assert d.link.sent == [c.CancelPlacement("P1"), c.CancelPlacement("P2")]
        await d.press("home", "c")
        assert "nothing of B3 is at a broker" in d.said


async def test_withdraw_needs_a_reason() -> None:
    async with desk() as d:
        await d.press("space", "c", "enter")
        assert d.link.sent == []
        await d.type("a mistake")
        await d.press("enter")
        assert d.link.sent == [c.CancelOrder("O40", "a mistake")]
        await d.press("c", "escape")
        assert len(d.link.sent) == 1


async def test_finish_asks_and_dissolve_does_not() -> None:
    async with desk() as d:
        await d.press("2", "end", "d")
        assert "1,000 of 10,000 are filled, 3,000 still work" in str(d.app.screen._body)
        await d.press("enter")
        assert d.link.sent == []
        await d.press("d", "y", "up", "u")
        assert d.link.sent == [c.FinishBlock("B1"), c.DissolveBlock("B2")]


async def test_one_block_at_a_time() -> None:
    async with desk() as d:
        await d.press("2", "a", "r", "d")
        assert d.link.sent == []
        assert "route: one block at a time, 3 are selected" in d.said


async def test_stage_by_hand_and_a_refused_one_comes_back() -> None:
    async with desk() as d:
        d.link.answers = [refused(Problem("order.members[0].account", "F1", "unknown account"))]
        await d.press("s")
        for text in ("F1", "ko", "buy", "2500", "", "62.07", ""):
            await d.type(text)
            await d.press("enter")
        await d.press("enter")
        assert isinstance(d.app.screen, StageTicket)
        assert "F1: unknown account" in str(d.app.screen.query_one("#problems").render())
        assert d.app.screen.text["price"] == "62.07"
        await d.press("ctrl+s")
        new = NewOrder("KO.US", Side.Buy, (Member("F1", D(2500)),), OrdType.Limit, D("62.07"))
        assert d.link.sent == [c.SubmitOrder(new)] * 2
        assert not isinstance(d.app.screen, StageTicket)


async def test_the_ticket_says_what_is_missing() -> None:
    async with desk() as d:
        await d.press("s", "ctrl+s")
        assert "account: is needed" in str(d.app.screen.query_one("#problems").render())
        await d.press("escape")
        assert d.link.sent == []


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
        assert "live" in d.shown("#status")
        assert d.said.count("refused us") == 1


async def test_help_draws_every_action() -> None:
    async with desk(size=(100, 80)) as d:
        await d.press("question_mark")
        svg = unescape(d.app.export_screenshot()).replace("\xa0", " ")
        assert [action.help for action in ACTIONS.values() if action.help not in svg] == []
        await d.press("q")
        assert not isinstance(d.app.screen, Page)


async def test_details_show_fields_without_a_column() -> None:
    async with desk(size=(100, 50)) as d:
        await d.press("enter")
        assert "discretionary" in d.app.export_screenshot()
        await d.press("escape")
        assert not isinstance(d.app.screen, Page)


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
        await d.press("greater_than_sign")
        assert d.grid.rows.key_at(0) == "O8"
        await d.press("less_than_sign", "o", "home")
        assert d.grid.cursor.key == "O1"
        await d.press("right", "right", "left")
        assert d.grid.scroll_offset.x > 0


async def test_an_alert_is_said_wherever_one_is() -> None:
    async with desk() as d:
        assert d.said == ""
        d.link.push("alerts", alert(2))
        await d.until("alert 2: unmatched ALPHA", "#messages")


async def test_what_compliance_says_of_an_order_that_was_taken_is_shown() -> None:
    async with desk() as d:
        warn = violation("price_collar", Severity.Warn)
        answer = replace(done("O41"), violations=(warn,))
        d.link.answers = [answer]
        await d.press("b")
        assert "warning block O40: WARN price_collar: price_collar says so" in d.said


async def test_clicks_on_tabs_and_keys() -> None:
    async with desk() as d:
        await d.pilot.click("#tabs", offset=(12, 0))
        await d.settle()
        assert d.grid.table.name == "blocks"


async def test_quit() -> None:
    async with desk() as d:
        await d.press("q")
        assert not d.app.is_running


def test_no_key_means_two_things_on_a_table() -> None:
    for table in TABLES:
        keys = [a.key for a in ACTIONS.values() if a.applies(table.name)]
        assert len(keys) == len(set(keys))
