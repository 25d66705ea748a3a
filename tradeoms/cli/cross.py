"""Commands that cross orders in the house: cross candidates|propose|approve|reject|bust|approve-bust."""

from typing import Annotated

import typer
from rich.table import Table

from tradeoms.cli.client import Acknowledge, User, connected, number, say
from tradeoms.cli.common import DEFAULT, Config, console, fail
from tradeoms.model import commands as c

cross = typer.Typer(
    no_args_is_help=True, help="Opposite orders that trade with each other, without a broker."
)
Name = Annotated[str, typer.Argument(help="The cross (X…), as the table crosses shows it.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; it is kept in the journal.")]
SHOWN = ("instrument", "buys", "sells", "OrderQty", "Px", "basis", "source", "at", "reason")


def _send(command: c.Command, user: str, config: Config) -> None:
    with connected(config, user) as client:
        say(client.submit(command))


@cross.command()
def candidates(user: User, config: Config = DEFAULT) -> None:
    """Print which unrouted orders could cross, at which price, and what keeps others out."""
    with connected(config, user) as client:
        found = client.query("crosses", user=user)
    if found.problem:
        raise fail(found.problem, 1)
    if not found.rows:
        console.print(f"none as of record {found.seq}", highlight=False)
        return
    grid = Table(*SHOWN)
    for row in found.rows:
        grid.add_row(*(" ".join(v) if isinstance(v := row[n], list) else str(v) for n in SHOWN))
    console.print(grid)
    for row in found.rows:
        for order, why in row["left_out"].items():
            text = f"{row['instrument']}: not {order}: {why}"
            console.print(text, markup=False, highlight=False)


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
    _send(command, user, config)


@cross.command()
def approve(
    name: Name,
    user: User,
    reason: Reason = "",
    acknowledge: Acknowledge = None,
    config: Config = DEFAULT,
) -> None:
    """As the second person, let a cross happen at the independent price of now."""
    _send(c.ApproveCross(name, reason, tuple(acknowledge or ())), user, config)


@cross.command()
def reject(name: Name, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """Let a proposed cross, or the proposal to take one back, not happen."""
    _send(c.RejectCross(name, reason), user, config)


@cross.command()
def bust(name: Name, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """Propose to take a cross back on both sides; a second person has to approve it."""
    _send(c.BustCross(name, reason), user, config)


@cross.command("approve-bust")
def approve_bust(name: Name, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """As the second person, take a cross back; its orders are staged again."""
    _send(c.ApproveBust(name, reason), user, config)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.add_typer(cross, name="cross")
