"""Who may claim and give away what, to whom, and who attends to alerts."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

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
    floor.order(("A1", 1), desk="value")
    return floor.state


@pytest.fixture
def people(tmp_path: Path) -> KeyStore:
    store = KeyStore(tmp_path)
    store.new("ann", [Role.Trader], desks=["growth"])
    store.new("paula", [Role.PortfolioManager])
    return store


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


def test_work_goes_to_traders_who_exist(state: State, people: KeyStore, tmp_path: Path) -> None:
    for command in GIVEN:
        assert stranger(command, people, state) == ""
        nobody = KeyStore(tmp_path / "none")
        assert stranger(command, nobody, state).endswith("ann': there is no such user")
    to_paula = c.Reassign(("B1",), "paula", "r")
    assert stranger(to_paula, people, state) == "trader paula: is no trader"
    assert stranger(c.Claim(("B1",)), people, state) == ""


def test_a_halt_that_would_meet_nobody_is_refused(state: State, people: KeyStore) -> None:
    for command in (
        c.Halt("odd", trader="ann"),
        c.Halt("odd", everything=True),
        c.Halt("a user's", desk="growth"),
        c.Halt("an order's", desk="value"),
        c.Halt("left, but has a block", trader="trader"),
    ):
        assert stranger(command, people, state) == "", command
    for command, reason in (
        (c.Halt("odd", trader="anne"), "trader 'anne': there is no such user"),
        (c.Halt("odd", trader="paula"), "trader paula: is no trader"),
        (c.Halt("odd", desk="grwth"), "desk 'grwth': there is no such desk of a user or an order"),
    ):
        assert stranger(command, people, state) == reason


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
