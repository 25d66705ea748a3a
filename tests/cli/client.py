"""A line as a person types it, and a client that remembers what was sent and asked."""

from datetime import UTC, datetime
from typing import Any

from typer.testing import CliRunner

from tradeoms.bus.wire import Result
from tradeoms.cli import app
from tradeoms.model import commands as c
from tradeoms.model.events import Answered
from tradeoms.model.fields import Outcome
from tradeoms.model.state import State
from tradeoms.views import VIEWS

USER = "tom"


class Client:
    """`sent` are commands, and questions with their arguments; `found` answers these; tables show a state."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.found = Result("1", 7)
        self.ids: tuple[str, ...] = ()
        self.state = State()
        self.tables: dict[str, dict[str, Any]] = {}
        self.seq: dict[str, int] = {}

    def submit(self, command: c.Command, id: str = "") -> Answered:
        self.sent.append(command)
        name = type(command).__name__
        return Answered(USER, id, Outcome.Done, name, datetime.now(UTC), self.ids)

    def query(self, question: str, **arguments: Any) -> Result:
        self.sent.append((question, arguments))
        return self.found

    def follow(self, table: str) -> None:
        self.tables[table] = {row.key: row for row in VIEWS[table].all_rows(self.state)}
        self.seq[table] = self.state.seq


def typed(line: str | list[str], code: int = 0) -> str:
    """What comes back from a line, all that is printed."""
    words = line.split() if isinstance(line, str) else line
    result = CliRunner().invoke(app, [*words, "--user", USER])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def cells(text: str) -> list[list[str]]:
    """The rows of a table as it was printed."""
    lines = (line for line in text.splitlines() if "│" in line)
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]
