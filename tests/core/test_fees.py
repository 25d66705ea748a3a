"""Fees and taxes: each cent is somebody's, on the accounts, on the bill, in cash and in lots."""

from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import DAY, D, Desk, K, desk, lot
from tests.core.after import OPS, confirm, office, replayed, told
from tests.core.test_allocations_commissions import schedule
from tests.core.test_average_groups import house as averaging
from tests.core.test_rate_cards import traded
from tests.states import same
from tradeoms.core import fees
from tradeoms.core.sharing import shares
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker, CommissionSchedule, CommissionTier
from tradeoms.model.fees import Fee, Levy
from tradeoms.model.fields import ConfirmationState, OrdStatus, Side
from tradeoms.model.posttrade import MiscFee
from tradeoms.model.reference import Account
from tradeoms.store import snapshots
from tradeoms.views import ladder

STAMP = schedule((0, 50), basis="value")  # half a percent


def fee(name: str = "sec", **fields: Any) -> Fee:
    values: dict[str, Any] = {"fee": name, "version": 1, "effective": DAY, "schedule": STAMP}
    return Fee(**(values | fields))


def house(*levies: Fee, **fields: Any) -> Desk:
    """KING and QUEEN bill 0.0125 a share; A1 to A4 own 1000 shares each, at 5.00."""
    floor = desk(tuple(lot(a, 5000, 1000) for a in ("A1", "A2", "A3", "A4")))
    brokers = (
        replace(floor.state.brokers[b], commission_per_share=D("0.0125"), **fields)
        for b in ("KING", "QUEEN")
    )
    floor.done(c.DefineBrokers(tuple(brokers)), OPS)
    accounts = (Account(a, a, a, may_short=True) for a in ("A1", "A2", "A3", "A4"))
    floor.done(c.DefineAccounts(tuple(accounts)), OPS)
    if levies:
        floor.done(c.DefineFees(levies), OPS)
    return floor


def paid(floor: Desk, block: str) -> dict[str, int]:
    event = floor.state.allocations[block]
    return dict(zip(event.accounts, event.fees or (0,) * len(event.accounts), strict=True))


MEMBERS = (("A1", 300), ("A2", 100), ("A3", 500), ("A4", 101))


def test_a_fee_on_sales_is_rounded_by_account_and_out_of_their_proceeds() -> None:
    """0.278 bp: of 15,000, 5,000, 25,000 and 5,050 each up to the cent, and so on the bill."""
    rate = schedule((0, "0.278"), basis="value")
    floor = house(fee(schedule=rate, sells=True, rounding="up"))
    before = {a: floor.cash(a) for a, _ in MEMBERS}
    block = traded(floor, *MEMBERS, Side=Side.Sell)
    assert paid(floor, block) == {"A1": 42, "A2": 14, "A3": 70, "A4": 15}
    event = floor.state.allocations[block]
    assert event.net == (1500000 - 375 - 42, 500000 - 125 - 14, 2500000 - 625 - 70, 504859)
    (bill,) = event.bills
    assert (bill.execution, bill.research, bill.fees) == (1251, 0, (Levy("sec/1", 141),))
    got = {a: floor.cash(a) - cents for a, cents in before.items()}
    assert got == dict(zip(event.accounts, event.net, strict=True))
    assert floor.state.realized["proceeds"].tolist() == list(event.net)
    bought = traded(floor, *MEMBERS)
    assert paid(floor, bought) == {"A1": 0, "A2": 0, "A3": 0, "A4": 0}
    assert floor.state.allocations[bought].bills[0].fees == ()


def test_stamp_duty_is_in_the_cost_of_a_buy_at_its_market_and_not_the_exempts() -> None:
    floor = house(fee("stamp", buys=True, markets=("XNYS",), exempt=("A2",), MiscFeeType="5"))
    block = traded(floor, *MEMBERS)
    assert paid(floor, block) == {"A1": 7500, "A2": 0, "A3": 12500, "A4": 2525}
    event, lots = floor.state.allocations[block], floor.state.lots
    assert lots["basis"].tolist()[-4:] == list(event.net)
    assert event.net[1] == 500000 + 125
    floor.done(c.DefineFees((fee("stamp", version=2, effective=DAY, buys=False),)), OPS)
    after = traded(floor, ("A1", 100))
    assert paid(floor, after) == {"A1": 0}, "it is out of use"


