"""The same clock everywhere: times of rows are shown in local time. And hands that are quick."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.blotter.house import do, running
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import world
from tradeoms.demo.files import Run, prepare
from tradeoms.model.fields import Role


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a key the pilot waits for 20 ms in which nothing happens; 5 ms do as well."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.005)


@pytest.fixture(autouse=True)
def _calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing gets stale while a test is slow: who tests that moves the time."""
    monkeypatch.setattr("blotter.app.TICK", 3600.0)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Run]:
    """A running house, and a user in it who stages and trades."""
    files = prepare(tmp_path / "house")
    KeyStore(files.home / "keys").new("tina", [Role.PortfolioManager, Role.Trader])
    with running(files):
        do(files, "olga", *world.reference(), world.opening())
        yield files
