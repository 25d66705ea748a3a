"""No test of this folder needs a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.client import USER, Client
from tradeoms.cli import common, connection


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    """What the commands speak to in place of a server; the terminal is wide."""
    opened = Client()

    @contextmanager
    def connected(_: Path, user: str) -> Iterator[Client]:
        assert user == USER
        yield opened

    monkeypatch.setattr(connection, "connected", connected)
    monkeypatch.setattr(common.console, "_width", 200)
    return opened
