"""Commands around the day: opening balances, checklist, close."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from tradeoms.cli.common import DEFAULT, Config, content, fail, file_errors, settings_of, tell
from tradeoms.cli.connection import Reason, User, asked, submit
from tradeoms.model import commands as c
from tradeoms.model.openings import OpeningFile

day = typer.Typer(no_args_is_help=True, help="Open and close the business day.")
handover = typer.Typer(no_args_is_help=True, help="Hand trades over to other books.")
breaks = typer.Typer(no_args_is_help=True, help="Differences with the books of others.")

Key = Annotated[str, typer.Argument(help="The key, as the table breaks shows it.")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The business date.")]
Sheet = Annotated[Path | None, typer.Option(help="A CSV file; docs/opening.md has its columns.")]


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
    submit(c.ImportOpening(batch, files), user, config)


@day.command("open")
def open_(business_date: Day, user: User, config: Config = DEFAULT) -> None:
    """Begin a business day, or open one again that was closed."""
    submit(c.OpenDay(business_date.date()), user, config)


@day.command()
def checklist(user: User, config: Config = DEFAULT) -> None:
    """Print what a close would find now; exit 1 where something keeps the day open."""
    found = asked("checklist", user, config).rows
    keeps = [row for row in found if row["blocks"] and not row["waived_by"]]
    for row in found:
        kind = "blocks" if row in keeps else "waived" if row["waived_by"] else "warns"
        by = f" ({row['waived_by']}: {row['reason']})" if row["waived_by"] else ""
        tell(f"{kind}  {row['check']}: {row['subject']}: {row['text']}{by}")
    tell(f"{len(found)} findings, {len(keeps)} keep the day open")
    if keeps:
        raise typer.Exit(1)


@day.command()
def waive(
    check: Annotated[str, typer.Argument(help="A check, as the checklist names it.")],
    user: User,
    reason: Reason,
    config: Config = DEFAULT,
) -> None:
    """Let pass what a check finds now, so that somebody else can close the day."""
    submit(c.WaiveCheck(check, reason), user, config)


@day.command()
def close(
    business_date: Day,
    user: User,
    out: Annotated[Path | None, typer.Option(help="Write the day's reports here.")] = None,
    config: Config = DEFAULT,
) -> None:
    """Close the business day: day orders expire, no new work is taken until the next one."""
    submit(c.CloseDay(business_date.date()), user, config)
    if out:
        _reports(config, business_date.date(), out)


def _reports(config: Path, business_date: date, folder: Path) -> None:
    """Every report of the day, once the read model has its close."""
    from tradeoms.app import NotThere, write_reports

    try:
        with file_errors(folder):
            paths = write_reports(settings_of(config), business_date, folder)
    except NotThere as error:
        raise fail(error) from None
    for path in paths:
        tell(str(path))


@day.command()
def retention(
    days: Annotated[
        int, typer.Argument(help="Opened days after which finished work leaves memory.")
    ],
    user: User,
    config: Config = DEFAULT,
) -> None:
    """Keep finished work in memory for so many days; the read model keeps it for ever."""
    submit(c.SetRetention(days), user, config)


@day.command()
def kept(user: User, config: Config = DEFAULT) -> None:
    """Print what is in memory of earlier days' work, and why it stays."""
    for row in asked("kept", user, config).rows:
        tell(f"{row['count']:>8}  {row['why']}, such as {row['example']}")


@handover.command()
def make(user: User, config: Config = DEFAULT) -> None:
    """Hand over what has changed since the last time; `report hand-over` writes the files."""
    submit(c.Deliver(), user, config)


@handover.command()
def acknowledge(
    number: Annotated[int, typer.Argument(help="The delivery's number.")],
    answer: Annotated[Path, typer.Argument(help="A CSV file: line, status, reason.")],
    user: User,
    config: Config = DEFAULT,
) -> None:
    """Book what became of a delivery: rejected lines are breaks, and go out again."""
    submit(c.AcknowledgeDelivery(number, answer.name, content(answer)), user, config)


def reconcile(
    kind: Annotated[str, typer.Argument(help="positions, cash or fills.")],
    source: Annotated[str, typer.Argument(help="The custodian, or the broker.")],
    file: Annotated[Path, typer.Argument(help="Their CSV file; docs/day.md has its columns.")],
    business_date: Annotated[
        datetime, typer.Option("--day", formats=["%Y-%m-%d"], help="As of which day.")
    ],
    user: User,
    settled: Annotated[bool, typer.Option("--settled", help="Without what settles later.")] = False,
    config: Config = DEFAULT,
) -> None:
    """Hold the file of a custodian or a broker against our books; what differs is a break."""
    day, text = business_date.date(), content(file)
    submit(c.Reconcile(kind, source, day, file.name, text, settled), user, config)


@breaks.command("own")
def own_(key: Key, user: User, reason: Reason = "", config: Config = DEFAULT) -> None:
    """Look after a break; taking it over from somebody needs a reason."""
    submit(c.OwnBreak(key, reason), user, config)


@breaks.command()
def explain(
    key: Key,
    user: User,
    reason: Reason,
    config: Config = DEFAULT,
) -> None:
    """Say why a difference is there; it stays explained until it changes."""
    submit(c.ExplainBreak(key, reason), user, config)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(opening)
    app.command()(reconcile)
    app.add_typer(day, name="day")
    app.add_typer(handover, name="handover")
    app.add_typer(breaks, name="break")