def test_the_market_is_the_one_it_was_routed_to_however_often_it_is_allocated() -> None:
    """Listed elsewhere since: late busts and members who join change nothing of it."""
    floor = house(fee("stamp", buys=True, markets=("XNYS",)))
    moved = replace(floor.state.instruments["ACME"], SecurityExchange="XNAS")
    block = floor.block(("A1", 100))
    placed = floor.route(block, 100)
    fills = [floor.fill(placed, 40), floor.fill(placed, 60)]
    joined = floor.order(("A2", 100))
    floor.done(c.JoinBlock(block, (joined,), "forgotten"), "trader")
    floor.done(c.DefineInstruments((moved,)), OPS)
    floor.finish(block)
    assert paid(floor, block) == {"A1": 2500, "A2": 0}
    floor.correct(placed, fills[0], 20, 50)
    floor.report(placed, K.DoneForDay, CumQty=D(80))
    floor.finish(block)
    assert paid(floor, block) == {"A1": 2000, "A2": 0}
    after = traded(floor, ("A1", 100))
    assert paid(floor, after) == {"A1": 0}


def test_a_fee_on_a_placement_is_capped_once_and_split() -> None:
    capped = schedule((0, "0.01"), maximum=D("5.00"))
    floor = house(fee("exchange", schedule=capped, buys=True, per="placement"))
    block = floor.block(("A1", 300), ("A2", 100), ("A3", 300))
    floor.fill(floor.route(block, 600), 600, "50")  # 6.00: capped
    floor.fill(floor.route(block, 100, "QUEEN"), 100, "50")  # 1.00
    floor.finish(block)
    event = floor.state.allocations[block]
    assert [one.fees for one in event.bills] == [
        (Levy("exchange/1", 500),),
        (Levy("exchange/1", 100),),
    ]
    assert sum(event.fees) == 600
    assert dict(zip(event.accounts, event.fees, strict=True))["A2"] in (85, 86)


@pytest.mark.parametrize(
    ("rounding", "amounts"), [("half_up", (3, 2)), ("half_even", (2, 2)), ("up", (3, 2))]
)
def test_each_rounding(rounding: str, amounts: tuple[int, int]) -> None:
    """0.01 a share of 2.5 and of 1.5 cents."""
    floor = house(fee(schedule=schedule((0, "0.0005")), buys=True, rounding=rounding))
    block = traded(floor, ("A1", 50), ("A2", 30))
    assert tuple(paid(floor, block).values()) == amounts
    small = traded(floor, ("A1", 2))  # a tenth of a cent
    assert paid(floor, small) == {"A1": 1 if rounding == "up" else 0}


def test_what_was_known_at_the_route_and_in_force_on_the_day_holds() -> None:
    floor = house(
        fee(schedule=schedule((0, "0.01")), buys=True),
        fee("later", buys=True, effective=DAY + timedelta(1)),
    )
    block = floor.block(("A1", 100))
    name = floor.route(block, 100)
    floor.done(c.DefineFees((fee("late", buys=True), fee(version=2, buys=True))), OPS)
    execution = floor.fill(name, 100)
    floor.finish(block)
    assert paid(floor, block) == {"A1": 100}
    floor.done(c.OpenDay(DAY + timedelta(1)), OPS)
    floor.correct(name, execution, 100, "49", OrdStatus=OrdStatus.Filled)
    floor.finish(block)
    assert paid(floor, block) == {"A1": 100}
    fresh = traded(floor, ("A1", 100))
    names = [one.fee for one in floor.state.allocations[fresh].bills[0].fees]
    assert names == ["sec/2", "later/1", "late/1"]
    replayed(floor)


def test_a_confirmation_without_the_fee_is_none_of_ours() -> None:
    floor = house(fee(sells=True))
    known = told(floor, traded(floor, *MEMBERS, Side=Side.Sell))
    assert [known.fee(n) for n in range(4)] == [7500, 2500, 12500, 2525]
    right = confirm(floor, known, "A1")
    assert right.state is ConfirmationState.Matched
    bare = confirm(floor, known, "A2", NetMoney=D("4998.75"))
    assert bare.state is ConfirmationState.Mismatched
    assert [str(one) for one in bare.differences] == ["NetMoney: yours 4998.75, ours 4973.75"]
    named = confirm(floor, known, "A3", MiscFees=(MiscFee(D(100), "1"), MiscFee(D("25.00"), "2")))
    assert named.state is ConfirmationState.Matched
    wrong = confirm(floor, known, "A4", MiscFees=(MiscFee(D("0.4"), "1", "2"),))
    assert [str(one) for one in wrong.differences] == ["MiscFeeAmt: yours 20.20, ours 25.25"]


