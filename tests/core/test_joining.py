"""Orders that join a working block or leave it: past fills are of those who were there, to the cent."""

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import DAY, D, Desk, K, desk
from tests.core.splits import define
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrderState, OrdStatus, Severity, Side, TimeInForce
from tradeoms.model.reference import Account, Limit, Restriction
from tradeoms.views import VIEWS
from tradeoms.views.indicative import parts


@pytest.fixture
def floor() -> Desk:
    return desk()


def join(floor: Desk, block: str, *members: tuple[str, Any], **fields: Any) -> str:
    order = floor.order(*members, **fields)
    floor.done(c.JoinBlock(block, (order,), "came later"), "trader")
    return order


def rows(floor: Desk, block: str) -> dict[str, tuple[int, int, str]]:
    """Units, gross cents and average price by account."""
    found = floor.state.allocations[block]
    columns = (found.quantities, found.gross, found.prices)
    return dict(zip(found.accounts, zip(*columns, strict=True), strict=True))


def cancel(floor: Desk, name: str) -> None:
    floor.done(c.CancelPlacement(name), "trader")
    floor.report(name, K.Canceled)


def test_who_joins_shares_later_fills_alone(floor: Desk) -> None:
    block = floor.block(("A1", 100), ("A2", 100))
    first = floor.route(block, 200)
    floor.fill(first, 60, "50")
    order = join(floor, block, ("A3", 70))
    assert floor.state.orders[order].state is OrderState.InBlock
    floor.fill(first, 105, "51")
    second = floor.route(block, 70, "QUEEN")
    assert parts(floor.state, block) == {"O1": 130, order: 35}
    cancel(floor, first)
    cancel(floor, second)
    floor.finish(block)
    # 60 at 50 over 100 and 100; 105 at 51 over what is lacking: 70, 70, 70.
    assert rows(floor, block) == {
        "A1": (65, 30 * 5000 + 35 * 5100, "50.53846154"),
        "A2": (65, 30 * 5000 + 35 * 5100, "50.53846154"),
        "A3": (35, 35 * 5100, "51.00000000"),
    }
    assert floor.state.orders[order].AvgPx == D("51")
    assert floor.state.orders["O1"].AvgPx == D("50.53846154")
    assert floor.held("A3") == 35
    shown = {row.account: row.AvgPx for row in VIEWS["allocations"].all_rows(floor.state)}
    assert shown["A3"] == 51


def test_a_whole_fill_is_the_orders(floor: Desk) -> None:
    block = floor.block(("A1", 33), ("A2", 67))
    name = floor.route(block, 100)
    floor.fill(name, 7, "50")
    join(floor, block, ("A1", 11), ("A3", 90))
    floor.fill(name, 93, "52")
    other = floor.route(block, 101, "QUEEN")
    floor.fill(other, 101, "49")
    floor.finish(block)
    assert floor.state.allocations[block].quantities == (33, 67, 11, 90)
    assert sum(floor.state.allocations[block].gross) == 7 * 5000 + 93 * 5200 + 101 * 4900


