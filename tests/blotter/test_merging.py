"""Merging by key: what is suggested, into a working block, and out of it again."""

from blotter.screens.choose import Choose
from blotter.screens.preview import Preview
from blotter.screens.warnings import Warnings
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import block, order, refused
from tradeoms.bus.client import Result
from tradeoms.model import commands as c
from tradeoms.model.fields import Override, Severity
from tradeoms.model.orders import Violation

GROUP = {
    "block": "",
    "orders": ["O40", "O39"],
    "instrument": "AAPL.US",
    "Side": "Buy",
    "OrdType": "Market",
    "Price": "",
    "TimeInForce": "Day",
    "OrderQty": "300",
}


async def filled(d: Desk, reason: str) -> None:
    await d.on(Preview)
    d.app.screen.query_one("#reason").focus()
    await d.settle()
    await d.type(reason)
    await d.press("enter")


async def test_a_suggestion_is_accepted_with_one_key() -> None:
    async with desk() as d:
        d.link.results = [Result("1", 41, (GROUP,)), Result("2", 41, ({**GROUP, "block": "B1"},))]
        await d.press("M")
        await d.on(Choose)
        await d.press("enter")
        assert d.link.asked[0][0] == "merges"
        assert d.link.sent == [c.BlockOrders(("O40", "O39"))]
        await d.press("M")
        await d.on(Choose)
        await d.press("enter")
        await filled(d, "same idea")
        assert d.link.sent[1:] == [c.JoinBlock("B1", ("O40", "O39"), "same idea")]


async def test_without_a_suggestion_it_says_so() -> None:
    async with desk() as d:
        d.link.results = [Result("1", 41), Result("2", 41, problem="only some accounts")]
        await d.press("M")
        await d.settle()
        assert "suggested merges: none" in d.said
        await d.press("M")
        await d.settle()
        assert "error suggested merges: only some accounts" in d.said
        assert d.link.sent == []


async def test_orders_join_a_block_with_their_terms() -> None:
    async with desk() as d:
        new = order(40)
        alike = {
            name: getattr(new, name)
            for name in ("instrument", "Side", "OrdType", "Price", "StopPx", "TimeInForce")
        }
        await d.push("blocks", block(7, state="working", **alike))
        await d.press("home", "J")
        await d.on(Choose)
        await d.press("enter")
        await filled(d, "later")
        assert d.link.sent == [c.JoinBlock("B7", ("O40",), "later")]


async def test_a_warning_about_who_joins_is_seen_before_it_is_acknowledged() -> None:
    async with desk() as d:
        new = order(40)
        names = ("instrument", "Side", "OrdType", "Price", "StopPx", "TimeInForce")
        alike = {name: getattr(new, name) for name in names}
        await d.push("blocks", block(7, state="working", **alike))
        warning = Violation("cash_cover", Severity.Warn, Override.Never, "90 of 100", "A1")
        problem = c.Problem("cash_cover", "A1", "must be acknowledged: 90 of 100")
        d.link.answers = [refused(problem, violations=(warning,))]
        await d.press("home", "J")
        await d.on(Choose)
        await d.press("enter")
        await filled(d, "later")
        await d.on(Warnings)
        await d.press("y")
        await d.settle()
        assert d.link.sent[1:] == [c.JoinBlock("B7", ("O40",), "later", ("cash_cover",))]


async def test_an_order_is_taken_out_of_its_block() -> None:
    async with desk() as d:
        await d.press("home", "U")
        assert "O40 left out: is in no block" in d.said
        await d.push("orders", order(40, state="in block", block="B1"))
        await d.press("home", "U")
        await filled(d, "withdrawn")
        assert d.link.sent == [c.LeaveBlock("B1", "O40", "withdrawn")]
