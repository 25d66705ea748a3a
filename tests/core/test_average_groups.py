"""Several blocks of a day at one average price: who shares it, and to the cent."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import DAY, D, Desk, K, desk, lot
from tests.core.after import OPS, accepted, confirm, instructions, leave, replayed, told
from tests.core.splits import define
from tests.core.test_rate_cards import CENT, NOTHING, card
from tests.states import same
from tradeoms.core.commissions import cents, money
from tradeoms.core.sharing import shares
from tradeoms.model import commands as c
from tradeoms.model.events import BlockAllocated
from tradeoms.model.fields import ConfirmationState, Handling, OrdStatus, Side
from tradeoms.model.reference import Account
from tradeoms.store import snapshots


def house(automatic: bool = False, **fields: Any) -> Desk:
    """Blocks of a day share their price; KING and QUEEN know of it, and are told by themselves."""
    floor = desk(tuple(lot(a, 5000, 1000) for a in ("A1", "A2", "A3", "A4")))
    handling = Handling.Automatic if automatic else Handling.Manual
    brokers = (
        replace(floor.state.brokers[b], knows_price_groups=True, allocations=handling, **fields)
        for b in ("KING", "QUEEN")
    )
    floor.done(c.DefineBrokers(tuple(brokers)), OPS)
    error = Account("ERR", "Errors", "firm", may_short=True, error=True)
    floor.done(c.DefineAccounts((error,)), OPS)
    define(floor, average_blocks=True)
    return floor


def traded(
    floor: Desk, *members: tuple[str, Any], price: Any, broker: str = "KING", **fields: Any
) -> tuple[str, str, str]:
    """An allocated block, its placement, its fill."""
    block, total = floor.block(*members, **fields), sum(q for _, q in members)
    name = floor.route(block, total, broker)
    execution = floor.fill(name, total, price)
    floor.finish(block)
    return block, name, execution


def busted(floor: Desk, name: str, execution: str) -> None:
    """The broker takes a fill back and has nothing more to do."""
    floor.bust(name, execution)
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)


def event(floor: Desk, block: str) -> BlockAllocated:
    return floor.state.allocations[block]


def group(floor: Desk, block: str) -> str:
    return event(floor, block).price_group


def holds(floor: Desk) -> None:
    """Of each pool: one price, accounts' cents those of the bills, each as near as rounding lets
    it; what is booked, and what brokers are told, is the same.
    """
    pools: dict[str, list[BlockAllocated]] = {}
    for one in floor.state.allocations.values():
        pools.setdefault(one.price_group or one.block, []).append(one)
    cash = dict.fromkeys(floor.state.accounts, 0)
    cash["A1"] = 100000025
    for events in pools.values():
        placed = [
            floor.state.placements[name]
            for one in events
            for name in floor.state.blocks[one.block].placements
            if floor.state.placements[name].CumQty
        ]
        gross, bill = money(floor.state, floor.state.instruments["ACME"], placed)
        units = sum(sum(one.quantities) for one in events)
        way = -1 if floor.state.blocks[events[0].block].Side.sells else 1
        assert sum(sum(one.gross) for one in events) == gross
        assert sum(sum(one.commission) - sum(one.research) for one in events) == bill
        assert sum(sum(one.net) for one in events) == gross + way * sum(
            row.execution + row.research for one in events for row in one.bills
        )
        assert len({one.AvgPx for one in events}) == 1
        for one in events:
            rows = zip(one.accounts, one.quantities, one.gross, one.net, strict=True)
            for account, quantity, value, net in rows:
                assert abs(value - Fraction(gross * quantity, units or 1)) < 1
                cash[account] -= way * net
            parts = list(shares(floor.state, one).values())
            if one.price_group:
                assert [sum(share.net.tolist()) for share in parts] == [sum(one.net)]
    assert {name: floor.cash(name) for name in cash} == cash


@pytest.mark.parametrize("side", [Side.Buy, Side.Sell])
def test_blocks_of_a_day_have_one_price(side: Side) -> None:
    floor = house()
    one, *_ = traded(floor, ("A1", 100), ("A2", 50), price="50", Side=side)
    assert event(floor, one).AvgPx == "50.00000000"
    two, *_ = traded(floor, ("A3", 100), price="50.01", Side=side)
    three, *_ = traded(floor, ("A1", 33), price="50.04", Side=side)
    assert group(floor, one) == group(floor, two) == group(floor, three) == "B1/KING"
    # 150 at 50, 100 at 50.01 and 33 at 50.04 are 14,152.32 for 283: 50.008198...
    assert event(floor, one).AvgPx == event(floor, three).AvgPx == "50.00819788"
    assert [event(floor, b).gross for b in (one, two, three)] == [
        (500082, 250041),
        (500082,),
        (165027,),
    ]
    assert floor.state.orders["O1"].AvgPx == D("50.00819788")
    holds(floor)
    replayed(floor)


def test_what_the_rules_of_merging_keep_apart_has_its_own_price() -> None:
    floor = house()
    floor.done(c.DefineAccounts((Account("A4", "Name A4", "T4", alone=True),)), OPS)
    first, *_ = traded(floor, ("A1", 100), price="50")
    others = [
        traded(floor, ("A2", 100), price="50", Price=51)[0],
        traded(floor, ("A2", 100), price="50", Side=Side.Sell)[0],
        traded(floor, ("A2", 100), price="50", instrument="BOLT")[0],
        traded(floor, ("A4", 100), price="50")[0],
        traded(floor, ("A2", 100), price="50", instructions="careful")[0],
    ]
    pools = {group(floor, name) for name in (first, *others)}
    assert pools == {f"{name}/KING" for name in (first, *others)}
    floor.done(c.OpenDay(DAY + timedelta(1)), OPS)
    later, *_ = traded(floor, ("A1", 100), price="60")
    assert group(floor, later) == f"{later}/KING"
    define(floor, average_blocks=True, version=2, effective=DAY + timedelta(1))
    last, *_ = traded(floor, ("A1", 100), price="60")
    assert group(floor, last) == f"{last}/KING"
    assert event(floor, first).AvgPx == "50.00000000"


def test_a_group_is_one_brokers_and_says_who_is_left_out() -> None:
    floor = house()
    king, *_ = traded(floor, ("A1", 100), price="50")
    queen, *_ = traded(floor, ("A2", 100), price="52", broker="QUEEN")
    assert (group(floor, king), group(floor, queen)) == ("B1/KING", "B1/QUEEN")
    both = floor.block(("A3", 100))
    floor.fill(floor.route(both, 50), 50, "50")
    floor.fill(floor.route(both, 50, "QUEEN"), 50, "52")
    floor.finish(both)
    assert group(floor, both) == ""
    assert event(floor, both).AvgPx == "51.00000000"
    (alert,) = [a for a in floor.state.alerts.values() if a.kind == "own price"]
    assert (alert.subject, alert.text) == (
        both,
        "was filled by KING and QUEEN: its price is not averaged with B1, B2",
    )
    holds(floor)


def test_who_joined_later_pays_its_own_fills() -> None:
    floor = house()
    first, *_ = traded(floor, ("A1", 100), price="50")
    block = floor.block(("A2", 100))
    name = floor.route(block, 100)
    floor.fill(name, 50, "52")
    late = floor.order(("A3", 50))
    floor.done(c.JoinBlock(block, (late,), "same idea"), "trader")
    floor.fill(name, 50, "54")
    floor.fill(floor.route(block, 50), 50, "54")
    floor.finish(block)
    assert group(floor, block) == ""
    assert event(floor, first).AvgPx == "50.00000000"
    (alert,) = [a for a in floor.state.alerts.values() if a.kind == "own price"]
    assert alert.text.startswith("its members changed after the first route: its price is not")
    replayed(floor)


def test_a_delivery_corrects_the_blocks_whose_price_changed() -> None:
    floor = house()
    traded(floor, ("A1", 100), price="50")
    floor.done(c.Deliver(), OPS)
    traded(floor, ("A3", 100), price="51")
    floor.done(c.Deliver(), OPS)
    lines = floor.state.deliveries[2].lines
    assert [(one.action, one.trade, one.AvgPx, one.price_group) for one in lines] == [
        ("new", "B2/O2/A3", D("50.5"), "B1"),
        ("cancel", "B1/O1/A1", D(50), "B1"),
        ("correct", "B1/O1/A1", D("50.5"), "B1"),
    ]


def test_a_broker_that_books_each_block_by_itself_is_left_alone() -> None:
    floor = house()
    king = replace(floor.state.brokers["KING"], knows_price_groups=False)
    floor.done(c.DefineBrokers((king,)), OPS)
    one, *_ = traded(floor, ("A1", 100), price="50")
    two, *_ = traded(floor, ("A2", 100), price="52")
    assert [event(floor, b).AvgPx for b in (one, two)] == ["50.00000000", "52.00000000"]
    assert floor.alerts() == ["own price"]


def test_the_group_is_written_before_the_first_route() -> None:
    """A policy that says so later, or no longer, changes nothing for what is on its way."""
    floor = house()
    one = floor.block(("A1", 100))
    name = floor.route(one, 100)
    define(floor, version=2)
    two, *_ = traded(floor, ("A2", 100), price="52")
    floor.fill(name, 100, "50")
    floor.finish(one)
    assert (group(floor, one), group(floor, two)) == ("B1/KING", "")
    assert [event(floor, b).AvgPx for b in (one, two)] == ["50.00000000", "52.00000000"]


def test_a_bust_or_correction_of_one_reprices_all() -> None:
    floor = house()
    one, *_ = traded(floor, ("A1", 100), price="50")
    two, name, execution = traded(floor, ("A2", 100), price="52")
    three, *_ = traded(floor, ("A3", 200), price="51")
    assert event(floor, one).AvgPx == "51.00000000"
    again = floor.correct(name, execution, 100, "54", OrdStatus=OrdStatus.Filled)
    assert not floor.state.allocations.get(two)
    assert event(floor, one).AvgPx == event(floor, three).AvgPx == "50.66666667"
    holds(floor)
    floor.finish(two)
    assert {event(floor, b).AvgPx for b in (one, two, three)} == {"51.50000000"}
    holds(floor)
    busted(floor, name, again)
    floor.finish(two)
    assert event(floor, two).price_group == ""
    assert event(floor, one).AvgPx == "50.66666667"
    holds(floor)
    replayed(floor)


def test_sales_that_came_after_are_booked_again() -> None:
    floor = house()
    one, *_ = traded(floor, ("A1", 100), price="50")
    sold, *_ = traded(floor, ("A1", 5050), price="60", Side=Side.Sell)
    traded(floor, ("A2", 100), price="52")
    assert event(floor, one).gross == (510000,)
    (left,) = floor.lots("A1")
    assert left[2:] == (50, 510000 + 125)
    assert event(floor, sold).AvgPx == "60.00000000"
    holds(floor)


def test_brokers_are_told_the_common_price_and_confirm_it() -> None:
    floor = house()
    one, *_ = traded(floor, ("A1", 100), ("A2", 50), price="50")
    first = accepted(floor, one)
    assert (first.AvgPx, first.AvgPxGroupID) == (D("50"), "B1")
    assert confirm(floor, first, "A1").state is ConfirmationState.Matched
    two, *_ = traded(floor, ("A3", 150), price="51")
    assert floor.alerts()[-1] == "allocation void"
    again = told(floor, one)
    assert (again.RefAllocID, again.AvgPx) == (first.AllocID, D("50.5"))
    second = told(floor, two)
    assert (second.RefAllocID, second.AvgPx, second.AvgPxGroupID) == ("", D("50.5"), "B1")
    assert sum(again.gross) + sum(second.gross) == 15000 * 50 + 15000 * 51
    assert confirm(floor, again, "A2").state is ConfirmationState.Matched


def test_brokers_that_are_told_by_themselves_are_told_again() -> None:
    floor = house(automatic=True)
    traded(floor, ("A1", 100), price="50")
    leave(floor)
    traded(floor, ("A3", 100), price="51")
    leave(floor)
    assert [(k.block, k.AvgPx, k.RefAllocID) for k in instructions(floor)][1:] == [
        ("B2", D("50.5"), ""),
        ("B1", D("50.5"), instructions(floor)[0].AllocID),
    ]


def test_research_and_own_rates_are_those_of_the_group() -> None:
    floor = house(research=CENT)
    floor.done(c.DefineRateCards((card(accounts=("A2",), research=NOTHING),)), OPS)
    one, *_ = traded(floor, ("A1", 100), ("A2", 50), price="50")
    two, *_ = traded(floor, ("A3", 33), price="52")
    assert (event(floor, one).research, event(floor, two).research) == ((100, 0), (33,))
    bills = [row for name in (one, two) for row in event(floor, name).bills]
    assert sum(row.gross for row in bills) == 150 * 5000 + 33 * 5200
    assert floor.state.research == {"KING/USD": 133}
    holds(floor)


def test_what_moves_to_the_error_account_moves_nobody_elses_money() -> None:
    floor = house()
    one, *_ = traded(floor, ("A1", 101), ("A2", 50), price="50.01")
    two, *_ = traded(floor, ("A3", 33), price="52.03")
    before = event(floor, two)
    floor.done(c.OpenDay(DAY + timedelta(2)), OPS)
    floor.done(c.MoveToError(one, "A1", D(100), "wrong account"), OPS)
    assert event(floor, two) == before
    assert sum(event(floor, one).gross) == cents(D(151) * D("50.01") + 33 * D("52.03")) - sum(
        before.gross
    )
    assert event(floor, one).AvgPx == before.AvgPx
    assert floor.held("ERR") == 100


def test_an_overfilled_block_shares_its_excess_too() -> None:
    floor = house()
    traded(floor, ("A1", 100), price="50")
    block = floor.block(("A2", 100))
    name = floor.route(block, 100)
    floor.fill(name, 150, "52")
    floor.done(c.BookError(block, "the broker's", "ERR"), OPS)
    floor.finish(block)
    assert event(floor, block).accounts == ("A2", "ERR")
    assert event(floor, block).AvgPx == "51.20000000"
    holds(floor)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_whatever_happens_pools_add_up(data: st.DataObject) -> None:
    """Blocks, busts, corrections, errors and late finishes at random: cents are never lost, and a
    replay and a snapshot know the same.
    """
    floor, draw = house(research=CENT), data.draw
    accounts = st.sampled_from(("A1", "A2", "A3", "A4"))
    fills: list[tuple[str, str, int]] = []
    for _ in range(draw(st.integers(2, 8))):
        kind = draw(st.sampled_from(("trade", "trade", "bust", "correct", "move", "finish")))
        if kind == "trade" or not fills:
            members = draw(st.dictionaries(accounts, st.integers(1, 90), min_size=1))
            block, total = floor.block(*members.items()), sum(members.values())
            name = floor.route(block, total, draw(st.sampled_from(("KING", "KING", "QUEEN"))))
            price = D(draw(st.integers(4900, 5100))) / 100
            fills.append((name, floor.fill(name, total, price), total))
            if draw(st.booleans()):
                floor.finish(block)
            continue
        name, execution, total = fills.pop(draw(st.integers(0, len(fills) - 1)))
        block = floor.placement(name).block
        if kind == "bust":
            busted(floor, name, execution)
        elif kind == "correct":
            price = D(draw(st.integers(4900, 5100))) / 100
            new = floor.correct(name, execution, total, price, OrdStatus=OrdStatus.Filled)
            fills.append((name, new, total))
        elif kind == "move" and (known := floor.state.allocations.get(block)):
            account = draw(st.sampled_from(known.accounts))
            floor.do(c.MoveToError(block, account, D(1), "mistake"), OPS)
        for one in floor.state.blocks.values():
            if one.state == "working" and draw(st.booleans()):
                floor.finish(one.block)
        holds(floor)
    holds(floor)
    replayed(floor)
    same(floor.state, snapshots.decode(snapshots.encode(floor.state)))
