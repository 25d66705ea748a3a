"""Crosses: two persons, the market's price, both sides at once, and nobody outside hears of it."""

from typing import Any

import pytest

from tests.builders import D, Desk, Memory, lot
from tests.core.crosses import approved, crossing, mark, proposed, sell, total
from tests.states import same
from tradeoms.core.bounds import MOST_CENTS, MOST_MONEY
from tradeoms.engine import Engine
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import CommissionSchedule
from tradeoms.model.fields import (
    CrossState,
    OrderState,
    OrdType,
    Outcome,
    Side,
    TimeInForce,
)
from tradeoms.model.identifications import NamedLot
from tradeoms.model.openings import OpeningCash
from tradeoms.model.orders import Order
from tradeoms.model.rate_cards import RateCard
from tradeoms.model.reference import Account, Restriction


@pytest.fixture
def floor() -> Desk:
    return crossing()


def order(floor: Desk, name: str) -> Order:
    return floor.state.orders[name]


def test_both_sides_trade_at_the_last_sale_at_no_cost(floor: Desk) -> None:
    one, other = sell(floor, ("A1", 300)), floor.order(("A3", 300))
    shares, cents, messages = total(floor, "shares"), total(floor, "cash"), floor.state.sessions
    assert proposed(floor, one, other) == "X1"
    assert (floor.held("A1"), floor.held("A3")) == (1000, 0), "nothing before the approval"
    floor.done(c.ApproveCross("X1", "fair"), "carl")
    assert (floor.held("A1"), floor.held("A3")) == (700, 300)
    assert floor.cash("A1") == 100_000_025 + 300 * 5010
    assert floor.cash("A3") == -300 * 5010
    assert (total(floor, "shares"), total(floor, "cash")) == (shares, cents)
    assert floor.lots("A3") == [(floor.state.lots.size - 1, 0, 300, 300 * 5010)]
    for name in (one, other):
        assert order(floor, name).state is OrderState.Allocated
        assert (order(floor, name).CumQty, order(floor, name).AvgPx) == (300, D("50.10"))
    for event in floor.state.allocations.values():
        assert set(event.commission) == {0}
    assert floor.state.sessions == messages
    assert not floor.state.outbox
    assert not [
        r
        for r in floor.journal.records
        if isinstance(r.event, e.PlacementRouted | e.AllocationInstructed)
    ]


