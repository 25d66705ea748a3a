"""What a trader sees of each account before a block is finished."""

from decimal import Decimal as D
from typing import Any

from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from blotter.screens.choose import Choose
from blotter.screens.preview import Preview
from tests.blotter.desk import Desk, desk
from tests.blotter.fake import block, made, order, refused, world
from tradeoms.bus.client import Result
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem
from tradeoms.views.statement_changes import StatementChangeRow


def account(n: int, **changed: Any) -> dict[str, Any]:
    row = {"account": f"FUND{n}", "order": f"O{n}", "OrderQty": "2000", "AllocQty": "200"}
    row |= {"AvgPx": "415.12", "gross": "83024.00", "commission": "10.00", "fees": "0"}
    return row | {"net": "83034.00"} | changed


def told(block: str, *rows: dict[str, Any], **changed: Any) -> dict[str, Any]:
    found = {"block": block, "policy": "fair/1", "exception": "", "AvgPx": "415.12"}
    found |= {"Currency": "USD", "settle_date": "2025-01-03", "alerts": [], "refused": ""}
    return found | {"rows": list(rows), "left_out": 0} | changed


def text(d: Desk, name: str) -> str:
    """A part of the dialog as it is on the screen."""
    part = d.app.screen.query_one(name, Static)
    return "\n".join(strip.text.rstrip() for strip in part.render_lines(part.size.region))


async def test_each_account_is_shown_before_a_block_is_finished() -> None:
    async with desk() as d:
        rows = [account(1), account(2, AllocQty="1", fees="1.50", net="-0.50", order="")]
        why = {
            "left_out": 3,
            "exception": "holds back 1,000 of 5,000",
            "refused": "has working placements: P1",
        }
        why |= {"alerts": ["holds back 1,000 of 5,000; split fair/1", "its price is its own"]}
        d.link.results = [Result("1", 41, (told("B1", *rows, **why),))]
        await d.press("2", "end", "d")
        await d.on(Preview)
        assert d.link.asked[-1] == ("allocation", {"block": "B1", "user": "tom"})
        body = text(d, "#body")
        assert "B1 at 415.1200 USD  by fair/1, settles 2025-01-03" in body
        assert body.count("EXCEPTION") == 2
        assert "EXCEPTION: holds back 1,000 of 5,000\nEXCEPTION: its price is its own" in body
        assert "REFUSED NOW: has working placements: P1" in body
        assert body.endswith("and 3 that are not yours")
        lines = [line.split() for line in body.splitlines()[4:-1]]
        assert lines == [
            ["account", "ordered", "gets", "AvgPx", "commission", "fees", "net"],
            ["FUND1", "O1", "2,000", "200", "415.1200", "10.00", "0", "83,034.00"],
            ["FUND2", "error", "2,000", "1", "415.1200", "10.00", "1.50", "-0.50"],
        ]
        note = text(d, "#note")
        assert "1,000 of 10,000 are filled" in note
        assert "together: net 83,033.50, commission 20.00, fees 1.50 USD" in note
        assert d.link.sent == []
        await d.press("y")
        assert d.link.sent == [c.FinishBlock("B1")]


async def test_many_accounts_scroll_and_their_sum_stays_in_sight() -> None:
    async with desk(size=(80, 24)) as d:
        d.link.results = [Result("1", 41, (told("B1", *(account(n) for n in range(600))),))]
        await d.press("2", "end", "d")
        await d.on(Preview)
        scroll = d.app.screen.query_one(VerticalScroll)
        assert scroll.max_scroll_y > 400
        assert "and 100 accounts more" in text(d, "#body")
        before = d.app.screen.query_one("#note").region
        await d.press("pagedown")
        assert scroll.scroll_y > 0
        note, buttons = d.app.screen.query_one("#note"), d.app.screen.query_one("#go-on")
        assert (note.region, buttons.region.bottom <= 24) == (before, True)
        assert f"together: net {D(600) * D('83034.00'):,}, commission 6,000.00 USD" in text(
            d, "#note"
        )


async def test_several_blocks_go_in_one_command_and_without_those_that_are_refused() -> None:
    """Shown below each other, with what is not known; the others are offered with the reason given."""
    async with desk() as d:
        known = [
            Result("1", 41, (told(name, account(1), Currency=Currency),))
            for name, Currency in (("B3", "USD"), ("B2", "EUR"))
        ]
        d.link.results = [*known, Result("3", 41, problem="block: is somebody else's")]
        for n in (2, 3):
            await d.push("blocks", block(n, state="working", filled=D(1)))
        why = "has working placements: P7"
        d.link.answers = [refused(Problem("blocks[1]", "B2", why))]
        await d.press("2", "a", "d")
        await d.on(Preview)
        body, note = text(d, "#body"), text(d, "#note")
        assert body.index("B3 at") < body.index("B2 at")
        assert "commission 10.00 USD" in note
        assert "commission 10.00 EUR" in note
        assert "not known for each account: B1, see the messages" in note
        assert "allocation of B1: block: is somebody else's" in d.said
        d.app.screen.query_one("#reason", Input).focus()
        await d.settle()
        await d.type("why")
        await d.press("enter")
        assert d.link.sent == [c.FinishBlocks(("B3", "B2", "B1"), "why")]
        await d.on(Preview)
        assert text(d, ".title").startswith("Finish B3, B1 ")
        (line,) = (line for line in text(d, "#lines").splitlines() if "B2" in line)
        assert why in line
        await d.press("y")
        assert d.link.sent[1:] == [c.FinishBlocks(("B3", "B1"), "why")]
        assert not d.grid.rows.selected


