"""Brings a database to the tables of this version: the journal's, or the read model's.

The migrations lie beside this file, one folder a database, one file a step, its name the revision.
A step of the journal may add tables, but never touches a row. There is no way back down: an older
version of the code fills a new read model.
"""

from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, MetaData, column, inspect, select, table

from tradeoms.store import readmodel, schema, snapshots

HERE = Path(__file__).parent / "migrations"
Database = Literal["journal", "readmodel"]
METADATA: dict[Database, MetaData] = {
    "journal": schema.metadata,
    snapshots.DATABASE: readmodel.metadata,
}


class OtherVersion(Exception):
    """A database that this version of the program did not write."""


def upgrade(engine: Engine, database: Database) -> None:
    """Apply what is missing, in one transaction; nothing where the database is at its newest step.

    Two databases may share one server database: each has its own table of versions.

    Raises:
        OtherVersion: the database is at a step that is none of ours.
    """
    found = current(engine, database)
    if found == newest(database):
        return
    if found and found not in steps(database):
        raise OtherVersion(f"the {database} is at step {found}, which this version does not know")
    # Alembic takes a fifth of a second to load: only those who need it wait for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_locations", str(HERE / database))
    config.set_main_option("path_separator", "newline")
    with engine.begin() as connection:
        config.attributes.update(
            connection=connection,
            metadata=METADATA[database],
            version_table=version_table(database),
        )
        command.upgrade(config, "head")


def expect(engine: Engine, database: Database) -> None:
    """Nothing, where the database is at its newest step; for those who may not write.

    Raises:
        OtherVersion: it is at another step, or at none.
    """
    found, wanted = current(engine, database), newest(database)
    if not found:
        raise OtherVersion(f"there is no {database}: no server has run with this configuration yet")
    if found != wanted:
        raise OtherVersion(f"the {database} is at step {found}, not at {wanted}")


def newest(database: Database) -> str:
    """The last step there is; steps are files that sort by their number."""
    return max(steps(database))


def steps(database: Database) -> set[str]:
    """The names of all steps there are."""
    return {path.stem for path in (HERE / database).glob("s*.py")}


def current(engine: Engine, database: Database) -> str:
    """The step a database is at; empty where it was never migrated."""
    versions = version_table(database)
    if not inspect(engine).has_table(versions):
        return ""
    with engine.connect() as connection:
        found = connection.execute(
            select(column("version_num")).select_from(table(versions))
        ).scalar()
    return str(found or "")


def version_table(database: Database) -> str:
    """Where Alembic keeps the step a database is at."""
    return f"{database}_version"
