"""Orders in an amount of money: entered, checked, merged, routed."""

from typing import Any

import pytest

from tests.builders import DAY, D, Desk, K, instrument
from tests.core.amounts import block_of, blocked, money, opened, ordered, routed
from tradeoms.core.measuring import idle_amount
from tradeoms.core.opposite import unsuited
from tradeoms.model import commands as c
from tradeoms.model.fields import (
    OrderState,
    OrdType,
    Override,
    Severity,
    Side,
)
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.reference import Limit, Price


@pytest.fixture
def floor() -> Desk:
    return opened()


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
        (
            (Member("A1", CashOrderQty=D(500)),),
            {"OrdType": OrdType.Limit, "Price": D("NaN")},
            {"order.Price"},
        ),
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


def test_money_is_not_crossed_with_units(floor: Desk) -> None:
    order = floor.state.orders[ordered(floor, ("A1", "100"))]
    assert unsuited(order) == "is in money: how much it is, only a broker says"
    assert not unsuited(floor.state.orders[floor.order(("A1", 2))])


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
        *(
            (
                c.Route("KING", D(0), OrdType.Limit, D(price), CashOrderQty=D(500)),
                {"routes[0].Price"},
            )
            for price in ("NaN", "0", "1e9999999")
        ),
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
