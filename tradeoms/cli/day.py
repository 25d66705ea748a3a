"""Commands around the day: opening balances, checklist, close."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from tradeoms.cli.client import User, connected, say
from tradeoms.cli.common import DEFAULT, Config, console, fail, settings_of
from tradeoms.model import commands as c
from tradeoms.model.openings import OpeningFile

day = typer.Typer(no_args_is_help=True, help="Open and close the business day.")
handover = typer.Typer(no_args_is_help=True, help="Hand trades over to other books.")
breaks = typer.Typer(no_args_is_help=True, help="Differences with the books of others.")

Key = Annotated[str, typer.Argument(help="The key, as the table breaks shows it.")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The business date.")]
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


def _send(command: c.Command, user: str, config: Config) -> None:
    with connected(config, user) as client:
        say(client.submit(command))


@day.command("open")
def open_(business_date: Day, user: User, config: Config = DEFAULT) -> None:
    """Begin a business day, or open one again that was closed."""
    _send(c.OpenDay(business_date.date()), user, config)


@day.command()
def checklist(user: User, config: Config = DEFAULT) -> None:
    """Print what a close would find now; exit 1 where something keeps the day open."""
    with connected(config, user) as client:
        found = client.query("checklist").rows
    keeps = [row for row in found if row["blocks"] and not row["waived_by"]]
    for row in found:
        kind = "blocks" if row in keeps else "waived" if row["waived_by"] else "warns"
        by = f" ({row['waived_by']}: {row['reason']})" if row["waived_by"] else ""
        text = f"{kind}  {row['check']}: {row['subject']}: {row['text']}{by}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{len(found)} findings, {len(keeps)} keep the day open", highlight=False)
    if keeps:
        raise typer.Exit(1)


@day.command()
def waive(
    check: Annotated[str, typer.Argument(help="A check, as the checklist names it.")],
    user: User,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; kept in the journal.")],
    config: Config = DEFAULT,
) -> None:
    """Let pass what a check finds now, so that somebody else can close the day."""
    _send(c.WaiveCheck(check, reason), user, config)


@day.command()
def close(
    business_date: Day,
    user: User,
    out: Annotated[Path | None, typer.Option(help="Write the day's reports here.")] = None,
    config: Config = DEFAULT,
) -> None:
    """Close the business day: day orders expire, no new work is taken until the next one."""
    _send(c.CloseDay(business_date.date()), user, config)
    if out:
        _reports(config, business_date.date(), out)


def _reports(config: Path, business_date: date, folder: Path) -> None:
    """Every report of the day, once the read model has its close."""
    from tradeoms.app import NotThere, write_reports

    try:
        paths = write_reports(settings_of(config), business_date, folder)
    except NotThere as error:
        raise fail(error) from None
    for path in paths:
        console.print(str(path), soft_wrap=True, highlight=False)


@day.command()
def retention(
    days: Annotated[
        int, typer.Argument(help="Opened days after which finished work leaves memory.")
    ],
    user: User,
    config: Config = DEFAULT,
) -> None:
    """Keep finished work in memory for so many days; the read model keeps it for ever."""
    _send(c.SetRetention(days), user, config)


@day.command()
def kept(user: User, config: Config = DEFAULT) -> None:
    """Print what is in memory of earlier days' work, and why it stays."""
    with connected(config, user) as client:
        for row in client.query("kept").rows:
            text = f"{row['count']:>8}  {row['why']}, such as {row['example']}"
            console.print(text, markup=False, highlight=False, soft_wrap=True)


@handover.command()
def make(user: User, config: Config = DEFAULT) -> None:
    """Hand over what has changed since the last time; `report hand-over` writes the files."""
    _send(c.Deliver(), user, config)


@handover.command()
def acknowledge(
    number: Annotated[int, typer.Argument(help="The delivery's number.")],
    answer: Annotated[Path, typer.Argument(help="A CSV file: line, status, reason.")],
    user: User,
    config: Config = DEFAULT,
) -> None:
    """Book what became of a delivery: rejected lines are breaks, and go out again."""
    _send(c.AcknowledgeDelivery(number, answer.name, content(answer)), user, config)


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
    _send(c.Reconcile(kind, source, day, file.name, text, settled), user, config)


@breaks.command("own")
def own_(key: Key, user: User, reason: str = "", config: Config = DEFAULT) -> None:
    """Look after a break; taking it over from somebody needs a reason."""
    _send(c.OwnBreak(key, reason), user, config)


@breaks.command()
def explain(
    key: Key,
    user: User,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; kept in the journal.")],
    config: Config = DEFAULT,
) -> None:
    """Say why a difference is there; it stays explained until it changes."""
    _send(c.ExplainBreak(key, reason), user, config)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(opening)
    app.command()(reconcile)
    app.add_typer(day, name="day")
    app.add_typer(handover, name="handover")
    app.add_typer(breaks, name="break")
