"""What only a person settles: held orders, unknown reports, disputed fills, sessions, the kill switch."""

from decimal import Decimal as D

from msgspec.structs import replace
from textual.widgets import Input

from blotter.screens.choose import Choose
from blotter.screens.preview import Preview
from tests.blotter.desk import desk
from tests.blotter.fake import AT, execution, made, order, refused, unknown
from tradeoms.model import commands as c
from tradeoms.model.commands import Problem
from tradeoms.model.fields import DKReason, SessionAction, Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.views.confirmations import ConfirmationRow


async def test_override_asks_for_rule_reason_and_time() -> None:
    async with desk() as d:
        await d.push("orders", order(50, state="held", blocks="oversell, price_collar"))
        await d.press("0", "home", "v")
        await d.on(Choose)
        await d.press("down", "enter")
        await d.on(Preview)
        await d.type("agreed")
        await d.press("enter", "enter")
        (sent,) = d.link.sent
        assert (sent.order, sent.rule, sent.reason) == ("O50", "price_collar", "agreed")
        assert sent.expires.tzinfo is not None


async def test_unknown_reports_are_attached_and_dismissed() -> None:
    async with desk() as d:
        await d.press("equals_sign", "b")
        await d.type("p7")
        await d.press("enter")
        await d.type("phone")
        await d.press("enter")
        await d.press("x")
        await d.type("noise")
        await d.press("enter")
        assert d.link.sent == [c.AttachReport(1, "phone", "P7"), c.DismissReport(1, "noise")]


async def test_an_order_by_telephone_is_entered_and_a_refused_one_comes_back() -> None:
    async with desk() as d:
        await d.push("unmatched", replace(unknown(1), Side="2"))
        d.link.answers = [refused(Problem("order.members", "1000", "the broker reports 900"))]
        await d.press("equals_sign", "p")
        await d.on(Preview)
        values = {
            name: d.app.screen.query_one(f"#{name}", Input) for name in ("side", "instrument")
        }
        assert {name: field.value for name, field in values.items()} == {
            "side": "sell",
            "instrument": "KO",
        }
        d.app.screen.query_one("#accounts", Input).value = "F1:600, F2"
        d.app.screen.query_one("#reason", Input).value = "line was down"
        await d.press("ctrl+s")
        assert d.wrong("accounts") == "“F1:600, F2”: say ACCOUNT:QUANTITY, ACCOUNT:QUANTITY"
        assert d.link.sent == []
        d.app.screen.query_one("#accounts", Input).value = "F1:600, F2:400"
        await d.press("ctrl+s")
        await d.on(Preview)
        assert d.wrong("accounts") == "1000: the broker reports 900"
        accounts = d.app.screen.query_one("#accounts", Input)
        assert accounts.value == "F1:600, F2:400"
        accounts.value = "F1:900"
        await d.press("ctrl+s")
        first, second = d.link.sent
        members = Member("F1", D(600)), Member("F2", D(400))
        given = NewOrder("KO.US", Side.Sell, members, reason="line was down")
        assert first == c.AttachReport(1, "line was down", order=given)
        assert second.order.members == (Member("F1", D(900)),)
        assert not isinstance(d.app.screen, Preview)
        await d.push("unmatched", replace(unknown(1), settled=AT))
        await d.press("p")
        assert "by phone: 1 left out: is settled already" in d.said


async def test_a_person_says_which_fill_a_bust_means() -> None:
    async with desk() as d:
        await d.press("equals_sign", "u")
        await d.on(Preview)
        await d.type("S1/20250102/E1")
        await d.press("enter")
        await d.type("by phone")
        await d.press("enter")
        assert d.link.sent == [c.AttachReport(1, "by phone", execution="S1/20250102/E1")]


async def test_disputed_fills_are_settled_and_others_are_left_out() -> None:
    async with desk() as d:
        fill = execution(60, effect="disputed", TransactTime="20250102-23:00:00")
        await d.push("executions", fill)
        await d.press("4", "home", "down", "b")
        assert "left out: is booked, not disputed" in d.said
        await d.press("up", "b")
        await d.on(Preview)
        await d.type("seen")
        await d.press("enter")
        await d.press("w")
        await d.on(Preview)
        await d.press("ctrl+s")
        assert d.wrong("reason") == "is needed"
        await d.type("ours")
        await d.press("enter")
        assert d.link.sent == [
            c.BookExecution(fill.key, "seen"),
            c.DontKnowTrade("ours", DKReason.Other, fill.key),
        ]


async def test_sessions_are_controlled_with_a_reason() -> None:
    async with desk() as d:
        await d.press("9", "home", "x")
        await d.type("test")
        await d.press("enter")
        assert d.link.sent == [c.ControlSession("ALPHA", SessionAction.Stop, "test")]


async def test_the_kill_switch_is_typed() -> None:
    async with desk() as d:
        await d.press("K")
        await d.on(Choose)
        await d.press("enter")
        await d.on(Preview)
        await d.type("panic")
        await d.press("enter")
        await d.type("cancel")
        await d.press("enter")
        assert d.link.sent == []
        assert d.wrong("confirm") == "type CANCEL"
        await d.press(*["backspace"] * 6, *"CANCEL", "enter")
        assert d.link.sent == [c.CancelAll("panic", everything=True)]


async def test_kill_of_one_broker() -> None:
    async with desk() as d:
        await d.press("K")
        await d.on(Choose)
        await d.press("down", "down", "enter")
        await d.on(Preview)
        await d.type("bad")
        await d.press("enter", *"CANCEL", "enter")
        assert d.link.sent == [c.CancelAll("bad", "BRAVO")]


async def test_brokers_are_told_and_their_confirmations_affirmed() -> None:
    async with desk() as d:
        await d.press("2", "home", "A")
        await d.on(Preview)
        await d.press("y")
        await d.press("down", "A")
        assert "B2 left out: is open, not allocated" in d.said
        values = {
            "key": "A1/F1",
            "account": "F1",
            "state": "mismatched",
            "confirmation": "ALPHA/C1",
        }
        await d.push("confirmations", made(ConfirmationRow, values))
        assert "confirms F1 otherwise" in d.said
        d.app.action_perform("show_confirmations")
        await d.press("b")
        await d.on(Preview)
        await d.press("shift+tab")  # Back has the focus
        await d.type("agreed by phone")
        await d.press("enter")
        assert d.link.sent == [
            c.SendAllocation("B3"),
            c.AffirmConfirmations(("ALPHA/C1",), "agreed by phone"),
        ]
