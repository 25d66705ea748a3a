"""What a person types on a desk, and the command that is sent."""

from datetime import date
from decimal import Decimal

import pytest

from tests.cli.client import Client, cells, typed
from tradeoms.bus.wire import Result
from tradeoms.model import commands as c
from tradeoms.model.policies import AccountWeight, AllocationPolicy

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


@pytest.mark.parametrize(("line", "command"), LINES.items())
def test_a_line_is_a_command(client: Client, line: str, command: c.Command) -> None:
    typed(line)
    assert client.sent == [command]


def test_answers_to_questions_are_tables(client: Client) -> None:
    assert typed("merges") == "none as of record 7\n"
    assert client.sent == [("merges", {"user": "tom"})]
    client.found = Result("1", 7, ({"block": "B4", "orders": ["O1", "O2"]},))
    assert cells(typed("merges")) == [["B4", "O1 O2"]]
    client.found = Result("1", 7, problem="you may see only some")
    assert typed("policy list", 1) == "you may see only some\n"


def test_what_a_row_leaves_out_moves_no_cell(client: Client) -> None:
    client.found = Result("1", 7, ({"fee": "a", "sells": True}, {"fee": "b", "buys": "x"}))
    assert cells(typed("policy list")) == [["a", "True", ""], ["b", "", "x"]]


def test_names_or_a_whole_desk(client: Client) -> None:
    for names in ("", "B4 --all-of tina"):
        assert "or a trader (--all-of)" in typed(f"reassign {names} --to ann -r why", 2)
    assert client.sent == []
