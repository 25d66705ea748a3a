"""The kill switch that lasts, by key: typed, by scope, and resumed with a reason."""

from blotter.screens.choose import Choose
from blotter.screens.preview import Preview
from tests.blotter.desk import desk
from tests.blotter.fake import block
from tradeoms.bus.client import Result
from tradeoms.model import commands as c

ROW = {"halt": "H1", "what": "the house", "by": "carl", "reason": "odd fills", "at": ""}


async def test_a_halt_is_typed() -> None:
    async with desk() as d:
        await d.press("Z")
        await d.on(Choose)
        await d.press("enter")
        await d.on(Preview)
        await d.type("odd fills")
        await d.press("enter")
        await d.type("yes")
        await d.press("enter")
        assert d.link.sent == []
        d.app.screen.query_one("#confirm").value = ""
        await d.type("HALT")
        await d.press("enter")
        assert d.link.sent == [c.Halt("odd fills", everything=True)]


async def test_a_trader_is_halted() -> None:
    async with desk() as d:
        await d.push("blocks", block(7, state="working", claimed_by="ann"))
        await d.press("Z")
        await d.on(Choose)
        await d.type("trader ann")
        await d.press("enter")
        await d.on(Preview)
        await d.type("left")
        await d.press("enter")
        await d.type("HALT")
        await d.press("enter")
        assert d.link.sent == [c.Halt("left", trader="ann")]


async def test_a_halt_is_resumed_with_a_reason() -> None:
    async with desk() as d:
        d.link.results = [Result("1", 41), Result("2", 41, ({**ROW, "consents": ["olga"]},))]
        d.app.action_perform("resume")
        await d.until("nothing is halted", "#messages")
        d.app.action_perform("resume")
        await d.on(Choose)
        await d.press("enter")
        await d.on(Preview)
        await d.type("looked at")
        await d.press("enter")
        assert d.link.asked == [("halts", {})] * 2
        assert d.link.sent == [c.Resume("H1", "looked at")]
