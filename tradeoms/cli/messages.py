"""The FIX messages of an order, as they came."""

from typing import Annotated

import typer

from tradeoms.cli.common import DEFAULT, Config, fail, tell
from tradeoms.cli.connection import User, asked

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
    wanted = {"session": session, "ids": names} if session else {"placement": names[0]}
    times = {name: at for name, at in (("after", after), ("until", until)) if at}
    for row in asked("messages", user, config, **wanted, **times).rows:
        tell(f"{row['at']} {row['direction']:<3} {_printable(row['text'])}")


def _printable(text: str) -> str:
    """Whatever a broker says must not speak to the terminal, nor look like a line of ours."""
    letters = (x if x.isprintable() else ascii(x)[1:-1] for x in text.replace("\x01", "|"))
    return "".join(letters)


def add_to(app: typer.Typer) -> None:
    """Register this module's command."""
    app.command()(messages)
