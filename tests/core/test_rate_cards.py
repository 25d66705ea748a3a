"""Accounts with rates of their own, and commissions in two parts: each cent is somebody's."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.builders import DAY, D, Desk, desk, lot
from tests.core.after import OPS, confirm, office, replayed, told
from tests.core.test_allocations_commissions import schedule
from tests.states import same
from tradeoms.core.charging import at_most
from tradeoms.core.commissions import bill, cents
from tradeoms.core.sharing import Share, shares
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker, CommissionSchedule
from tradeoms.model.fields import ConfirmationState, OrdStatus, Side
from tradeoms.model.rate_cards import Bill, RateCard
from tradeoms.model.reference import Account
from tradeoms.store import snapshots

NOTHING = CommissionSchedule()
CENT = schedule((0, "0.01"))


def card(name: str = "eu", **fields: Any) -> RateCard:
    values: dict[str, Any] = {"card": name, "version": 1, "effective": DAY}
    return RateCard(**(values | fields))


def house(*cards: RateCard, research: CommissionSchedule | None = CENT) -> Desk:
    """Both brokers bill 0.0125 a share, and research; A1 and A2 are of the group `eu`."""
    floor = desk(tuple(lot(a, 5000, 1000) for a in ("A1", "A2", "A3", "A4")))
    rate = D("0.0125")
    brokers = (
        Broker(b, b, s, rate, research=research) for b, s in (("KING", "S1"), ("QUEEN", "S2"))
    )
    floor.done(c.DefineBrokers(tuple(brokers)), OPS)
    accounts = (Account(a, a, a, may_short=True, group="eu") for a in ("A1", "A2"))
    floor.done(c.DefineAccounts(tuple(accounts)), OPS)
    if cards:
        floor.done(c.DefineRateCards(cards), OPS)
    return floor


def traded(floor: Desk, *members: tuple[str, Any], price: str = "50", **fields: Any) -> str:
    block, total = floor.block(*members, **fields), sum(q for _, q in members)
    floor.fill(floor.route(block, total), total, price)
    floor.finish(block)
    return block


def parts(floor: Desk, block: str) -> dict[str, tuple[int, int]]:
    """Execution and research by account."""
    event = floor.state.allocations[block]
    research = event.research or (0,) * len(event.accounts)
    rows = zip(event.accounts, event.commission, research, strict=True)
    return {account: (commission - part, part) for account, commission, part in rows}


MEMBERS = (("A1", 300), ("A2", 100), ("A3", 500), ("A4", 101))


@pytest.mark.parametrize("side", [Side.Buy, Side.Sell])
def test_research_is_billed_besides_and_split_by_itself(side: Side) -> None:
    floor = house()
    block = traded(floor, *MEMBERS, Side=side)
    event = floor.state.allocations[block]
    assert parts(floor, block) == {
        "A1": (375, 300),
        "A2": (125, 100),
        "A3": (625, 500),
        "A4": (126, 101),
    }
    assert event.bills == (Bill("KING", 1001 * 5000, 1251, 1001),)
    way = -1 if side is Side.Sell else 1
    assert event.net == tuple(
        g + way * x for g, x in zip(event.gross, event.commission, strict=True)
    )
    assert floor.state.research == {"KING/USD": 1001}


def test_who_pays_for_no_research_leaves_it_to_nobody() -> None:
    floor = house(card(groups=("eu",), research=NOTHING))
    block = traded(floor, *MEMBERS)
    assert parts(floor, block) == {
        "A1": (375, 0),
        "A2": (125, 0),
        "A3": (625, 500),
        "A4": (126, 101),
    }
    assert floor.state.allocations[block].bills == (Bill("KING", 1001 * 5000, 1251, 601),)


def test_the_accounts_of_a_card_are_one_line_of_the_bill() -> None:
    flat = schedule((0, "0.001"), minimum=D("1.01"))
    floor = house(card(groups=("eu",), execution=flat), research=None)
    block = traded(floor, *MEMBERS)
    # 400 shares at 0.001 are 0.40: the minimum, once for both.
    assert parts(floor, block) == {"A1": (76, 0), "A2": (25, 0), "A3": (625, 0), "A4": (126, 0)}


def test_the_nearest_card_holds() -> None:
    """The account's own before its group's, one that names the broker before one for all."""
    rates = {"one": ("A1",), "two": ("A1",)}
    floor = house(
        card("one", accounts=rates["one"], execution=schedule((0, "0.02"))),
        card("two", accounts=rates["two"], brokers=("QUEEN",), execution=schedule((0, "0.03"))),
        card("three", groups=("eu",), execution=schedule((0, "0.04"))),
        card("four", groups=("eu",), brokers=("QUEEN",), execution=schedule((0, "0.05"))),
        research=None,
    )
    block = floor.block(("A1", 100), ("A2", 100))
    floor.fill(floor.route(block, 100), 100)
    floor.fill(floor.route(block, 100, "QUEEN"), 100)
    floor.finish(block)
    assert parts(floor, block) == {"A1": (50 * 2 + 50 * 3, 0), "A2": (50 * 4 + 50 * 5, 0)}


def test_a_bill_is_by_what_was_agreed_when_it_was_routed() -> None:
    floor = house(card(groups=("eu",), research=NOTHING, effective=DAY + timedelta(1)))
    block = floor.block(*MEMBERS)
    name = floor.route(block, 1001)
    floor.done(c.DefineRateCards((card("late", accounts=("A3",), research=NOTHING),)), OPS)
    execution = floor.fill(name, 1001)
    floor.finish(block)
    before = parts(floor, block)
    assert before == {"A1": (375, 300), "A2": (125, 100), "A3": (625, 500), "A4": (126, 101)}
    floor.done(c.OpenDay(DAY + timedelta(1)), OPS)
    floor.correct(name, execution, 1001, "49", OrdStatus=OrdStatus.Filled)
    assert floor.state.research == {"KING/USD": 0}
    floor.finish(block)
    assert parts(floor, block) == before
    assert floor.state.research == {"KING/USD": 1001}


def test_an_account_keeps_the_group_it_had_before_the_first_route() -> None:
    floor = house(card(groups=("eu",), research=NOTHING))
    block = floor.block(*MEMBERS)
    name = floor.route(block, 1001)
    floor.done(c.DefineAccounts((Account("A1", "A1", "A1", group="us"),)), OPS)
    floor.fill(name, 1001)
    floor.finish(block)
    assert parts(floor, block)["A1"] == (375, 0)


def test_who_joins_later_has_its_own_rates() -> None:
    floor = house(card(groups=("eu",), research=NOTHING))
    block = floor.block(("A3", 500))
    name = floor.route(block, 500)
    floor.fill(name, 200)
    late = floor.order(("A2", 100))
    floor.done(c.JoinBlock(block, (late,), "same idea"), "trader")
    floor.fill(name, 300)
    more = floor.route(block, 100)
    floor.fill(more, 100)
    floor.finish(block)
    assert parts(floor, block) == {"A3": (625, 500), "A2": (125, 0)}


def test_a_confirmation_is_compared_with_the_accounts_own_rates() -> None:
    floor = house(card(groups=("eu",), research=NOTHING))
    known = told(floor, traded(floor, *MEMBERS))
    assert (known.commission, known.research) == ((375, 125, 1125, 227), (0, 0, 500, 101))
    right = confirm(floor, known, "A1", Commission=D("3.76"), NetMoney=D("15003.76"))
    assert right.state is ConfirmationState.Matched  # a cent is the broker's tolerance
    wrong = confirm(floor, known, "A2", Commission=D("2.25"), NetMoney=D("5002.25"))
    assert wrong.state is ConfirmationState.Mismatched
    assert [one.field for one in wrong.differences] == ["Commission", "NetMoney"]


@pytest.mark.parametrize(("research", "parts"), [(None, 1), (CENT, 2)])
def test_each_part_of_a_bill_may_be_off_by_a_cent_and_no_more(
    research: CommissionSchedule | None, parts: int
) -> None:
    """A net is of the gross besides; tolerances of a cent, from either side."""
    floor = house(research=research)
    known = told(floor, traded(floor, *MEMBERS))
    for n, (beyond, sign) in enumerate([(0, 1), (0, -1), (1, 1), (1, -1)]):
        off = {
            name: (amount[n] + sign * (most + beyond)) * D("0.01")
            for name, amount, most in (
                ("Commission", known.commission, parts),
                ("NetMoney", known.net, 1 + parts),
            )
        }
        found = confirm(floor, known, known.accounts[n], **off)
        assert [one.field for one in found.differences] == list(off) * beyond


def test_room_is_looked_for_by_all_rates_together() -> None:
    floor = house(card(groups=("eu",), execution=schedule((0, "0.02")), research=CENT))
    traded(floor, *MEMBERS)
    placed = list(floor.state.placements.values())
    found = at_most(floor.state, floor.state.instruments["ACME"], placed)
    assert found == (1001 * 5000, 1251 + 1001 + 2002 + 1001)


rates = st.sampled_from(
    [
        *(None, NOTHING, CENT, schedule((0, "0.0033")), schedule((0, 3), basis="value")),
        schedule((0, "0.02"), (100, "0.01"), minimum=D(2)),
        schedule((0, "-0.001"), flat=D("0.07"), maximum=D(4)),
    ]
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 400), rates, rates, st.integers(0, 3)), min_size=1, max_size=6
    ),
    st.lists(st.tuples(st.integers(1, 500), st.integers(1, 9999), rates), min_size=1, max_size=4),
    st.booleans(),
)
def test_every_cent_is_an_accounts_and_a_brokers(
    members: list[tuple[int, Any, Any, int]], fills: list[tuple[int, int, Any]], sells: bool
) -> None:
    """Whatever rates, members and brokers: each line of each bill is the schedule over its share,
    accounts add up to it, and what an account is booked is what its brokers are told.
    """
    floor = office()
    names = [f"M{n}" for n in range(len(members))]
    brokers = tuple(
        Broker(f"K{n}", "", "S1", D("0.0125"), research=research)
        for n, (_, _, research) in enumerate(fills)
    )
    floor.done(c.DefineBrokers(brokers), OPS)
    accounts = (Account(n, n, n, may_short=True) for n in names)
    floor.done(c.DefineAccounts(tuple(accounts)), OPS)
    own = {
        name: card(f"C{n}", accounts=(name,), execution=execution, research=research)
        for n, (name, (_, execution, research, _)) in enumerate(zip(names, members, strict=True))
        if execution or research
    }
    if own:
        floor.done(c.DefineRateCards(tuple(own.values())), OPS)
    block = _filled(floor, dict(zip(names, (row[0] for row in members), strict=True)), fills, sells)
    event, way = floor.state.allocations[block], -1 if sells else 1
    columns = zip(event.gross, event.commission, event.net, strict=True)
    assert all(net == gross + way * costs for gross, costs, net in columns)
    booked = dict.fromkeys(names, 0)
    for (broker, share), row in zip(shares(floor.state, event).items(), event.bills, strict=True):
        assert row.broker == broker
        for account, costs in zip(share.accounts, share.commission.tolist(), strict=True):
            booked[account] += costs
        _as_agreed(share, row, own)
    assert booked == dict(zip(event.accounts, event.commission, strict=True))
    assert sum(floor.state.research.values()) == sum(row.research for row in event.bills)
    replayed(floor)
    same(floor.state, snapshots.decode(snapshots.encode(floor.state)))


def _filled(
    floor: Desk, members: dict[str, int], fills: list[tuple[int, int, Any]], sells: bool
) -> str:
    """A block that as many brokers as there are fills have filled, each at its price."""
    locate = {"locate": "L"} if sells else {}
    block = floor.block(*members.items(), Side=Side.SellShort if sells else Side.Buy, **locate)
    left = sum(members.values())
    for n, (quantity, price, _) in enumerate(fills):
        if filled := min(quantity, left):
            left -= filled
            floor.fill(floor.route(block, filled, f"K{n}"), filled, D(price) / 100)
    floor.finish(block)
    return block


def _as_agreed(share: Share, row: Bill, own: dict[str, RateCard]) -> None:
    """Of one placement: each account with a card pays its line, the others together the rest."""
    (placement,) = share.placements
    research = share.research.tolist() or [0] * len(share.accounts)
    assert row.gross == sum(share.gross.tolist()) == cents(placement.notional)
    assert row.research == sum(research)
    assert row.execution == sum(share.commission.tolist()) - row.research
    columns = share.accounts, share.quantities.tolist(), share.commission.tolist(), research
    total, units, paid = int(share.quantities.sum()), 0, 0
    for account, got, costs, part in zip(*columns, strict=True):
        mine, gross = own.get(account), row.gross * Fraction(got, total)
        for agreed, amount in (
            (mine and mine.execution, costs - part),
            (mine and mine.research, part),
        ):
            if agreed is not None:
                assert amount == bill(agreed, Decimal(got), gross)
        if mine is None or mine.execution is None:
            units, paid = units + got, paid + costs - part
    assert paid == cents(D(units) * D("0.0125"))


def test_an_account_goes_from_card_to_card_on_a_day() -> None:
    """Until the first card's end no other is for the account; the same file again changes nothing."""
    later = DAY + timedelta(10)
    one, over = (
        card("one", accounts=("A1",), execution=CENT),
        card("one", version=2, execution=CENT),
    )
    over = replace(over, effective=later)
    floor = house(one, over)
    other = card("two", accounts=("A1",), execution=NOTHING)
    assert floor.refused(c.DefineRateCards((other,)), OPS) == {
        "cards[0].accounts": "card one is for it already"
    }
    cards = one, over, replace(other, effective=later)
    floor.done(c.DefineRateCards(cards), OPS)
    seq = floor.state.seq
    floor.done(c.DefineRateCards(cards), OPS)
    assert floor.state.seq == seq + 1, "only the answer"
    assert parts(floor, traded(floor, ("A1", 300)))["A1"] == (300, 300)
    floor.done(c.OpenDay(later), OPS)
    assert parts(floor, traded(floor, ("A1", 300)))["A1"] == (0, 300)