def test_the_cash_ladder_has_fees_apart() -> None:
    floor = house(fee(buys=True))
    block = traded(floor, ("A1", 100))
    settles = floor.state.allocations[block].settle_date
    (row,) = (r for r in ladder.all_rows(floor.state) if r.account == "A1" and r.day == settles)
    assert (row.bought, row.commission, row.fees) == (D(-5000), D("-1.25"), D(-25))
    assert row.balance == row.opening + row.bought + row.commission + row.fees


def test_blocks_at_one_price_are_levied_at_it() -> None:
    floor = averaging()
    floor.done(c.DefineFees((fee(buys=True),)), OPS)
    one = traded(floor, ("A1", 100), price="50")
    assert paid(floor, one) == {"A1": 2500}
    two = traded(floor, ("A2", 100), ("A3", 100), price="53")
    assert paid(floor, one) == {"A1": 2600}
    assert paid(floor, two) == {"A2": 2600, "A3": 2600}
    for block in (one, two):
        event = floor.state.allocations[block]
        columns = zip(event.gross, event.commission, event.fees, event.net, strict=True)
        assert all(net == sum(parts) for *parts, net in columns)
        assert event.bills[0].fees == (Levy("sec/1", sum(event.fees)),)
        (share,) = shares(floor.state, event).values()
        assert share.net.tolist() == list(event.net)
    replayed(floor)


def test_an_error_after_settlement_moves_nobody_elses_fee() -> None:
    floor = averaging()
    floor.done(c.DefineFees((fee(buys=True, per="placement"),)), OPS)
    one = traded(floor, ("A1", 33), price="50")
    two = traded(floor, ("A2", 50), price="50.07")
    before = floor.state.allocations[one]
    for n in range(1, 5):
        floor.done(c.OpenDay(DAY + timedelta(n)), OPS)
    floor.done(c.MoveToError(two, "A2", D(20), "wrong account"), OPS)
    assert floor.state.allocations[one] == before
    assert sum(paid(floor, two).values()) == floor.state.allocations[two].bills[0].fees[0].amount
    assert set(paid(floor, two)) == {"A2", "ERR"}
    replayed(floor)


rates = st.sampled_from(
    [
        *(schedule((0, 0)), schedule((0, "0.0033")), schedule((0, "0.278"), basis="value")),
        schedule((0, "0.02"), (100, "0.01"), minimum=D(2)),
        schedule((0, 30), basis="value", flat=D("0.07"), maximum=D(4)),
    ]
)
levies = st.builds(
    fee,
    st.sampled_from(["F1", "F2", "F3"]),
    schedule=rates,
    buys=st.booleans(),
    sells=st.just(value=True),
    per=st.sampled_from(fees.PER),
    rounding=st.sampled_from(["half_up", "half_even", "up"]),
    exempt=st.sampled_from([(), ("M0",), ("M1", "M2")]),
)
WAYS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "up": ROUND_CEILING}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 400), min_size=3, max_size=6),
    st.lists(st.tuples(st.integers(1, 500), st.integers(1, 9999)), min_size=1, max_size=3),
    st.lists(levies, max_size=3, unique_by=lambda one: one.fee),
    st.booleans(),
)
def test_every_cent_is_an_accounts_and_on_a_bill(
    wanted: list[int], fills: list[tuple[int, int]], known: list[Fee], sells: bool
) -> None:
    """Accounts add up to the bills, fee by fee; what is booked is what brokers are told; nobody
    pays what it is exempt from, and no account more than could have been foreseen.
    """
    floor = office()
    names = [f"M{n}" for n in range(len(wanted))]
    brokers = (Broker(f"K{n}", "", "S1", D("0.0125")) for n in range(len(fills)))
    floor.done(c.DefineBrokers(tuple(brokers)), OPS)
    floor.done(c.DefineAccounts(tuple(Account(n, n, n, may_short=True) for n in names)), OPS)
    if known:
        floor.done(c.DefineFees(tuple(known)), OPS)
    locate = {"locate": "L"} if sells else {}
    members = dict(zip(names, wanted, strict=True))
    block = floor.block(*members.items(), Side=Side.SellShort if sells else Side.Buy, **locate)
    left = sum(wanted)
    for n, (quantity, price) in enumerate(fills):
        if filled := min(quantity, left):
            left -= filled
            floor.fill(floor.route(block, filled, f"K{n}"), filled, D(price) / 100)
    floor.finish(block)
    event, way = floor.state.allocations[block], -1 if sells else 1
    taken = event.fees or (0,) * len(names)
    columns = zip(event.gross, event.commission, taken, event.net, strict=True)
    assert all(net == gross + way * (costs + more) for gross, costs, more, net in columns)
    booked = dict.fromkeys(names, 0)
    for share, bill in zip(shares(floor.state, event).values(), event.bills, strict=True):
        assert bill.fees == tuple(Levy(one.fee, sum(one.cents)) for one in share.fees)
        for one in share.fees:
            (rule,) = (rule for rule in known if rule.name == one.fee)
            assert rule.sells if sells else rule.buys
            for n, (account, cents) in enumerate(zip(share.accounts, one.cents, strict=True)):
                booked[account] += cents
                assert not (cents and account in rule.exempt)
                if rule.per == "account" and account not in rule.exempt:
                    assert cents == _by_hand(rule, share, n)
        assert share.net.tolist() == [
            g + way * (x + f)
            for g, x, f in zip(share.gross, share.commission, share.taxed(), strict=True)
        ]
    assert booked == dict(zip(event.accounts, taken, strict=True))
    placed = list(floor.state.placements.values())
    gross = sum(event.gross)
    assert sum(taken) <= fees.at_most(floor.state, placed, gross, len(names))
    replayed(floor)
    same(floor.state, snapshots.decode(snapshots.encode(floor.state)))


