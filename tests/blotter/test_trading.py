"""Trading by key, against a client in memory: what is sent, and what a person is asked before."""

from decimal import Decimal as D

import pytest
from msgspec.structs import replace
from textual.widgets import Static

from blotter.screens.preview import Preview
from blotter.screens.route import RouteTicket
from blotter.screens.stage import StageTicket
from blotter.screens.warnings import Warnings
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import block, done, placement, refused
from tradeoms.bus.client import BusRefused, NoAnswer
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem, Route
from tradeoms.model.fields import OrdType, Override, Severity, Side
from tradeoms.model.orders import Member, NewOrder, Violation


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
        (NoAnswer("no answer within 30 s", ["a1"]), "It may still be carried out"),
    ],
)
async def test_the_bus_says_no_or_nothing(error: Exception, said: str) -> None:
    async with desk() as d:
        d.link.answers = [error]
        await d.press("b")
        assert said in d.said


async def test_what_had_no_answer_keeps_its_id() -> None:
    """Repeated as it was: the server does it once. Answered, or changed: a command of its own."""
    async with desk() as d:
        late = NoAnswer("no answer within 30 s", ["a1"])
        d.link.answers = [late, late]
        await d.press("b", "b", "b", "b")
        await d.press("down", "b")
        assert d.link.ids == ["", "a1", "a1", "", ""]


async def test_a_key_pressed_twice_sends_once() -> None:
    async with desk() as d:
        d.link.held.clear()
        await d.press("b", "b")
        await d.until("1 waiting for an answer")
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
        assert "3,000 more than the idle" in d.wrong("split")
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
        assert isinstance(d.app.screen, Warnings)
        await d.press("enter")  # Back has the focus
        assert isinstance(d.app.screen, RouteTicket)
        assert len(d.link.sent) == 1
        await d.on(RouteTicket)
        await d.press("enter")
        await d.on(Warnings)
        await d.press("y")
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
        assert [group.rule for group in d.app.screen.objections.groups] == ["oversell", "a_warning"]
        assert not d.app.screen.query("#go-on")
        await d.press("y")
        assert isinstance(d.app.screen, Warnings)
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
        button = d.app.screen.query_one("#go-on")
        assert button.region in d.app.screen.region
        assert button.disabled
        await d.press("y")  # shows more, and does not send
        assert len(d.link.sent) == 1
        await d.press(*["space"] * 15)
        assert not button.disabled
        await d.press("y")
        assert d.link.sent[-1].acknowledged == tuple(sorted(rules))


async def test_cancel_placements() -> None:
    async with desk() as d:
        await d.press("3", "end", "space", "c")
        assert d.link.sent == [c.CancelPlacement("P1")]
        await d.press("a", "c")
        assert [command.placement for command in d.link.sent[1:]] == ["P2", "P1"]
        assert "cancel: P4, P3 left out: has nothing left" in d.said


async def test_cancel_on_blocks_takes_what_is_live_of_them() -> None:
    async with desk() as d:
        await d.push("placements", placement(9, block="B2"))
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
        note = str(d.app.screen.query_one("#note", Static).render())
        assert "1,000 of 10,000 are filled, 3,000 still work" in note
        await d.press("enter")
        assert d.link.sent == []
        await d.press("d", "y", "up", "u")
        assert d.link.sent == [c.FinishBlock("B1"), c.DissolveBlock("B2")]


async def test_stage_by_hand_and_a_refused_one_comes_back() -> None:
    async with desk() as d:
        d.link.answers = [refused(Problem("order.members[0].account", "F1", "unknown account"))]
        await d.press("s")
        for text in ("F1", "ko", "buy", "2500", "", "62.07", ""):
            await d.type(text)
            await d.press("enter")
        await d.press("enter")
        assert isinstance(d.app.screen, StageTicket)
        assert d.wrong("account") == "F1: unknown account"
        assert d.app.focused.id == "account"
        assert d.app.screen.text["price"] == "62.07"
        await d.press("ctrl+s")
        new = NewOrder("KO.US", Side.Buy, (Member("F1", D(2500)),), OrdType.Limit, D("62.07"))
        assert d.link.sent == [c.SubmitOrder(new)] * 2
        assert not isinstance(d.app.screen, StageTicket)


async def test_a_ticket_outlives_a_lost_connection() -> None:
    async with desk() as d:
        await d.press("s")
        for text in ("F1", "ko", "buy", "2500"):
            await d.type(text)
            await d.press("enter")
        d.link.silence = 42.0
        await d.until("STALE")
        await d.press("ctrl+s")
        await d.on(StageTicket)
        assert d.wrong() == "not sent, the data is STALE (42 s old)"
        assert d.link.sent == []
        d.link.silence = 0.0
        await d.until("live")
        await d.press("ctrl+s")
        assert d.link.sent == [c.SubmitOrder(NewOrder("KO.US", Side.Buy, (Member("F1", D(2500)),)))]


async def test_the_ticket_says_what_is_missing() -> None:
    async with desk() as d:
        await d.press("s", "ctrl+s")
        wrong = [n for n in ("account", "side", "price") if d.wrong(n)]
        assert wrong == ["account", "side"]
        assert d.wrong("account") == "is needed"
        await d.press("escape")
        assert d.link.sent == []


async def test_what_compliance_says_of_an_order_that_was_taken_is_shown() -> None:
    async with desk() as d:
        warn = violation("price_collar", Severity.Warn)
        answer = replace(done("O41"), violations=(warn,))
        d.link.answers = [answer]
        await d.press("b")
        assert "warning block O40: WARN price_collar: price_collar says so" in d.said


