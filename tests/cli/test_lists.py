"""What a trader types to give a broker a list, and to finish blocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cli.test_settle import Client
from tradeoms.cli import app, client
from tradeoms.model import commands as c

LISTED = c.RouteList("KING", ("B1", "B2"), ("price_collar",))


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["route-list", "KING", "B1", "B2", "-a", "price_collar"], LISTED),
        (["finish", "B1"], c.FinishBlock("B1")),
        (["finish", "B1", "B2", "--reason", "told"], c.FinishBlocks(("B1", "B2"), "told")),
    ],
)
def test_blocks(words: list[str], command: c.Command, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Client()

    @contextmanager
    def connected(config: Path, user: str) -> Iterator[Client]:
        yield opened

    monkeypatch.setattr(client, "connected", connected)
    done = CliRunner().invoke(app, [*words, "--user", "tom"])
    assert done.exit_code == 0, done.output
    assert opened.sent == [command]
