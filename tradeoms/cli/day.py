"""Commands around the day: opening balances."""

from pathlib import Path
from typing import Annotated

import typer

from tradeoms.cli.client import User, connected, say
from tradeoms.cli.common import DEFAULT, Config, fail
from tradeoms.model import commands as c
from tradeoms.model.openings import OpeningFile

Sheet = Annotated[Path | None, typer.Option(help="A CSV file; docs/opening.md has its columns.")]


def content(file: Path) -> str:
    """A text file as it is; exit 2 where it cannot be read."""
    try:
        return file.read_bytes().decode()
    except OSError as error:
        raise fail(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise fail(f"{file}: is no UTF-8 text") from None


def opening(
    batch: Annotated[str, typer.Argument(help="A name: the same one again books nothing twice.")],
    user: User,
    control: Annotated[Path, typer.Option(help="The CSV file with the control totals.")],
    lots: Sheet = None,
    cash: Sheet = None,
    orders: Sheet = None,
    config: Config = DEFAULT,
) -> None:
    """Book what accounts own and have open on day one, from CSV files: all of it, or nothing."""
    given = {"lots": lots, "cash": cash, "orders": orders, "control": control}
    files = tuple(
        OpeningFile(kind, path.name, content(path)) for kind, path in given.items() if path
    )
    with connected(config, user) as client:
        say(client.submit(c.ImportOpening(batch, files)))


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(opening)
