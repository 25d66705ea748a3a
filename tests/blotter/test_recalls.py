"""Recall and re-route: cancels first, then the ticket with what came back, and never without a person."""

from datetime import timedelta
from decimal import Decimal as D
from pathlib import Path

import pytest

from blotter.app import Blotter
from blotter.layouts import Store
from blotter.recalls import PATIENCE, Recalls
from blotter.screens.replace import ReplaceTicket
from blotter.screens.route import RouteTicket
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import AT, FakeLink, block, placement, refused, world
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem, Route
from tradeoms.views.placements import PlacementRow

ZERO = D(0)
GONE = {"OrdStatus": "Canceled", "LeavesQty": ZERO}


def ended(n: int, **changed: object) -> PlacementRow:
    return placement(n, **GONE | changed)


def freed(idle: int) -> object:
    """B1 with that much idle."""
    return block(1, state="working", idle=D(idle), filled=D(1000), working=D(9000 - idle))


async def back(d: Desk, *rows: PlacementRow, idle: int = 9000) -> None:
    """The brokers' answers, and the block as it is with them."""
    await d.push("placements", *rows)
    while d.link.seq["blocks"] < d.link.seq["placements"]:
        await d.push("blocks", freed(idle))


async def test_what_comes_back_is_offered_and_sent_by_the_trader_alone() -> None:
    async with desk() as d:
        await d.press("2", "end", "R")
        assert d.link.sent == [c.CancelPlacement("P1"), c.CancelPlacement("P2")]
        await back(d, ended(1, CumQty=D(700)), idle=7300)
        assert len(d.app.screen_stack) == 1  # P2 is not answered
        assert "P1 at ALPHA: 1,300 came back, 200 were filled meanwhile" in d.said
        await back(d, ended(2), idle=8800)
        await d.on(RouteTicket)
        facts = str(d.app.screen.query("Static")[1].render())
        assert "came back         2,800" in facts
        assert "8,800   with what came back" in facts
        await d.type("charly 3k")
        assert "200 more than" in d.wrong("split")
        await d.press(*["backspace"] * 2)
        await d.type("rest")
        await d.press("enter")
        assert d.link.sent[2:] == [c.RouteBlock("B1", (Route("CHARLY", D(2800)),))]
        await d.press("escape")
        assert len(d.app.screen_stack) == 1


async def test_escape_leaves_what_came_back_idle() -> None:
    async with desk() as d:
        await d.press("3", "end", "R")
        await back(d, ended(1))
        await d.on(RouteTicket)
        await d.press("escape")
        await back(d, ended(1, text="again"))
        assert len(d.app.screen_stack) == 1
        assert d.link.sent == [c.CancelPlacement("P1")]


async def test_a_cancel_that_is_refused_or_overtaken_by_a_fill_offers_nothing() -> None:
    async with desk() as d:
        await d.press("2", "end", "R")
        await back(d, placement(1, requests="cancel"))
        await back(d, placement(1, text="too late"), ended(2, OrdStatus="Filled", CumQty=D(2000)))
        assert "P1 at ALPHA: 1,500 are still there, not cancelled: too late" in d.said
        assert "P2 at BRAVO: nothing came back, 1,500 were filled meanwhile" in d.said
        assert len(d.app.screen_stack) == 1
        assert not d.app._place.recalls


async def test_what_the_server_does_not_cancel_is_not_waited_for() -> None:
    async with desk() as d:
        d.link.answers = [refused(Problem("placement", "P1", "session ALPHA is down"))]
        await d.press("3", "end", "R")
        assert "recall P1: placement P1: session ALPHA is down" in d.said
        assert not d.app._place.recalls


async def test_the_ticket_waits_for_who_is_elsewhere_and_interrupts_no_dialog() -> None:
    async with desk() as d:
        await d.press("3", "end", "R", "1")
        await back(d, ended(1))
        assert "news recall of P1 at ALPHA: 1,500 came back" in d.said
        assert len(d.app.screen_stack) == 1
        await d.press("3")
        await d.on(RouteTicket)
        await d.press("escape", "home", "down", "down", "R", "e")
        await back(d, ended(2))
        assert isinstance(d.app.screen, ReplaceTicket)
        await d.press("escape")
        await d.on(RouteTicket)


async def test_pressed_again_it_routes_what_is_back_and_asks_for_nothing_twice() -> None:
    async with desk() as d:
        await d.press("2", "end", "R", "R")
        assert len(d.link.sent) == 2
        assert "P1 at ALPHA, P2 at BRAVO has not answered yet" in d.said
        await back(d, ended(1))
        await d.press("R")
        await d.on(RouteTicket)
        await d.press("escape", "home", "R")
        assert "recall B3: nothing of it is at a broker" in d.said
        assert len(d.link.sent) == 2


async def test_nothing_is_judged_or_sent_while_the_data_is_stale() -> None:
    async with desk() as d:
        await d.press("3", "end", "R")
        d.link.silence = 60.0
        await back(d, ended(1))
        assert "came back" not in d.said
        await d.press("home", "down", "down", "R")
        assert "recall: not sent, the data is STALE" in d.said
        d.link.silence = 0.0
        d.app._draw()
        await d.on(RouteTicket)
        assert d.link.sent == [c.CancelPlacement("P1")]


async def test_what_others_have_routed_meanwhile_is_not_offered() -> None:
    async with desk() as d:
        await d.press("3", "end", "R")
        await back(d, ended(1), idle=0)
        assert "recall: of B1 nothing is idle any more" in d.said
        assert len(d.app.screen_stack) == 1


@pytest.mark.parametrize("same", [True, False])
async def test_a_recall_outlives_the_program_but_not_its_server(tmp_path: Path, same: bool) -> None:
    def opened(link: FakeLink) -> Blotter:
        return Blotter(link, "tom", tmp_path)

    link = world()
    app = opened(link)
    async with app.run_test() as pilot:
        d = Desk(app, pilot, link)
        await d.until("40 orders")
        await d.press("3", "end", "R")
    assert [one.placement for one in Store(tmp_path, "tom").read().kept.recalls] == ["P1"]
    link = world()
    link.first["placements"][0] = ended(1, routed=AT if same else AT + timedelta(days=1))
    app = opened(link)
    async with app.run_test() as pilot:
        d = Desk(app, pilot, link)
        await d.until("40 orders")
        assert ("1,500 came back" in d.said) is same
        assert ("is no longer there" in d.said) is not same
        link.seq["blocks"] += 1
        await d.press("2")
        if same:
            await d.on(RouteTicket)
        assert link.sent == []


def test_an_old_row_is_no_refusal_until_it_would_have_shown_the_cancel() -> None:
    row, recalls = placement(1), Recalls((), AT)
    recalls.ask([row], AT)
    late = AT + 3 * PATIENCE
    assert recalls.look({"P1": row}, 5, late) == []  # the server has not answered
    recalls.answered("P1", late)
    assert recalls.look({"P1": row}, 5, late + PATIENCE - timedelta(milliseconds=1)) == []
    (told,) = recalls.look({"P1": row}, 5, late + PATIENCE)
    assert not told.good
    assert not recalls


def test_a_block_that_does_not_know_of_it_yet_is_waited_for() -> None:
    recalls = Recalls((), AT)
    recalls.ask([placement(1)], AT)
    recalls.look({"P1": ended(1)}, 7, AT)
    assert not recalls.any_ready(6)
    assert recalls.any_ready(7)
    done = block(1, state="done")
    assert recalls.take(recalls.ready(7), {"B1": done}) == {}
