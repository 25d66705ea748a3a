"""What a person types to see how things were."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.builders import desk, lot
from tradeoms.cli import app
from tradeoms.config import Settings
from tradeoms.store import migrate
from tradeoms.store.journal import SqlJournal, connect


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration and the journal of a small desk."""
    monkeypatch.chdir(tmp_path)
    Path("tradeoms.toml").write_text(f'home = "{tmp_path}"\n')
    engine = connect(Settings(home=tmp_path).journal_url)
    migrate.upgrade(engine, "journal")
    SqlJournal(engine).append(desk((lot("A1", 300, 9000), lot("A2", 7, 10))).journal.records)
    engine.dispose()
    return tmp_path


def typed(line: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, line.split())
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.usefixtures("house")
def test_a_table_is_shown_and_written() -> None:
    assert "positions as of record 0: 0 rows" in typed("as-of positions --record 0")
    shown = typed("as-of positions --at 2999-01-01T00:00:00Z --account A1")
    assert "UTC: 1 rows" in shown
    typed("as-of lots --at 2999-01-01T00:00 --out lots.csv")
    with Path("lots.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["account"], row["remaining"], row["basis"]) for row in rows] == [
        ("A1", "300", "9000.00"),
        ("A2", "7", "10.00"),
    ]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("as-of cash", "say when"),
        ("as-of cash --record 1 --at 2026-01-01T00:00Z", "say when"),
        ("as-of cash --at 2026-01-01", "is no time"),
        ("as-of cash --at noon", "is no time"),
        ("as-of money --record 1", "unknown table 'money'"),
        ("as-of cash --record 999", "there is no record 999"),
    ],
)
def test_mistakes_are_named(line: str, text: str) -> None:
    assert text in typed(line, 2)


def test_without_a_journal_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tradeoms.toml").write_text(f'home = "{tmp_path}"\n')
    assert "there is no journal: no server has run" in typed("as-of cash --record 0", 2)
