"""The command that shows how things were."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tradeoms.cli.common import DEFAULT, Config, console, fail, file_errors, settings_of, tell
from tradeoms.cli.grid import grids
from tradeoms.cli.money import SHOWN, Accounts


def as_of(
    table: Annotated[
        str, typer.Argument(help="positions, lots, cash, orders, or any other table.")
    ],
    at: Annotated[
        str, typer.Option(help="A time such as 2022-12-28T15:30:00Z; UTC where it has no zone.")
    ] = "",
    record: Annotated[int | None, typer.Option(help="Instead: the number of a record.")] = None,
    account: Accounts = None,
    out: Annotated[Path | None, typer.Option(help="Write all columns to this CSV file.")] = None,
    config: Config = DEFAULT,
) -> None:
    """Print a table as it was at any past moment, from the journal alone."""
    if bool(at) == (record is not None):
        raise fail("say when: --at TIME or --record NUMBER")
    settings, moment = settings_of(config), _moment(at) if at else None
    from tradeoms.app import NeverWas, rows_as_of
    from tradeoms.store.journal import JournalBroken
    from tradeoms.store.migrate import OtherVersion

    try:
        found = rows_as_of(settings, table, moment, record)
    except JournalBroken as error:
        raise fail(f"broken: {error}", 1) from None
    except (NeverWas, OtherVersion) as error:
        raise fail(error) from None
    rows = [row for row in found.rows if not account or getattr(row, "account", "") in account]
    written = f", {found.at:%Y-%m-%d %H:%M:%S} UTC" if found.at else ""
    console.print(f"{table} as of record {found.seq}{written}: {len(rows)} rows", highlight=False)
    if out is not None:
        _write(out, rows)
    elif rows:
        console.print(*grids(rows, console.width, SHOWN.get(table, ())), sep="\n")


def _moment(text: str) -> datetime:
    """A time of day; a date alone would leave open which of its moments is meant."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or ":" not in text:
        raise fail(f"at {text!r} is no time such as 2022-12-28T15:30:00Z")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _write(path: Path, rows: list[Any]) -> None:
    """Rows as CSV, exactly, with the names of the columns above them."""
    with file_errors(path), path.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        for n, row in enumerate(rows):
            names = row.__struct_fields__
            if not n:
                sheet.writerow(names)
            values = (getattr(row, name) for name in names)
            sheet.writerow("" if value is None else value for value in values)
    tell(str(path))


def add_to(app: typer.Typer) -> None:
    """Register this module's command."""
    app.command("as-of")(as_of)