def _by_hand(rule: Fee, share: Any, n: int) -> int:
    """Decimals, tier by tier."""
    plan = rule.schedule
    measure = D(int(share.quantities[n]))
    if plan.basis == "value":
        measure = D(int(share.gross[n])) / 100
    total, ends = D(0), [*(t.start for t in plan.tiers[1:]), measure]
    for tier, end in zip(plan.tiers, ends, strict=True):
        total += max(min(end, measure) - tier.start, D(0)) * tier.rate
    money = (total / 10_000 if plan.basis == "value" else total) + plan.flat
    amount = money.quantize(Decimal("0.01"), WAYS[rule.rounding])
    amount = max(amount, plan.minimum or amount)
    return int(min(amount, plan.maximum or amount) * 100)


def test_what_no_fee_may_say() -> None:
    floor = house()
    wrong = fee(
        *("a/b",),
        version=0,
        schedule=schedule((0, -1), basis="luck"),
        markets=("XMOON",),
        instruments=("MOON",),
        exempt=("A9",),
        per="day",
        rounding="down",
        MiscFeeType="x",
    )
    assert floor.refused(c.DefineFees((wrong,)), OPS) == {
        "fees[0].fee": "must be 1 to 32 characters without a slash",
        "fees[0].version": "must be above zero",
        "fees[0].per": "must be account or placement",
        "fees[0].rounding": "must be half_up or half_even or up",
        "fees[0].MiscFeeType": "must be 1 or 2 or 3 or 4 or 5 or 6 or 7",
        "fees[0].buys": "or sells is needed",
        "fees[0].schedule.tiers[0].rate": "is below zero",
        "fees[0].schedule.basis": "must be unit or value",
        "fees[0].instruments[0]": "unknown instrument",
        "fees[0].exempt[0]": "unknown account",
        "fees[0].markets[0]": "no instrument has this SecurityExchange",
    }
    floor.done(c.DefineFees((fee(buys=True),)), OPS)
    floor.done(c.DefineFees((fee(buys=True),)), OPS)
    assert len(floor.state.fees["sec"]) == 1
    assert floor.refused(c.DefineFees((fee(sells=True),)), OPS) == {
        "fees[0].version": "version 1 is defined already: take a higher one"
    }
    sooner = fee(version=2, effective=DAY - timedelta(1), buys=True)
    assert floor.refused(c.DefineFees((sooner,)), OPS) == {
        "fees[0].effective": "is before version 1's"
    }


def test_a_schedule_of_no_numbers_is_refused_in_every_place() -> None:
    none = D("NaN")
    bad = CommissionSchedule("value", (CommissionTier(none, none),), minimum=none, maximum=D(1))
    found = house().refused(c.DefineFees((fee("f", schedule=bad, buys=True),)), OPS)
    place = "fees[0].schedule"
    assert set(found) == {f"{place}.tiers[0].start", f"{place}.tiers[0].rate", f"{place}.minimum"}
