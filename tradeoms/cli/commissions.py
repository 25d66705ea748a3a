"""Commands about costs: rate cards of accounts, fees and taxes, research accounts at brokers."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import typer
from msgspec.structs import replace

from tradeoms.cli.common import DEFAULT, Config
from tradeoms.cli.connection import Reason, User, number, submit
from tradeoms.cli.desk import ask
from tradeoms.model import commands as c
from tradeoms.model.brokers import CommissionSchedule, CommissionTier
from tradeoms.model.fees import Fee
from tradeoms.model.rate_cards import RateCard

card = typer.Typer(no_args_is_help=True, help="What brokers bill for some accounts, by operations.")
fee = typer.Typer(no_args_is_help=True, help="Fees and taxes on trades, by operations.")
research = typer.Typer(no_args_is_help=True, help="Research accounts at brokers.")
Rate = "5bp (basis points of the value) or 0.005 (money a unit); 0 bills nothing."


@card.command("list")
def listed(user: User, config: Config = DEFAULT) -> None:
    """Print every version of every rate card."""
    ask("cards", user, config)


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
    submit(c.DefineRateCards((new,)), user, config)


def _schedule(text: str, what: str) -> CommissionSchedule | None:
    return _rate(text, what) if text else None


def _rate(text: str, what: str) -> CommissionSchedule:
    basis = "value" if text.endswith("bp") else "unit"
    rate = number(text.removesuffix("bp"), what)
    return CommissionSchedule(basis, (CommissionTier(number("0", what), rate),))


@fee.command("list")
def fees(user: User, config: Config = DEFAULT) -> None:
    """Print every version of every fee."""
    ask("fees", user, config)


@fee.command("define")
def define_fee(
    name: str,
    user: User,
    version: Annotated[int, typer.Option(help="Higher than the last one.")],
    effective: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="From which day on.")],
    rate: Annotated[str, typer.Option(help=Rate)],
    buys: Annotated[bool, typer.Option("--buys", help="On buys.")] = False,
    sells: Annotated[bool, typer.Option("--sells", help="On sells, short ones too.")] = False,
    market: Annotated[list[str] | None, typer.Option(help="A SecurityExchange; else all.")] = None,
    instrument: Annotated[list[str] | None, typer.Option(help="For this instrument.")] = None,
    minimum: Annotated[str, typer.Option(help="No less than this money.")] = "",
    maximum: Annotated[str, typer.Option(help="No more than this money.")] = "",
    per: Annotated[str, typer.Option(help="account or placement.")] = "account",
    rounding: Annotated[str, typer.Option(help="half_up, half_even or up.")] = "half_up",
    exempt: Annotated[list[str] | None, typer.Option(help="An account that does not pay.")] = None,
    MiscFeeType: Annotated[str, typer.Option("--type", help="FIX's MiscFeeType(139).")] = "7",
    config: Config = DEFAULT,
) -> None:
    """Define a fee or tax, or a new version of it; `send` takes a file for tiers."""
    new = Fee(
        *(name, version, effective.date()),
        schedule=replace(
            _rate(rate, "rate"),
            minimum=_money(minimum, "minimum"),
            maximum=_money(maximum, "maximum"),
        ),
        buys=buys,
        sells=sells,
        markets=tuple(market or ()),
        instruments=tuple(instrument or ()),
        per=per,
        rounding=rounding,
        exempt=tuple(exempt or ()),
        MiscFeeType=MiscFeeType,
    )
    submit(c.DefineFees((new,)), user, config)


def _money(text: str, what: str) -> Decimal | None:
    return number(text, what) if text else None


@research.command()
def pay(
    broker: str,
    amount: str,
    Currency: str,
    provider: str,
    user: User,
    reason: Reason,
    config: Config = DEFAULT,
) -> None:
    """Enter what a broker has paid to a provider out of its research account."""
    command = c.PayResearch(broker, Currency, number(amount, "amount"), provider, reason)
    submit(command, user, config)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.add_typer(card, name="card")
    app.add_typer(fee, name="fee")
    app.add_typer(research, name="research")
