"""A day of 500 orders during which the server is killed 25 times, and the same day undisturbed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.crash import brokers, world
from tests.crash.bench import read_model_is, replay, set_up
from tests.crash.essence import differences, essence
from tests.crash.installation import Installation
from tests.crash.killer import Killer, Moment, moments
from tests.crash.people import Manager, Trader
from tests.crash.processes import ROOT, until
from tradeoms.model.events import Answered
from tradeoms.model.state import State

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(900)]
SEED = 20221228


def day(folder: Path, plan: list[Moment]) -> tuple[Installation, State, dict[str, Answered]]:
    """Live through the day; the state that the journal leads to, and the answers people got."""
    installation = Installation(folder)
    with installation.brokers() as sim:
        sim.ready()
        with installation.server() as server:
            server.ready()
            set_up(installation)
            assert server.stop() == 0
        answers = _people(installation, plan)
        assert sim.stop() == 0
    return installation, replay(installation), answers


def _people(installation: Installation, plan: list[Moment]) -> dict[str, Answered]:
    with installation.client("paula") as paula, installation.client("tom") as tom:
        manager, trader = Manager(paula), Trader(tom)
        with Killer(installation, plan) as killer:
            manager.work()
            trader.work()
        until(killer.server.descendants, "a reader")
        assert killer.server.stop() == 0
        assert killer.done == plan
    return manager.answers | trader.answers


def test_a_day_with_25_kills_ends_like_a_day_without(tmp_path: Path) -> None:
    plan = moments(SEED)
    assert sum(moment.whom != "reader" for moment in plan) == 25
    calm, quiet, _ = day(tmp_path / "calm", [])
    brokers.compare(calm, quiet)
    storm, state, answers = day(tmp_path / "storm", plan)
    brokers.compare(storm, state)
    assert differences(essence(quiet), essence(state)) == []
    _kept_its_word(state, answers)
    _adds_up(storm, state)
    read_model_is(storm, state)
    assert _verify(storm) == 0


def _kept_its_word(state: State, answers: dict[str, Answered]) -> None:
    """Whatever people were told is in the journal, word for word."""
    kept = {answered.id: answered for answered in state.answers.values()}
    assert {id: kept.get(id) for id in answers} == answers


def _adds_up(installation: Installation, state: State) -> None:
    """Every order allocated, lots are positions, cash is what the brokers say."""
    assert {order.state.value for order in state.orders.values()} == {"allocated"}
    assert len(state.orders) == world.ORDERS
    sums = np.zeros_like(state.position.cells)
    lots = state.lots
    np.add.at(sums, (lots["account"], lots["instrument"]), lots["remaining"])
    assert (sums == state.position.cells).all()
    opening = len(world.ACCOUNTS) * 100_000_000
    assert opening - int(state.cash.cells.sum()) == brokers.nets(installation)


def _verify(installation: Installation) -> int:
    command = [sys.executable, "-m", "tradeoms", "verify", "--config", str(installation.config)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
