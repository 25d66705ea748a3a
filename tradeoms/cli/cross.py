"""Commands that cross orders in the house: cross candidates|propose|approve|reject|bust|approve-bust."""

from typing import Annotated

import typer

from tradeoms.cli.common import DEFAULT, Config, tell
from tradeoms.cli.connection import Acknowledge, Reason, User, number, submit
from tradeoms.cli.desk import ask
from tradeoms.model import commands as c

cross = typer.Typer(
    no_args_is_help=True, help="Opposite orders that trade with each other, without a broker."
)
Name = Annotated[str, typer.Argument(help="The cross (X…), as the table crosses shows it.")]
SHOWN = ("instrument", "buys", "sells", "OrderQty", "Px", "basis", "source", "at", "reason")


@cross.command()
def candidates(user: User, config: Config = DEFAULT) -> None:
    """Print which unrouted orders could cross, at which price, and what keeps others out."""
    for row in ask("crosses", user, config, SHOWN, user=user):
        for order, why in row["left_out"].items():
            tell(f"{row['instrument']}: not {order}: {why}")


@cross.command()
def propose(
    orders: Annotated[list[str], typer.Argument(help="Staged orders (O…) of both sides.")],
    user: User,
    quantity: Annotated[str, typer.Option(help="So much; else all of the smaller side.")] = "",
    reason: Reason = "",
    acknowledge: Acknowledge = None,
    config: Config = DEFAULT,
) -> None:
    """Propose that orders trade with each other; a second person has to approve it."""
    wanted = number(quantity, "quantity") if quantity else None
    command = c.ProposeCross(tuple(orders), wanted, reason, tuple(acknowledge or ()))
    submit(command, user, config)


@cross.command()
def approve(
    name: Name,
    user: User,
    reason: Reason = "",
    acknowledge: Acknowledge = None,
    config: Config = DEFAULT,
) -> None:
    """As the second person, let a cross happen at the independent price of now."""
    submit(c.ApproveCross(name, reason, tuple(acknowledge or ())), user, config)


@cross.command()
def reject(name: Name, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """Let a proposed cross, or the proposal to take one back, not happen."""
    submit(c.RejectCross(name, reason), user, config)


@cross.command()
def bust(name: Name, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """Propose to take a cross back on both sides; a second person has to approve it."""
    submit(c.BustCross(name, reason), user, config)


@cross.command("approve-bust")
def approve_bust(name: Name, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """As the second person, take a cross back; its orders are staged again."""
    submit(c.ApproveBust(name, reason), user, config)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.add_typer(cross, name="cross")
