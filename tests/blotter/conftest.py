"""The same clock everywhere: times of rows are shown in local time. And hands that are quick."""

import time
from collections.abc import Iterator

import pytest


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
