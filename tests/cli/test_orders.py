"""Orders, routes and replaces as they are typed, in units and in money."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tradeoms.cli import app, client
from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome, Side
from tradeoms.model.orders import Member, NewOrder

D = Decimal
LINES: dict[str, c.Command] = {
    "order buy 250000 MSFT --cash --account A1 --account A2:99.50": c.SubmitOrder(
        NewOrder(
            "MSFT",
            Side.Buy,
            (Member("A1", CashOrderQty=D(250000)), Member("A2", CashOrderQty=D("99.50"))),
        )
    ),
    "order short 10 MSFT --account A1 --locate L7": c.SubmitOrder(
        NewOrder("MSFT", Side.SellShort, (Member("A1", D(10), "L7"),))
    ),
    "route B1 KING:100000 QUEEN:0.05 --cash": c.RouteBlock(
        "B1", (c.Route("KING", CashOrderQty=D(100000)), c.Route("QUEEN", CashOrderQty=D("0.05")))
    ),
    "route B1 KING:100 -a price_collar": c.RouteBlock(
        "B1", (c.Route("KING", D(100)),), ("price_collar",)
    ),
    "replace P1 180000 --cash": c.ReplacePlacement("P1", CashOrderQty=D(180000)),
    "replace P1 500 --limit 10.25 --stop 10 -a order_value": c.ReplacePlacement(
        "P1", D(500), D("10.25"), D(10), ("order_value",)
    ),
}


@pytest.mark.parametrize(("line", "command"), LINES.items())
def test_a_line_is_a_command(
    line: str, command: c.Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = list[c.Command]()

    class Client:
        def submit(self, command: c.Command, id: str = "") -> Answered:
            sent.append(command)
            return Answered("tom", id, Outcome.Done, type(command).__name__, datetime.now(UTC))

    @contextmanager
    def connected(config: Path, user: str) -> Iterator[Any]:
        assert user == "tom"
        yield Client()

    monkeypatch.setattr(client, "connected", connected)
    result = CliRunner().invoke(app, [*line.split(), "--user", "tom"])
    assert result.exit_code == 0, result.output
    assert sent == [command]
