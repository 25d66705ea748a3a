"""Commands about commissions: rate cards of accounts, research accounts at brokers."""

from datetime import datetime
from typing import Annotated

import typer

from tradeoms.cli.client import User, connected, number, say
from tradeoms.cli.common import DEFAULT, Config
from tradeoms.cli.desk import ask
from tradeoms.model import commands as c
from tradeoms.model.rate_cards import RateCard
from tradeoms.model.reference import CommissionSchedule, CommissionTier

card = typer.Typer(no_args_is_help=True, help="What brokers bill for some accounts, by operations.")
research = typer.Typer(no_args_is_help=True, help="Research accounts at brokers.")
Rate = "5bp (basis points of the value) or 0.005 (money a unit); 0 bills nothing."


@card.command("list")
def listed(user: User, config: Config = DEFAULT) -> None:
    """Print every version of every rate card."""
    ask("cards", user, config, {})


@card.command()
def define(
    name: str,
    user: User,
    version: Annotated[int, typer.Option(help="Higher than the last one.")],
    effective: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="From which day on.")],
    account: Annotated[list[str] | None, typer.Option(help="For this account.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="For accounts of this group.")] = None,
    broker: Annotated[list[str] | None, typer.Option(help="With this broker; else all.")] = None,
    execution: Annotated[str, typer.Option(help=Rate)] = "",
    research: Annotated[str, typer.Option(help=Rate)] = "",
    config: Config = DEFAULT,
) -> None:
    """Define a rate card, or a new version of it; `send` takes a file for tiers and bounds."""
    new = RateCard(
        card=name,
        version=version,
        effective=effective.date(),
        accounts=tuple(account or ()),
        groups=tuple(group or ()),
        brokers=tuple(broker or ()),
        execution=_schedule(execution, "execution"),
        research=_schedule(research, "research"),
    )
    with connected(config, user) as client:
        say(client.submit(c.DefineRateCards((new,))))


def _schedule(text: str, what: str) -> CommissionSchedule | None:
    if not text:
        return None
    basis = "value" if text.endswith("bp") else "unit"
    rate = number(text.removesuffix("bp"), what)
    return CommissionSchedule(basis, (CommissionTier(number("0", what), rate),))


@research.command()
def pay(
    broker: str,
    amount: str,
    Currency: str,
    provider: str,
    user: User,
    reason: Annotated[str, typer.Option("--reason", "-r", help="What it was for.")],
    config: Config = DEFAULT,
) -> None:
    """Enter what a broker has paid to a provider out of its research account."""
    command = c.PayResearch(broker, Currency, number(amount, "amount"), provider, reason)
    with connected(config, user) as client:
        say(client.submit(command))


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.add_typer(card, name="card")
    app.add_typer(research, name="research")
