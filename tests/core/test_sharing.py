"""An allocation over several brokers: rows and columns add up, to the unit and the cent."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import D, Desk, desk, lot
from tests.core.after import (
    OPS,
    instructions,
    office,
    told,
)
from tradeoms.core.sharing import shares
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import (
    Side,
)
from tradeoms.model.reference import Account


def _over_brokers(side: Side = Side.Buy) -> tuple[Desk, str]:
    lots = tuple(lot(a, 5000, 1000) for a in ("A1", "A2", "A3", "A4"))
    floor = desk(lots if side is Side.Sell else ())
    members = (("A1", 333), ("A2", 333), ("A3", 333), ("A4", 1))
    block = floor.block(*members, Side=side)
    king, queen = floor.route(block, 617), floor.route(block, 383, "QUEEN")
    floor.fill(king, 617, "50.01")
    floor.fill(queen, 300, "49.9999")
    floor.fill(queen, 83, "50.25")
    floor.finish(block)
    return floor, block


@pytest.mark.parametrize("side", [Side.Buy, Side.Sell])
def test_over_brokers_rows_and_columns_add_up(side: Side) -> None:
    """Accounts get what they were allocated, brokers are told what they filled and bill."""
    floor, block = _over_brokers(side)
    event = floor.state.allocations[block]
    parts = shares(floor.state, event)
    assert {b: int(part.quantities.sum()) for b, part in parts.items()} == {
        "KING": 617,
        "QUEEN": 383,
    }
    got = dict.fromkeys(event.accounts, 0)
    for part in parts.values():
        assert (part.quantities > 0).all()
        for account, units in zip(part.accounts, part.quantities.tolist(), strict=True):
            got[account] += units
    assert got == dict(zip(event.accounts, event.quantities, strict=True))
    assert int(parts["KING"].gross.sum()) == 617 * 5001
    assert int(parts["QUEEN"].gross.sum()) == round(300 * Decimal("4999.99")) + 83 * 5025
    assert [int(p.commission.sum()) for p in parts.values()] == [771, 479]
    assert sum(int(p.net.sum()) for p in parts.values()) == sum(event.net)
    sign = -1 if side is Side.Sell else 1
    for part in parts.values():
        assert (part.net == part.gross + sign * part.commission).all()


def test_over_brokers_no_account_is_a_unit_from_its_share() -> None:
    floor, block = _over_brokers()
    event = floor.state.allocations[block]
    whole = dict(zip(event.accounts, event.quantities, strict=True))
    for part, filled in zip(shares(floor.state, event).values(), (617, 383), strict=True):
        for account, units in zip(part.accounts, part.quantities.tolist(), strict=True):
            assert abs(units - whole[account] * filled / 1000) <= 1


def test_each_broker_is_told_its_own_part() -> None:
    floor, block = _over_brokers()
    floor.done(c.SendAllocation(block), OPS)
    king, queen = instructions(floor)
    assert [(k.broker, k.session, sum(k.quantities)) for k in (king, queen)] == [
        ("KING", "S1", 617),
        ("QUEEN", "S2", 383),
    ]
    assert (king.AvgPx, queen.AvgPx) == (D("50.01"), D("50.05409922"))


def test_one_broker_can_be_told_alone() -> None:
    floor, block = _over_brokers()
    told(floor, block, brokers=("QUEEN",))
    assert [known.broker for known in instructions(floor)] == ["QUEEN"]
    assert floor.refused(c.SendAllocation(block, ("BISHOP",)), OPS) == {
        "brokers": f"has no part in {block}"
    }


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=7),
    st.lists(st.tuples(st.integers(1, 300), st.integers(1, 9999)), min_size=1, max_size=4),
)
def test_any_split_adds_up(members: list[int], fills: list[tuple[int, int]]) -> None:
    """Whatever members and brokers: units are conserved both ways, and money by broker."""
    floor = office()
    names = [f"M{n}" for n in range(len(members))]
    brokers = tuple(Broker(f"K{n}", "", "S1", D("0.0125")) for n in range(len(fills)))
    floor.done(c.DefineBrokers(brokers), OPS)
    floor.done(c.DefineAccounts(tuple(Account(n, n, n) for n in names)), OPS)
    total = sum(members)
    block = floor.block(*zip(names, members, strict=True))
    bills = {}
    for broker, (quantity, cents) in zip(brokers, fills, strict=True):
        filled = min(quantity, total)
        total -= filled
        if filled:
            placed = floor.route(block, filled, broker.broker)
            floor.fill(placed, filled, D(cents) / 100)
            bills[broker.broker] = (filled, filled * cents)
    floor.finish(block)
    event = floor.state.allocations[block]
    got = dict.fromkeys(names, 0)
    parts = shares(floor.state, event)
    assert {b: (int(p.quantities.sum()), int(p.gross.sum())) for b, p in parts.items()} == bills
    for part in parts.values():
        assert (part.quantities > 0).all()
        for account, units in zip(part.accounts, part.quantities.tolist(), strict=True):
            got[account] += units
    assert got == dict(zip(event.accounts, event.quantities, strict=True))
    assert sum(int(p.net.sum()) for p in parts.values()) == sum(event.net)
    if len(parts) == 1:
        (part,) = parts.values()
        held = [n for n, units in enumerate(event.quantities) if units]
        assert part.net.tolist() == [event.net[n] for n in held]
