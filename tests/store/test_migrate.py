"""Migrated databases have exactly the tables that the code uses."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from tradeoms.store import migrate
from tradeoms.store.migrate import (
    METADATA,
    Database,
    OtherVersion,
    current,
    expect,
    newest,
    upgrade,
)

BOTH: tuple[Database, ...] = ("journal", "readmodel")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path}/a.db")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("database", BOTH)
def test_a_migrated_database_is_what_the_code_says(database: Database, engine: Engine) -> None:
    upgrade(engine, database)
    assert current(engine, database) == newest(database)
    options = {"version_table": migrate.version_table(database)}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA[database]) == []
    assert set(inspect(engine).get_table_names()) - {f"{database}_version"} == set(
        METADATA[database].tables
    )


def test_both_fit_into_one_database(engine: Engine) -> None:
    for database in (*BOTH, *BOTH):
        upgrade(engine, database)
    assert [current(engine, database) for database in BOTH] == [newest(d) for d in BOTH]


@pytest.mark.parametrize("database", BOTH)
def test_a_database_of_another_version_is_named(database: Database, engine: Engine) -> None:
    with pytest.raises(OtherVersion, match=f"there is no {database}"):
        expect(engine, database)
    upgrade(engine, database)
    expect(engine, database)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {database}_version SET version_num = 's0999_later'"))
    for look in (upgrade, expect):
        with pytest.raises(OtherVersion, match=f"the {database} is at step s0999_later"):
            look(engine, database)


def test_a_database_at_its_newest_step_is_left_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(engine, "journal")
    monkeypatch.setattr("alembic.command.upgrade", lambda *_: pytest.fail("loaded for nothing"))
    upgrade(engine, "journal")


def test_a_migration_is_silent(engine: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), root.disabled)
    upgrade(engine, "readmodel")
    assert (root.level, list(root.handlers), root.disabled) == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("database", BOTH)
def test_the_steps_follow_each_other(database: Database) -> None:
    """A step is named s<number>_<name>, is its own revision and follows the one before it."""
    before = None
    for path in sorted((migrate.HERE / database).glob("*.py")):
        text = path.read_text()
        assert f'revision = "{path.stem}"' in text
        assert f"down_revision = {before!r}".replace("'", '"') in text
        before = path.stem
    assert before == newest(database)
