"""The command line. Each command says what it needs; every mistake is a line on stderr, exit code 2."""

import typer

from tradeoms.cli import (
    actions,
    asof,
    blotter,
    client,
    commissions,
    cross,
    day,
    desk,
    lots,
    messages,
    money,
    posttrade,
    server,
    session,
    settle,
)
from tradeoms.cli.common import take_negatives
from tradeoms.cli.panels import arrange

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="tradeoms: a buy-side trade order management system.",
)
server.add_to(app)
client.add_to(app)
blotter.add_to(app)
settle.add_to(app)
desk.add_to(app)
money.add_to(app)
asof.add_to(app)
session.add_to(app)
messages.add_to(app)
posttrade.add_to(app)
day.add_to(app)
lots.add_to(app)
actions.add_to(app)
commissions.add_to(app)
cross.add_to(app)
take_negatives(app)
arrange(app)


def main() -> None:
    """Entry point of the console script."""
    app()
