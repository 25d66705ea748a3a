"""What a person types after the trade, and the command that is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

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


@pytest.mark.parametrize("line", ["allocation cancel A1", "confirmation reject S1/C1"])
def test_a_reason_is_needed(line: str) -> None:
    assert CliRunner().invoke(app, [*line.split(), "--user", "olga"]).exit_code == 2
