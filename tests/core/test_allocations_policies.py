"""Allocation policies: who gets what of a partial fill, by which rule, and the same again later."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.builders import DAY, D, Desk, K, desk, instrument, lot
from tests.core.splits import define, got, worked
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import OrdStatus, Side, TimeInForce
from tradeoms.model.openings import OpeningCash
from tradeoms.model.reference import Account, Price, Rate

NEXT = DAY + timedelta(1)


@pytest.fixture
def floor() -> Desk:
    return desk()


THREE = (("A1", 100), ("A2", 350), ("A3", 900))


@pytest.mark.parametrize(
    ("fields", "shares"),
    [
        ({}, [89, 311, 800]),
        ({"method": "equal"}, [100, 350, 750]),
        ({"method": "percentage", "weights": {"A1": 5, "A2": 20, "A3": 75}}, [60, 240, 900]),
        ({"method": "fixed", "weights": {"A1": 100, "A2": 300, "A3": 900}}, [92, 277, 831]),
        ({"method": "priority", "weights": {"A1": 1, "A2": 0, "A3": 1}}, [85, 350, 765]),
        ({"method": "rotation"}, [100, 350, 750]),
        ({"method": "fixed", "weights": {"A1": 100, "A2": 900, "A3": 900}}, [89, 311, 800]),
        ({"lot": D(100)}, [100, 300, 800]),
    ],
)
def test_the_fills_are_divided_by(fields: dict[str, Any], shares: list[int], floor: Desk) -> None:
    define(floor, **fields)
    assert got(floor, 1200, *THREE) == shares
    assert floor.state.allocations["B1"].policy == "fair/1"


def test_the_policy_says_how_shares_are_rounded(floor: Desk) -> None:
    members = (("A1", 6), ("A2", 6), ("A3", 2))
    define(floor)
    assert got(floor, 10, *members) == [4, 4, 2]
    define(floor, rounding="webster", version=2)
    assert sorted(got(floor, 10, *members)) == [1, 4, 5]


def test_values_of_accounts_divide_the_fills(floor: Desk) -> None:
    # A1 has 1,000,000.25 in cash; A2 gets 60,000 shares at 50 and 0.75; A3 has nothing.
    floor.done(
        c.BookOpening("two", (lot("A2", 60_000, 1),), (OpeningCash("A2", "USD", D("0.75")),))
    )
    define(floor, method="nav")
    members = (("A1", 900), ("A2", 900), ("A3", 900))
    assert got(floor, 400, *members, instrument="BOLT") == [100, 300, 0]
    assert got(floor, 2000, *members, instrument="BOLT") == [900, 900, 200]


def euros(floor: Desk, *rates: Rate) -> None:
    """Euro shares at 50 and cash in euros and yen, for A2 and A3."""
    floor.done(c.DefineInstruments((instrument("EURO", Currency="EUR"),)))
    floor.done(c.MarkPrices((Price("EURO", D(50), "close", ""),)))
    cash = (OpeningCash("A2", "EUR", D("250000")), OpeningCash("A3", "JPY", D("150000000")))
    floor.done(c.BookOpening("two", (lot("A2", 11_000, 1, name="EURO"),), cash))
    floor.done(c.SetRates(rates), "ops")


def weights(floor: Desk, block: str) -> tuple[int, ...]:
    """What a block's members are weighed by."""
    statement = floor.state.blocks[block].statement
    assert statement is not None
    assert statement.terms is not None
    return statement.terms.basis


EUR = Rate("EUR", "USD", D("1.25"), "ecb", DAY)
JPY = Rate("USD", "JPY", D("150"), "ecb", DAY)


def test_values_of_all_currencies_count_at_the_rates_of_record(floor: Desk) -> None:
    # A1 1,000,000.25 dollars; A2 800,000 euros, 1,000,000 dollars; A3 150 million yen, as much.
    old = Rate("EUR", "USD", D("9"), "ecb", DAY - timedelta(1))
    euros(floor, old, EUR, JPY)
    define(floor, method="nav")
    members = (("A1", 900), ("A2", 900), ("A3", 900))
    assert got(floor, 600, *members) == [200, 200, 200]
    assert weights(floor, "B1") == (100_000_025, 100_000_000, 100_000_000)
    assert got(floor, 600, *members, instrument="EURO") == [200, 200, 200]
    # In euros A1 has 799,998.20: a commission of 2.50 dollars was paid.
    assert weights(floor, "B2")[0] == 79_999_820