def test_no_rate_card_bills_a_cross(floor: Desk) -> None:
    bill = CommissionSchedule(flat=D(5))
    card = RateCard(
        "all", 1, floor.state.business_date, ("A1", "A3"), execution=bill, research=bill
    )
    floor.done(c.DefineRateCards((card,)), "ops")
    approved(floor, sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    assert floor.cash("A3") == -300 * 5010


def test_it_is_marked_for_ever_and_keeps_where_its_price_came_from(floor: Desk) -> None:
    approved(floor, sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    cross = floor.state.crosses["X1"]
    assert cross.state is CrossState.Approved
    assert (cross.price.Px, cross.price.basis) == (D("50.10"), "last sale")
    assert cross.price.source == "consolidated tape"
    assert cross.price.at == "2026-03-02T15:59:30-05:00"
    assert cross.answered is not None
    assert (cross.proposed.user, cross.answered.user, cross.pms) == ("trader", "carl", ("pm",))
    fills = list(floor.state.executions.values())
    assert [(x.cross, x.broker, x.LastMkt, x.user) for x in fills] == [
        ("X1", "INTERNAL", "XOFF", "carl")
    ] * 2
    assert {x.note for x in fills} == {
        "cross X1: last sale, consolidated tape 2026-03-02T15:59:30-05:00"
    }
    assert [floor.state.blocks[name].cross for name in cross.blocks] == ["X1", "X1"]
    assert [floor.state.blocks[name].Side for name in cross.blocks] == [Side.Sell, Side.Buy]


def test_the_larger_side_shares_by_the_largest_remainder_and_the_rest_is_staged(
    floor: Desk,
) -> None:
    one = sell(floor, ("A1", 100))
    first = floor.order(("A2", 70), ("A3", 150))
    second = floor.order(("A4", 77), Price=60)
    approved(floor, one, first, second)
    # 100 over 70, 150, 77 of 297: 23.57, 50.51, 25.93
    assert [(p.account, p.OrderQty) for p in floor.state.crosses["X1"].buys] == [
        ("A2", 24),
        ("A3", 50),
        ("A4", 26),
    ]
    assert (floor.held("A2"), floor.held("A3"), floor.held("A4")) == (724, 50, 26)
    rest = [o for o in floor.state.orders.values() if o.state is OrderState.Staged]
    assert [(o.rest_of, [m.OrderQty for m in o.members], o.Price) for o in rest] == [
        (first, [46, 100], None),
        (second, [51], 60),
    ]
    assert sum(order(floor, n).OrderQty for n in (first, second)) == 100
    assert floor.done(c.BlockOrders((rest[0].order,)), "trader")


def test_a_smaller_quantity_is_cut_from_both_sides(floor: Desk) -> None:
    one, other = sell(floor, ("A1", 300)), floor.order(("A3", 200))
    approved(floor, one, other, OrderQty=D(50))
    assert (floor.held("A1"), floor.held("A3")) == (950, 50)
    rest = [o.OrderQty for o in floor.state.orders.values() if o.state is OrderState.Staged]
    assert rest == [250, 150]
    for wanted, reason in (
        (D(201), "is more than the 100 of the smaller side"),
        (D("1.5"), "must be a multiple of 1"),
        (D(0), "must be above zero"),
        (D("NaN"), "must be above zero"),
    ):
        names = (sell(floor, ("A1", 100)), floor.order(("A3", 100)))
        found = floor.refused(c.ProposeCross(names, wanted), "trader")
        assert found == {"OrderQty": reason}


def test_the_mean_of_bid_and_offer_where_nothing_was_sold_today(floor: Desk) -> None:
    old = "2026-02-27T15:59:30-05:00"
    mark(floor, last="50.10", bid="50.00", offer="50.21", last_at=old)
    approved(floor, sell(floor, ("A1", 3)), floor.order(("A3", 3)))
    price = floor.state.crosses["X1"].price
    assert (price.Px, price.basis, price.bid, price.offer) == (
        D("50.105"),
        "mid",
        D("50.00"),
        D("50.21"),
    )
    assert floor.cash("A3") == -15032  # 3 × 50.105 = 150.315, once a side
    assert total(floor, "cash") == 100_000_025


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "there is no sale of 2026-03-02, and no bid and offer"),
        (
            {"last": "50", "last_at": "2026-03-01T23:59:59-05:00"},
            "there is no sale of 2026-03-02, and no bid and offer",
        ),
        ({"bid": "49.5", "offer": "50.5001"}, "bid 49.5 and offer 50.5001 are too far apart"),
    ],
)
def test_without_an_independent_price_nothing_crosses(
    floor: Desk, fields: dict[str, Any], reason: str
) -> None:
    mark(floor, **fields)
    names = (sell(floor, ("A1", 3)), floor.order(("A3", 3)))
    assert floor.refused(c.ProposeCross(names), "trader") == {"cross_price": reason}


def test_the_price_is_that_of_the_approval(floor: Desk) -> None:
    one, other = sell(floor, ("A1", 300)), floor.order(("A3", 300), Price=51)
    proposed(floor, one, other)
    mark(floor, last="51.01")
    assert floor.refused(c.ApproveCross("X1"), "carl") == {
        "cross_price": f"the last sale 51.01 is worse than the limit 51 of {other}"
    }
    mark(floor, last="51.00")
    floor.done(c.ApproveCross("X1"), "carl")
    assert floor.state.crosses["X1"].price.Px == 51
    assert floor.cash("A3") == -300 * 5100
    mark(floor, bid="40", offer="41")
    seller = sell(floor, ("A1", 5), Price=41)
    found = floor.refused(c.ProposeCross((seller, floor.order(("A3", 5)))), "trader")
    assert found == {"cross_price": "bid 40 and offer 41 are too far apart"}
    mark(floor, bid="40.5", offer="40.6")
    found = floor.refused(c.ProposeCross((seller, floor.order(("A3", 5)))), "trader")
    assert found == {"cross_price": f"the mid 40.55 is worse than the limit 41 of {seller}"}


def test_four_eyes(floor: Desk) -> None:
    one, other = sell(floor, ("A1", 300)), floor.order(("A3", 300))
    proposed(floor, one, other)
    why = "proposed it: it takes a second person"
    assert floor.refused(c.ApproveCross("X1"), "trader") == {"user": why}
    why = "is portfolio manager of one of its orders"
    assert floor.refused(c.ApproveCross("X1"), "pm") == {"user": why}
    assert floor.refused(c.ApproveCross("X9"), "carl") == {"cross": "unknown cross"}
    floor.done(c.ApproveCross("X1"), "carl")
    assert floor.refused(c.ApproveCross("X1"), "carl") == {"cross": "is approved, not proposed"}
    assert floor.alerts() == ["cross proposed", "crossed"]


