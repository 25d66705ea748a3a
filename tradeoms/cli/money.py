"""Commands that show what accounts have: positions."""

from typing import Annotated, Any

import typer

from tradeoms.cli.client import User, connected, grid
from tradeoms.cli.common import DEFAULT, Config, console

Accounts = Annotated[list[str] | None, typer.Option("--account", "-A", help="Only these accounts.")]
Instruments = Annotated[
    list[str] | None, typer.Option("--instrument", "-i", help="Only these instruments.")
]


def _show(config: Config, user: str, table: str, **wanted: list[str] | None) -> None:
    """Print the rows of a table whose fields are among what is wanted, by key."""
    with connected(config, user) as client:
        client.follow(table)
        rows: list[Any] = [
            row
            for _, row in sorted(client.tables[table].items())
            if all(not names or getattr(row, field) in names for field, names in wanted.items())
        ]
        seq = client.seq[table]
    console.print(f"{table} as of record {seq}: {len(rows)} rows", highlight=False)
    if rows:
        console.print(grid(rows))


def positions(
    user: User,
    account: Accounts = None,
    instrument: Instruments = None,
    config: Config = DEFAULT,
) -> None:
    """Print positions: what the day began with, traded, settled, open."""
    _show(config, user, "positions", account=account, instrument=instrument)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(positions)
