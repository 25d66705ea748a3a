"""What the server finds that could cross, and why the rest cannot; what tables show of it."""

from typing import Any

import pytest

from tests.builders import D, Desk
from tests.core.crosses import approved, busted, crossing, mark, proposed, sell
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdType, Side, TimeInForce
from tradeoms.model.reference import Account
from tradeoms.queries import QUERIES
from tradeoms.reader import Reader
from tradeoms.views import VIEWS


@pytest.fixture
def floor() -> Desk:
    return crossing()


def found(floor: Desk, user: str = "") -> list[dict[str, Any]]:
    return QUERIES["crosses"](Reader(floor.state), {"user": user} if user else {})


def test_nothing_where_all_want_the_same(floor: Desk) -> None:
    assert found(floor) == []
    floor.order(("A3", 10))
    floor.order(("A4", 10), instrument="BOLT")
    assert found(floor) == []


def test_both_sides_with_price_and_quantity(floor: Desk) -> None:
    one = sell(floor, ("A1", 100), Price=50)
    others = [floor.order(("A3", 60)), floor.order(("A4", 90), Price="50.10")]
    assert found(floor) == [
        {
            "instrument": "ACME",
            "buys": others,
            "sells": [one],
            "OrderQty": "100",
            "Px": "50.10",
            "basis": "last sale",
            "source": "consolidated tape",
            "at": "2026-03-02T15:59:30-05:00",
            "reason": "",
            "left_out": {},
        }
    ]
    floor.done(c.ProposeCross((one, *others)), "trader")
    (row,) = found(floor)
    assert (row["OrderQty"], row["reason"]) == ("0", "no two of them may cross")
    assert set(row["left_out"].values()) == {"is in X1 already"}


def test_each_that_stays_out_says_why(floor: Desk) -> None:
    floor.done(c.DefineAccounts((Account("NO", "No", "TN"),)), "ops")
    one = sell(floor, ("A1", 100))
    good = floor.order(("A4", 5))
    wrong = {
        floor.order(("NO", 10)): "NO may not cross: its client has not agreed",
        floor.order(("A3", 10), Price=50): "its limit 50 is beyond 50.10",
        floor.order(("A3", 11), OrdType=OrdType.Stop, StopPx=D(60)): "waits for its stop",
        floor.order(("A3", 12), TimeInForce=TimeInForce.ImmediateOrCancel): (
            "is ImmediateOrCancel: it must go to a market at once"
        ),
        floor.order(("A3", 13), Side=Side.SellShort, locate="L"): (
            "sells short: only what is owned is crossed"
        ),
    }
    other = floor.order(("A2", 3))
    floor.done(c.Claim((other,)), "tina")
    blocked = floor.order(("A3", 14))
    (block,) = floor.done(c.BlockOrders((blocked,)), "trader")
    wrong[blocked] = f"is in {block}: leave the block, or dissolve it"
    (row,) = found(floor, "trader")
    assert (row["sells"], row["buys"], row["OrderQty"]) == ([one], [good], "5")
    assert row["left_out"] == wrong | {other: "is tina's"}
    (row,) = found(floor)
    assert row["buys"] == [good, other]
    floor.route(block, 14)
    assert blocked not in found(floor)[0]["left_out"], "it is at a broker"


def test_a_taxpayer_is_on_one_side_only(floor: Desk) -> None:
    same = (Account("A3", "A3", "TA1", may_cross=True), Account("A4", "A4", "", may_cross=True))
    floor.done(c.DefineAccounts(same), "ops")
    one, two = sell(floor, ("A1", 100)), sell(floor, ("A2", 100))
    small, other = floor.order(("A3", 50)), floor.order(("A4", 60))
    (row,) = found(floor)
    assert (row["sells"], row["buys"]) == ([one, two], [other])
    assert row["left_out"] == {small: "TA1 is on both sides"}
    floor.done(c.ProposeCross((one, two, other)), "trader")


def test_without_a_price_it_says_so(floor: Desk) -> None:
    names = (sell(floor, ("A1", 100)), floor.order(("A3", 60)))
    mark(floor)
    (row,) = found(floor)
    assert (row["Px"], row["reason"]) == (
        "",
        "there is no sale of 2026-03-02, and no bid and offer",
    )
    assert (*row["sells"], *row["buys"]) == names


def rows(floor: Desk, table: str) -> dict[str, Any]:
    return {row.key: row for row in VIEWS[table].all_rows(floor.state)}


def test_the_tables_tell_who_said_what(floor: Desk) -> None:
    names = (sell(floor, ("A1", 100)), floor.order(("A3", 60)))
    proposed(floor, *names, reason="both PMs agree")
    row = rows(floor, "crosses")["X1"]
    assert (row.state, row.buy_block, row.answered_by) == ("proposed", "", "")
    floor.done(c.RejectCross("X1", "not now"), "trader")
    mark(floor, last="49.90")
    approved(floor, *names)
    busted(floor, "X2")
    first, second = rows(floor, "crosses").values()
    assert (first.state, first.reason, first.answered_by, first.answer, first.Px) == (
        *("rejected", "both PMs agree", "trader", "not now"),
        D("50.10"),
    )
    assert (second.state, second.answered_by, second.bust_by, second.busted_by) == (
        *("busted", "carl", "trader", "carl"),
    )
    assert (second.OrderQty, second.Px, second.basis, second.pms) == (
        60,
        D("49.90"),
        "last sale",
        "pm",
    )
    assert (second.sellers, second.buyers) == ("A1", "A3")
    assert (second.sell_block, second.buy_block) == floor.state.crosses["X2"].blocks
    parts = rows(floor, "cross_parts")
    assert [(p.cross, p.state, p.Side, p.account, p.OrderQty) for p in parts.values()] == [
        ("X1", "rejected", "Sell", "A1", 60),
        ("X1", "rejected", "Buy", "A3", 60),
        ("X2", "busted", "Sell", "A1", 60),
        ("X2", "busted", "Buy", "A3", 60),
    ]
