"""Orders in an amount of money: what brokers say, fills, the allocation, replaces, the day's end."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import DAY, D, Desk, K
from tests.core.amounts import block_of, blocked, got, opened, ordered, routed
from tests.states import same
from tradeoms.core.measuring import idle_amount
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import (
    BlockState,
    OrderState,
    OrdStatus,
    Outcome,
    Side,
    TimeInForce,
)
from tradeoms.model.identifications import NamedLot
from tradeoms.model.policies import AccountWeight, AllocationPolicy
from tradeoms.model.reference import Account, Price


@pytest.fixture
def floor() -> Desk:
    return opened()


# -- what the broker says ---------------------------------------------------------------------------


def test_the_broker_says_how_much_an_amount_is(floor: Desk) -> None:
    block = blocked(floor, ("A1", "7500"), ("A2", "2500"))
    name = routed(floor, block, "10000")
    floor.report(name, K.New, OrderQty=D(203))
    assert block_of(floor, block).OrderQty == 203, "more than we thought is nothing to be told of"
    order = floor.state.orders[block_of(floor, block).orders[0]]
    assert [m.OrderQty for m in order.members] == [152, 51]
    assert floor.state.buying.at("A1", "ACME") == 152
    assert floor.alerts() == []
    floor.report(name, K.Status, OrdStatus=OrdStatus.New, OrderQty=D(197))
    assert block_of(floor, block).OrderQty == 197
    assert floor.alerts() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"OrderQty": D(190)},
        {"OrderQty": None, "LeavesQty": D(90)},
        {"OrderQty": D(190), "LeavesQty": D(90)},
    ],
)
def test_the_first_word_may_be_a_fill(fields: dict[str, Any], floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "10000")
    floor.fill(name, 100, "52.6", **fields)
    assert floor.placement(name).LeavesQty == 90
    assert block_of(floor, block).OrderQty == 190
    assert floor.alerts() == []


def test_a_last_fill_may_say_that_it_came_to_less(floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "10000")
    floor.report(name, K.New, OrderQty=D(200))
    floor.fill(name, 100, "50")
    done = {"OrdStatus": OrdStatus.Filled, "OrderQty": D(198), "LeavesQty": D(0)}
    floor.fill(name, 98, "51", **done)
    assert floor.placement(name).exposure == 0
    assert idle_amount(floor.state, block_of(floor, block)) == D(2)
    assert block_of(floor, block).OrderQty == 198
    floor.finish(block)
    assert got(floor, block) == {"A1": 198}


def test_part_of_a_fill_lowers_nothing(floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "10000")
    floor.report(name, K.New, OrderQty=D(200))
    floor.fill(name, 40, "50", OrderQty=D(40), LeavesQty=D(160))
    assert floor.placement(name).LeavesQty == 160


# -- fills, allocation and money --------------------------------------------------------------------


def test_fills_go_to_members_by_their_amounts_and_cash_to_the_cent(floor: Desk) -> None:
    block = blocked(floor, ("A1", "6000"), ("A2", "3000"), ("A3", "1000"))
    name = routed(floor, block, "10000")
    floor.report(name, K.New, OrderQty=D(197))
    floor.fill(name, 100, "50.20")
    floor.fill(name, 97, "50.30")
    floor.finish(block)
    assert got(floor, block) == {"A1": 118, "A2": 59, "A3": 20}
    event = floor.state.allocations[block]
    assert sum(event.gross) == 502000 + 487910
    assert floor.held("A3") == 20
    order = floor.state.orders[block_of(floor, block).orders[0]]
    assert (order.CumQty, order.CashOrderQty) == (197, 10000)
    assert floor.state.buying.at("A1", "ACME") == 0
    assert not floor.state.spending
    assert floor.cash("A1") == 100000025 - event.net[0]


def test_part_of_an_amount_is_split_by_the_amounts_themselves(floor: Desk) -> None:
    members = [("A1", "150"), ("A2", "150"), ("A3", "150"), ("A4", "600")]
    block = blocked(floor, *members)
    name = routed(floor, block, "1050")
    floor.report(name, K.New, OrderQty=D(22))
    floor.fill(name, 7, "50")
    floor.report(name, K.Canceled)
    floor.finish(block)
    assert got(floor, block) == {"A1": 1, "A2": 1, "A3": 1, "A4": 4}


def test_what_one_broker_did_not_spend_goes_to_another(floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "10000")
    floor.report(name, K.New, OrderQty=D(200))
    floor.fill(name, 50, "48")
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    assert idle_amount(floor.state, block_of(floor, block)) == 7600
    assert block_of(floor, block).OrderQty == 50 + 152
    other = routed(floor, block, "7600", "QUEEN")
    floor.report(other, K.New, OrderQty=D(150))
    floor.fill(other, 150, "50.66")
    assert idle_amount(floor.state, block_of(floor, block)) == D("1.00")
    floor.finish(block)
    assert got(floor, block) == {"A1": 200}


def test_more_than_the_amount_and_a_percent_is_nobody_s_order(floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "10000")
    floor.report(name, K.New, OrderQty=D(200))
    floor.fill(name, 200, "50.24")
    assert floor.alerts() == [], "prices moved by less than a percent"
    assert block_of(floor, block).OrderQty == 200
    floor.fill(name, 20, "50.24", OrderQty=D(220))
    assert floor.alerts() == ["fill in doubt"]
    assert block_of(floor, block).OrderQty == 201
    wrong = floor.refused(c.FinishBlock(block), "trader")
    assert "is over-filled: 220 of 201" in wrong["block"]
    floor.done(c.DefineAccounts((Account("ERR", "Errors", "firm", error=True),)), "ops")
    floor.done(c.BookError(block, "the broker bought too much"), "ops")
    floor.finish(block)
    assert got(floor, block) == {"A1": 201, "ERR": 19}


def test_of_a_small_amount_a_lot_more_is_rounding(floor: Desk) -> None:
    block = blocked(floor, ("A1", "140"))
    name = routed(floor, block, "140")
    floor.report(name, K.New, OrderQty=D(3))
    floor.fill(name, 3, "50")
    assert floor.alerts() == []
    floor.finish(block)
    assert got(floor, block) == {"A1": 3}


def test_a_fill_told_by_telephone_may_be_more_units_than_we_thought(floor: Desk) -> None:
    """How many an amount is, the market says; more than the amount is a slip of the finger."""
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "10000")
    floor.report(name, K.New, OrderQty=None)
    assert floor.placement(name).OrderQty == 200
    wrong = floor.refused(c.EnterFill(name, D(220), D("49.25"), "phone"), "trader")
    assert wrong == {"LastQty": "over-filled: 10835.00 for 10000"}
    floor.done(c.EnterFill(name, D(203), D("49.25"), "phone"), "trader")
    assert floor.alerts() == []
    floor.report(name, K.Canceled)
    floor.finish(block)
    assert got(floor, block) == {"A1": 203}


def test_a_fill_told_after_its_end_of_what_another_broker_has_is_in_doubt(floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "10000")
    floor.report(name, K.New)
    floor.report(name, K.Canceled)
    routed(floor, block, "9000", "QUEEN")
    floor.done(c.EnterFill(name, D(20), D(50), "it happened"), "trader")
    assert floor.alerts() == ["unsolicited cancel"], "the thousand that nobody had"
    floor.done(c.EnterFill(name, D(20), D(50), "it happened"), "trader")
    assert floor.alerts() == ["unsolicited cancel", "fill in doubt"]
    assert "has 1000 more" in floor.state.alerts[2].text


def test_a_bust_after_the_allocation_measures_the_block_again(floor: Desk) -> None:
    block = blocked(floor, ("A1", "7500"), ("A2", "2500"))
    name = routed(floor, block, "10000")
    floor.report(name, K.New, OrderQty=D(200))
    ExecID = floor.fill(name, 120, "50")
    floor.fill(name, 80, "50")
    floor.finish(block)
    assert got(floor, block) == {"A1": 150, "A2": 50}
    floor.bust(name, ExecID)
    assert block_of(floor, block).state is BlockState.Working
    floor.report(name, K.Canceled)
    floor.finish(block)
    assert got(floor, block) == {"A1": 60, "A2": 20}
    assert (floor.held("A1"), floor.held("A2")) == (360, 110)


def test_a_policy_weighs_as_it_says_within_the_amounts(floor: Desk) -> None:
    rows = ("A1", "A2")
    first = AllocationPolicy(policy="house", version=1, effective=DAY, method="lottery", house=True)
    floor.done(c.DefineAllocationPolicies((first,)), "compliance")
    block = blocked(floor, *((name, "5000") for name in rows))
    name = routed(floor, block, "10000")
    floor.report(name, K.New, OrderQty=D(200))
    floor.fill(name, 100, "50")
    floor.report(name, K.Canceled)
    floor.finish(block)
    assert sorted(got(floor, block).values()) == [0, 100], "the first drawn gets all of its order"
    weights = tuple(AccountWeight(name, D(10)) for name in rows)
    fixed = replace(first, version=2, method="fixed", weights=weights)
    floor.done(c.DefineAllocationPolicies((fixed,)), "compliance")
    block = blocked(floor, *((name, "5000") for name in rows))
    wrong = floor.refused(c.RouteBlock(block, (c.Route("KING", CashOrderQty=D(10000)),)), "trader")
    assert wrong == {"block": "is in money: allocation policy house gives agreed quantities"}


# -- cancel, replace, days --------------------------------------------------------------------------


def test_an_order_in_money_is_replaced_by_another_amount(floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "6000")
    floor.report(name, K.New, OrderQty=D(120))
    floor.fill(name, 20, "50")
    wrong = floor.refused(c.ReplacePlacement(name, D(100)), "trader")
    assert "give CashOrderQty alone" in wrong["CashOrderQty"]
    wrong = floor.refused(c.ReplacePlacement(name, CashOrderQty=D("10000.01")), "trader")
    assert wrong == {"CashOrderQty": "is more than the block has idle"}
    wrong = floor.refused(c.ReplacePlacement(name, CashOrderQty=D(9000), Price=D("NaN")), "trader")
    assert list(wrong) == ["Price"]
    wrong = floor.refused(c.ReplacePlacement(name, CashOrderQty=D("1049")), "trader")
    assert wrong == {"CashOrderQty": "leaves less than 1 units above the spent 1000"}
    floor.done(c.ReplacePlacement(name, CashOrderQty=D(9000)), "trader")
    asked = floor.placement(name).requests[-1]
    assert (asked.CashOrderQty, asked.OrderQty) == (9000, 180)
    assert idle_amount(floor.state, block_of(floor, block)) == 1000
    floor.report(name, K.Replaced, OrderQty=D(178))
    placement = floor.placement(name)
    assert (placement.CashOrderQty, placement.OrderQty) == (9000, 178)
    assert placement.ClOrdID == asked.ClOrdID
    assert block_of(floor, block).OrderQty == 178 + 20


def test_a_refused_replace_leaves_the_amount(floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "6000")
    floor.report(name, K.New, OrderQty=D(120))
    floor.done(c.ReplacePlacement(name, CashOrderQty=D(9000)), "trader")
    floor.report(name, K.CancelReject, OrdStatus=OrdStatus.New)
    assert floor.placement(name).CashOrderQty == 6000
    assert idle_amount(floor.state, block_of(floor, block)) == 4000


@pytest.mark.parametrize(("told", "now"), [(D(9000), 9000), (None, 6000), (D(6000), 6000)])
def test_a_status_says_by_the_amount_whether_it_was_replaced(
    told: Decimal | None, now: int, floor: Desk
) -> None:
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "6000")
    floor.report(name, K.New, OrderQty=D(120))
    floor.done(c.ReplacePlacement(name, CashOrderQty=D(9000)), "trader")
    floor.report(name, K.Status, OrdStatus=OrdStatus.New, CashOrderQty=told)
    assert floor.placement(name).CashOrderQty == now


def test_units_are_not_replaced_by_money(floor: Desk) -> None:
    name = floor.working()
    wrong = floor.refused(c.ReplacePlacement(name, CashOrderQty=D(100)), "trader")
    assert wrong == {"CashOrderQty": f"{floor.placement(name).block} is in units: give OrderQty"}


def test_what_could_not_leave_is_idle_again(floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    floor.system(c.ChangeSession("S1", False))
    name = routed(floor, block, "10000")
    assert floor.placement(name).transmission == "unsent"
    assert idle_amount(floor.state, block_of(floor, block)) == 10000
    floor.done(c.DissolveBlock(block), "trader")
    assert floor.state.orders[block_of(floor, block).orders[0]].state is OrderState.Staged


def test_an_unfilled_order_in_money_ends_with_its_day(floor: Desk) -> None:
    loose = ordered(floor, ("A1", "500"))
    block = blocked(floor, ("A1", "10000"))
    name = routed(floor, block, "10000")
    floor.report(name, K.New, OrderQty=D(199))
    floor.report(name, K.Expired, OrdStatus=OrdStatus.Expired)
    lasting = ordered(floor, ("A1", "700"), TimeInForce=TimeInForce.GoodTillCancel)
    floor.done(c.CloseDay(DAY), "ops")
    assert block_of(floor, block).state is BlockState.Allocated
    assert floor.state.orders[loose].state is OrderState.Expired
    assert floor.state.orders[lasting].state is OrderState.Staged
    assert floor.state.spending == {"A1": {lasting: 0}}
    floor.done(c.OpenDay(DAY + timedelta(1)), "ops")
    assert floor.state.buying.at("A1", "ACME") == 14


def test_lots_of_an_unknown_quantity_cannot_be_named(floor: Desk) -> None:
    name = ordered(floor, ("A1", "5000"), Side=Side.Sell)
    wrong = floor.refused(c.IdentifyLots(name, "A1", (NamedLot(0, D(100)),)))
    assert wrong == {"order": "is in money: how much it sells, its broker says"}


@pytest.mark.parametrize(("said", "quantity"), [("149.253", 150), ("1" + "0" * 20, 10**12)])
def test_a_quantity_that_cannot_be_booked_keeps_no_fill_away(
    said: str, quantity: int, floor: Desk
) -> None:
    """A broker that works fractions of a share, or says nonsense: what it fills is booked."""
    block = blocked(floor, ("A1", 5000), ("A2", 2500))
    name = routed(floor, block, 7500)
    floor.fill(name, 100, 50, OrderQty=D(said), OrdStatus=OrdStatus.PartiallyFilled)
    assert not floor.state.unmatched
    assert floor.placement(name).CumQty == 100
    assert floor.state.blocks[block].OrderQty == quantity
    statement = floor.state.blocks[block].statement
    assert statement is not None
    assert sum(statement.quantities) == quantity
    same(floor.journal.replay(), floor.state)


def test_a_price_that_is_wrong_by_far_keeps_no_report_away(floor: Desk) -> None:
    """What nobody has of an amount comes to no more than can be booked."""
    block = blocked(floor, ("A1", 10**10))
    name = routed(floor, block, 10**10)
    floor.fill(name, 100, 50)
    floor.done(c.MarkPrices((Price("ACME", D("0.0000000001"), "tape", ""),)), "ops")
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    assert floor.state.blocks[block].OrderQty == 10**12
    floor.finish(block)
    assert got(floor, block) == {"A1": 100}


def test_the_log_makes_the_same_state(floor: Desk) -> None:
    test_what_one_broker_did_not_spend_goes_to_another(floor)
    measured = [r.event for r in floor.journal.records if type(r.event) is e.BlockMeasured]
    assert len(measured) >= 3
    assert floor.journal.replay().blocks == floor.state.blocks
    assert floor.do(c.FinishBlock("B1"), "trader").outcome is Outcome.Refused
