"""Day one from files: booked whole with its totals, once, or refused with every mistake."""

import pytest

from tests.builders import D, Desk, desk
from tests.core.openings import CASH, LOTS, ORDERS, changed, opening
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrderState, OrdStatus, Outcome, ReportKind


@pytest.fixture
def floor() -> Desk:
    """A desk on which nothing but A4's cash is booked."""
    return desk()


def test_lots_cash_and_orders_are_there(floor: Desk) -> None:
    ids = floor.done(opening(), "ops")
    assert (floor.held("A1"), floor.held("A2", "BOLT")) == (150, -30)
    assert floor.lots("A1") == [(0, 0, 100, 400050), (1, 0, 50, 250000)]
    assert floor.lots("A2", "BOLT") == [(2, 1, 30, 150025)]
    assert (floor.cash("A2"), floor.cash("A2", "EUR"), floor.cash("A3")) == (
        25000010,
        -7505,
        100000,
    )
    assert {"O1", "O2", "B1", "P1"} <= set(ids)
    staged, working = floor.state.orders["O1"], floor.state.orders["O2"]
    assert (staged.state, staged.pm, staged.reference) == (OrderState.Staged, "paul", "old-1")
    assert (working.state, working.OrderQty) == (OrderState.InBlock, D(300))
    same(floor.journal.replay(), floor.state)


def test_lots_bring_their_wash_state(floor: Desk) -> None:
    lots = LOTS.replace("acquired\n", "acquired,holding_from,washed\n")
    lots = lots.replace("2019-08-15\n", "2019-08-15,2019-01-02,yes\n")
    lots = lots.replace("2021-05-03\n", "2021-05-03,,\n").replace(
        "2025-12-01\n", "2025-12-01,,no\n"
    )
    floor.done(opening(lots=lots), "ops")
    washed, plain, _ = floor.state.lots["replaces"].tolist()
    assert (washed, plain) == (0, 1)
    days = floor.state.lots["holding_from"].tolist()
    assert days[:2] == [17898, 18750]  # 2019-01-02 and 2021-05-03
    wrong = opening("other", lots=lots.replace(",yes", ",perhaps"))
    assert "lots.csv line 2: washed" in floor.refused(wrong, "ops")


def test_an_order_at_its_broker_lives_on_under_its_own_ids(floor: Desk) -> None:
    floor.done(opening(), "ops")
    placement = floor.placement("P1")
    assert (placement.OrdStatus, placement.LeavesQty) == (OrdStatus.New, D(300))
    floor.done(c.Claim(("B1",)), "trader")
    floor.fill("P1", 300, 45, OrderID="X77")
    assert floor.placement("P1").CumQty == D(300)
    floor.finish("B1")
    assert (floor.held("A1", "CORN"), floor.held("A3", "CORN")) == (200, 100)


def test_its_cancel_names_the_old_id(floor: Desk) -> None:
    floor.done(opening(), "ops")
    floor.done(c.CancelPlacement("P1"), "trader")
    (request,) = floor.placement("P1").requests
    assert (request.OrigClOrdID, request.ClOrdID) == ("OLD77", "26030200000001")
    floor.report("P1", ReportKind.Canceled, OrigClOrdID="OLD77")
    assert not floor.placement("P1").exposure


def test_the_same_again_changes_nothing(floor: Desk) -> None:
    floor.done(opening(), "ops")
    before = floor.journal.replay()
    seq = floor.state.seq
    assert floor.do(opening(), "ops").outcome is Outcome.Done
    assert [type(r.event) for r in floor.journal.records[seq:]] == [e.Answered]
    assert before.lots.size == floor.state.lots.size
    assert (
        floor.refused(opening("twice"), "ops")["batch"] == "the same content was booked as day one"
    )
    other = opening(lots=LOTS.replace("100,4000.50", "99,4000.50"))
    assert "was booked with other content" in floor.refused(other, "ops").values()


def test_balances_come_before_the_first_order(floor: Desk) -> None:
    floor.submit(("A3", 10))
    reasons = floor.refused(opening(), "ops")
    assert reasons == {"account": "has had an order: balances come before the first one"}
    later = c.BookOpening("later", (), ())
    assert floor.do(later, "ops").outcome is Outcome.Done  # names no account that trades


