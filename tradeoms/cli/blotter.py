"""The trader's blotter, in the terminal or in a browser, and the password of the latter."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tradeoms.cli.common import DEFAULT, Config, console, fail, settings_of
from tradeoms.cli.connection import User, credentials
from tradeoms.cli.server import keys
from tradeoms.config import Settings


def blotter(
    user: User,
    web: Annotated[
        bool,
        typer.Option(
            "--web",
            help="In a browser; the configuration says where, by default on this machine only.",
        ),
    ] = False,
    config: Config = DEFAULT,
) -> None:
    """Open the trader's blotter."""
    settings = settings_of(config)
    known = credentials(settings, user)
    if web:
        _serve(settings, user, config.resolve())
        return
    from blotter.app import run

    run(settings.bus.commands, settings.bus.streams, known)


def _serve(settings: Settings, user: str, config: Path) -> None:
    """Serve the blotter to browsers until it is stopped."""
    from blotter.web.server import Door, WebBlotter

    web = settings.web
    certificate, key = (path and config.parent / path for path in (web.certificate, web.key))
    door = Door(user, web.host, web.port, web.passwords.get(user, ""), certificate, key)
    if door.missing:
        raise fail("\n".join(door.missing))
    command = (sys.executable, "-m", "tradeoms", "blotter", "--user", user, "--config", str(config))
    try:
        WebBlotter(command, door).run()
    except OSError as error:
        raise fail(f"{door.url}: {error}") from None


def password(user: Annotated[str, typer.Argument(help="Whose web blotter it opens.")]) -> None:
    """Ask for a password and print its line for [web.passwords]."""
    from blotter.web.login import hashed

    given = typer.prompt(f"Password of {user}", hide_input=True, confirmation_prompt=True, err=True)
    if len(given) < 8:
        raise fail("a password has at least 8 characters")
    console.print(f'{user} = "{hashed(given)}"', soft_wrap=True, markup=False, highlight=False)


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(blotter)
    keys.command("password")(password)