def test_what_no_card_may_say() -> None:
    floor = house(card(groups=("eu",), research=NOTHING))
    wrong = card(
        *("a/b",),
        version=0,
        accounts=("A9",),
        groups=(" ",),
        brokers=("ROOK",),
        execution=schedule((0, 1), basis="luck"),
    )
    assert floor.refused(c.DefineRateCards((wrong,)), OPS) == {
        "cards[0].card": "must be 1 to 32 characters without a slash",
        "cards[0].version": "must be above zero",
        "cards[0].accounts[0]": "unknown account",
        "cards[0].brokers[0]": "unknown broker",
        "cards[0].groups[0]": "is empty",
        "cards[0].execution.basis": "must be unit or value",
    }
    assert floor.refused(c.DefineRateCards((card("two"),)), OPS) == {
        "cards[0].execution": "or research is needed"
    }
    assert floor.refused(c.DefineRateCards((card("two", groups=("eu",), research=CENT),)), OPS) == {
        "cards[0].groups": "card eu is for it already"
    }
    assert floor.refused(c.DefineRateCards((card(groups=("eu",), research=CENT),)), OPS) == {
        "cards[0].version": "version 1 is defined already: take a higher one"
    }
    sooner = card(version=2, effective=DAY - timedelta(1), groups=("eu",), research=CENT)
    assert floor.refused(c.DefineRateCards((sooner,)), OPS) == {
        "cards[0].effective": "is before version 1's"
    }
    floor.done(c.DefineRateCards((card(groups=("eu",), research=NOTHING),)), OPS)
    assert len(floor.state.rate_cards["eu"]) == 1