def test_a_target_is_of_the_value_in_all_currencies(floor: Desk) -> None:
    euros(floor, EUR, JPY)
    # A2 has 68.75 % of its value in EURO, A3 nothing.
    define(floor, method="drift", weights={"A2": 50, "A3": 10})
    assert got(floor, 10, ("A2", 10), ("A3", 10), instrument="EURO") == [0, 10]
    define(floor, method="drift", weights={"A2": 80, "A3": 10}, version=2)
    assert got(floor, 10, ("A2", 10), ("A3", 10), instrument="EURO") == [10, 0]


def test_a_value_without_a_rate_of_record_is_refused_with_its_account(floor: Desk) -> None:
    euros(floor, EUR)
    define(floor, method="nav")
    block = floor.block(("A2", 100), ("A3", 100))
    route = c.RouteBlock(block, (c.Route("KING", D(200)),))
    assert floor.refused(route, "trader") == {
        "account": "has JPY, of which there is no rate of record in USD: "
        "the allocation policy needs the value of accounts"
    }
    floor.done(c.SetRates((JPY,)), "ops")
    floor.done(route, "trader")


def test_a_value_that_no_number_can_weigh_is_refused_with_its_account(floor: Desk) -> None:
    floor.done(c.MarkPrices((Price("BOLT", D(10**9), "close", ""),)))
    floor.done(c.BookOpening("two", (lot("A2", 10**12, 1, name="BOLT"),)))
    define(floor, method="nav")
    block = floor.block(("A1", 100), ("A2", 100))
    route = c.RouteBlock(block, (c.Route("KING", D(200)),))
    reason = "is worth more than an allocation policy can weigh"
    assert floor.refused(route, "trader") == {"account": reason}


def test_who_is_furthest_from_its_target_is_filled_first(floor: Desk) -> None:
    cash = tuple(OpeningCash(a, "USD", D("100000")) for a in ("A2", "A3"))
    # A2 holds 200 at 50: 10,000 of 110,000, 9.09 %; A3 holds nothing.
    floor.done(c.BookOpening("two", (lot("A2", 200, 1),), cash))
    define(floor, method="drift", weights={"A2": 10, "A3": "0.9"})
    assert got(floor, 10, ("A2", 10), ("A3", 10)) == [10, 0]
    define(floor, method="drift", weights={"A2": 10, "A3": "0.92"}, version=2)
    assert got(floor, 10, ("A2", 10), ("A3", 10)) == [0, 10]


def test_who_would_be_led_away_from_its_target_comes_last(floor: Desk) -> None:
    cash = tuple(OpeningCash(a, "USD", D("100000")) for a in ("A2", "A3"))
    # A2 holds 9.09 %, far above its target of 1 %; A3 has a little to go.
    floor.done(c.BookOpening("two", (lot("A2", 200, 1), lot("A3", 10, 1)), cash))
    define(floor, method="drift", weights={"A2": 1, "A3": "0.6"})
    assert got(floor, 10, ("A2", 10), ("A3", 10)) == [0, 10]
    assert got(floor, 10, ("A2", 10), ("A3", 10), Side=Side.Sell) == [10, 0]


def test_numbers_beyond_all_orders_are_no_bug(floor: Desk) -> None:
    floor.done(c.DefineInstruments((instrument("TINY", qty_scale=8, lot=D("0.00000001")),)))
    floor.done(c.MarkPrices((Price("TINY", D(10**9), "close", ""),)))
    owned = (lot("A2", 10_000, 1, name="TINY"), lot("A1", 1, 1, name="TINY"))
    debt = (OpeningCash("A2", "USD", D("-9999999999999.99")),)
    floor.done(c.BookOpening("two", owned, debt))  # worth a cent
    members = (("A1", 1), ("A2", 1))
    define(floor, minimum=D(10**12), lot=D(10**12))
    assert got(floor, 1, *members, instrument="TINY") in ([10**8, 0], [0, 10**8])
    define(floor, method="drift", weights={"A1": 100, "A2": 0}, version=2)
    sold = got(floor, 1, *members, instrument="TINY", Side=Side.Sell)
    assert sold == [0, 10**8]


