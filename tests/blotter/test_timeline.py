"""The whole story of an order, from records of the journal."""

from datetime import timedelta
from decimal import Decimal as D
from html import unescape

from textual.widgets import OptionList

from blotter.screens.detail import Detail
from blotter.timeline import Story, message
from tests.blotter.desk import desk
from tests.blotter.fake import AT, DAY
from tradeoms.bus.client import Result
from tradeoms.model import events as e
from tradeoms.model.executions import Execution, Report
from tradeoms.model.fields import Effect, OrdStatus, Side
from tradeoms.model.orders import Block, Member, Order
from tradeoms.model.placements import Placement


def order(name: str) -> Order:
    return Order(name, "ann", "KO.US", Side.Buy, (Member("F1", D(9)),), D(9), AT, DAY)


def placement(name: str, block: str) -> Placement:
    return Placement(
        placement=name,
        block=block,
        broker="ALPHA",
        session="ALPHA",
        instrument="KO.US",
        Symbol="KO",
        Side=Side.Buy,
        OrderQty=D(9),
        ClOrdID=f"C{name}",
        routed=AT,
        trade_date=DAY,
    )


def fill(placement: str, block: str) -> e.Reported:
    execution = Execution(
        key="k",
        ExecID="E1",
        placement=placement,
        block=block,
        broker="ALPHA",
        instrument="KO.US",
        Side=Side.Buy,
        LastQty=D(5),
        LastPx=D("62.07"),
        TransactTime="",
        trade_date=DAY,
    )
    report = Report("trade", "C1", OrdStatus=OrdStatus.PartiallyFilled, LastQty=D(5), Text="ok\x1b")
    return e.Reported(placement, report, Effect.Booked, execution)


def block(name: str, *orders: str) -> Block:
    return Block(name, "tom", "KO.US", Side.Buy, orders, D(9), AT, DAY)


def records() -> list[e.Record]:
    tom, broker = e.Cause(user="tom"), e.Cause(session="ALPHA", MsgSeqNum=7)
    told = [
        (e.Cause(user="ann"), e.OrderEntered(order("O1"))),
        (e.Cause(user="ann"), e.OrderEntered(order("O2"))),
        (tom, e.BlockOpened(block("B1", "O1"))),
        (tom, e.BlockOpened(block("B2", "O2"))),
        (tom, e.PlacementRouted(placement("P1", "B1"))),
        (tom, e.PlacementRouted(placement("P2", "B1"))),
        (tom, e.PlacementRouted(placement("P3", "B2"))),
        (broker, fill("P1", "B1")),
        (broker, fill("P3", "B2")),
        (e.Cause(), e.AlertRaised(1, "ask the broker", "P2", "how is it", AT)),
        (tom, e.BlockFinished("B1")),
        (tom, e.DayOpened(DAY)),
    ]
    return [
        e.Record(n, AT + timedelta(seconds=n), cause, event)
        for n, (cause, event) in enumerate(told, 1)
    ]


def test_an_order_has_all_that_became_of_it_and_nothing_else() -> None:
    story = Story()
    story.take(records())
    assert [entry.seq for entry in story.of("O1")] == [1, 3, 5, 6, 8, 10, 11]
    assert [entry.seq for entry in story.of("B2")] == [2, 4, 7, 9]
    assert [entry.seq for entry in story.of("P1")] == [1, 3, 5, 8, 11]
    assert story.of("O9") == []
    assert story.seq == 12


def test_a_fill_reads_well_and_its_message_has_tags() -> None:
    story = Story()
    story.take(records())
    entry = next(entry for entry in story.of("P1") if entry.seq == 8)
    assert entry.whose == "ALPHA #7"
    assert entry.text == "trade  PartiallyFilled  5 @ 62.07   → booked  ok·"
    pairs = dict(message(entry))
    assert pairs["FIX"] == "session ALPHA, MsgSeqNum 7"
    assert pairs["LastQty (32)"] == "5"
    assert pairs["OrdStatus (39)"] == "PartiallyFilled"
    assert dict(message(story.of("O1")[0]))["by"] == "ann"


def _row(direction: str, text: str) -> dict[str, str]:
    return {"at": "2025-01-02T15:30:08.123456Z", "direction": direction, "text": text}


async def test_the_message_behind_a_line_is_shown_as_it_came() -> None:
    async with desk(size=(120, 40)) as d:
        rows = (
            _row("out", f"8=FIX.4.4\x0135=D\x0134=5\x0111=CP1\x0158={'x' * 200}\x0110=117\x01"),
            _row("in", "8=FIX.4.4\x0135=8\x0134=7\x0111=CP1\x0158=ok\x1b\x01"),
            _row("out", "8=FIX.4.4\x0135=F\x0134=7\x0111=CP1.1\x0141=CP1\x01"),
        )
        refused = Result("3", 41, problem="role viewer may not ask for messages")
        d.link.results = [Result("1", 41, rows), Result("2", 41, rows), refused]
        d.link.journal = records()
        await d.press("end", "i")
        await d.on(Detail)
        d.app._draw()
        d.app.screen._look()
        lines = d.app.screen.query_one(OptionList)

        async def behind(text: str) -> str:
            lines.highlighted = next(
                n for n, entry in enumerate(d.app.screen._shown) if text in entry.text
            )
            await d.settle()
            await d.settle()
            return unescape(d.app.export_screenshot()).replace("\xa0", " ")

        fill = await behind("booked")
        assert "8=FIX.4.4|35=8|34=7|11=CP1|58=ok·" in fill
        assert "in 15:30:08.123456Z" in fill
        assert "35=F" not in fill
        sent = await behind("P1")
        assert "8=FIX.4.4|35=D|34=5|11=CP1" in sent
        assert "|10=117" in sent
        assert "not in the archive" in await behind("P2")
        assert ">raw<" not in await behind("block finished")
        assert "role viewer may not" in await behind("P2")
        assert d.link.asked[0] == ("messages", {"placement": "P1"})


async def test_one_key_shows_it_and_it_grows() -> None:
    async with desk(size=(120, 40)) as d:
        await d.press("end", "i")
        await d.on(Detail)
        assert d.link.heard_after == 0
        assert d.grid.cursor.key == "O1"
        d.link.journal = records()
        d.app._draw()
        d.app.screen._look()
        await d.settle()
        shown = unescape(d.app.export_screenshot()).replace("\xa0", " ")
        assert "placement routed" in shown
        assert "reading: record 12 of 42" in shown
        await d.press("tab")
        assert "SecurityID" in d.app.export_screenshot()
        await d.press("escape")
        assert not isinstance(d.app.screen, Detail)
