"""Replacing placements, one and many: what is typed, what is shown of each, what is sent."""

from decimal import Decimal as D

import msgspec
import pytest

from blotter import changes
from blotter.screens.preview import Preview
from blotter.screens.replace import ReplaceTicket
from blotter.screens.warnings import Warnings
from blotter.split import BadSplit
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import FakeLink, block, done, placement, refused, world
from tradeoms.bus.client import Result
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem
from tradeoms.model.fields import Override, Severity
from tradeoms.model.orders import Violation
from tradeoms.model.reference import Instrument, Tick

MSFT = Instrument(
    *("MSFT.US", "MSFT", "", "", "USD", "MSFT"),
    ticks=(Tick(D(0), D("0.01")), Tick(D(500), D("0.05"))),
)
LOTS = msgspec.structs.replace(MSFT, lot=D(100))
WARNED = Violation("price_collar", Severity.Warn, Override.One, "price_collar says so", "F1", {})


@pytest.mark.parametrize(
    ("text", "before", "sells", "after"),
    [
        ("415.5", "410", False, "415.5"),
        ("+0.05", "410", False, "410.05"),
        ("-2t", "410", False, "409.98"),
        ("+2t", "510", False, "510.10"),
        ("+5bp", "415.10", False, "415.30"),  # 415.30755, and a buyer gives no more than was said
        ("+5bp", "415.10", True, "415.31"),
        ("-1%", "415.10", True, "410.95"),
        ("+1t", "499.99", False, "500.00"),
        ("-10k", "415", False, None),
    ],
)
def test_a_price_is_written_outright_or_by_a_step(
    text: str, before: str, sells: bool, after: str | None
) -> None:
    change = changes.of_price(text)
    if after is None:
        with pytest.raises(BadSplit, match="would become"):
            changes.price(change, D(before), sells, MSFT)
    else:
        assert changes.price(change, D(before), sells, MSFT) == D(after)


@pytest.mark.parametrize(
    ("text", "after"), [("2k", 2000), ("+500", 2500), ("-10%", 1800), ("+7%", 2100), ("-150", 1800)]
)
def test_a_quantity_comes_down_to_a_lot(text: str, after: int) -> None:
    assert changes.quantity(changes.of_quantity(text), D(2000), LOTS.lot) == after


def test_a_step_never_goes_the_other_way_and_ends_where_digits_do() -> None:
    assert changes.quantity(changes.of_quantity("+10"), D(150), LOTS.lot) == 150
    assert changes.quantity(changes.of_quantity("+60"), D(150), LOTS.lot) == 200
    assert changes.price(changes.of_price("+1%"), D("0.013"), False, MSFT) == D("0.013")
    assert changes.price(changes.of_price("-1%"), D("0.013"), True, MSFT) == D("0.013")
    with pytest.raises(BadSplit, match="too large"):
        changes.quantity(changes.of_quantity("+" + "9" * 15), D(1), D("1e-14"))


@pytest.mark.parametrize("text", ["5bp", "2t", "x", "+", "+5bp 3", "5%"])
def test_what_cannot_be_read_says_how_it_is_written(text: str) -> None:
    with pytest.raises(ValueError, match=r"say 415\.5"):
        changes.of_price(text)
    with pytest.raises(ValueError, match="say 2000"):
        changes.of_quantity("+2t")


def house() -> FakeLink:
    """P1 and P2 as ever; P5 and P6 have limits, P7 sells, P8 has nothing left."""
    link = world()
    link.first["placements"] += [
        placement(5, OrdType="Limit", Price=D("415.10")),
        placement(6, OrdType="Limit", Price=D(414), OrderQty=D(600)),
        placement(7, OrdType="Limit", Price=D("415.10"), Side="Sell", block="B9"),
    ]
    link.first["blocks"].append(block(9, CashOrderQty=D(10_000)))
    link.known["instruments"] = Result("1", 41, (msgspec.to_builtins(MSFT),))
    return link


async def several(d: Desk, *keys: str) -> Preview:
    await d.press("3")
    for key in keys:
        assert d.grid.go_to(key)
        await d.press("space")
    await d.press("e")
    await d.on(Preview)
    assert isinstance(d.app.screen, Preview)
    return d.app.screen


