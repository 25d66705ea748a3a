"""A part of a block that a broker was given by telephone, entered by key."""

from datetime import datetime, timedelta
from decimal import Decimal as D

import pytest
from textual.widgets import Input

from blotter.handlers.telephone import _when
from blotter.screens.preview import Preview
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import block, placement, refused, world
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem

CALLED = {"broker": "alpha", "quantity": "rest", "spoke_to": "Bob", "reason": "line down"}


async def fill(d: Desk, **said: str) -> None:
    await d.on(Preview)
    for name, text in said.items():
        d.app.screen.query_one(f"#{name}", Input).value = text
    await d.settle()
    await d.press("ctrl+s")


async def test_what_is_wrong_comes_back_with_what_was_typed() -> None:
    async with desk() as d:
        await d.press("2", "end", "p")
        await fill(d, broker="alpha")
        assert all(d.wrong(n) == "is needed" for n in ("quantity", "spoke_to", "reason"))
        await fill(d, **CALLED | {"broker": "zulu", "quantity": "7k", "when": "noon"})
        assert d.wrong("broker") == "unknown broker zulu; known: ALPHA, BRAVO, CHARLY"
        assert "1,000 more than the idle 6,000" in d.wrong("quantity")
        assert "say 14:30" in d.wrong("when")
        await fill(d, **CALLED | {"quantity": "500, bravo 200", "when": ""})
        assert "one broker, one quantity" in d.wrong("quantity")
        d.link.answers = [refused(Problem("at", "x", "is later than now"))]
        await fill(d, **CALLED)
        assert d.wrong("when") == "x: is later than now"
        assert d.app.screen.query_one("#spoke_to", Input).value == "Bob"
        await d.press("ctrl+s")
        assert d.link.sent[-1] == c.RouteByPhone(
            "B1", c.Route("ALPHA", D(6000)), "Bob", "line down", None
        )


async def test_nothing_idle_is_said_and_the_placement_is_marked() -> None:
    link = world()
    link.first["placements"].append(
        placement(9, OrdStatus="", by_phone="tom told Bob, 2025-01-02 15:30 UTC: line down")
    )
    async with desk(link) as d:
        await d.press("2", "home", "p")
        assert "by phone: B3 left out: nothing is idle" in d.said
        await d.press("3", "home")
        column = next(one for one in d.grid.table.columns if one.name == "OrdStatus")
        assert column.text(d.grid.cursor) == "by phone"


def test_a_call_is_of_today_and_over() -> None:
    now = datetime.now().astimezone()
    assert _when("00:00").date() == now.date()
    with pytest.raises(ValueError, match="own clock"):
        _when("00:00+00:00")
    for text in ("25:00", "noon"):
        with pytest.raises(ValueError, match="say 14:30"):
            _when(text)
    if now.hour < 23:
        with pytest.raises(ValueError, match="later than now"):
            _when(f"{now + timedelta(hours=1):%H:%M}")


async def test_a_stop_limit_order_keeps_its_stop_with_another_limit() -> None:
    link = world()
    link.first["blocks"] = [block(1, OrdType="StopLimit", idle=6000)]
    async with desk(link) as d:
        await d.press("2", "home", "p")
        await fill(d, **CALLED | {"limit": "410"})
        await d.settle()
        (command,) = d.link.sent
        assert command.route == c.Route("ALPHA", D(6000), Price=D(410))
