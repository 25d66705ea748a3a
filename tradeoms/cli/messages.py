"""The FIX messages of an order, as they came."""

from typing import Annotated

import typer

from tradeoms.cli.client import User, connected
from tradeoms.cli.common import DEFAULT, Config, console, fail

Time = Annotated[str, typer.Option(help="ISO 8601 with its zone, such as 2025-01-02T15:30:00Z.")]


def messages(
    names: Annotated[
        list[str], typer.Argument(help="A placement (P…); with --session ClOrdIDs or OrderIDs.")
    ],
    user: User,
    session: Annotated[str, typer.Option(help="Whose messages, where ids are given.")] = "",
    after: Time = "",
    until: Time = "",
    config: Config = DEFAULT,
) -> None:
    """Print the FIX messages of an order as they came and went, fields separated by |."""
    if not session and len(names) > 1:
        raise fail("one placement at a time; ids need their --session")
    asked = {"session": session, "ids": names} if session else {"placement": names[0]}
    times = {name: at for name, at in (("after", after), ("until", until)) if at}
    with connected(config, user) as client:
        result = client.query("messages", **asked, **times)
    if result.problem:
        raise fail(result.problem, 1)
    for row in result.rows:
        line = f"{row['at']} {row['direction']:<3} {_printable(row['text'])}"
        console.print(line, soft_wrap=True, markup=False, highlight=False)


def _printable(text: str) -> str:
    """Whatever a broker says must not speak to the terminal, nor look like a line of ours."""
    letters = (x if x.isprintable() else ascii(x)[1:-1] for x in text.replace("\x01", "|"))
    return "".join(letters)


def add_to(app: typer.Typer) -> None:
    """Register this module's command."""
    app.command()(messages)