WRONG = {
    "a number": (
        changed("lots", "4000.50", "4.000,50".replace(",", ".")),
        "lots.csv line 2: basis",
    ),
    "no number": (changed("cash", "1000", "1e3"), "cash.csv line 4: amount"),
    "a date": (changed("lots", "2021-05-03", "3.5.2021"), "lots.csv line 3: acquired"),
    "no such date": (changed("lots", "2021-05-03", "2021-02-30"), "lots.csv line 3: acquired"),
    "the future": (changed("lots", "2021-05-03", "2031-05-03"), "lots.csv line 3: acquired"),
    "an account": (changed("lots", "A2,BOLT", "A9,BOLT"), "lots.csv line 4: account"),
    "an instrument": (changed("lots", "A2,BOLT", "A2,NONE"), "lots.csv line 4: instrument"),
    "a fraction": (changed("lots", ",50,2500", ",50.5,2500"), "lots.csv line 3: quantity"),
    "cents": (changed("cash", "-75.05", "-75.055"), "cash.csv line 3: amount"),
    "a side": (changed("orders", "Sell", "Sel"), "orders.csv line 2: Side"),
    "a member": (changed("orders", "A3,CORN", "A9,CORN"), "orders.csv line 4: account"),
    "a member's lot": (changed("orders", "Buy,100", "Buy,100.5"), "orders.csv line 4: OrderQty"),
    "no price": (changed("orders", "Limit,60", "Market,60"), "orders.csv line 2: Price"),
    "a broker": (opening(orders=ORDERS.replace("KING", "ROOK")), "orders.csv line 3: broker"),
    "half an id": (opening(orders=ORDERS.replace(",X77", ",")), "orders.csv line 3: OrderID"),
    "two prices": (changed("orders", "100,Limit,45", "100,Limit,46"), "orders.csv line 4: Price"),
    "a column": (changed("cash", "amount", "amounts"), "cash.csv line 1: amount"),
    "cells": (changed("cash", "A3,USD,1000,", "A3,USD,1,000,"), "cash.csv line 4"),
    "a quote": (changed("cash", "A3,USD", '"A3,USD'), "cash.csv line 4"),
    "a total": (changed("control", "8000.75", "8000.74"), "control.csv line 4: lots basis"),
    "a count": (
        changed("control", "lots,rows,,3", "lots,rows,,4"),
        "control.csv line 2: lots rows",
    ),
    "no total": (changed("control", "cash,amount,EUR,-75.05\n", ""), "control.csv"),
    "no control": (opening(control=""), "files"),
    "no batch": (opening(""), "batch"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_named_with_its_line_and_nothing_is_booked(what: str, floor: Desk) -> None:
    command, field = WRONG[what]
    assert field in floor.refused(command, "ops")
    assert not floor.held("A1")


def test_all_mistakes_at_once(floor: Desk) -> None:
    cash = CASH.replace("250000.10", "a lot").replace("A3", "A9")
    wrong = opening(lots=LOTS.replace("A1,ACME,50", "A1,NONE,0"), cash=cash)
    assert list(floor.refused(wrong, "ops")) == [
        "cash.csv line 2: amount",
        "lots.csv line 3: instrument",
        "cash.csv line 4: account",
    ]


def test_a_part_filled_order_must_be_sent_again(floor: Desk) -> None:
    orders = ORDERS.replace("ClOrdID\n", "ClOrdID,CumQty\n").replace("OLD77\n", "OLD77,5\n")
    orders = orders.replace(",,,\n", ",,,,\n")
    reasons = floor.refused(opening(orders=orders), "ops")
    assert "cancel it at the broker" in reasons["orders.csv line 3: CumQty"]


def test_what_a_rule_forbids_is_held_and_not_lost(floor: Desk) -> None:
    """The account owns nothing yet that the order could sell, were it entered before the lots."""
    floor.done(opening(), "ops")
    assert not floor.state.orders["O1"].violations


def test_many_mistakes_are_counted(floor: Desk) -> None:
    lots = LOTS.splitlines()[0] + "\n" + "A9,NONE,1,1,2020-01-01\n" * 400
    assert floor.refused(opening(lots=lots), "ops")[""] == "and 303 more"
