"""Orders in an amount of money: entered, checked, routed, measured, filled, allocated, ended."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import DAY, D, Desk, K, desk, instrument, lot, new_order
from tradeoms.core.measuring import idle_amount
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import (
    BlockState,
    OrderState,
    OrdStatus,
    Outcome,
    Override,
    Severity,
    Side,
    TimeInForce,
)
from tradeoms.model.orders import Block, Member, NewOrder
from tradeoms.model.reference import (
    Account,
    AccountWeight,
    AllocationPolicy,
    Limit,
    NamedLot,
    Price,
)


@pytest.fixture
def floor() -> Desk:
    """Every price of record is 50."""
    return desk((lot("A1", 300, 10_000), lot("A2", 90, 3_000)))


def money(*members: tuple[str, Any], **fields: Any) -> NewOrder:
    """An order for members (account, amount)."""
    order = new_order(*((account, 0) for account, _ in members), **fields)
    parts = tuple(Member(account, CashOrderQty=D(amount)) for account, amount in members)
    return NewOrder(
        **{name: getattr(order, name) for name in order.__struct_fields__} | {"members": parts}
    )


def ordered(floor: Desk, *members: tuple[str, Any], **fields: Any) -> str:
    return floor.done(c.SubmitOrder(money(*members, **fields)))[0]


def blocked(floor: Desk, *members: tuple[str, Any], **fields: Any) -> str:
    return floor.done(c.BlockOrders((ordered(floor, *members, **fields),)), "trader")[0]


def routed(floor: Desk, block: str, amount: Any, broker: str = "KING", **fields: Any) -> str:
    route = c.Route(broker, CashOrderQty=D(amount), **fields)
    return floor.done(c.RouteBlock(block, (route,)), "trader")[0]


def block_of(floor: Desk, name: str) -> Block:
    return floor.state.blocks[name]


def got(floor: Desk, block: str) -> dict[str, int]:
    event = floor.state.allocations[block]
    return dict(zip(event.accounts, event.quantities, strict=True))


# -- at the edge ------------------------------------------------------------------------------------


def test_an_amount_comes_to_whole_lots_at_the_price_of_record(floor: Desk) -> None:
    order = floor.state.orders[ordered(floor, ("A1", "10000"), ("A2", "5049.99"))]
    assert (order.CashOrderQty, order.OrderQty) == (D("15049.99"), 300)
    assert [member.OrderQty for member in order.members] == [199, 101]
    assert floor.state.buying.at("A1", "ACME") == 199
    limited = floor.state.orders[ordered(floor, ("A1", "10000"), Price="40")]
    assert limited.OrderQty == 250, "it never pays more than its limit"
    above = floor.state.orders[ordered(floor, ("A1", "10000"), Price="62.5")]
    assert above.OrderQty == 200, "nor more than the market"
    sale = floor.state.orders[ordered(floor, ("A1", "10000"), Price="62.5", Side=Side.Sell)]
    assert sale.OrderQty == 160, "a sale gets its limit at least"


@pytest.mark.parametrize(
    ("members", "fields", "wrong"),
    [
        ((Member("A1", CashOrderQty=D(0)),), {}, {"order.members[0].CashOrderQty"}),
        ((Member("A1", CashOrderQty=D("10.001")),), {}, {"order.members[0].CashOrderQty"}),
        ((Member("A1", CashOrderQty=D("NaN")),), {}, {"order.members[0].CashOrderQty"}),
        ((Member("A1", CashOrderQty=D("1e16")),), {}, {"order.members[0].CashOrderQty"}),
        ((Member("A1", D(5), CashOrderQty=D(500)),), {}, {"order.members[0].OrderQty"}),
        (
            (Member("A1", CashOrderQty=D(500)), Member("A2", D(5))),
            {},
            {"order.members[1].CashOrderQty"},
        ),
        ((Member("A1", CashOrderQty=D("49.99")),), {}, {"order.members"}),
        ((Member("A1", "0", CashOrderQty=D(500)),), {"instrument": "NOMARK"}, {"order.instrument"}),
        (
            (Member("A1", locate="L", CashOrderQty=D(500)),),
            {"Side": Side.SellShort},
            {"order.Side"},
        ),
        ((Member("NOBODY", CashOrderQty=D(500)),), {}, {"order.members[0].account"}),
    ],
)
def test_what_is_wrong_with_an_amount_is_said(
    members: Any, fields: dict[str, Any], wrong: set[str], floor: Desk
) -> None:
    floor.done(c.DefineInstruments((instrument("NOMARK"),)), "ops")
    members = tuple(Member(m.account, D(m.OrderQty), m.locate, m.CashOrderQty) for m in members)
    order = NewOrder(**{"instrument": "ACME", "Side": Side.Buy, "members": members} | fields)
    assert set(floor.refused(c.SubmitOrder(order))) == wrong


# -- compliance -------------------------------------------------------------------------------------


def limit(floor: Desk, rule: str, **parameters: str) -> None:
    override = Override.Never if rule == "basket_notional" else Override.One
    row = Limit(rule, DAY, parameters, Severity.Block, override)
    floor.done(c.SetLimits((row,)), "compliance")


def test_an_order_in_money_is_worth_its_amount(floor: Desk) -> None:
    limit(floor, "order_value", most="10000")
    assert floor.state.orders[ordered(floor, ("A1", "10000"))].state is OrderState.Staged
    held = floor.state.orders[ordered(floor, ("A1", "10000.01"))]
    assert held.state is OrderState.Held
    (found,) = held.violations
    assert found.message == "buy for 10,000.01 USD, at most 10,000"
    limit(floor, "basket_notional", most="9000")
    basket = (money(("A1", "5000")), money(("A2", "4000.01")))
    answer = floor.do(c.SubmitBasket("K", basket))
    assert "gross notional is 9,000.01 USD" in answer.violations[-1].message


def test_cash_covers_the_amount_whatever_the_price_does(floor: Desk) -> None:
    limit(floor, "cash_cover", sells="0", buffer="0")
    ordered(floor, ("A1", "600000"))
    floor.done(c.MarkPrices((Price("ACME", D(25), "close", ""),)), "ops")
    assert floor.state.orders[ordered(floor, ("A1", "400000.25"))].state is OrderState.Staged
    late = floor.state.orders[ordered(floor, ("A1", "25"))]
    assert late.state is OrderState.Held
    assert late.violations[0].facts["missing"] == "25.00"
    assert late.violations[0].facts["open_buys"] == "1000000.25"
    floor.done(c.CancelOrder(late.order, "no"))
    assert floor.state.spending == {"A1": {"O1": 0, "O2": 0}}
    block = floor.done(c.BlockOrders(("O1",)), "trader")[0]
    routed(floor, block, "600000")  # its own amount does not stand in its way


def test_the_same_amount_again_is_a_duplicate(floor: Desk) -> None:
    limit(floor, "duplicate_order", seconds="60")
    first = ordered(floor, ("A1", "10000"))
    ordered(floor, ("A1", "10001"))
    floor.order(("A1", 200))
    again = floor.state.orders[ordered(floor, ("A1", "10000"))]
    assert again.violations[0].facts["earlier"] == first
    assert "buy for 10,000 ACME" in again.violations[0].message


def test_a_sale_in_money_is_judged_by_what_it_is_expected_to_sell(floor: Desk) -> None:
    good = floor.state.orders[ordered(floor, ("A2", "4500"), Side=Side.Sell)]
    assert (good.state, good.OrderQty) == (OrderState.Staged, 90)
    wrong = floor.refused(c.SubmitOrder(money(("A2", "50"), Side=Side.Sell)))
    assert wrong == {"order.oversell": "sell 1, owned 90, pending sells 90: 1 too many"}


def test_a_sale_that_turns_out_to_be_too_large_is_told(floor: Desk) -> None:
    block = blocked(floor, ("A2", "4000"), Side=Side.Sell)
    name = routed(floor, block, "4000")
    floor.report(name, K.New, OrderQty=D(91))
    assert floor.alerts()[-1] == "oversold"
    (told,) = [a for a in floor.state.alerts.values() if a.kind == "oversold"]
    assert told.subject == block
    assert "A2 91 of 90" in told.text
    assert floor.state.selling.at("A2", "ACME") == 91


# -- merging ----------------------------------------------------------------------------------------


def test_money_is_merged_with_money_alone(floor: Desk) -> None:
    one, two = ordered(floor, ("A1", "100")), ordered(floor, ("A2", "175"))
    units = floor.order(("A3", 5))
    blocks = floor.done(c.BlockOrders((one, units, two)), "trader")
    assert [block_of(floor, b).orders for b in blocks] == [(one, two), (units,)]
    assert block_of(floor, blocks[0]).CashOrderQty == 275
    other = floor.order(("A4", 5))
    reasons = floor.refused(c.JoinBlock(blocks[0], (other,)), "trader")
    assert reasons == {"orders[0]": "ordered in is units, not money"}


def test_until_it_is_routed_orders_in_money_join_and_leave(floor: Desk) -> None:
    block, more = blocked(floor, ("A1", "100")), ordered(floor, ("A2", "150"))
    floor.done(c.JoinBlock(block, (more,)), "trader")
    assert (block_of(floor, block).CashOrderQty, block_of(floor, block).OrderQty) == (250, 5)
    floor.done(c.LeaveBlock(block, more), "trader")
    assert (block_of(floor, block).CashOrderQty, block_of(floor, block).OrderQty) == (100, 2)
    floor.done(c.JoinBlock(block, (more,)), "trader")
    routed(floor, block, "250")
    late = ordered(floor, ("A3", "100"))
    for command in (c.JoinBlock(block, (late,), "late"), c.LeaveBlock(block, more, "late")):
        assert "members stay as they are" in floor.refused(command, "trader")["block"]


def test_two_halves_of_a_unit_are_one_once_they_are_worked_together(floor: Desk) -> None:
    one, two = ordered(floor, ("A1", "75")), ordered(floor, ("A2", "75"))
    (block,) = floor.done(c.BlockOrders((one, two)), "trader")
    assert block_of(floor, block).OrderQty == 2
    routed(floor, block, "150")
    assert block_of(floor, block).OrderQty == 3
    statement = block_of(floor, block).statement
    assert statement is not None
    assert sorted(statement.quantities) == [1, 2]
    assert [floor.state.orders[o].OrderQty for o in (one, two)] == list(statement.quantities)


# -- routing ----------------------------------------------------------------------------------------


def test_a_block_in_money_is_routed_by_parts_of_its_amount(floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    first = routed(floor, block, "6000")
    placement = floor.placement(first)
    assert (placement.CashOrderQty, placement.Currency, placement.OrderQty) == (6000, "USD", 120)
    assert idle_amount(floor.state, block_of(floor, block)) == 4000
    routes = (c.Route("QUEEN", CashOrderQty=D("4000.01")),)
    assert floor.refused(c.RouteBlock(block, routes), "trader") == {
        "routes.CashOrderQty": "is more than the idle 4000 of the block"
    }
    routed(floor, block, "4000", "QUEEN")
    assert idle_amount(floor.state, block_of(floor, block)) == 0


@pytest.mark.parametrize(
    ("route", "wrong"),
    [
        (c.Route("KING", D(10)), {"routes[0].CashOrderQty", "routes[0].OrderQty"}),
        (c.Route("KING"), {"routes[0].CashOrderQty"}),
        (c.Route("KING", D(10), CashOrderQty=D(500)), {"routes[0].OrderQty"}),
        (c.Route("KING", CashOrderQty=D("49")), {"routes[0].CashOrderQty"}),
        (c.Route("KING", CashOrderQty=D("-1")), {"routes[0].CashOrderQty"}),
    ],
)
def test_a_wrong_route_of_money_is_refused(route: c.Route, wrong: set[str], floor: Desk) -> None:
    block = blocked(floor, ("A1", "10000"))
    assert set(floor.refused(c.RouteBlock(block, (route,)), "trader")) == wrong


def test_a_route_of_nothing_is_refused_in_units_too(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    wrong = floor.refused(c.RouteBlock(block, (c.Route("KING"),)), "trader")
    assert wrong == {"routes[0].OrderQty": "must be above zero"}


def test_a_list_takes_what_is_idle_of_the_amount(floor: Desk) -> None:
    block, other = blocked(floor, ("A1", "10000")), floor.block(("A2", 10))
    names = floor.done(c.RouteList("KING", (block, other)), "trader")
    assert [floor.placement(n).CashOrderQty for n in names] == [10000, None]
    wrong = floor.refused(c.RouteList("KING", (block,)), "trader")
    assert wrong == {"blocks[0]": "nothing of it is idle"}


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


def test_the_log_makes_the_same_state(floor: Desk) -> None:
    test_what_one_broker_did_not_spend_goes_to_another(floor)
    measured = [r.event for r in floor.journal.records if type(r.event) is e.BlockMeasured]
    assert len(measured) >= 3
    assert floor.journal.replay().blocks == floor.state.blocks
    assert floor.do(c.FinishBlock("B1"), "trader").outcome is Outcome.Refused
