"""What the ticket says of the lots that a sale would take."""

import asyncio

from tests.blotter.desk import Desk, desk
from tradeoms.bus.client import Result


async def _ticket(d: Desk, *texts: str) -> None:
    await d.press("s")
    for text in texts:
        await d.type(text)
        await d.press("enter")


async def _relief(d: Desk, text: str) -> str:
    """What the ticket says of the lots, once it says this."""
    async with asyncio.timeout(20):
        while text not in (said := str(d.app.screen.query_one("#relief").render())):
            await d.pilot.pause(0.02)
    return said


RELIEF = {
    "method": "HIFO",
    "Currency": "USD",
    "acquired": "2024-05-06",
    "quantity": "600",
    "basis": "120000.00",
    "gain": "-6000.00",
    "disallowed": "1000.00",
    "long_term": False,
}


async def test_the_ticket_says_which_lots_a_sale_takes() -> None:
    async with desk() as d:
        other = RELIEF | {"gain": "50.00", "disallowed": "0", "long_term": True}
        rows = tuple({**row, "lot": n} for n, row in enumerate([RELIEF, *[other] * 4], 7))
        d.link.known["relief"] = Result("1", 41, rows)
        await _ticket(d, "FUND1", "aapl", "sell", "2500", "", "190")
        relief = await _relief(d, "wash sale")
        asked = {"account": "FUND1", "instrument": "AAPL.US", "quantity": "2500", "price": "190"}
        assert ("relief", asked) in d.link.asked
        assert relief.splitlines() == [
            "HIFO: gain long-term 200.00, short-term -6,000.00 USD,"
            " of the loss 1,000.00 deferred by a wash sale",
            "lot 7 of 2024-05-06: 600, basis 120,000.00, gain -6,000.00",
            *(f"lot {n} of 2024-05-06: 600, basis 120,000.00, gain 50.00" for n in (8, 9, 10)),
            "and 1 lot more",
        ]


async def test_the_ticket_says_why_a_sale_s_lots_are_not_known_and_asks_about_no_buy() -> None:
    async with desk() as d:
        await _ticket(d, "FUND1", "aapl", "sell", "2500", "", "190")
        assert await _relief(d, "unknown") == "relief: unknown"
        assert "relief" in dict(d.link.asked)
        await d.press("escape")
        d.link.asked.clear()
        await _ticket(d, "FUND1", "aapl", "buy", "2500", "", "190")
        await d.settle()
        assert str(d.app.screen.query_one("#relief").render()) == ""
        assert "relief" not in dict(d.link.asked)
