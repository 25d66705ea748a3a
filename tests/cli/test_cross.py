"""What a person types about crosses, and what is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tradeoms.bus.wire import Result
from tradeoms.cli import app, cross
from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome

ROW = {
    "instrument": "ACME",
    "buys": ["O2", "O3"],
    "sells": ["O1"],
    "OrderQty": "300",
    "Px": "50.10",
    "basis": "mid",
    "source": "tape",
    "at": "10:30",
    "reason": "",
    "left_out": {"O9": "A7 may not cross: [its] client has not agreed"},
}


class Client:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.rows: tuple[Any, ...] = (ROW,)

    def submit(self, command: c.Command) -> Answered:
        self.sent.append(command)
        name = type(command).__name__
        return Answered("tom", "1", Outcome.Done, name, datetime.now(UTC))

    def query(self, question: str, **arguments: Any) -> Result:
        self.sent.append((question, arguments))
        return Result("1", 7, self.rows)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    client = Client()

    @contextmanager
    def connected(_: Path, user: str) -> Iterator[Any]:
        assert user == "tom"
        yield client

    monkeypatch.setattr(cross, "connected", connected)
    return client


def run(*line: str) -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "150"}).invoke(app, ["cross", *line, "--user", "tom"])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (["propose", "O1", "O2"], c.ProposeCross(("O1", "O2"))),
        (
            ["propose", "O1", "O2", "--quantity", "50", "-r", "both agree", "-a", "price_collar"],
            c.ProposeCross(("O1", "O2"), Decimal(50), "both agree", ("price_collar",)),
        ),
        (["approve", "X1", "-a", "order_value"], c.ApproveCross("X1", "", ("order_value",))),
        (["reject", "X1", "-r", "no"], c.RejectCross("X1", "no")),
        (["bust", "X1", "-r", "wrong"], c.BustCross("X1", "wrong")),
        (["approve-bust", "X1", "-r", "agreed"], c.ApproveBust("X1", "agreed")),
    ],
)
def test_what_is_sent(client: Client, line: list[str], command: c.Command) -> None:
    assert run(*line) == (0, f"{type(command).__name__}: done\n")
    assert client.sent == [command]


def test_candidates_are_shown_with_what_stays_out(client: Client) -> None:
    code, text = run("candidates")
    assert code == 0
    assert client.sent == [("crosses", {"user": "tom"})]
    row = next(line for line in text.splitlines() if "ACME" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [
        *("ACME", "O2 O3", "O1", "300", "50.10", "mid", "tape", "10:30", "")
    ]
    assert "ACME: not O9: A7 may not cross: [its] client has not agreed" in text
    client.rows = ()
    assert run("candidates") == (0, "none as of record 7\n")


def test_a_quantity_must_be_a_number(client: Client) -> None:
    assert run("propose", "O1", "O2", "--quantity", "many")[0] == 2
    assert client.sent == []