async def test_several_blocks_go_in_one_decision() -> None:
    async with desk() as d:
        await d.press("2", "a", "r")  # B3 is allocated: nothing idle
        assert "B3 left out: nothing is idle" in d.said
        await d.type("alpha 50%, bravo rest")
        meaning = str(d.app.screen.query_one("#meaning").render())
        assert "B1 BUY MSFT" in meaning
        assert "B2 BUY NVDA" in meaning
        assert "3,804,400.00 USD to send" in meaning  # 6000 × 415.10 + 10000 × 131.38
        warn = violation("order_value", Severity.Warn)
        problem = Problem("blocks[1].order_value", "F1", "must be seen")
        d.link.answers = [refused(problem, violations=(warn,)), done("P5", "P6")]
        await d.press("enter")
        await d.on(Warnings)
        await d.press("y")
        first, second = d.link.sent
        routes = [[(r.broker, r.OrderQty) for r in row.routes] for row in first.blocks]
        assert [row.block for row in first.blocks] == ["B2", "B1"]
        assert routes == [[("ALPHA", 5000), ("BRAVO", 5000)], [("ALPHA", 3000), ("BRAVO", 3000)]]
        assert [row.acknowledged for row in second.blocks] == [(), ("order_value",)]


async def test_a_split_that_one_block_cannot_take_names_it() -> None:
    async with desk() as d:
        await d.press("2", "a", "r")
        await d.type("alpha 7k")
        assert "B1 MSFT: that is 1,000 more" in d.wrong("split")
        await d.press("enter", "escape")
        assert d.link.sent == []


async def test_replace_begins_with_what_is_and_sends_what_was_changed() -> None:
    async with desk() as d:
        await d.push("placements", placement(9, OrdType="Limit", Price=D(415)))
        await d.press("3", "home", "e")
        assert "nothing would change" in str(d.app.screen.query_one("#meaning").render())
        await d.press("end", *["backspace"] * 4)
        await d.type("400")
        await d.press("ctrl+s")
        assert "500 are filled already" in d.wrong("OrderQty")
        await d.press("0", "enter", "ctrl+s")
        assert d.link.sent == [c.ReplacePlacement("P9", D(4000), D(415))]


async def test_what_is_over_cannot_be_replaced() -> None:
    async with desk() as d:
        await d.press("3", "home", "e")
        assert "replace: P4 left out: has nothing left" in d.said


async def test_withdrawing_several_shows_them_and_what_became_of_each() -> None:
    async with desk() as d:
        await d.press("space", "space", "c")
        screen = d.app.screen
        assert isinstance(screen, Preview)
        assert [line.name for line in screen.lines] == ["O40", "O39"]
        d.link.answers = [done(), refused(Problem("order", "O39", "is in a block"))]
        await d.type("mistake")
        await d.press("enter")
        assert d.link.sent == [c.CancelOrder("O40", "mistake"), c.CancelOrder("O39", "mistake")]
        assert [(line.name, line.became) for line in screen.lines] == [
            ("O39", "order O39: is in a block"),
            ("O40", "done"),
        ]
        assert "1 of 2 are not done; go on to try them again\norder O39" in d.wrong()
        assert list(d.grid.rows.selected) == ["O40", "O39"]
        await d.press("ctrl+s")  # the other one only
        assert d.link.sent[2:] == [c.CancelOrder("O39", "mistake")]
        assert d.grid.rows.selected == {}


async def test_what_fits_into_one_block_is_selected_by_one_key() -> None:
    async with desk() as d:
        await d.press("B")
        orders = d.grid.targets()
        assert "O40" in [row.key for row in orders]
        assert len({(row.Symbol, row.Side, row.OrdType, row.Price) for row in orders}) == 1
        await d.press("b")
        assert d.link.sent == [c.BlockOrders(tuple(row.key for row in orders))]


async def _ticket(d: Desk, *texts: str) -> str:
    await d.press("s")
    for text in texts:
        await d.type(text)
        await d.press("enter")
    return str(d.app.screen.query_one("#meaning").render())


async def test_the_ticket_says_the_value_and_what_the_account_holds() -> None:
    async with desk() as d:
        meaning = await _ticket(d, "FUND1", "aapl", "sell", "2500", "", "190")
        assert "SELL 2,500 AAPL.US   ≈ 475,000.00 USD" in meaning
        assert "0.10% of the average daily volume 2,500,000 (close)" in meaning
        assert "FUND1 holds 12,500 → 10,000" in meaning


async def test_money_becomes_units() -> None:
    async with desk() as d:
        meaning = await _ticket(d, "FUND2", "ko", "buy", "1m USD")
        assert "BUY 16,110 KO.US   ≈ 999,947.70 USD" in meaning


async def test_a_quantity_that_looks_like_money_is_asked_about_once() -> None:
    async with desk() as d:
        await _ticket(d, "FUND1", "msft", "buy", "2m")
        await d.press("ctrl+s")
        assert d.link.sent == []
        assert "Quantity or money? 2,000,000 are 830,200,000.00 USD" in d.wrong("quantity")
        await d.press("ctrl+s")
        (sent,) = d.link.sent
        assert sent.order.members[0].OrderQty == D(2_000_000)


async def test_several_blocks_are_shown_before_they_dissolve() -> None:
    async with desk() as d:
        await d.push("blocks", block(4))
        await d.press("2", "home", "space", "space", "u")
        assert isinstance(d.app.screen, Preview)
        await d.press("enter")  # Back has the focus
        assert d.link.sent == []
        await d.press("u")
        await d.on(Preview)
        await d.press("y")
        assert d.link.sent == [c.DissolveBlock("B4"), c.DissolveBlock("B3")]
