"""Orders, routes and replaces as they are typed, in units and in money."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cli.client import Client, typed
from tradeoms.cli import app
from tradeoms.cli.panels import PANELS
from tradeoms.model import commands as c
from tradeoms.model.fields import Side
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
    "route-list KING B1 B2 -a price_collar": c.RouteList("KING", ("B1", "B2"), ("price_collar",)),
    "finish B1": c.FinishBlock("B1"),
    "finish B1 B2 --reason told": c.FinishBlocks(("B1", "B2"), "told"),
    "route B1 KING:100 -a price_collar": c.RouteBlock(
        "B1", (c.Route("KING", D(100)),), ("price_collar",)
    ),
    "replace P1 180000 --cash": c.ReplacePlacement("P1", CashOrderQty=D(180000)),
    "replace P1 500 --limit 10.25 --stop 10 -a order_value": c.ReplacePlacement(
        "P1", D(500), D("10.25"), D(10), ("order_value",)
    ),
}


@pytest.mark.parametrize(("line", "command"), LINES.items())
def test_a_line_is_a_command(line: str, command: c.Command, client: Client) -> None:
    assert typed(line) == f"{type(command).__name__}: done\n"
    assert client.sent == [command]


@pytest.mark.parametrize("quantity", ["many", "NaN", "Infinity", ""])
def test_what_is_no_number_is_not_sent(quantity: str, client: Client) -> None:
    said = typed(["order", "buy", quantity, "MSFT", "--account", "A1"], 2)
    assert said == f"quantity {quantity!r} is no number\n"
    assert client.sent == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"type":"Nope"}', "Invalid value 'Nope' - at `$.type`"),
        (b"\xff", "is no UTF-8 text"),
        (b'[{"type":"OpenDay"}]', "Object missing required field `business_date`"),
    ],
)
def test_a_file_that_holds_no_command_is_named(
    content: bytes, reason: str, client: Client, tmp_path: Path
) -> None:
    file = tmp_path / "one.json"
    file.write_bytes(content)
    said = typed(["send", str(file)], 2)
    assert said.startswith(f"{file}: ")
    assert reason in said
    assert "Is a directory" in typed(["send", str(tmp_path)], 2)
    assert client.sent == []


def test_a_table_that_there_is_not_is_said_at_once(client: Client) -> None:
    assert "there is no table order; there are orders," in typed("watch order --once", 2)
    assert "orders has no column Pxx" in typed("watch orders --once --column Pxx", 2)


def test_the_help_lists_each_command_once_where_one_looks_for_it() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).output
    names = [name for listed in PANELS.values() for name in listed.split()]
    found = [
        match[1] for line in shown.splitlines() if (match := re.match("│ ([a-z][a-z-]*) ", line))
    ]
    assert sorted(found) == sorted(names)
    headings = [shown.index(f"─ {panel} ─") for panel in PANELS]
    assert headings == sorted(headings)