def test_a_bust_takes_from_who_had_the_fill(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    name = floor.route(block, 100)
    early = floor.fill(name, 60, "50")
    join(floor, block, ("A2", 100))
    floor.fill(name, 14, "51")  # over 40 and 100: 4 and 10
    floor.bust(name, early)
    cancel(floor, name)
    floor.finish(block)
    # Nothing of the first part is left: 14 over 100 and 100.
    assert rows(floor, block) == {"A1": (7, 35700, "51.00000000"), "A2": (7, 35700, "51.00000000")}


def test_a_correction_stays_in_its_part(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    name = floor.route(block, 100)
    early = floor.fill(name, 10, "50")
    join(floor, block, ("A2", 90))
    floor.correct(name, early, 10, "49")
    floor.fill(name, 18, "51")
    cancel(floor, name)
    floor.finish(block)
    assert rows(floor, block) == {
        "A1": (19, 10 * 4900 + 9 * 5100, "49.94736842"),
        "A2": (9, 9 * 5100, "51.00000000"),
    }


def test_a_late_fill_after_the_allocation_is_of_the_last_members(floor: Desk) -> None:
    block = floor.block(("A1", 50))
    name = floor.route(block, 50)
    floor.fill(name, 10, "50")
    join(floor, block, ("A2", 40))
    cancel(floor, name)
    floor.finish(block)
    assert [r[0] for r in rows(floor, block).values()] == [10, 0]
    floor.fill(name, 20, "51", OrdStatus=OrdStatus.Canceled)
    assert "reopened" in floor.alerts()
    floor.finish(block)
    assert [r[0] for r in rows(floor, block).values()] == [20, 10]
    assert (floor.held("A1"), floor.held("A2")) == (20, 10)


def test_what_may_not_join_is_named_with_its_reason(floor: Desk) -> None:
    floor.done(c.DefineAccounts((Account("A4", "Alone", "T4", alone=True),)), "ops")
    block = floor.block(("A1", 100), Price=50)
    different = (
        {"Price": 51},
        {"Price": 50, "Side": Side.SellShort, "locate": "L"},
        {"Price": 50, "instrument": "BOLT"},
        {"Price": 50, "TimeInForce": TimeInForce.GoodTillCancel},
        {"Price": 50, "HandlInst": "3"},
        {"Price": 50, "instructions": "quietly"},
        {},
    )
    names = [floor.order(("A2", 10), **fields) for fields in different]
    alone = floor.order(("A4", 10), Price=50)
    found = floor.refused(c.JoinBlock(block, (*names, alone, "O99", alone)), "trader")
    assert found == {
        "orders[0]": "Price is 51, not 50",
        "orders[1]": "Side is SellShort, not Buy",
        "orders[2]": "instrument is BOLT, not ACME",
        "orders[3]": "TimeInForce is GoodTillCancel, not Day",
        "orders[4]": "HandlInst is 3, not 1",
        "orders[5]": "instructions is quietly, not none",
        "orders[6]": "OrdType is Market, not Limit; Price is none, not 50",
        "orders[7]": "account that trades alone is A4, not none",
        "orders[8]": "unknown order",
        "orders[9]": "is named twice",
    }
    blocks = floor.done(c.BlockOrders((*names, alone)), "trader")
    assert len(blocks) == 8, "each in a block of its own"
    assert floor.submit(("A1", 1), ("A4", 1)).problems[0].reason == "trades alone"


def test_what_a_rule_would_not_let_be_routed_joins_no_block_that_is_at_brokers(
    floor: Desk,
) -> None:
    block, order = floor.block(("A1", 100)), floor.order(("A2", 50))
    other, more = floor.block(("A3", 100)), floor.order(("A4", 10))
    floor.route(block, 100)
    floor.done(c.Restrict((Restriction("ACME Inc", DAY, reason="deal"),)), "compliance")
    found = floor.refused(c.JoinBlock(block, (order,), "same idea"), "trader")
    assert list(found) == ["restricted_list"]
    floor.done(c.JoinBlock(other, (more,)), "trader")  # nothing of it can fill before it is routed


def test_a_warning_about_who_joins_is_acknowledged_as_at_routing(floor: Desk) -> None:
    """What is at brokers may fill for the joiner at once: nobody would ever ask about it again."""
    block = floor.block(("A1", 100))
    floor.route(block, 100)
    order = floor.order(("A3", 10))
    floor.done(
        c.SetLimits((Limit("cash_cover", DAY, {"sells": "1", "buffer": "0"}, Severity.Warn),)),
        "compliance",
    )
    found = floor.refused(c.JoinBlock(block, (order,), "same idea"), "trader")
    assert found["cash_cover"].startswith("must be acknowledged: ")
    floor.done(c.JoinBlock(block, (order,), "same idea", ("cash_cover",)), "trader")


def test_before_the_first_route_nothing_is_frozen(floor: Desk) -> None:
    block, order = floor.block(("A1", 100)), floor.order(("A2", 50))
    floor.done(c.JoinBlock(block, (order,)), "trader")
    assert floor.state.blocks[block].OrderQty == 150
    assert floor.state.blocks[block].statement is None
    floor.done(c.LeaveBlock(block, order), "trader")
    assert floor.state.orders[order].state is OrderState.Staged
    assert floor.state.blocks[block].OrderQty == 100
    reason = "is the only one: dissolve the block"
    assert floor.refused(c.LeaveBlock(block, "O1"), "trader") == {"order": reason}
    assert floor.refused(c.LeaveBlock(block, order), "trader") == {"order": f"is not in {block}"}


def test_after_the_first_route_a_reason_is_needed_and_kept(floor: Desk) -> None:
    block, order = floor.block(("A1", 100)), floor.order(("A2", 50))
    floor.route(block, 100)
    frozen = floor.state.blocks[block].statement
    assert frozen is not None
    assert floor.refused(c.JoinBlock(block, (order,)), "trader") == {"reason": "needs a reason"}
    assert floor.refused(c.LeaveBlock(block, "O1"), "trader")["reason"] == "needs a reason"
    floor.done(c.JoinBlock(block, (order,), "same idea"), "trader")
    now = floor.state.blocks[block].statement
    assert now is not None
    assert (now.reason, now.user, now.quantities) == ("same idea", "trader", (100, 50))
    assert now.first_frozen_at == frozen.frozen_at
    assert [part.quantities for part in now.parts] == [(100,), (100, 50)]
    assert floor.refused(c.JoinBlock(block, ("O1",), "r"), "tina")["block"].startswith("is trader")


def test_who_leaves_keeps_its_fills_and_the_rest_is_staged(floor: Desk) -> None:
    first, second = floor.order(("A1", 100), ("A2", 100)), floor.order(("A3", 100))
    (block,) = floor.done(c.BlockOrders((first, second)), "trader")
    name = floor.route(block, 300)
    floor.fill(name, 30, "50")
    reason = "90 of it are to leave, only 0 are idle: cancel at the brokers first"
    leaving = c.LeaveBlock(block, second, "the mandate ends")
    assert floor.refused(leaving, "trader") == {"order": reason}
    cancel(floor, name)
    (rest,) = floor.done(leaving, "trader")
    kept, staged = floor.state.orders[second], floor.state.orders[rest]
    assert (kept.OrderQty, kept.block) == (10, block)
    assert (staged.OrderQty, staged.state, staged.rest_of) == (90, OrderState.Staged, second)
    assert floor.state.blocks[block].OrderQty == 210
    again = floor.route(block, 180)
    floor.fill(again, 180, "52")
    floor.finish(block)
    got = {name: row[:2] for name, row in rows(floor, block).items()}
    assert got == {"A1": (100, 10 * 5000 + 90 * 5200), "A2": (100, 518000), "A3": (10, 50000)}
    (other,) = floor.done(c.BlockOrders((rest,)), "trader")
    assert floor.state.blocks[other].OrderQty == 90


def test_who_leaves_without_a_fill_is_staged_as_it_was(floor: Desk) -> None:
    first, second = floor.order(("A1", 100)), floor.order(("A2", 50))
    (block,) = floor.done(c.BlockOrders((first, second)), "trader")
    name = floor.route(block, 40)
    floor.done(c.LeaveBlock(block, second, "too late"), "trader")
    assert floor.state.orders[second].state is OrderState.Staged
    floor.done(c.JoinBlock(block, (second,), "after all"), "trader")
    floor.fill(name, 30, "50")
    cancel(floor, name)
    floor.finish(block)
    found = [(r.order, r.AllocQty) for r in VIEWS["allocations"].all_rows(floor.state)]
    assert found == [(first, 20), (second, 10)]
    assert not floor.state.buying.cells.any()


def test_who_left_came_back_and_leaves_with_a_fill_keeps_it_once(floor: Desk) -> None:
    first, second = floor.order(("A1", 100)), floor.order(("A2", 100))
    (block,) = floor.done(c.BlockOrders((first, second)), "trader")
    name = floor.route(block, 10)
    floor.done(c.LeaveBlock(block, second, "too late"), "trader")
    floor.done(c.JoinBlock(block, (second,), "after all"), "trader")
    floor.fill(name, 10, "50")
    (rest,) = floor.done(c.LeaveBlock(block, second, "the mandate ends"), "trader")
    statement = floor.state.blocks[block].statement
    assert statement is not None
    assert [int(q) for q in statement.quantities] == [100, 0, 5]
    floor.fill(floor.route(block, 95), 95, "51")
    floor.finish(block)
    assert floor.state.allocations[block].quantities == (100, 0, 5)
    assert (floor.state.orders[rest].OrderQty, floor.held("A2")) == (95, 5)


def test_each_part_has_the_policy_of_its_time(floor: Desk) -> None:
    block = floor.block(("A1", 100), ("A2", 50))
    name = floor.route(block, 150)
    floor.fill(name, 30, "50")
    define(floor, method="equal")
    join(floor, block, ("A3", 100))
    floor.fill(name, 60, "50")
    cancel(floor, name)
    floor.finish(block)
    assert floor.state.allocations[block].quantities == (40, 30, 20)


def test_an_over_filled_block_takes_nobody(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    name = floor.route(block, 100)
    floor.fill(name, 120, "50")
    order = floor.order(("A2", 50))
    reason = "is over-filled: finish it first"
    assert floor.refused(c.JoinBlock(block, (order,), "r"), "trader") == {"block": reason}


def test_a_correction_upwards_passes_on_what_members_cannot_hold(floor: Desk) -> None:
    floor.done(c.DefineAccounts((Account("ERR", "Errors", "firm", error=True),)), "ops")
    block = floor.block(("A1", 100))
    name = floor.route(block, 100)
    early = floor.fill(name, 100, "50")
    join(floor, block, ("A2", 10))
    floor.correct(name, early, 115, "50")
    floor.done(c.BookError(block, "five too many"), "ops")
    floor.done(c.FinishBlock(block, "as it is"), "trader")
    got = rows(floor, block)
    assert {name: row[0] for name, row in got.items()} == {"A1": 100, "A2": 10, "ERR": 5}
    assert sum(row[1] for row in got.values()) == 115 * 5000


def test_brokers_are_told_of_each_accounts_own_price(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    one = floor.route(block, 100)
    floor.fill(one, 60, "50")
    join(floor, block, ("A2", 100))
    two = floor.route(block, 100, "QUEEN")
    floor.fill(one, 40, "51")
    floor.fill(two, 58, "52")
    cancel(floor, two)
    floor.finish(block)
    # 98 over 40 and 100: 28 and 70; KING filled 40 of them, QUEEN 58.
    assert {name: row[0] for name, row in rows(floor, block).items()} == {"A1": 88, "A2": 70}
    floor.done(c.SendAllocation(block), "trader")
    told = {one.broker: one for one in floor.state.instructions.values()}
    king, queen = told["KING"], told["QUEEN"]
    assert dict(zip(king.accounts, king.quantities, strict=True)) == {"A1": 71, "A2": 29}
    assert dict(zip(queen.accounts, queen.quantities, strict=True)) == {"A1": 17, "A2": 41}
    assert king.AllocAvgPx(1) == 51
    assert king.AllocAvgPx(0) == Decimal("50.15492958")
    assert sum(king.gross) == 60 * 5000 + 40 * 5100
    assert sum(queen.gross) == 58 * 5200


def test_the_journal_says_who_when_and_why(floor: Desk) -> None:
    block = floor.block(("A1", 100))
    floor.route(block, 100)
    order = join(floor, block, ("A2", 10))
    found = [r.event for r in floor.journal.records if isinstance(r.event, e.OrdersJoined)]
    assert [(one.orders, one.user, one.reason) for one in found] == [
        ((order,), "trader", "came later")
    ]


def test_nobody_leaves_on_a_closed_day(floor: Desk) -> None:
    """What leaves is staged: new work, that a closed day does not take."""
    first, second = floor.order(("A1", 10)), floor.order(("A2", 10))
    (block,) = floor.done(c.BlockOrders((first, second)), "trader")
    floor.done(c.CloseDay(DAY), "ops")
    assert list(floor.refused(c.LeaveBlock(block, second), "trader")) == ["business_date"]


def test_a_late_fill_takes_nothing_back_from_who_joined(floor: Desk) -> None:
    """10 over 6, 6 and 2 are 4, 4 and 2; afresh 11 would be 5, 5 and 1."""
    block = floor.block(("A1", 1))
    floor.fill(floor.route(block, 1), 1, "50")
    join(floor, block, ("A2", 6), ("A3", 6), ("A4", 2))
    name = floor.route(block, 14)
    floor.fill(name, 10, "50")
    cancel(floor, name)
    floor.finish(block)
    got = {account: row[0] for account, row in rows(floor, block).items()}
    assert got == {"A1": 1, "A2": 4, "A3": 4, "A4": 2}
    late = floor.fill(name, 1, "50", OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    more = {account: row[0] for account, row in rows(floor, block).items()}
    assert sum(more.values()) == 12
    assert all(more[account] >= got[account] for account in got)
    floor.bust(name, late, OrdStatus=OrdStatus.Canceled)
    floor.finish(block)
    back = {account: row[0] for account, row in rows(floor, block).items()}
    assert all(back[account] <= more[account] for account in got), "nobody gains by a bust"
    same(floor.journal.replay(), floor.state)
