"""Who may claim and give away what, to whom, and who attends to alerts."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.builders import desk
from tradeoms.bus.access import forbidden, stranger
from tradeoms.bus.client import BusRefused, Client
from tradeoms.bus.keys import KeyStore, User
from tradeoms.model import commands as c
from tradeoms.model.fields import Role
from tradeoms.model.state import State

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GIVEN = (c.Reassign(("B1",), "ann", "r"), c.HandOver("trader", "ann", "r"))
CLAIMS = (c.Claim(("B1",)), c.Claim(("O1",)), c.Release(("B1", "O1")), *GIVEN)
ALERTS = (c.AcknowledgeAlert(1), c.OwnAlert(1), c.SnoozeAlert(1, NOON, "r"))


def user(*accounts: str, role: Role = Role.Trader) -> User:
    return User("u", "key", (role,), frozenset(accounts), frozenset())


@pytest.fixture(scope="module")
def state() -> State:
    """A block that the trader has claimed."""
    floor = desk()
    assert floor.block(("A1", 60), ("A2", 40)) == "B1"
    return floor.state


def test_traders_claim_what_is_all_theirs(state: State) -> None:
    for command in CLAIMS:
        assert forbidden(user(), command, state) == ""
        assert forbidden(user("A1", "A2"), command, state) == ""
        assert forbidden(user("A1"), command, state) == "accounts A2 are not yours"
        for role in set(Role) - {Role.Trader}:
            assert "may not send" in forbidden(user(role=role), command, state)


def test_who_attends_to_alerts(state: State) -> None:
    may = {Role.Trader, Role.Compliance, Role.Operations}
    for command in ALERTS:
        for role in Role:
            assert (forbidden(user(role=role), command, state) == "") is (role in may)
        assert "touches the whole house" in forbidden(user("A1", "A2"), command, state)


def test_work_goes_to_traders_who_exist(state: State) -> None:
    people = {"ann": user(), "paula": user(role=Role.PortfolioManager)}
    for command in GIVEN:
        assert stranger(command, people.get, state) == ""
        assert stranger(command, {}.get, state).endswith("ann': there is no such user")
        assert stranger(command, {"ann": people["paula"]}.get, state).endswith("ann: is no trader")
    assert stranger(c.Claim(("B1",)), people.get, state) == ""


def test_a_halt_that_would_meet_nobody_is_refused(state: State) -> None:
    people = {"ann": user(), "paula": user(role=Role.PortfolioManager)}
    for command in (c.Halt("odd", trader="ann"), c.Halt("odd", everything=True)):
        assert stranger(command, people.get, state) == ""
    assert stranger(c.Halt("left", trader="trader"), {}.get, state) == "", "has a block"
    reason = "trader 'anne': there is no such user"
    assert stranger(c.Halt("odd", trader="anne"), people.get, state) == reason
    assert (
        stranger(c.Halt("odd", trader="paula"), people.get, state) == "trader paula: is no trader"
    )


@pytest.mark.parametrize(
    ("to", "reason"),
    [("nobody", "to 'nobody': there is no such user"), ("vera", "to vera: is no trader")],
)
def test_the_server_knows_its_users(
    connect: Callable[[str], Client], keys: KeyStore, to: str, reason: str
) -> None:
    with pytest.raises(BusRefused, match=reason):
        connect("tom").submit(c.HandOver("tom", to, "r"))
    assert connect("tom").submit(c.HandOver("tom", "rita", "r")).problems[0].field == "trader"