def test_research_is_paid_out_of_what_was_collected() -> None:
    floor = house()
    block = traded(floor, *MEMBERS)
    assert floor.refused(c.PayResearch("ROOK", "USD", D(1), "", " "), OPS) == {
        "reason": "needs a reason",
        "broker": "unknown broker",
        "provider": "must be 1 to 64 characters",
    }
    pay = c.PayResearch("KING", "USD", D("7.51"), "Deep Dives Ltd", "March")
    assert floor.refused(c.PayResearch("KING", "EUR", D(1), "X", "y"), OPS) == {
        "Currency": "KING has collected nothing in it"
    }
    assert floor.refused(c.PayResearch("KING", "USD", D("10.02"), "X", "y"), OPS) == {
        "amount": "is more than the balance 10.01"
    }
    assert floor.refused(c.PayResearch("KING", "USD", D(0), "X", "y"), OPS) == {"amount": "is zero"}
    floor.done(pay, OPS)
    assert floor.state.research_balance("KING", "USD") == D("2.50")
    execution = next(iter(floor.state.executions.values()))
    floor.bust(execution.placement, execution.ExecID)
    assert floor.state.research_balance("KING", "USD") == D("-7.51")
    floor.done(c.PayResearch("KING", "USD", D("-7.51"), "Deep Dives Ltd", "paid back"), OPS)
    assert floor.state.research_balance("KING", "USD") == 0
    assert floor.state.blocks[block].is_open
    replayed(floor)
