"""Conditions of allocation policies in the server: caps, hold-back, minimum values, ticket costs."""

from datetime import timedelta

import pytest

from tests.builders import D, Desk, K, desk, instrument
from tests.core.splits import define, got, policy, worked
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdStatus
from tradeoms.model.reference import Account, Price


@pytest.fixture
def floor() -> Desk:
    return desk()


def account(name: str, **fields: object) -> Account:
    return Account(name, f"Name {name}", f"T{name}", **fields)  # type: ignore[arg-type]


def test_a_cap_is_the_most_an_account_gets_of_a_block(floor: Desk) -> None:
    define(floor, caps={"A1": 300, "A4": 1})
    members = (("A1", 600), ("A2", 300), ("A3", 100))
    assert got(floor, 600, *members) == [300, 225, 75]
    block, _ = worked(floor, 701, *members)
    reason = "cannot split 701: caps leave no room for all that was filled: A1, A2, A3; give"
    assert reason in floor.refused(c.FinishBlock(block), "trader")["block"]


def test_a_cap_is_of_each_member(floor: Desk) -> None:
    define(floor, caps={"A1": 10})
    orders = [floor.order((name, 20)) for name in ("A1", "A1", "A2")]
    block = floor.done(c.BlockOrders(tuple(orders)), "trader")[0]
    floor.fill(floor.route(block, 60), 40, OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    assert floor.state.allocations[block].quantities == (10, 10, 20)


def test_less_than_is_held_back_waits_for_a_reason(floor: Desk) -> None:
    define(floor, hold_back=D(500), method="equal")
    block, _ = worked(floor, 499, ("A1", 600), ("A2", 400))
    assert floor.refused(c.FinishBlock(block), "trader") == {
        "block": "allocation policy fair/1 holds back 499 of 500; "
        "give a reason to split it all the same"
    }
    floor.done(c.FinishBlock(block, "clients agreed"), "trader")
    event = floor.state.allocations[block]
    assert sorted(event.quantities) == [249, 250]
    assert event.policy == "fair/1"
    assert event.exception == "allocation policy fair/1 holds back 499 of 500"
    assert floor.alerts() == ["split by exception"]


@pytest.mark.parametrize(("filled", "ordered"), [(500, 1000), (0, 1000), (300, 300)])
def test_enough_nothing_or_all_is_not_held_back(filled: int, ordered: int, floor: Desk) -> None:
    define(floor, hold_back=D(500))
    block = floor.block(("A1", ordered // 2), ("A2", ordered // 2))
    name = floor.route(block, ordered)
    if filled:
        floor.fill(name, filled)
    if filled < ordered:
        floor.done(c.CancelPlacement(name), "trader")
        floor.report(name, K.Canceled)
    floor.finish(block)
    assert sum(floor.state.allocations[block].quantities) == filled
    assert floor.alerts() == []


def test_a_minimum_value_is_a_quantity_at_the_average_price(floor: Desk) -> None:
    floor.done(c.DefineInstruments((instrument("FUT", multiplier=D(10), qty_scale=1),)))
    define(floor, minimum_value=D(3000), draw="largest")
    members = (("A1", 80), ("A2", 12), ("A3", 8))
    block = floor.block(*members, instrument="FUT")
    name = floor.route(block, 100)
    floor.fill(name, 5, "50")
    floor.fill(name, 5, "60")
    floor.fill(name, 40, "55", OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    # At 55 x 10 a value of 3,000 is 5.5: A2's share of 6 is enough, A3's of 4 is not.
    assert floor.state.allocations[block].quantities == (430, 70, 0)


def test_the_higher_of_two_minimums_holds(floor: Desk) -> None:
    floor.done(c.MarkPrices((Price("ACME", D(50), "close", ""),)))
    define(floor, minimum_value=D(400), minimum=D(20), draw="largest")
    assert got(floor, 100, ("A1", 800), ("A2", 120), ("A3", 80)) == [80, 20, 0]
    define(floor, minimum_value=D(400), minimum=D(5), draw="largest", version=2)
    assert got(floor, 100, ("A1", 800), ("A2", 120), ("A3", 80)) == [80, 12, 8]


def test_an_account_whose_ticket_costs_too_much_of_its_trade_gets_none(floor: Desk) -> None:
    floor.done(c.DefineAccounts((account("A3", ticket_cost=D("4.01")), account("A2"))))
    define(floor, ticket_basis_points=100, draw="largest")
    # A ticket of 4.01 is worth its cost from 401.00 on; A3's 8 shares are worth 400.00.
    members = (("A1", 800), ("A2", 120), ("A3", 80))
    assert got(floor, 100, *members) == [87, 13, 0]
    floor.done(c.DefineAccounts((account("A3", ticket_cost=D(4)),)))
    assert got(floor, 100, *members) == [80, 12, 8]


def test_a_ticket_cost_below_zero_is_refused(floor: Desk) -> None:
    command = c.DefineAccounts((account("A3", ticket_cost=D(-1)),))
    assert floor.refused(command, "ops") == {"accounts[0].ticket_cost": "is below zero"}


def test_conditions_are_those_of_the_statement(floor: Desk) -> None:
    floor.done(c.DefineAccounts((account("A3", ticket_cost=D(5)),)))
    define(floor, ticket_basis_points=100, draw="largest", caps={"A1": 90})
    block, name = worked(floor, 100, ("A1", 800), ("A2", 120), ("A3", 80))
    floor.done(c.DefineAccounts((account("A3"),)))
    define(floor, version=2)
    floor.finish(block)
    first = floor.state.allocations[block].quantities
    assert first[2] == 0
    floor.correct(name, "E1", 100, "49", OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    assert floor.state.allocations[block].quantities == first


def test_a_group_s_policy_comes_between_the_instrument_s_and_the_strategy_s(floor: Desk) -> None:
    floor.done(c.DefineAccounts((account("A1", group="wrap"), account("A2", group="inst"))))
    define(floor)
    define(floor, policy="wrap", groups=("wrap",), house=False)
    define(floor, policy="value", strategies=("value",), house=False)
    define(floor, policy="bolt", instruments=("BOLT",), house=False)
    for fields, members, name in (
        ({"strategy": "value"}, ("A1",), "wrap/1"),
        ({"strategy": "value"}, ("A1", "A2"), "value/1"),
        ({"strategy": "value", "instrument": "BOLT"}, ("A1",), "bolt/1"),
        ({}, ("A2",), "fair/1"),
    ):
        block, _ = worked(floor, 10, *((a, 10) for a in members), **fields)
        floor.finish(block)
        assert floor.state.allocations[block].policy == name
    command = c.DefineAllocationPolicies((policy(policy="other", house=False, groups=("wrap",)),))
    assert floor.refused(command, "compliance") == {
        "policies[0].groups": "policy wrap is for it already"
    }
    # What the next version of a policy gives up is its own until then.
    later = floor.state.business_date + timedelta(9)
    define(floor, policy="wrap", version=2, strategies=("s",), house=False, effective=later)
    assert floor.refused(command, "compliance") == {
        "policies[0].groups": "policy wrap is for it already"
    }
    define(floor, policy="other", house=False, groups=("wrap",), effective=later)


def test_small_accounts_get_their_share_over_many_blocks(floor: Desk) -> None:
    define(floor, minimum=D(20))
    got_ = [got(floor, 100, ("A1", 800), ("A2", 150), ("A3", 50))[2] for _ in range(60)]
    assert set(got_) == {0, 20}
    # A share of 5 is a minimum of 20 in one block of four: 15 of 60, six standard errors wide.
    assert 3 <= got_.count(20) <= 27
