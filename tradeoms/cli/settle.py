"""Commands for what waits for a person: unknown reports, disputed fills, stuck placements."""

from datetime import datetime
from typing import Annotated

import typer

from tradeoms.cli.client import SIDES, member
from tradeoms.cli.common import DEFAULT, Config, fail
from tradeoms.cli.connection import Acknowledge, Reason, User, each, number, submit
from tradeoms.model import commands as c
from tradeoms.model import fields
from tradeoms.model.orders import NewOrder

Execution = Annotated[str, typer.Argument(help="The key of the execution, as the table shows it.")]
Waiting = Annotated[
    str, typer.Argument(help="The number of an unknown report, or the key of an execution.")
]


def attach(
    report: Annotated[int, typer.Argument(help="The number of the unknown report.")],
    user: User,
    reason: Reason,
    to: Annotated[str, typer.Option(help="The placement (P…) that it belongs to.")] = "",
    side: Annotated[str, typer.Option(help="Of an order given by telephone.")] = "",
    instrument: str = "",
    account: Annotated[
        list[str] | None, typer.Option(help="ACCOUNT:QUANTITY, one or several.")
    ] = None,
    limit: str = "",
    execution: Annotated[
        str, typer.Option(help="The key of the fill that a bust or a correction means.")
    ] = "",
    config: Config = DEFAULT,
) -> None:
    """Settle an unknown report: to a placement, an execution, or an order given by telephone."""
    if bool(to) + bool(side) + bool(execution) > 1:
        raise fail("name a placement (--to), an execution or an order (--side ...), only one")
    if execution:
        submit(c.AttachReport(report, reason, execution=execution), user, config)
        return
    order = None if to else _order(side, instrument, account or [], limit, reason)
    submit(c.AttachReport(report, reason, to, order), user, config)


def _order(side: str, instrument: str, accounts: list[str], limit: str, reason: str) -> NewOrder:
    if side.lower() not in SIDES:
        raise fail(f"side {side!r} must be one of {', '.join(SIDES)}")
    return NewOrder(
        instrument=instrument,
        Side=SIDES[side.lower()],
        members=tuple(member(text, "", "") for text in accounts),
        OrdType=fields.OrdType.Limit if limit else fields.OrdType.Market,
        Price=number(limit, "limit") if limit else None,
        reason=reason,
    )


def dismiss(name: Waiting, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """Settle an unknown report or a disputed execution: it is nothing of ours."""
    if name.isdecimal():
        submit(c.DismissReport(int(name), reason), user, config)
    else:
        submit(c.DismissExecution(name, reason), user, config)


def book(execution: Execution, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """Settle a disputed execution: it happened, and counts from now on."""
    submit(c.BookExecution(execution, reason), user, config)


def dontknow(
    name: Waiting,
    user: User,
    reason: Reason,
    code: Annotated[
        fields.DKReason,
        typer.Option(help="A symbol, B side, C quantity, D no order, E price, Z other."),
    ] = fields.DKReason.Other,
    config: Config = DEFAULT,
) -> None:
    """Tell the broker that we do not know a trade (message Q)."""
    if name.isdecimal():
        submit(c.DontKnowTrade(reason, code, number=int(name)), user, config)
    else:
        submit(c.DontKnowTrade(reason, code, execution=name), user, config)


def close(placement: str, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """End by hand a placement that its broker no longer knows."""
    submit(c.ClosePlacement(placement, reason), user, config)


def by_phone(
    block: str,
    broker: str,
    quantity: str,
    user: User,
    reason: Reason,
    to: Annotated[str, typer.Option(help="Who took the order there.")],
    at: Annotated[
        str, typer.Option(help="When, such as 14:30, within the last day; else now.")
    ] = "",
    limit: Annotated[str, typer.Option(help="Limit price, where it has its own.")] = "",
    acknowledge: Acknowledge = None,
    config: Config = DEFAULT,
) -> None:
    """Route a part of a block that a broker was given by telephone: nothing is sent."""
    size, price, when = each(
        lambda: number(quantity, "quantity"),
        lambda: number(limit, "limit") if limit else None,
        lambda: _moment(at),
    )
    kind = None if price is None else fields.OrdType.Limit
    route = c.Route(broker, size, kind, price)
    submit(c.RouteByPhone(block, route, to, reason, when, tuple(acknowledge or ())), user, config)


def _moment(text: str) -> datetime | None:
    """A time of today, or a date and a time, in the zone of this machine unless it names one."""
    if not text:
        return None
    day = "" if "-" in text else f"{datetime.now().astimezone().date()} "
    try:
        return datetime.fromisoformat(day + text).astimezone()
    except (ValueError, OverflowError):
        raise fail(f"at {text!r} is no time: say 14:30 or 2026-03-02T14:30") from None


def fill(
    placement: str,
    quantity: str,
    price: str,
    user: User,
    reason: Reason,
    market: Annotated[str, typer.Option(help="MIC of the market of execution.")] = "",
    config: Config = DEFAULT,
) -> None:
    """Book by hand a fill that was told by telephone."""
    LastQty, LastPx = each(lambda: number(quantity, "quantity"), lambda: number(price, "price"))
    submit(c.EnterFill(placement, LastQty, LastPx, reason, market), user, config)


def bust(execution: Execution, user: User, reason: Reason, config: Config = DEFAULT) -> None:
    """Take back a fill that was entered by hand."""
    submit(c.BustFill(execution, reason), user, config)


def status(placement: str, user: User, config: Config = DEFAULT) -> None:
    """Ask the broker how an order stands."""
    submit(c.RequestStatus(placement), user, config)


def kill(
    user: User,
    reason: Reason,
    broker: str = "",
    block: str = "",
    everything: Annotated[bool, typer.Option("--everything", help="The whole house.")] = False,
    config: Config = DEFAULT,
) -> None:
    """Ask for a cancel of every open placement of a broker, a block, or the house."""
    submit(c.CancelAll(reason, broker, block, everything), user, config)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    for command in (attach, dismiss, book, dontknow, close, by_phone, fill, bust, status, kill):
        app.command()(command)
