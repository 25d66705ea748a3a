"""Claims and alerts by key: what is sent, what is asked before, and whom an alert still needs."""

from datetime import datetime, timedelta

import pytest

from blotter.handlers.claims import later
from blotter.needs import Waiting
from blotter.screens.choose import Choose
from blotter.screens.preview import Preview
from blotter.timeline import Story
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import alert, block, order
from tests.builders import desk as book
from tradeoms.model import commands as c
from tradeoms.model import events as e


async def filled(d: Desk, *fields: str) -> None:
    """Fill in the fields of a dialog, and go on."""
    await d.on(Preview)
    for text in fields:
        await d.type(text)
        await d.press("enter")


async def test_what_is_nobodys_is_claimed_without_a_question() -> None:
    async with desk() as d:
        await d.press("home", "space", "space", "C")
        assert d.link.sent == [c.Claim(("O40",)), c.Claim(("O39",))]
        assert d.grid.rows.selected == {}
        await d.press("2", "home", "C")
        assert d.link.sent[2:] == []
        assert "B3 left out: is allocated" in d.said
        await d.press("down", "C")
        assert d.link.sent[2:] == [c.Claim(("B2",))]


async def test_what_is_anothers_is_claimed_with_a_reason() -> None:
    async with desk() as d:
        await d.push("blocks", block(2, claimed_by="ann"))
        await d.press("2", "home", "down", "C")
        await d.on(Preview)
        assert "Now ann works some of it." in str(d.app.screen.query_one("#note").render())
        d.app.screen.query_one("#reason").focus()
        await filled(d, "ann is out")
        assert d.link.sent == [c.Claim(("B2",), "ann is out")]


async def test_released_and_given_away() -> None:
    async with desk() as d:
        await d.push("blocks", block(1, claimed_by="tom"))
        await d.press("2", "home", "down", "x")
        assert "B2 left out: is claimed by nobody" in d.said
        await d.press("end", "x")
        await d.on(Preview)
        d.app.screen.query_one("#reason").focus()
        await filled(d, "")
        assert d.link.sent == [c.Release(("B1",))]
        await d.press("w")
        await filled(d, "ann", "hers")
        assert d.link.sent[1:] == [c.Reassign(("B1",), "ann", "hers")]


def test_a_claim_is_in_the_story_of_the_block_and_of_its_orders() -> None:
    floor, story = book(), Story()
    block = floor.block(("A1", 100))
    floor.done(c.Claim((block,), "ann is out"), "tom")
    story.take(floor.journal.records)
    for name in (block, *floor.state.blocks[block].orders):
        (entry,) = [one for one in story.of(name) if isinstance(one.event, e.ClaimsChanged)]
        assert (entry.whose, "reason ann is out" in entry.text) == ("tom", True)


async def test_an_order_in_a_block_is_claimed_with_it() -> None:
    async with desk() as d:
        await d.push("orders", order(40, state="in block", block="B1"))
        await d.press("home", "C")
        assert d.link.sent == []
        assert "O40 left out: is in B1: claim that" in d.said


async def test_a_desk_is_handed_over() -> None:
    async with desk() as d:
        await d.press("H")
        assert "nobody has claimed anything" in d.said
        await d.push("blocks", block(1, claimed_by="ann"), block(3, claimed_by="ann", state="done"))
        await d.push("orders", order(40, claimed_by="ann"))
        await d.press("H")
        await d.on(Choose)
        await d.press("enter")
        await d.on(Preview)
        assert "that is open: 2." in str(d.app.screen.query_one("#note").render())
        await filled(d, "tom", "she is ill")
        assert d.link.sent == [c.HandOver("ann", "tom", "she is ill")]


async def test_an_alert_is_seen_for_everybody() -> None:
    async with desk() as d:
        await d.press("minus", "N")
        assert d.link.sent == [c.AcknowledgeAlert(1)]
        assert "4 need you" in d.shown("#status"), "until the server says so"
        await d.push("alerts", alert(1, state="acknowledged", user="tom"))
        assert "3 need you" in d.shown("#status")
        await d.press("N")
        assert "1 left out: was acknowledged by tom" in d.said


async def test_an_alert_is_owned_put_off_and_dealt_with() -> None:
    async with desk() as d:
        await d.press("minus", "C")
        await d.on(Preview)
        d.app.screen.query_one("#reason").focus()
        await filled(d, "")
        await d.press("x")
        await filled(d, "told them")
        assert d.link.sent == [c.OwnAlert(1), c.AcknowledgeAlert(1, "told them")]
        await d.press("w")
        await filled(d, "they call back")
        snoozed = d.link.sent[2]
        assert isinstance(snoozed, c.SnoozeAlert)
        assert (snoozed.number, snoozed.reason) == (1, "they call back")
        half = timedelta(minutes=30)
        assert timedelta(0) <= datetime.now().astimezone() + half - snoozed.until < half


def test_whom_an_alert_needs() -> None:
    waiting = Waiting({"alerts/1": alert(1).kind}, "tom")
    text = "unmatched ALPHA: a fill for an order we do not know"
    assert waiting.take("alerts", {"1": alert(1)}) == [text]
    for state in (
        {"state": "snoozed"},
        {"state": "acknowledged"},
        {"state": "owned", "owner": "ann"},
    ):
        waiting.take("alerts", {"1": alert(1, **state)})
        assert len(waiting) == 0, state
        assert waiting.take("alerts", {"1": alert(1, state="returned")}) == [text]
    assert waiting.take("alerts", {"1": alert(1, state="owned", owner="tom")}) == []
    assert len(waiting) == 1


def test_an_old_note_hides_no_alert() -> None:
    text = "unmatched ALPHA: a fill for an order we do not know"
    assert Waiting({"alerts/1": text}).take("alerts", {"1": alert(1)}) == [text]


@pytest.mark.parametrize("text", ["", "5", "m", "25:00", "12:60", "0.5h", "tomorrow"])
def test_a_time_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="say 30m"):
        later(text)


@pytest.mark.parametrize(("text", "minutes"), [("45m", 45), ("2h", 120), ("1D", 1440)])
def test_a_span_from_now(text: str, minutes: int) -> None:
    ahead = later(text) - datetime.now().astimezone()
    assert timedelta(minutes=minutes - 1) < ahead <= timedelta(minutes=minutes)


def test_a_time_of_day_is_the_next_one() -> None:
    now = datetime.now().astimezone()
    for text in ("00:00", "9:30", "23:59"):
        then = later(text)
        assert now < then <= now + timedelta(hours=25)
        assert f"{then:%H:%M}" == text.zfill(5)
