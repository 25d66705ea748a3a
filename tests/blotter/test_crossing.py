"""Crosses by key: found and proposed by one person, approved, rejected and taken back by others."""

from decimal import Decimal as D

from blotter.screens.choose import Choose
from blotter.screens.preview import Preview
from blotter.screens.warnings import Warnings
from tests.blotter.crosses import FOUND, cross
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import refused
from tradeoms.bus.client import Result
from tradeoms.model import commands as c
from tradeoms.model.fields import Override, Severity
from tradeoms.model.orders import Violation
from tradeoms.views.crosses import CrossRow


async def shown(d: Desk, *rows: CrossRow) -> None:
    """The table of crosses with these rows, the first one under the cursor."""
    for row in rows:
        await d.push("crosses", row)
    d.app.action_perform("show_crosses")
    await d.settle()
    await d.press("home")


async def said(d: Desk, reason: str) -> None:
    await d.on(Preview)
    d.app.screen.query_one("#reason").focus()
    await d.settle()
    await d.type(reason)
    await d.press("enter")
    await d.settle()


async def test_what_could_cross_is_shown_and_proposed() -> None:
    async with desk() as d:
        d.link.results = [Result("1", 41, (FOUND,))]
        await d.press("k")
        await d.on(Choose)
        await d.press("enter")
        await d.on(Preview)
        preview = d.app.screen
        assert isinstance(preview, Preview)
        assert [(line.name, line.left_out) for line in preview.lines] == [
            ("O39", ""),
            ("O40", ""),
            ("O38", "F1 may not cross: its client has not agreed"),
        ]
        preview.query_one("#quantity").value = "100"
        await said(d, "both agree")
        assert d.link.asked[0][0] == "crosses"
        assert d.link.sent == [c.ProposeCross(("O39", "O40"), D(100), "both agree")]


async def test_without_a_price_nothing_is_proposed() -> None:
    async with desk() as d:
        d.link.results = [
            Result("1", 41, ({**FOUND, "reason": "there is no price of record"},)),
            Result("2", 41),
        ]
        await d.press("k")
        await d.on(Choose)
        await d.press("enter")
        await d.settle()
        assert "cross AAPL.US: there is no price of record; O38: F1 may not cross" in d.said
        await d.press("k")
        await d.settle()
        assert "crosses: no opposite orders" in d.said
        assert d.link.sent == []


async def test_a_warning_is_seen_before_it_is_acknowledged() -> None:
    async with desk() as d:
        await shown(d, cross())
        warning = Violation("cross_taxpayer", Severity.Warn, Override.Never, "T1 is on both sides")
        problem = c.Problem("cross_taxpayer", "", "must be acknowledged: T1 is on both sides")
        d.link.answers = [refused(problem, violations=(warning,))]
        await d.press("b")
        await said(d, "fair")
        await d.on(Warnings)
        await d.press("y")
        await d.settle()
        assert d.link.sent == [
            c.ApproveCross("X1", "fair"),
            c.ApproveCross("X1", "fair", ("cross_taxpayer",)),
        ]


async def test_each_answer_is_for_its_state() -> None:
    async with desk() as d:
        await shown(d, cross(state="approved"))
        await d.press("b")
        await d.settle()
        assert "approve: no cross that is proposed is selected" in d.said
        await d.press("p")
        await said(d, "wrong account")
        await d.press("v")
        await d.settle()
        assert "let be taken back: X1 left out: is approved" in d.said
        await d.push("crosses", cross(state="bust proposed", bust_by="ann"))
        await d.press("v")
        await said(d, "agreed")
        await d.press("x")
        await said(d, "it was right")
        assert d.link.sent == [
            c.BustCross("X1", "wrong account"),
            c.ApproveBust("X1", "agreed"),
            c.RejectCross("X1", "it was right"),
        ]


async def test_what_waits_for_a_second_person_needs_one() -> None:
    async with desk() as d:
        before = len(d.app._place.waiting)
        await d.push("crosses", cross())
        assert len(d.app._place.waiting) == before + 1
        assert "X1 is proposed: 300 AAPL" in d.said
        await d.push("crosses", cross(state="approved"))
        assert len(d.app._place.waiting) == before