async def test_who_shares_in_it_is_changed_from_the_preview_with_a_reason() -> None:
    link = world()
    link.first["orders"] += [
        order(71, state="in block", block="B1", account="FUND1"),
        order(72, instrument="MSFT.US", Symbol="MSFT", Side="Buy", OrdType="Market", Price=None),
    ]
    link.known["allocation"] = Result("1", 41, (told("B1", account(1)),))
    async with desk(link, first="42 orders") as d:
        await d.press("2", "end", "d")
        await d.on(Preview)
        await d.press("ctrl+t")
        await d.on(Choose)
        await d.press("enter")
        await d.on(Preview)
        await d.type("not for this client")
        await d.press("enter")
        assert d.link.sent == [c.LeaveBlock("B1", "O71", "not for this client")]
        assert "O71: its row does not show it yet" in d.said
        assert "ok take O71 out of B1: done" in d.said
        await d.on(Preview)  # what would be allocated now
        assert "Finish B1" in text(d, ".title")
        await d.press("ctrl+l")
        await d.on(Choose)
        await d.type("O72")
        await d.press("enter")
        await d.on(Preview)
        await d.type("forgotten")
        await d.press("enter")
        assert d.link.sent[1:] == [c.JoinBlock("B1", ("O72",), "forgotten")]
        await d.on(Preview)
        assert [name for name, _ in d.link.asked].count("allocation") == 3
        await d.press("escape")
        assert len(d.link.sent) == 2
        await d.push("blocks", block(1, state="working", OrdType="Stop", filled=D(1)))
        await d.press("d")
        await d.on(Preview)
        await d.press("ctrl+l")
        await d.settle()
        assert "let in: no staged order has the terms" in d.said


async def test_another_split_is_typed_until_the_server_takes_it() -> None:
    link = world()
    rows = [account(1), account(2, order="O3"), account(2, order="O4", AllocQty="100")]
    link.known["allocation"] = Result("1", 41, (told("B1", *rows),))
    async with desk(link) as d:
        await d.press("2", "end", "d")
        await d.on(Preview)
        d.link.answers = [refused(Problem("quantities", "450", "is 50 less than was filled"))]
        await d.press("ctrl+e")
        await d.on(Preview)
        await d.type("FUND1=250 FUND2=200")
        lines = [line.split() for line in text(d, "#lines").splitlines()]
        assert lines == [
            ["FUND1", "O1", "200", "of", "2,000", "→", "250", "+50"],
            [
                "FUND2",
                "O4",
                "100",
                "of",
                "2,000",
                "→",
                "0",
                "-100",
                "with",
                "the",
                "order",
                "above",
            ],
            ["FUND2", "O3", "200", "of", "2,000", "→", "200", "0", "over", "2", "orders"],
        ]
        assert text(d, "#note") == "together 450 of 500 filled: 50 too few"
        await d.press("enter")
        await d.type("a letter")
        await d.press("enter")
        assert d.wrong("quantities") == "450: is 50 less than was filled"
        field = d.app.screen.query_one("#quantities", Input)
        field.value = "FUND1=x"
        await d.settle()
        assert d.wrong("quantities") == "FUND1 'x' is no number"
        field.value = "FUND1=250 FUND2/O4=50 NEW=1"
        await d.settle()
        assert text(d, "#note") == "together 500 of 500 filled; unknown: NEW"
        field.value = "FUND1=250 FUND2/O4=50"
        await d.press("ctrl+s")
        await d.on(Preview)  # the split as it is now
        assert "Finish B1" in text(d, ".title")
        assert d.link.sent[-1] == c.ChangeSplit(
            *("B1", (c.AccountQty("FUND1", D(250)), c.AccountQty("FUND2", D(50), "O4")), "a letter")
        )


async def test_many_blocks_leave_room_for_the_buttons_in_a_small_terminal() -> None:
    link = world()
    link.first["blocks"] += [block(n, state="working", working=D(500)) for n in range(4, 9)]
    link.known = {"allocation": Result("1", 41, (told("B1", account(1), refused="no"),))}
    async with desk(link, (80, 24)) as d:
        await d.press("2", "a", "d")
        await d.on(Preview)
        assert "… and 4 more. Each is allocated and booked." in text(d, "#note")
        for name in ("#back", "#go-on", "#reason"):
            widget = d.app.screen.query_one(name)
            place = d.app.screen.find_widget(widget)
            assert place.visible_region.size == place.region.size, name


async def test_a_changed_split_of_several_accounts_is_approved_once() -> None:
    link = world()
    known = {"block": "B1", "part": 2, "change": "split changed"}
    link.first["statement_changes"] = [
        made(StatementChangeRow, {"key": f"B1/split 2/O{n}/FUND{n}", **known}) for n in (1, 2)
    ]
    async with desk(link) as d:
        d.app.action_perform("show_statement_changes")
        await d.settle()
        await d.press("space", "space", "b", "ctrl+s")
        assert link.sent == [c.ApproveSplit("B1", "", 2)]
        assert d.grid.rows.selected == {}
