"""What a person types after the trade, and the command that is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tradeoms.bus.wire import Result
from tradeoms.cli import app, posttrade
from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome

LINES: dict[str, c.Command] = {
    "allocation send B1": c.SendAllocation("B1"),
    "allocation send B1 --broker KING --broker QUEEN": c.SendAllocation("B1", ("KING", "QUEEN")),
    "allocation cancel A1 -r wrong": c.CancelAllocation("A1", "wrong"),
    "allocation ask A1": c.RequestConfirmations("A1"),
    "allocation ask A1 --account F1": c.RequestConfirmations("A1", "F1"),
    "allocation move B1 F1 2.5 -r wrong": c.MoveToError("B1", "F1", Decimal("2.5"), "wrong"),
    "allocation move B1 F1 9 -r wrong --account E2 --order O7": c.MoveToError(
        *("B1", "F1", Decimal(9), "wrong", "E2", "O7")
    ),
    "confirmation affirm S1/C1 S1/C2": c.AffirmConfirmations(("S1/C1", "S1/C2")),
    "confirmation affirm S1/C1 -r agreed": c.AffirmConfirmations(("S1/C1",), "agreed"),
    "confirmation reject S1/C1 -r wrong": c.RejectConfirmation("S1/C1", "wrong"),
}


@pytest.mark.parametrize("line", list(LINES))
def test_what_is_sent(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[c.Command] = []

    class Client:
        def submit(self, command: c.Command) -> Answered:
            sent.append(command)
            name = type(command).__name__
            return Answered("olga", "1", Outcome.Done, name, datetime.now(UTC))

    @contextmanager
    def connected(_: Path, user: str) -> Iterator[Any]:
        assert user == "olga"
        yield Client()

    monkeypatch.setattr(posttrade, "connected", connected)
    result = CliRunner().invoke(app, [*line.split(), "--user", "olga"])
    assert result.exit_code == 0, result.output
    assert sent == [LINES[line]]


def test_the_split_is_shown_before_the_block_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    row = dict.fromkeys(posttrade.SHOWN, "0") | {"account": "FUND7", "net": "5000.13"}
    told = {"AvgPx": "50.01", "Currency": "USD", "settle_date": "2026-03-03", "policy": "fair/1"}
    told |= {"exception": "holds back 10 of 50", "alerts": [], "refused": "P1 works", "rows": [row]}
    asked: list[Any] = []

    class Client:
        def query(self, question: str, **arguments: Any) -> Result:
            asked.append((question, arguments))
            if arguments["block"] == "B9":
                return Result("1", 7, problem="block: unknown block")
            return Result("1", 7, (told,))

    @contextmanager
    def connected(_: Path, user: str) -> Iterator[Any]:
        yield Client()

    monkeypatch.setattr(posttrade, "connected", connected)
    monkeypatch.setattr(posttrade, "console", Console(width=200))
    line = ["allocation", "preview", "B1", "--user", "tom"]
    result = CliRunner().invoke(app, line)
    assert result.exit_code == 0, result.output
    assert asked == [("allocation", {"block": "B1", "user": "tom"})]
    for text in ("FUND7", "5000.13", "B1 at 50.01 USD, settles 2026-03-03", "as of record 7"):
        assert text in result.output
    assert "exception: holds back 10 of 50" in result.output
    assert "would be refused now: P1 works" in result.output
    line[2] = "B9"
    assert CliRunner().invoke(app, line).exit_code == 1


@pytest.mark.parametrize("line", ["allocation cancel A1", "confirmation reject S1/C1"])
def test_a_reason_is_needed(line: str) -> None:
    assert CliRunner().invoke(app, [*line.split(), "--user", "olga"]).exit_code == 2
