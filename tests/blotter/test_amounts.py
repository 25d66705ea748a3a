"""Orders, routes and replaces in an amount of money, as they are typed in the blotter."""

from decimal import Decimal as D

from tests.blotter.desk import desk
from tests.blotter.fake import block, placement
from tests.blotter.test_entry import read
from tradeoms.model import commands as c
from tradeoms.model.commands import Route
from tradeoms.model.orders import Member

MONEY = {"CashOrderQty": D(2500000), "idle_amount": D("1500000.50")}


def test_for_an_amount_is_an_order_in_money() -> None:
    order, problems = read(account="F1", instrument="AAPL", side="buy", quantity="for 1m usd")
    assert problems == []
    assert order is not None
    assert order.members == (Member("F1", CashOrderQty=D(1000000)),)
    order, problems = read(account="F1", instrument="AAPL", side="buy", quantity="for 1m eur")
    assert [str(wrong.reason) for wrong in problems] == ["the price is in USD"]


async def test_a_block_in_money_is_routed_by_its_idle_amount() -> None:
    async with desk() as d:
        await d.push("blocks", block(1, state="working", **MONEY))
        await d.press("2", "end", "r")
        await d.type("alpha 500k, bravo rest")
        meaning = str(d.app.screen.query_one("#meaning").render())
        assert "1,000,000.50 USD" in meaning
        await d.press("enter")
        routes = (
            Route("ALPHA", CashOrderQty=D(500000)),
            Route("BRAVO", CashOrderQty=D("1000000.50")),
        )
        assert d.link.sent == [c.RouteBlock("B1", routes)]


async def test_a_placement_in_money_is_replaced_by_another_amount() -> None:
    async with desk() as d:
        await d.push("blocks", block(1, state="working", **MONEY))
        await d.push("placements", placement(9, CashOrderQty=D(1000000)))
        await d.press("3", "home", "e")
        await d.press("end", *["backspace"] * 7)
        await d.type("900k")
        meaning = str(d.app.screen.query_one("#meaning").render())
        assert "CashOrderQty: 1,000,000 → 900,000" in meaning
        await d.press("enter")
        assert d.link.sent == [c.ReplacePlacement("P9", CashOrderQty=D(900000))]