def test_what_is_proposed_waits_and_what_is_withdrawn_ends_it(floor: Desk) -> None:
    one, other = sell(floor, ("A1", 300)), floor.order(("A3", 300))
    proposed(floor, one, other)
    why = "waits for cross X1: reject it first"
    assert floor.refused(c.BlockOrders((one,)), "trader") == {"orders[0]": why}
    found = floor.refused(c.ProposeCross((one, other)), "trader")
    assert found == {"orders[0]": why, "orders[1]": why}
    floor.done(c.RejectCross("X1", "routes it instead"), "trader")
    assert floor.state.crosses["X1"].state is CrossState.Rejected
    assert proposed(floor, one, other) == "X2"
    floor.done(c.CancelOrder(other, "not any more"))
    ended = floor.state.crosses["X2"]
    assert ended.state is CrossState.Ended
    assert ended.answered is not None
    assert ended.answered.reason == f"{other} was withdrawn: not any more"
    assert floor.refused(c.ApproveCross("X2"), "carl") == {"cross": "is ended, not proposed"}
    assert floor.done(c.BlockOrders((one,)), "trader")


def test_what_nobody_approved_ends_with_the_day(floor: Desk) -> None:
    lasting = TimeInForce.GoodTillCancel
    one = sell(floor, ("A1", 300), TimeInForce=lasting)
    other = floor.order(("A3", 300), TimeInForce=lasting)
    proposed(floor, one, other)
    floor.done(c.CloseDay(floor.state.business_date), "ops")
    assert floor.state.crosses["X1"].state is CrossState.Ended
    assert order(floor, one).state is OrderState.Staged
    floor.refused(c.ProposeCross((one, other)), "trader")


@pytest.mark.parametrize("closed", [False, True])
def test_a_new_day_ends_it_too(floor: Desk, closed: bool) -> None:
    names = [
        sell(floor, ("A1", 300), TimeInForce=TimeInForce.GoodTillCancel),
        floor.order(("A3", 300), TimeInForce=TimeInForce.Day),
    ]
    proposed(floor, *names)
    today = floor.state.business_date
    if closed:
        floor.done(c.CloseDay(today), "ops")
        assert order(floor, names[1]).state is OrderState.Expired
    floor.done(c.OpenDay(today), "ops")
    assert (floor.state.crosses["X1"].state is CrossState.Ended) == closed
    floor.done(c.OpenDay(today.replace(day=3)), "ops")
    assert floor.state.crosses["X1"].state is CrossState.Ended


def test_everything_that_is_wrong_at_once(floor: Desk) -> None:
    stop = floor.order(("A3", 10), OrdType=OrdType.Stop, StopPx=D(60))
    short = floor.order(("A3", 10), Side=Side.SellShort, locate="L", instrument="BOLT")
    fok = floor.order(("A3", 10), TimeInForce=TimeInForce.FillOrKill)
    taken = floor.order(("A4", 10))
    floor.done(c.Claim((taken,)), "tina")
    one = sell(floor, ("A1", 10))
    found = floor.refused(
        c.ProposeCross((one, stop, short, fok, "O99", one, taken), reason="é"), "trader"
    )
    assert found == {
        "orders[1]": "waits for its stop",
        "orders[2]": "sells short: only what is owned is crossed",
        "orders[3]": "is FillOrKill: it must go to a market at once",
        "orders[4]": "unknown order",
        "orders[5]": "is named twice",
        "orders[6]": "is tina's: take it over first",
        "reason": "has characters outside printable ASCII",
    }
    assert floor.refused(c.ProposeCross((one,)), "trader") == {"orders": "must be 2 to 1000 orders"}
    again = sell(floor, ("A2", 10))
    assert floor.refused(c.ProposeCross((one, again)), "trader") == {
        "orders": "must be of both sides"
    }
    bolt = floor.order(("A3", 5), instrument="BOLT")
    found = floor.refused(c.ProposeCross((one, bolt)), "trader")
    assert found == {"orders": "are in several instruments"}
    own = floor.order(("A1", 5), ("A3", 5))
    assert floor.refused(c.ProposeCross((one, own)), "trader") == {
        "orders": "would trade with itself"
    }


