"""Commands on tax lots: lots name|preview."""

from decimal import Decimal
from typing import Annotated

import typer

from tradeoms.cli.common import DEFAULT, Config, console, fail, tell
from tradeoms.cli.connection import User, asked, number, submit
from tradeoms.cli.grid import answer
from tradeoms.model import commands as c
from tradeoms.model.identifications import NamedLot

SHOWN = ("lot", "acquired", "long_term", "quantity", "basis", "proceeds", "gain", "disallowed")
lots = typer.Typer(no_args_is_help=True, help="Which tax lots sales take.")


@lots.command()
def name(
    order: Annotated[str, typer.Argument(help="The order (O…) that sells.")],
    account: Annotated[str, typer.Argument(help="Whose lots.")],
    user: User,
    lot: Annotated[
        list[str] | None,
        typer.Option(help="LOT=QUANTITY, as often as there are lots; none: the standing method."),
    ] = None,
    config: Config = DEFAULT,
) -> None:
    """Name the lots that an account's sale takes, until it has settled."""
    rows = tuple(named(text) for text in lot or ())
    submit(c.IdentifyLots(order, account, rows), user, config)


@lots.command()
def preview(
    account: str,
    quantity: str,
    instrument: str,
    user: User,
    price: Annotated[str, typer.Option(help="At this price; else at the price of record.")] = "",
    method: Annotated[str, typer.Option(help="By this method; else by the account's own.")] = "",
    config: Config = DEFAULT,
) -> None:
    """Show which lots a sale would take, what it gains, and what a wash sale would defer."""
    given = {"account": account, "instrument": instrument, "quantity": quantity}
    rows = asked("relief", user, config, **given, price=price, method=method.upper()).rows
    console.print(answer(rows, SHOWN))
    gain, deferred = (sum(Decimal(row[name]) for row in rows) for name in ("gain", "disallowed"))
    said = f"gain {gain}, recognized {gain + deferred} {rows[0]['Currency']}"
    tell(f"{rows[0]['method']}: {said}")


def named(text: str) -> NamedLot:
    """A lot as typed; exit 2 where it is none."""
    key, _, quantity = text.partition("=")
    if not key.isdigit() or not quantity:
        raise fail(f"lot {text!r} must be LOT=QUANTITY, such as 17=250")
    return NamedLot(int(key), number(quantity, "quantity"))


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.add_typer(lots, name="lots")
