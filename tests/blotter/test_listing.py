"""Several blocks to one broker as a list, by key."""

from blotter.screens.choose import Choose
from blotter.screens.warnings import Warnings
from tests.blotter.desk import desk
from tests.blotter.fake import done, refused
from tests.blotter.test_trading import must, violation
from tradeoms.model import commands as c
from tradeoms.model.fields import Severity


async def test_what_is_idle_of_the_selected_blocks_goes_as_a_list() -> None:
    async with desk() as d:
        d.link.answers = [done("P8", "P9")]
        await d.press("2", "end", "E")
        await d.on(Choose)
        await d.press("escape")
        assert d.link.sent == []
        await d.press("E")
        await d.on(Choose)
        await d.type("bravo")
        await d.press("enter")
        assert d.link.sent == [c.RouteList("BRAVO", ("B1",))]


async def test_its_warnings_are_acknowledged_for_all_of_it() -> None:
    async with desk() as d:
        warn = violation("price_collar", Severity.Warn)
        problem = must("price_collar")
        d.link.answers = [refused(problem, violations=(warn,)), done("P8")]
        await d.press("2", "end", "E")
        await d.on(Choose)
        await d.press("enter")
        await d.on(Warnings)
        await d.press("y")
        first, second = d.link.sent
        assert first.acknowledged == ()
        assert second == c.RouteList(first.broker, first.blocks, ("price_collar",))
