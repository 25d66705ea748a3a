"""Roles, accounts and desks: what a person may send and see."""

from decimal import Decimal
from typing import get_args

import pytest

from tests.builders import desk
from tests.core.leaving import brief, opened, traded
from tests.views import days
from tests.views.house import House
from tradeoms.bus.access import MAY, forbidden
from tradeoms.bus.keys import User
from tradeoms.bus.sight import BY_ACCOUNT, BY_MEMBER, BY_NOBODY, sees
from tradeoms.model import commands as c
from tradeoms.model.fields import Role, Side
from tradeoms.model.openings import OpeningCash, OpeningLot
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.reference import Account
from tradeoms.model.state import State
from tradeoms.views import VIEWS

ALL = tuple(Role)


def user(*accounts: str, desks: tuple[str, ...] = (), roles: tuple[Role, ...] = ALL) -> User:
    return User("u", "key", roles, frozenset(accounts), frozenset(desks))


def order(*accounts: str, desk: str = "") -> NewOrder:
    members = tuple(Member(account, Decimal(1)) for account in accounts)
    return NewOrder("ACME", Side.Buy, members, desk=desk)


@pytest.fixture(scope="module")
def busy() -> House:
    house = House(6)
    house.open()
    for _ in range(120):
        house.step()
    house.settle()
    return house


def test_every_command_of_a_person_has_a_row() -> None:
    assert set(MAY) == set(get_args(c.PersonCommand))


def test_a_viewer_sends_nothing() -> None:
    assert not any(Role.Viewer in roles for roles in MAY.values())


def test_every_table_is_filtered_some_way() -> None:
    """What is in no set is hidden from those who may not see every account."""
    known = BY_ACCOUNT | BY_MEMBER | BY_NOBODY
    assert known <= set(VIEWS)
    assert set(VIEWS) - known == {
        "alerts",
        "unmatched",
        "closes",
        "halts",
        "crosses",
        "findings",
        "deliveries",
        "reconciliations",
        "lot_actions",
        "errors",
        "research",
        "research_payments",
    }


@pytest.mark.parametrize(
    ("who", "orders", "reason"),
    [
        (user(), [order("A1", "A2", desk="x")], ""),
        (user("A1", "A2"), [order("A1", "A2")], ""),
        (user("A1"), [order("A1", "A2")], "accounts A2 are not yours"),
        (user("A1"), [order("A1"), order("A3"), order("A2")], "accounts A2, A3 are not yours"),
        (user(desks=("x",)), [order("A1", desk="x")], ""),
        (user(desks=("x",)), [order("A1")], "the desk is not yours"),
        (user("A1", desks=("x",)), [order("A1", desk="y")], "the desk is not yours"),
    ],
)
def test_new_orders(busy: House, who: User, orders: list[NewOrder], reason: str) -> None:
    assert forbidden(who, c.SubmitBasket("b", tuple(orders)), busy.state) == reason
    if len(orders) == 1:
        assert forbidden(who, c.SubmitOrder(orders[0]), busy.state) == reason


def test_what_exists_is_guarded_as_what_is_new(busy: House) -> None:
    """Naming another's order, block or placement is as forbidden as ordering for the account."""
    state = busy.state
    block = next(b for b in state.blocks.values() if b.placements)
    name = block.orders[0]
    accounts = {m.account for o in block.orders for m in state.orders[o].members} | {"ERR"}
    commands = [
        c.CancelOrder(name, "r"),
        c.OverrideViolation(name, "rule", "r", state.orders[name].entered),
        c.BlockOrders(block.orders),
        c.DissolveBlock(block.block),
        c.RouteBlock(block.block, ()),
        c.RouteByPhone(block.block, c.Route("KING", Decimal(1)), "Bob", "r"),
        c.FinishBlock(block.block),
        c.FinishBlocks((block.block,)),
        c.BookError(block.block, "r"),
        c.CancelPlacement(block.placements[0]),
        c.ReplacePlacement(block.placements[0], Decimal(1)),
        c.RequestStatus(block.placements[0]),
        c.ClosePlacement(block.placements[0], "r"),
        c.EnterFill(block.placements[0], Decimal(1), Decimal(1), "r"),
        c.CancelAll("r", block=block.block),
    ]
    commands += [
        command(execution.key, "r")
        for command in (c.BookExecution, c.DismissExecution, c.BustFill)
        for execution in list(state.executions.values())[:1]
        if execution.block == block.block
    ]
    for command in commands:
        assert forbidden(user(*accounts), command, state) == ""
        assert "not yours" in forbidden(user("ELSE"), command, state)
        assert forbidden(user(), command, state) == ""


@pytest.mark.parametrize(
    "command",
    [c.CancelOrder("O0", ""), c.RouteBlock("B0", ()), c.CancelPlacement("P0")],
)
def test_what_is_unknown_is_not_theirs(busy: House, command: c.Command) -> None:
    assert "is unknown, or not yours" in forbidden(user("A1"), command, busy.state)
    assert forbidden(user(), command, busy.state) == ""