async def test_one_change_of_many_is_shown_for_each_and_told_for_each() -> None:
    async with desk(house()) as d:
        screen = await several(d, "P1", "P5", "P6")
        assert d.app.focused.id == "quantity"
        assert all(line.left_out == "nothing would change" for line in screen.lines)
        await d.type("-25%")
        await d.press("enter")
        await d.type("-2t")
        lines = {line.name: line for line in screen.lines}
        assert lines["P5"].about == "BUY  MSFT  ALPHA  2,000 → 1,500  limit 415.10 → 415.08"
        assert lines["P1"].left_out == "a Market order has no Price"
        assert lines["P6"].left_out == "500 are filled already: cancel"
        note = str(screen.query_one("#note").render())
        assert note == "1 of 3 would change   ≈ 622,650.00 USD"
        await d.press("enter", "enter")
        assert d.link.sent == [c.ReplacePlacement("P5", D(1500), D("415.08"))]


async def test_warnings_of_many_are_seen_together_and_what_is_refused_is_listed() -> None:
    async with desk(house()) as d:
        await several(d, "P1", "P2", "P5")
        await d.type("+500")
        must = Problem("price_collar", "F1", "must be acknowledged: price_collar says so")
        warned = refused(must, violations=(WARNED,))
        hard = refused(Problem("OrderQty", "2500", "is more than the block has idle"))
        d.link.answers = [warned, hard, warned, done(), done()]
        await d.press("ctrl+s")
        await d.on(Warnings)
        (group,) = d.app.screen.objections.groups
        assert group.lines == tuple(f"replace {n}: F1: price_collar says so" for n in ("P5", "P1"))
        await d.press("y")
        await d.on(Preview)
        sent = d.link.sent
        assert sorted(one.placement for one in sent[:3]) == ["P1", "P2", "P5"]
        assert [(one.placement, one.acknowledged) for one in sent[3:]] == [
            ("P5", ("price_collar",)),
            ("P1", ("price_collar",)),
        ]
        assert d.wrong("quantity") == "P2 2500: is more than the block has idle"
        assert [line.became for line in d.app.screen.lines[1:]] == ["done", "done"]
        await d.press("ctrl+s")
        assert [one.placement for one in sent[5:]] == ["P2"]


async def test_amounts_change_in_money_and_nonsense_is_said_at_once() -> None:
    async with desk(house()) as d:
        await d.push("placements", placement(7, block="B9", CashOrderQty=D(5000)))
        screen = await several(d, "P7", "P5")
        await d.type("+x")
        assert "say 2000, 2k" in d.wrong("quantity")
        await d.press("backspace", "backspace")
        await d.type("+10.5%")
        assert not d.wrong("quantity")
        assert screen.lines[0].about == "BUY  MSFT  ALPHA  5,000 → 5,525.00"
        await d.press("ctrl+s")
        assert d.link.sent == [
            c.ReplacePlacement("P7", D(0), CashOrderQty=D(5525)),
            c.ReplacePlacement("P5", D(2210), D("415.10")),
        ]


async def test_a_quantity_that_looks_like_money_is_asked_about_once() -> None:
    async with desk(house()) as d:
        await d.press("3")
        assert d.grid.go_to("P1")
        await d.press("e")
        await d.on(ReplaceTicket)
        await d.press("end", *["backspace"] * 4)
        await d.type("2m")
        await d.press("ctrl+s")
        assert "Quantity or money? 2,000,000 are 830,200,000.00 USD" in d.wrong("OrderQty")
        await d.press("ctrl+s")
        assert d.link.sent == [c.ReplacePlacement("P1", D(2_000_000))]
        await several(d, "P1", "P2")
        await d.type("2m")
        await d.press("ctrl+s")
        assert "And 1 more. Send again if you mean it." in d.wrong("quantity")
        assert len(d.link.sent) == 1
        await d.press("ctrl+s")
        assert len(d.link.sent) == 3


async def test_nothing_to_change_and_no_answer_send_nothing() -> None:
    async with desk(house()) as d:
        await several(d, "P1", "P2")
        await d.press("ctrl+s")
        assert d.wrong() == "nothing would change"
        await d.press("escape")
        d.link.known.clear()
        await d.press("e")
        assert "error replace: unknown" in d.said
        assert d.link.sent == []
