"""Who may tell brokers of allocations, and see what they confirm."""

import pytest

from tests.core.after import OPS, accepted, allocated, confirm, office
from tradeoms.bus.access import forbidden
from tradeoms.bus.keys import User
from tradeoms.bus.sight import sees
from tradeoms.model import commands as c
from tradeoms.model.fields import Role
from tradeoms.model.state import State
from tradeoms.views import VIEWS


def user(*accounts: str, roles: tuple[Role, ...] = (Role.Operations,)) -> User:
    return User("u", "key", roles, frozenset(accounts), frozenset())


@pytest.fixture(scope="module")
def state() -> State:
    floor = office()
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    confirm(floor, known, "A1", ConfirmID="C1")
    floor.done(c.RequestConfirmations(known.AllocID), OPS)
    return floor.state


def _commands(state: State) -> list[c.Command]:
    (name,) = state.instructions
    return [
        c.SendAllocation("B1"),
        c.CancelAllocation(name, "r"),
        c.RequestConfirmations(name),
        c.AffirmConfirmations(("S1/C1",)),
        c.RejectConfirmation("S1/C1", "r"),
    ]


def test_only_whose_accounts_are_all_of_the_block(state: State) -> None:
    for command in _commands(state):
        assert forbidden(user(), command, state) == ""
        assert forbidden(user("A1", "A2"), command, state) == ""
        assert forbidden(user("A1"), command, state) == "accounts A2 are not yours"


def test_only_operations_and_for_sending_traders(state: State) -> None:
    for command in _commands(state):
        assert forbidden(user(roles=(Role.Operations,)), command, state) == ""
        for role in (Role.PortfolioManager, Role.Compliance, Role.Viewer):
            assert "may not send" in forbidden(user(roles=(role,)), command, state)
    trader = user(roles=(Role.Trader,))
    mine = [command for command in _commands(state) if not forbidden(trader, command, state)]
    assert mine == [c.SendAllocation("B1")]


def test_what_is_unknown_is_nobody_s(state: State) -> None:
    for command in (c.CancelAllocation("A9", "r"), c.RejectConfirmation("S1/C9", "r")):
        assert "unknown, or not yours" in forbidden(user("A1", "A2"), command, state)


def test_reference_data_is_the_house_s(state: State) -> None:
    for command in (c.DefineSettlementInstructions(()), c.SetCutOffs(())):
        assert forbidden(user(), command, state) == ""
        assert "touches the whole house" in forbidden(user("A1", "A2"), command, state)


def test_an_account_s_confirmation_is_seen_by_whom_it_belongs(state: State) -> None:
    rows = list(VIEWS["confirmations"].all_rows(state))
    assert [row.account for row in rows if sees(user("A1"), state, "confirmations", row)] == ["A1"]
    (row,) = VIEWS["instructions"].all_rows(state)
    assert sees(user("A1"), state, "instructions", row)
    assert not sees(user("A4"), state, "instructions", row)
