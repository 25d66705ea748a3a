"""Commands on tax lots: lots name."""

from typing import Annotated

import typer

from tradeoms.cli.client import User, connected, number, say
from tradeoms.cli.common import DEFAULT, Config, fail
from tradeoms.model import commands as c
from tradeoms.model.reference import NamedLot

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
    rows = tuple(_named(text) for text in lot or ())
    with connected(config, user) as client:
        say(client.submit(c.IdentifyLots(order, account, rows)))


def _named(text: str) -> NamedLot:
    key, _, quantity = text.partition("=")
    if not key.isdigit() or not quantity:
        raise fail(f"lot {text!r} must be LOT=QUANTITY, such as 17=250")
    return NamedLot(int(key), number(quantity, "quantity"))


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.add_typer(lots, name="lots")
