"""Commands after the trade: allocation preview|change|approve|send|cancel|ask|move, confirmation
affirm|reject.
"""

from typing import Annotated

import typer

from tradeoms.cli.common import DEFAULT, Config, console, fail, tell
from tradeoms.cli.connection import Reason, User, asked, number, submit
from tradeoms.cli.grid import answer
from tradeoms.model import commands as c

allocation = typer.Typer(
    no_args_is_help=True, help="How blocks are split, and what brokers are told."
)
confirmation = typer.Typer(no_args_is_help=True, help="What brokers confirm for each account.")

AllocID = Annotated[str, typer.Argument(help="The instruction (A…), as the table shows it.")]


SHOWN = ("order", "account", "OrderQty", "AllocQty", "AvgPx", "gross", "commission", "fees", "net")


@allocation.command()
def preview(block: str, user: User, config: Config = DEFAULT) -> None:
    """Show what each account would get and pay if a block were finished now."""
    found = asked("allocation", user, config, block=block, user=user)
    (told,) = found.rows
    console.print(answer(told["rows"], SHOWN))
    if told["left_out"]:
        tell(f"and {told['left_out']} that are not yours")
    tell(f"{block} at {told['AvgPx']} {told['Currency']}, settles {told['settle_date']}")
    tell(f"split by {told['policy']}, as of record {found.seq}")
    for text in dict.fromkeys(filter(None, (told["exception"], *told["alerts"]))):
        tell(f"exception: {text}")
    if told["refused"]:
        tell(f"would be refused now: {told['refused']}")


@allocation.command()
def change(
    block: str,
    user: User,
    reason: Reason,
    quantities: Annotated[
        list[str] | None,
        typer.Argument(
            help="ACCOUNT=QUANTITY or ACCOUNT/ORDER=QUANTITY; none: as the policy says."
        ),
    ] = None,
    config: Config = DEFAULT,
) -> None:
    """Give accounts other quantities of what was filled; what some get more others get less."""
    try:
        rows = tuple(map(c.AccountQty.typed, quantities or ()))
    except ValueError as error:
        raise fail(str(error)) from None
    submit(c.ChangeSplit(block, rows, reason), user, config)


@allocation.command()
def approve(
    block: str,
    user: User,
    reason: Annotated[str, typer.Option("--reason", "-r", help="What was looked at.")] = "",
    change: Annotated[
        int, typer.Option(help="Which of its changes was looked at; 0: the one that holds.")
    ] = 0,
    config: Config = DEFAULT,
) -> None:
    """As compliance, agree with a split that somebody else has changed."""
    submit(c.ApproveSplit(block, reason, change), user, config)


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
    submit(c.SendAllocation(block, tuple(broker or ())), user, config)


@allocation.command()
def cancel(name: AllocID, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """Ask the broker to forget an instruction."""
    submit(c.CancelAllocation(name, reason), user, config)


@allocation.command()
def ask(
    name: AllocID,
    user: User,
    account: Annotated[str, typer.Option(help="Only this account.")] = "",
    config: Config = DEFAULT,
) -> None:
    """Ask the broker to confirm an instruction again."""
    submit(c.RequestConfirmations(name, account), user, config)


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
    submit(c.MoveToError(block, client, units, reason, account, order), user, config)


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
    submit(c.AffirmConfirmations(tuple(names), reason), user, config)


@confirmation.command()
def reject(
    name: Annotated[str, typer.Argument(help="SESSION/CONFIRMID.")],
    user: User,
    reason: Reason,
    config: Config = DEFAULT,
) -> None:
    """Reject a confirmation that matches."""
    submit(c.RejectConfirmation(name, reason), user, config)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.add_typer(allocation, name="allocation")
    app.add_typer(confirmation, name="confirmation")