def test_what_touches_the_house_is_not_for_who_sees_a_part(busy: House) -> None:
    for command in (
        c.AttachReport(1, "r", "P1"),
        c.DismissReport(1, "r"),
        c.DontKnowTrade("r", number=1),
        c.DefineAllocationPolicies(()),
        c.CancelAll("r", everything=True),
        c.CancelAll("r", broker="KING"),
    ):
        assert "touches the whole house" in forbidden(user("A1"), command, busy.state)
        assert "touches the whole house" in forbidden(user(desks=("x",)), command, busy.state)
        assert forbidden(user(), command, busy.state) == ""


def test_who_settles(busy: House) -> None:
    for command in (c.AttachReport(1, "r", "P1"), c.EnterFill("P1", Decimal(1), Decimal(1), "r")):
        for role in Role:
            may = forbidden(user(roles=(role,)), command, busy.state) == ""
            assert may is (role in (Role.Trader, Role.Operations))


def test_who_says_how_blocks_are_split_and_where_errors_go(busy: House) -> None:
    for command, own in (
        (c.DefineAllocationPolicies(()), Role.Compliance),
        (c.BookError(next(iter(busy.state.blocks)), "r"), Role.Operations),
    ):
        for role in Role:
            assert (forbidden(user(roles=(role,)), command, busy.state) == "") is (role is own)


def test_opening_balances(busy: House) -> None:
    day = busy.state.business_date
    lot = OpeningLot("A2", "ACME", Decimal(1), Decimal(1), day)
    cash = OpeningCash("A3", "USD", Decimal(1))
    command = c.BookOpening("b", (lot,), (cash,))
    assert forbidden(user("A1"), command, busy.state) == "accounts A2, A3 are not yours"
    assert forbidden(user("A2", "A3"), command, busy.state) == ""
    reason = "the desk is not yours"
    assert forbidden(user(desks=("x",)), command, busy.state) == reason, "it is of no desk"


def test_an_error_goes_to_an_account_of_the_user(busy: House) -> None:
    """The error account is touched as much as the block's own: by name, or where there is but one."""
    floor = desk()
    floor.done(c.DefineAccounts((Account("ERR", "Errors", "T9", error=True),)))
    name = floor.working(("A1", 100))
    block = floor.block_of(name).block
    for account in ("", "ERR"):
        for command in (
            c.BookError(block, "r", account),
            c.MoveToError(block, "A1", Decimal(1), "r", account=account),
        ):
            reason = forbidden(user("A1"), command, floor.state)
            assert reason == "accounts ERR are not yours", command
            assert forbidden(user("A1", "ERR"), command, floor.state) == ""
    floor.fill(name, 100)
    floor.fill(name, 1)
    floor.done(c.BookError(block, "r"), "ops")
    floor.done(c.DefineAccounts((Account("ERR2", "Errors", "T9", error=True),)))
    assert forbidden(user("A1", "ERR"), c.BookError(block, "r"), floor.state) == ""


def test_what_is_seen_is_what_touches_the_accounts() -> None:
    """As many random days as it takes until each table has rows of the account, and others."""
    reached: set[str] = set()
    for seed in range(3, 13):
        house = House(seed)
        house.open()
        for _ in range(300):
            house.step()
        house.settle()
        days.close(house)
        reached |= only_own(house.state)
        if reached == BY_ACCOUNT:
            return
    assert not BY_ACCOUNT - reached


def test_a_row_that_waits_for_a_slow_client_is_nobodys_once_its_work_has_left() -> None:
    """A day opens between two parts of a large table: the others are sent, not an error."""
    floor = brief()
    traded(floor)
    rows = {name: [*VIEWS[name].all_rows(floor.state)] for name in BY_MEMBER}
    assert all(sees(user("A1"), floor.state, name, rows[name][0]) for name in rows if rows[name])
    opened(floor, 6)
    assert not floor.state.blocks
    for name in ("orders", "blocks", "placements", "executions", "bills"):
        assert not sees(user("A1"), floor.state, name, rows[name][0])


def only_own(state: State) -> set[str]:
    """Hold what a user of account A1 sees against every table; those where something was hidden."""
    reached: set[str] = set()
    who = user("A1")
    for name, view in VIEWS.items():
        rows = list(view.all_rows(state))
        shown = [row for row in rows if sees(who, state, name, row)]
        assert all(sees(user(), state, name, row) for row in rows)
        if name in BY_ACCOUNT:
            assert shown == [row for row in rows if row.account == "A1"]
            if 0 < len(shown) < len(rows):
                reached.add(name)
        elif name == "orders":
            own = {
                o.order for o in state.orders.values() if any(m.account == "A1" for m in o.members)
            }
            assert {row.key for row in shown} == own & {row.key for row in rows}
        elif name in BY_MEMBER:
            for row in rows:
                block = state.blocks[row.key if name == "blocks" else row.block]
                accounts = {m.account for o in block.orders for m in state.orders[o].members}
                assert (row in shown) is ("A1" in accounts)
        else:
            assert shown == (rows if name in BY_NOBODY else [])
    return reached
