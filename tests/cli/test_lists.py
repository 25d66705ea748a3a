"""What a trader types to give a broker a list."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cli.test_settle import Client
from tradeoms.cli import app, client
from tradeoms.model import commands as c


def test_route_list(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Client()

    @contextmanager
    def connected(config: Path, user: str) -> Iterator[Client]:
        yield opened

    monkeypatch.setattr(client, "connected", connected)
    words = ["route-list", "KING", "B1", "B2", "-a", "price_collar", "--user", "tom"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert opened.sent == [c.RouteList("KING", ("B1", "B2"), ("price_collar",))]