def test_the_turn_moves_on_from_block_to_block(floor: Desk) -> None:
    define(floor, method="rotation")
    assert got(floor, 400, *((a, 300) for a in ("A1", "A2", "A3"))) == [300, 100, 0]
    assert got(floor, 400, *((a, 300) for a in ("A1", "A2", "A3"))) == [0, 300, 100]
    assert floor.state.turns == {"fair": floor.state.account_axis.index["A3"]}


def test_an_old_block_does_not_turn_the_turn_back(floor: Desk) -> None:
    define(floor, method="rotation")
    members = tuple((a, 300) for a in ("A1", "A2", "A3"))
    first, name = worked(floor, 400, *members)
    floor.finish(first)
    assert got(floor, 400, *members) == [0, 300, 100]
    floor.fill(name, 10, OrdStatus=OrdStatus.Canceled)
    floor.finish(first)
    assert floor.state.allocations[first].quantities == (300, 110, 0)
    assert floor.state.turns == {"fair": floor.state.account_axis.index["A3"]}


def test_the_firm_s_own_account_gets_what_clients_leave(floor: Desk) -> None:
    floor.done(c.DefineAccounts((Account("A4", "House", "firm", own=True),)))
    assert got(floor, 100, ("A4", 50), ("A1", 150)) == [25, 75]
    define(floor, clients_first=True)
    assert got(floor, 100, ("A4", 50), ("A1", 150)) == [0, 100]
    assert got(floor, 160, ("A4", 50), ("A1", 150)) == [10, 150]


def test_nobody_gets_less_than_the_minimum(floor: Desk) -> None:
    define(floor, minimum=D(20), draw="largest")
    assert got(floor, 100, ("A1", 800), ("A2", 120), ("A3", 80)) == [80, 20, 0]


def test_a_block_that_its_policy_cannot_split_waits_for_a_reason(floor: Desk) -> None:
    define(floor, minimum=D(60))
    block, _ = worked(floor, 50, ("A1", 100), ("A2", 100))
    reason = floor.refused(c.FinishBlock(block), "trader")["block"]
    assert reason.startswith("allocation policy fair/1 cannot split 50: ")
    assert reason.endswith("; give a reason to split it pro rata")
    floor.done(c.FinishBlock(block, "compliance agreed"), "trader")
    event = floor.state.allocations[block]
    assert (event.quantities, event.policy) == ((25, 25), "pro_rata/largest_remainder/1")
    assert event.exception.startswith("allocation policy fair/1 cannot split 50")
    assert floor.alerts() == ["split by exception"]


def test_the_instrument_s_policy_comes_before_the_strategy_s_and_the_house_s(floor: Desk) -> None:
    define(floor)
    define(floor, policy="value", method="equal", strategies=("value", "deep"), house=False)
    define(floor, policy="bolt", method="rotation", instruments=("BOLT",), house=False)
    members = (("A1", 30), ("A2", 90))
    for fields, name in (
        ({}, "fair/1"),
        ({"strategy": "value"}, "value/1"),
        ({"strategy": "value", "instrument": "BOLT"}, "bolt/1"),
        ({"strategy": "growth"}, "fair/1"),
    ):
        block, _ = worked(floor, 60, *members, **fields)
        floor.finish(block)
        assert floor.state.allocations[block].policy == name


def test_orders_of_two_strategies_have_the_policy_of_one_only_if_it_is_the_same(
    floor: Desk,
) -> None:
    define(floor)
    define(floor, policy="value", method="equal", strategies=("value", "deep"), house=False)
    for other, name in (("deep", "value/1"), ("growth", "fair/1")):
        orders = [floor.order(("A1", 30), strategy=own) for own in ("value", other)]
        (block,) = floor.done(c.BlockOrders(tuple(orders)), "trader")
        floor.route(block, 60)
        statement = floor.state.blocks[block].statement
        assert statement is not None
        assert statement.terms is not None
        assert statement.terms.policy == name


def test_the_last_version_of_a_day_holds(floor: Desk) -> None:
    define(floor, method="rotation")
    define(floor, method="equal", version=2)
    assert got(floor, 60, ("A1", 30), ("A2", 90)) == [30, 30]
    assert floor.state.allocations["B1"].policy == "fair/2"