def test_the_rules_judge_again_at_the_approval(floor: Desk) -> None:
    one, other = sell(floor, ("A1", 300)), floor.order(("A3", 300))
    proposed(floor, one, other)
    floor.done(c.Restrict((Restriction("ACME Inc", floor.state.business_date),)), "carl")
    found = floor.refused(c.ApproveCross("X1"), "carl")
    assert list(found) == ["restricted_list"]
    assert "ACME Inc is restricted since" in found["restricted_list"]


def test_an_account_without_room_for_the_money_crosses_nothing(floor: Desk) -> None:
    rows, left = [], D(MOST_CENTS).scaleb(-2) - 1
    while left:
        rows.append(OpeningCash("A3", "USD", -min(left, D(MOST_MONEY))))
        left += rows[-1].amount
    floor.done(c.BookOpening("two", (), tuple(rows)), "ops")
    one, other = sell(floor, ("A1", 300)), floor.order(("A3", 300))
    name = {"orders": "the cash of A3 would be beyond what can be booked"}
    assert floor.refused(c.ProposeCross((one, other)), "trader") == name
    assert (floor.held("A1"), floor.held("A3")) == (1000, 0)


def test_only_eligible_accounts(floor: Desk) -> None:
    new = Account("A3", "Name A3", "TA3", cross_note="forbidden by its agreement of 2019")
    floor.done(c.DefineAccounts((new,)), "ops")
    names = (sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    assert floor.refused(c.ProposeCross(names), "trader") == {
        "cross_eligible": "may not cross: forbidden by its agreement of 2019"
    }


def test_halted_work_is_not_crossed(floor: Desk) -> None:
    names = (sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    proposed(floor, *names)
    floor.done(c.Halt("odd", account="A3"), "carl")
    why = "account A3 is halted by carl: odd (H1)"
    assert floor.refused(c.ApproveCross("X1"), "carl") == {"orders": why}


def test_what_a_halted_trader_proposed_is_not_crossed(floor: Desk) -> None:
    proposed(floor, sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    floor.done(c.Halt("odd", trader="trader"), "carl")
    why = "trader trader is halted by carl: odd (H1)"
    assert floor.refused(c.ApproveCross("X1"), "carl") == {"orders": why}
    assert not floor.state.blocks


def test_the_same_command_twice_crosses_once(floor: Desk) -> None:
    names = (sell(floor, ("A1", 300)), floor.order(("A3", 300)))
    for _ in range(2):
        assert floor.do(c.ProposeCross(names), "trader", "one").outcome is Outcome.Done
    assert list(floor.state.crosses) == ["X1"]
    for _ in range(2):
        assert floor.do(c.ApproveCross("X1"), "carl", "two").outcome is Outcome.Done
    assert (floor.held("A1"), floor.held("A3")) == (700, 300)
    assert len(floor.state.executions) == 2


def test_named_lots_go_with_what_is_crossed(floor: Desk) -> None:
    floor.done(c.BookOpening("two", (lot("A1", 100, 9_000, age=3),), ()), "ops")
    name = sell(floor, ("A1", 150))
    new = floor.state.lots.size - 1
    rows = (NamedLot(new, D(100)), NamedLot(0, D(50)))
    floor.done(c.IdentifyLots(name, "A1", rows), "pm")
    approved(floor, name, floor.order(("A3", 40)))
    left = {number: remaining for number, _, remaining, _ in floor.lots("A1")}
    assert left == {0: 1000, new: 60}


def test_a_restart_between_the_two_persons_changes_nothing(floor: Desk) -> None:
    names = (sell(floor, ("A1", 300)), floor.order(("A3", 500)))
    proposed(floor, *names)
    for step in ("approve", "bust", "agree"):
        journal = Memory()
        journal.records = list(floor.journal.records)
        same(journal.replay(), floor.state)
        floor.journal, floor.engine = journal, Engine(journal.replay(), journal, journal.replay)
        if step == "approve":
            floor.done(c.ApproveCross("X1"), "carl")
            assert floor.held("A3") == 300
        elif step == "bust":
            floor.done(c.BustCross("X1", "no"), "trader")
        else:
            floor.done(c.ApproveBust("X1", "yes"), "carl")
            assert floor.held("A3") == 0
    same(floor.journal.replay(), floor.state)
