"""Commands on what changes lots without a trade: actions book|move|give|reverse|show."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tradeoms.cli.common import DEFAULT, Config, console, content, fail, tell
from tradeoms.cli.connection import Reason, User, asked, followed, number, submit
from tradeoms.cli.grid import answer, grids
from tradeoms.cli.lots import named
from tradeoms.model import commands as c
from tradeoms.model.lot_actions import LotTransfer
from tradeoms.model.openings import OpeningFile

actions = typer.Typer(
    no_args_is_help=True, help="Corporate actions, and lots that are transferred or given."
)
Preview = Annotated[
    bool, typer.Option("--preview", help="Show what it would do; nothing is booked.")
]
Reference = Annotated[
    str, typer.Option(help="What its source calls it: the same again books nothing twice.")
]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which it counts.")]
Lots = Annotated[
    list[str] | None, typer.Option("--lot", help="LOT=QUANTITY, as often as there are lots.")
]
To = Annotated[str, typer.Option(help="The account that gets them; none: they leave the firm.")]
Shown = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what was booked on this day.")
]
SUMMARY = (
    *("key", "kind", "instrument", "becomes", "day", "ratio", "account", "to", "accounts"),
    *("before", "after", "cash", "reference", "user", "reversed_by"),
)
LINES = ("key", "before", "after", "change", "cash", "Currency")


def _done(command: c.Command, preview: bool, user: str, config: Path) -> None:
    """Send the command, or show what it would do."""
    if not preview:
        submit(command, user, config)
        return
    terms = msgspec.to_builtins(command)
    rows = asked("preview", user, config, command=terms, user=user).rows
    console.print(answer(rows))
    tell(f"{len(rows)} changes; nothing is booked")


@actions.command()
def book(
    user: User,
    reason: Reason,
    file: Annotated[
        Path | None,
        typer.Argument(help="A CSV file of corporate actions (docs/corporate-actions.md)."),
    ] = None,
    transfers: Annotated[
        Path | None, typer.Option(help="A CSV file of transfers and gifts.")
    ] = None,
    preview: Preview = False,
    config: Config = DEFAULT,
) -> None:
    """Book all corporate actions, transfers and gifts of files, or none."""
    given = {"actions": file, "transfers": transfers}
    files = tuple(
        OpeningFile(kind, path.name, content(path)) for kind, path in given.items() if path
    )
    if not files:
        raise fail("a file of corporate actions, or of --transfers, is needed")
    _done(c.ImportActions(files, reason), preview, user, config)


@actions.command()
def move(
    account: Annotated[str, typer.Argument(help="Whose lots.")],
    instrument: str,
    user: User,
    reference: Reference,
    reason: Reason,
    day: Day,
    quantity: Annotated[str, typer.Argument(help="How many; none where lots are named.")] = "",
    to: To = "",
    lot: Lots = None,
    method: Annotated[str, typer.Option(help="By this method; else by the account's own.")] = "",
    preview: Preview = False,
    config: Config = DEFAULT,
) -> None:
    """Transfer lots, with their dates and their basis, to an account of the same taxpayer or away."""
    terms = _terms(account, instrument, day, quantity, to, lot, method)
    _done(c.TransferLots(terms, reference, reason), preview, user, config)


@actions.command()
def give(
    account: Annotated[str, typer.Argument(help="Who gives.")],
    instrument: str,
    user: User,
    reference: Reference,
    reason: Reason,
    day: Day,
    value: Annotated[str, typer.Option(help="What a share was worth that day.")],
    quantity: Annotated[str, typer.Argument(help="How many; none where lots are named.")] = "",
    to: To = "",
    lot: Lots = None,
    method: Annotated[str, typer.Option(help="By this method; else by the account's own.")] = "",
    preview: Preview = False,
    config: Config = DEFAULT,
) -> None:
    """Give lots to another taxpayer: the basis goes along, a loss counts from the value."""
    terms = _terms(account, instrument, day, quantity, to, lot, method)
    terms = msgspec.structs.replace(terms, value=number(value, "value"))
    _done(c.GiftLots(terms, reference, reason), preview, user, config)


def _terms(
    account: str,
    instrument: str,
    day: datetime,
    quantity: str,
    to: str,
    lot: list[str] | None,
    method: str,
) -> LotTransfer:
    return LotTransfer(
        instrument=instrument,
        day=day.date(),
        account=account,
        to=to,
        quantity=number(quantity, "quantity") if quantity else None,
        method=method.upper(),
        lots=tuple(named(text) for text in lot or ()),
    )


@actions.command()
def reverse(
    action: Annotated[str, typer.Argument(help="The booking (L…).")],
    user: User,
    reason: Reason,
    preview: Preview = False,
    config: Config = DEFAULT,
) -> None:
    """Take a booking back: lots, gains and cash are as if it had never been."""
    _done(c.ReverseAction(action, reason), preview, user, config)


@actions.command()
def show(
    user: User,
    action: Annotated[str, typer.Argument(help="One booking (L…), account by account.")] = "",
    booked: Shown = None,
    config: Config = DEFAULT,
) -> None:
    """Print what was booked; of one booking, what it did to each account."""
    table = "action_lines" if action else "lot_actions"
    rows, _ = followed(table, user, config)
    if action:
        rows = [row for row in rows if row.action == action]
    elif booked:
        rows = [row for row in rows if row.booked == booked.date()]
    console.print(f"{table}: {len(rows)} rows", highlight=False)
    if rows:
        console.print(*grids(rows, console.width, LINES if action else SUMMARY), sep="\n")


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.add_typer(actions, name="actions")
