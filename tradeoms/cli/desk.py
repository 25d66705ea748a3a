"""Commands of a trading desk: what is worked as one, and by whom; errors; allocation policies."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import typer

from tradeoms.cli.common import DEFAULT, Config, console, fail, tell
from tradeoms.cli.connection import Acknowledge, Reason, User, asked, number, submit
from tradeoms.cli.grid import answer
from tradeoms.model import commands as c
from tradeoms.model.policies import AccountWeight, AllocationPolicy

Names = Annotated[list[str], typer.Argument(help="Orders (O…) and blocks (B…), one or several.")]
policy = typer.Typer(no_args_is_help=True, help="How blocks' fills are divided, by compliance.")


def ask(
    question: str, user: str, config: Config, names: tuple[str, ...] = (), /, **arguments: Any
) -> Sequence[Any]:
    """Print the answer to a question as a table of these columns, or of all; its rows."""
    found = asked(question, user, config, **arguments)
    rows: Sequence[Any] = found.rows
    if rows:
        console.print(answer(rows, names))
    else:
        tell(f"none as of record {found.seq}")
    return rows


def merges(user: User, config: Config = DEFAULT) -> None:
    """Print which staged orders may be merged, with each other or into a working block."""
    ask("merges", user, config, user=user)


def join(
    block: str,
    orders: list[str],
    user: User,
    reason: Reason = "",
    acknowledge: Acknowledge = None,
    config: Config = DEFAULT,
) -> None:
    """Merge staged orders into a block; they share its fills from now on."""
    command = c.JoinBlock(block, tuple(orders), reason, tuple(acknowledge or ()))
    submit(command, user, config)


def leave(
    block: str, order: str, user: User, reason: Reason = "", config: Config = DEFAULT
) -> None:
    """Take an order out of a block; what of it was not filled is staged again."""
    submit(c.LeaveBlock(block, order, reason), user, config)


def claim(names: Names, user: User, reason: Reason = "", config: Config = DEFAULT) -> None:
    """Work orders and blocks yourself; what is another's is taken over with a reason."""
    submit(c.Claim(tuple(names), reason), user, config)


def release(names: Names, user: User, reason: Reason = "", config: Config = DEFAULT) -> None:
    """Your orders and blocks are nobody's again."""
    submit(c.Release(tuple(names), reason), user, config)


def reassign(
    user: User,
    to: Annotated[str, typer.Option(help="The trader who gets them.")],
    reason: Reason,
    names: Annotated[
        list[str] | None, typer.Argument(help="Orders (O…) and blocks (B…), one or several.")
    ] = None,
    all_of: Annotated[str, typer.Option(help="Everything open that is this trader's.")] = "",
    config: Config = DEFAULT,
) -> None:
    """Give orders and blocks, or a trader's whole desk, to another trader."""
    if bool(names) == bool(all_of):
        raise fail("name orders and blocks, or a trader (--all-of)")
    if all_of:
        submit(c.HandOver(all_of, to, reason), user, config)
    else:
        submit(c.Reassign(tuple(names or ()), to, reason), user, config)


def error(
    block: str,
    user: User,
    reason: Reason,
    account: Annotated[str, typer.Option(help="Where there are several error accounts.")] = "",
    config: Config = DEFAULT,
) -> None:
    """Book what was filled beyond a block's orders to an error account, as operations."""
    submit(c.BookError(block, reason, account), user, config)


def halt(
    user: User,
    reason: Reason,
    trader: Annotated[str, typer.Option(help="All that this trader works.")] = "",
    desk: Annotated[str, typer.Option(help="All orders of this desk.")] = "",
    account: Annotated[str, typer.Option(help="All that touches this account.")] = "",
    everything: Annotated[bool, typer.Option("--everything", help="The whole house.")] = False,
    config: Config = DEFAULT,
) -> None:
    """The kill switch that lasts: cancels what is open; nothing new until two persons resume."""
    submit(c.Halt(reason, trader, desk, account, everything), user, config)


def resume(
    name: Annotated[str, typer.Argument(help="The halt (H…).")],
    user: User,
    reason: Reason,
    config: Config = DEFAULT,
) -> None:
    """Consent that a halt ends; it ends with the second person's consent."""
    submit(c.Resume(name, reason), user, config)


def halts(user: User, config: Config = DEFAULT) -> None:
    """Print what is halted, by whom and why, and who has consented to go on."""
    ask("halts", user, config)


@policy.command("list")
def listed(user: User, config: Config = DEFAULT) -> None:
    """Print every version of every policy."""
    ask("policies", user, config)


@policy.command()
def define(
    name: str,
    user: User,
    version: Annotated[int, typer.Option(help="Higher than the last one.")],
    effective: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="From which day on.")],
    method: Annotated[str, typer.Option(help="As in docs/allocation.md.")] = "pro_rata",
    rounding: str = "largest_remainder",
    minimum: Annotated[str, typer.Option(help="The least quantity of an account.")] = "0",
    weight: Annotated[
        list[str] | None, typer.Option(help="ACCOUNT:WEIGHT, as the method asks; may be repeated.")
    ] = None,
    instrument: Annotated[list[str] | None, typer.Option(help="For these alone.")] = None,
    strategy: Annotated[list[str] | None, typer.Option(help="For orders of these.")] = None,
    house: Annotated[bool, typer.Option("--house", help="For all that no other is for.")] = False,
    clients_first: Annotated[
        bool, typer.Option("--clients-first", help="Own accounts get what clients leave.")
    ] = False,
    average_blocks: Annotated[
        bool, typer.Option("--average-blocks", help="Blocks of a day have one average price.")
    ] = False,
    config: Config = DEFAULT,
) -> None:
    """Define a policy, or a new version of it; `send` takes a file for what has no option here."""
    new = AllocationPolicy(
        policy=name,
        version=version,
        effective=effective.date(),
        method=method,
        rounding=rounding,
        minimum=number(minimum, "minimum"),
        weights=tuple(_weight(text) for text in weight or ()),
        instruments=tuple(instrument or ()),
        strategies=tuple(strategy or ()),
        house=house,
        clients_first=clients_first,
        average_blocks=average_blocks,
    )
    submit(c.DefineAllocationPolicies((new,)), user, config)


def _weight(text: str) -> AccountWeight:
    account, _, value = text.partition(":")
    weight: Decimal = number(value, f"weight of {account}")
    return AccountWeight(account, weight)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(halt)
    for command in (merges, join, leave, claim, release, reassign, error, resume, halts):
        app.command()(command)
    app.add_typer(policy, name="policy")