def test_a_policy_holds_from_its_day_on_and_never_for_a_frozen_block(floor: Desk) -> None:
    define(floor, effective=NEXT, method="equal")
    lasting = {"TimeInForce": TimeInForce.GoodTillCancel}
    block = floor.block(("A1", 30), ("A2", 90), **lasting)
    name = floor.route(block, 120)
    floor.fill(name, 60)
    floor.done(c.OpenDay(NEXT), "ops")
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    floor.finish(block)
    assert floor.state.allocations[block].quantities == (15, 45)
    assert floor.state.allocations[block].policy == "pro_rata/largest_remainder/1"
    assert got(floor, 60, ("A1", 30), ("A2", 90)) == [30, 30]


def test_a_block_allocated_again_follows_the_policy_seed_and_weights_of_its_statement(
    floor: Desk,
) -> None:
    define(floor, method="lottery")
    members = tuple((f"A{n}", 10) for n in (1, 2, 3, 4))
    block, name = worked(floor, 20, *members)
    floor.finish(block)
    first = floor.state.allocations[block]
    define(floor, version=2, method="equal")
    floor.done(c.OpenDay(NEXT), "ops")
    ExecID = floor.fill(name, 7, OrdStatus=OrdStatus.Canceled)
    floor.bust(name, ExecID, OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    again = floor.state.allocations[block]
    assert (again.quantities, again.policy, again.seed) == (first.quantities, "fair/1", first.seed)
    assert sorted(again.quantities) == [0, 0, 10, 10]


def test_a_late_fill_takes_nothing_back_from_who_was_told(floor: Desk) -> None:
    block, name = worked(floor, 10, ("A1", 6), ("A2", 6), ("A3", 2))
    floor.finish(block)
    assert floor.state.allocations[block].quantities == (4, 4, 2)
    floor.fill(name, 1, OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    # The largest remainders alone would give 5, 5 and 1.
    after = floor.state.allocations[block].quantities
    assert after[2] == 2
    assert sorted(after) == [2, 4, 5]


def test_a_bust_takes_back_no_more_than_was_lost(floor: Desk) -> None:
    block = floor.block(("A1", 6), ("A2", 6), ("A3", 2))
    name = floor.route(block, 14)
    floor.fill(name, 10)
    ExecID = floor.fill(name, 1)
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)
    floor.finish(block)
    assert floor.state.allocations[block].quantities == (5, 5, 1)
    floor.bust(name, ExecID, OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    after = floor.state.allocations[block].quantities
    assert (sum(after), max(after), after[2]) == (10, 5, 1)


def test_an_old_block_keeps_its_rate_card(floor: Desk) -> None:
    block, name = worked(floor, 100, ("A1", 100))
    ExecID = next(x.ExecID for x in floor.state.executions.values())
    floor.finish(block)
    floor.done(c.DefineBrokers((Broker("KING", "King", "S1", D("0.5")),)))
    floor.correct(name, ExecID, 100, "49", OrdStatus=OrdStatus.Filled)
    floor.finish(block)
    assert floor.state.allocations[block].commission == (125,)
    block, _ = worked(floor, 100, ("A1", 100))
    floor.finish(block)
    assert floor.state.allocations[block].commission == (5000,)


def _old(value: Any) -> Any:
    """Without the fields that journals of old do not have."""
    new = {"seed", "commission_per_share", "told", "lot_methods"}
    if isinstance(value, dict):
        kept = {"BlockAllocated"} & {value.get("type")}
        return {k: _old(v) for k, v in value.items() if kept or k not in new}
    return [_old(one) for one in value] if isinstance(value, list) else value


def test_a_journal_of_old_is_allocated_as_ever(floor: Desk) -> None:
    members = tuple((f"A{n}", 10) for n in (1, 2, 3, 4))
    block, _ = worked(floor, 21, *members)
    rows = [msgspec.to_builtins(record) for record in floor.journal.records]
    cards = [row for row in rows if row["event"]["type"] == "BrokersDefined"]
    assert cards
    old = [row if row in cards else _old(row) for row in rows]
    assert old != rows
    again = desk()
    again.journal.records = msgspec.convert(old, list[e.Record], strict=False)
    again.engine.state.become(again.journal.replay())
    assert again.state.blocks[block].statement.seed == 0
    floor.finish(block)
    again.finish(block)
    ours, theirs = floor.state.allocations[block], again.state.allocations[block]
    assert theirs == msgspec.structs.replace(ours, allocated=theirs.allocated)
    assert sum(theirs.commission) == 26
