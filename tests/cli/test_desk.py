"""What a person types on a desk, and the command that is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tradeoms.bus.wire import Result
from tradeoms.cli import app, desk
from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome
from tradeoms.model.reference import AccountWeight, AllocationPolicy

POLICY = AllocationPolicy(
    *("fair", 2, date(2026, 3, 2), "priority"),
    weights=(AccountWeight("F1", Decimal(0)), AccountWeight("F2", Decimal(1))),
    strategies=("value",),
    clients_first=True,
    average_blocks=True,
)
LINES: dict[str, c.Command] = {
    "join B4 O1 O2 -r late": c.JoinBlock("B4", ("O1", "O2"), "late"),
    "join B4 O1 -a cash_cover": c.JoinBlock("B4", ("O1",), acknowledged=("cash_cover",)),
    "leave B4 O1": c.LeaveBlock("B4", "O1"),
    "claim O1 B4": c.Claim(("O1", "B4")),
    "claim B4 -r lunch": c.Claim(("B4",), "lunch"),
    "release B4": c.Release(("B4",)),
    "reassign O1 B4 --to ann -r hers": c.Reassign(("O1", "B4"), "ann", "hers"),
    "reassign --all-of tina --to ann -r holiday": c.HandOver("tina", "ann", "holiday"),
    "error B4 --account ERR -r twice": c.BookError("B4", "twice", "ERR"),
    "halt --trader ann -r frozen": c.Halt("frozen", trader="ann"),
    "halt --everything -r odd": c.Halt("odd", everything=True),
    "resume H1 -r fine": c.Resume("H1", "fine"),
    "policy define fair --version 2 --effective 2026-03-02 --method priority --weight F1:0 "
    "--weight F2:1 --strategy value --clients-first --average-blocks": c.DefineAllocationPolicies(
        (POLICY,)
    ),
}


class Client:
    def __init__(self) -> None:
        self.sent: list[c.Command] = []
        self.found = Result("1", 7)

    def submit(self, command: c.Command) -> Answered:
        self.sent.append(command)
        name = type(command).__name__
        return Answered("tom", "1", Outcome.Done, name, datetime.now(UTC))

    def query(self, question: str, **arguments: Any) -> Result:
        assert (question, arguments) in (("merges", {"user": "tom"}), ("policies", {}))
        return self.found


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    opened = Client()

    @contextmanager
    def connected(config: Path, user: str) -> Iterator[Any]:
        assert user == "tom"
        yield opened

    monkeypatch.setattr(desk, "connected", connected)
    return opened


@pytest.mark.parametrize(("line", "command"), LINES.items())
def test_a_line_is_a_command(client: Client, line: str, command: c.Command) -> None:
    result = CliRunner().invoke(app, [*line.split(), "--user", "tom"])
    assert result.exit_code == 0, result.output
    assert client.sent == [command]


def test_answers_to_questions_are_tables(client: Client) -> None:
    asked = ["merges", "--user", "tom"]
    assert "none as of record 7" in CliRunner().invoke(app, asked).output
    client.found = Result("1", 7, ({"block": "B4", "orders": ["O1", "O2"]},))
    shown = CliRunner().invoke(app, asked).output
    assert "B4" in shown
    assert "O1 O2" in shown
    client.found = Result("1", 7, problem="you may see only some")
    refused = CliRunner().invoke(app, ["policy", "list", "--user", "tom"])
    assert refused.exit_code == 1
    assert "you may see only some" in refused.output


def test_what_a_row_leaves_out_moves_no_cell(client: Client) -> None:
    client.found = Result("1", 7, ({"fee": "a", "sells": True}, {"fee": "b", "buys": "x"}))
    lines = CliRunner().invoke(app, ["policy", "list", "--user", "tom"]).output.splitlines()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]
    assert rows == [["a", "True", ""], ["b", "", "x"]]


def test_names_or_a_whole_desk(client: Client) -> None:
    for names in ([], ["B4", "--all-of", "tina"]):
        line = ["reassign", *names, "--to", "ann", "-r", "why", "--user", "tom"]
        result = CliRunner().invoke(app, line)
        assert result.exit_code == 2
        assert "or a trader (--all-of)" in result.output
    assert client.sent == []
