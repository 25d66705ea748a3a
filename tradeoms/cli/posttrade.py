"""Commands after the trade: allocation preview|send|cancel|ask|move, confirmation affirm|reject."""

from typing import Annotated

import typer
from rich.table import Table

from tradeoms.cli.client import User, connected, number, say
from tradeoms.cli.common import DEFAULT, Config, console, fail
from tradeoms.model import commands as c

allocation = typer.Typer(
    no_args_is_help=True, help="How blocks are split, and what brokers are told."
)
confirmation = typer.Typer(no_args_is_help=True, help="What brokers confirm for each account.")

Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; it is kept in the journal.")]
AllocID = Annotated[str, typer.Argument(help="The instruction (A…), as the table shows it.")]


def _send(command: c.Command, user: str, config: Config) -> None:
    with connected(config, user) as client:
        say(client.submit(command))


SHOWN = ("order", "account", "OrderQty", "AllocQty", "AvgPx", "gross", "commission", "fees", "net")


@allocation.command()
def preview(block: str, user: User, config: Config = DEFAULT) -> None:
    """Show what each account would get and pay if a block were finished now."""
    with connected(config, user) as client:
        found = client.query("allocation", block=block, user=user)
    if found.problem:
        raise fail(found.problem, 1)
    (told,) = found.rows
    grid = Table(*SHOWN)
    for row in told["rows"]:
        grid.add_row(*(str(row[name]) for name in SHOWN))
    console.print(grid)
    _say(f"{block} at {told['AvgPx']} {told['Currency']}, settles {told['settle_date']}")
    _say(f"split by {told['policy']}, as of record {found.seq}")
    for text in dict.fromkeys((told["exception"], *told["alerts"])):
        _say(f"exception: {text}" if text else "")
    _say(f"would be refused now: {told['refused']}" if told["refused"] else "")


def _say(text: str) -> None:
    if text:
        console.print(text, markup=False, highlight=False)


@allocation.command()
def send(
    block: str,
    user: User,
    broker: Annotated[
        list[str] | None, typer.Option(help="Only this broker; may come again.")
    ] = None,
    config: Config = DEFAULT,
) -> None:
    """Tell brokers how a block's fills are split; what they were told before is replaced."""
    _send(c.SendAllocation(block, tuple(broker or ())), user, config)


@allocation.command()
def cancel(name: AllocID, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """Ask the broker to forget an instruction."""
    _send(c.CancelAllocation(name, reason), user, config)


@allocation.command()
def ask(
    name: AllocID,
    user: User,
    account: Annotated[str, typer.Option(help="Only this account.")] = "",
    config: Config = DEFAULT,
) -> None:
    """Ask the broker to confirm an instruction again."""
    _send(c.RequestConfirmations(name, account), user, config)


@allocation.command()
def move(
    block: str,
    client: Annotated[str, typer.Argument(help="The account that got it by mistake.")],
    quantity: str,
    user: User,
    reason: Reason,
    account: Annotated[str, typer.Option(help="The error account, where there are several.")] = "",
    order: Annotated[str, typer.Option(help="Only of this order.")] = "",
    config: Config = DEFAULT,
) -> None:
    """What a client got by mistake becomes the error account's; the client is as it was."""
    units = number(quantity, "quantity")
    _send(c.MoveToError(block, client, units, reason, account, order), user, config)


@confirmation.command()
def affirm(
    names: Annotated[list[str], typer.Argument(help="SESSION/CONFIRMID, one or several.")],
    user: User,
    reason: Annotated[
        str, typer.Option("--reason", "-r", help="Needed for what does not match.")
    ] = "",
    config: Config = DEFAULT,
) -> None:
    """Affirm confirmations, all of them or none."""
    _send(c.AffirmConfirmations(tuple(names), reason), user, config)


@confirmation.command()
def reject(
    name: Annotated[str, typer.Argument(help="SESSION/CONFIRMID.")],
    user: User,
    reason: Reason,
    config: Config = DEFAULT,
) -> None:
    """Reject a confirmation that matches."""
    _send(c.RejectConfirmation(name, reason), user, config)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.add_typer(allocation, name="allocation")
    app.add_typer(confirmation, name="confirmation")
