"""What the ticket says of the limits, as one types."""

import asyncio

from tests.blotter.desk import Desk, desk
from tradeoms.bus.client import NoAnswer, Result

ROOM = {"kind": "room", "rule": "order_value", "severity": "WARN", "what": "value", "unit": "USD"}
ROOM |= {
    "has": "475000.00",
    "limit": "5000000",
    "left": "4525000.00",
    "most": "26315",
    "account": "",
}
CASH = ROOM | {"rule": "cash_cover", "what": "cash", "limit": "400000.00", "left": "-75000.00"}
CASH |= {"account": "FUND1", "most": "2105"}
COLLAR = ROOM | {"rule": "price_collar", "what": "limit price", "has": "190", "limit": "198.7125"}
COLLAR |= {"left": "8.7125", "most": None}
FINDING = {
    "kind": "finding",
    "rule": "cash_cover",
    "severity": "BLOCK",
    "message": "75,000 missing",
}


async def _ticket(d: Desk, *texts: str) -> None:
    await d.press("s")
    for text in texts:
        await d.type(text)
        await d.press("enter")


async def _limits(d: Desk, text: str) -> str:
    """What the ticket says of the limits, once it says this."""
    async with asyncio.timeout(20):
        while text not in (said := str(d.app.screen.query_one("#headroom").render())):
            await d.pilot.pause(0.02)
    return said


async def test_the_ticket_says_how_far_each_limit_is_as_one_types() -> None:
    async with desk() as d:
        rows = (ROOM, CASH, COLLAR, FINDING | {"account": "FUND1"})
        d.link.known["headroom"] = Result("1", 41, rows)
        await _ticket(d, "FUND1", "aapl", "buy", "2500", "", "190")
        assert (await _limits(d, "as of")).splitlines() == [
            "BLOCK cash_cover: FUND1: 75,000 missing",
            "cash_cover: FUND1: cash 475,000.00 of 400,000.00 USD, 75,000.00 too much, 2,105 at most",
            "order_value: value 475,000.00 of 5,000,000 USD, 4,525,000.00 left, 26,315 at most",
            "price_collar: limit price 190 of 198.7125 USD, 8.7125 left",
            "as of record 41",
        ]
        order = [given["order"] for question, given in d.link.asked if question == "headroom"][-1]
        assert (order.members[0].OrderQty, order.Price) == (2500, 190)
        d.link.known["headroom"] = Result("1", 42, ())
        d.app.screen._foresee()  # what the timer does while one thinks
        assert await _limits(d, "42") == "no limit is in force for it\nas of record 42"


async def test_without_an_answer_it_says_why_and_a_stale_blotter_asks_nobody() -> None:
    async with desk() as d:
        d.link.known["headroom"] = Result("1", 41, problem="order: a mistake")
        await _ticket(d, "FUND1", "aapl", "buy", "2500")
        await _limits(d, "limits: order: a mistake")

        async def silent(question: str, **arguments: object) -> Result:
            raise NoAnswer(f"no answer within 30 s to {question}")

        d.link.query = silent
        d.app.screen._foresee()
        await _limits(d, "limits: no answer within 30 s")
        d.link.silence = 12.0
        d.app._draw()
        d.app.screen._foresee()
        assert "not asked: the data is STALE (12 s old)" in await _limits(d, "STALE")
        assert "2,500" in str(d.app.screen.query_one("#meaning").render())
