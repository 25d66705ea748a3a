"""What a person types to settle something, and the command that is sent."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.cli.client import Client, typed
from tradeoms.model import commands as c
from tradeoms.model.fields import DKReason, OrdType, Side
from tradeoms.model.orders import Member, NewOrder

D = Decimal
KEY = "ALPHA/20260302/E1"
TELEPHONED = NewOrder(
    "MSFT", Side.Sell, (Member("F1", D(60)), Member("F2", D(40))), reason="by phone"
)
LINES: dict[str, c.Command] = {
    "attach 3 --to P7 -r lost": c.AttachReport(3, "lost", "P7"),
    "attach 3 --execution S1/1/E1 -r lost": c.AttachReport(3, "lost", execution="S1/1/E1"),
    "dismiss 3 -r test": c.DismissReport(3, "test"),
    "dismiss 3 -r A-9": c.DismissReport(3, "A-9"),
    f"dismiss {KEY} -r test": c.DismissExecution(KEY, "test"),
    f"book {KEY} -r real": c.BookExecution(KEY, "real"),
    "dontknow 3 -r none --code D": c.DontKnowTrade("none", DKReason.NoMatchingOrder, number=3),
    f"dontknow {KEY} -r odd": c.DontKnowTrade("odd", DKReason.Other, execution=KEY),
    "close P7 -r gone": c.ClosePlacement("P7", "gone"),
    "fill P7 100 240.10 -r phone --market XNYS": c.EnterFill(
        "P7", D(100), D("240.10"), "phone", "XNYS"
    ),
    "fill P7 -5 -.5 -r phone": c.EnterFill("P7", D(-5), D("-0.5"), "phone"),
    "by-phone B1 ALPHA 100 -r phone --to Bob": c.RouteByPhone(
        "B1", c.Route("ALPHA", D(100)), "Bob", "phone"
    ),
    "by-phone B1 ALPHA 9 -r x --to Bob --limit 5.5 --at 2026-03-02T14:30Z --acknowledge a": (
        c.RouteByPhone(
            "B1",
            c.Route("ALPHA", D(9), OrdType.Limit, D("5.5")),
            "Bob",
            "x",
            datetime(2026, 3, 2, 14, 30, tzinfo=UTC),
            ("a",),
        )
    ),
    "bust hand/M1 -r twice": c.BustFill("hand/M1", "twice"),
    "status P7": c.RequestStatus("P7"),
    "kill --everything -r halt": c.CancelAll("halt", everything=True),
    "kill --broker ALPHA -r halt": c.CancelAll("halt", broker="ALPHA"),
    "kill --block B4 -r halt": c.CancelAll("halt", block="B4"),
}


@pytest.mark.parametrize("line", LINES)
def test_what_is_typed_is_sent(line: str, client: Client) -> None:
    typed(line)
    assert client.sent == [LINES[line]]


def test_a_time_alone_is_one_of_today_here(client: Client) -> None:
    typed("by-phone B1 A 9 -r x --to Bob --at 00:01")
    (sent,) = client.sent
    assert sent.at.astimezone().strftime("%H:%M") == "00:01"


@pytest.mark.parametrize("limit", ["", "50.25"])
def test_a_telephoned_order(limit: str, client: Client) -> None:
    words = ["attach", "4", "--side", "SELL", "--instrument", "MSFT"]
    words += ["--account", "F1:60", "--account", "F2:40"]
    words += ["--reason", "by phone", *(["--limit", limit] if limit else [])]
    typed(words)
    (sent,) = client.sent
    assert isinstance(sent, c.AttachReport)
    assert sent.order is not None
    assert sent.order.OrdType is (OrdType.Limit if limit else OrdType.Market)
    assert sent.order.Price == (D(limit) if limit else None)
    assert sent.order.members == TELEPHONED.members
    assert limit or sent.order == TELEPHONED


@pytest.mark.parametrize(
    "line",
    [
        "attach 3 --to P7 --side buy -r x",
        "attach 3 --to P7 --execution E1 -r x",
        "attach 3 --side both -r x",
        "attach three --to P7 -r x",
        "fill P7 many 240 -r x",
        "close P7",
        "dontknow 3 -r x --code Q",
        "by-phone B1 ALPHA 9 -r x --to Bob --at noon",
        "by-phone B1 ALPHA 9 -r x",
        "fill P7 5 6 -r x -q",
        "fill P7 5 6 -r x -5",
    ],
)
def test_what_makes_no_sense_is_not_sent(line: str, client: Client) -> None:
    typed(line, 2)
    assert client.sent == []


def test_what_is_below_zero_is_shown_as_it_was_typed(client: Client) -> None:
    assert typed("fill P7 -5o 6 -r x", 2) == "quantity '-5o' is no number\n"
    wrong = typed("by-phone B1 ALPHA x -r x --to Bob --limit y --at noon", 2)
    assert [line.split()[0] for line in wrong.splitlines()] == ["quantity", "limit", "at"]
    assert "-q" in typed("fill P7 5 6 -r x -q", 2), "is an option still"
    typed(["attach", "3", "--to", "P7", "--reason", "-5 of ours"])
    assert client.sent == [c.AttachReport(3, "-5 of ours", "P7")]
