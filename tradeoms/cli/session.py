"""Commands for FIX sessions and their archive: session start|stop|enable|disable|test|set, archive verify."""

from typing import Annotated

import typer

from tradeoms.cli.common import DEFAULT, Config, console, fail, settings_of
from tradeoms.cli.connection import Reason, User, submit
from tradeoms.model import commands as c
from tradeoms.model.fields import SessionAction

session = typer.Typer(no_args_is_help=True, help="FIX sessions, by operations.")
archive = typer.Typer(no_args_is_help=True, help="The raw messages of all sessions.")


def _control(name: str, action: SessionAction, user: str, reason: str, config: Config) -> None:
    submit(c.ControlSession(name, action, reason), user, config)


@session.command()
def start(name: str, user: User, reason: Reason = "", config: Config = DEFAULT) -> None:
    """Log on now; holds until the schedule changes next."""
    _control(name, SessionAction.Start, user, reason, config)


@session.command()
def stop(name: str, user: User, reason: Reason = "", config: Config = DEFAULT) -> None:
    """Log off now; holds until the schedule changes next."""
    _control(name, SessionAction.Stop, user, reason, config)


@session.command()
def enable(name: str, user: User, reason: Reason = "", config: Config = DEFAULT) -> None:
    """Let the session follow its schedule again."""
    _control(name, SessionAction.Enable, user, reason, config)


@session.command()
def disable(name: str, user: User, reason: Reason = "", config: Config = DEFAULT) -> None:
    """Log off and stay off, over restarts too, until somebody enables the session."""
    _control(name, SessionAction.Disable, user, reason, config)


@session.command("test")
def ask(name: str, user: User, reason: Reason = "", config: Config = DEFAULT) -> None:
    """Send a TestRequest; the archive shows the answer."""
    _control(name, SessionAction.Test, user, reason, config)


@session.command("set")
def set_numbers(
    name: str,
    next_in: Annotated[int, typer.Argument(help="The next MsgSeqNum we expect.")],
    next_out: Annotated[int, typer.Argument(help="The next MsgSeqNum we send.")],
    user: User,
    reason: Annotated[str, typer.Option(help="Why, and agreed with whom; kept in the journal.")],
    config: Config = DEFAULT,
) -> None:
    """Set the next message numbers of a stopped session, as agreed with the broker."""
    submit(c.SetSequence(name, next_in, next_out, reason), user, config)


@archive.command()
def verify(config: Config = DEFAULT) -> None:
    """Walk the archive's hash chains and name the first line that was changed."""
    from tradeoms.fix.archive import ArchiveBroken
    from tradeoms.fix.archive import verify as walk

    folder = settings_of(config).home / "archive"
    if not folder.is_dir():
        raise fail(f"there is no archive in {folder.parent}: no server has run there")
    try:
        for name, count, digest in walk(folder):
            console.print(f"{name}: {count} lines, chain intact, last hash {digest[:16]}")
    except ArchiveBroken as error:
        raise fail(f"broken: {error}", 1) from None


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.add_typer(session, name="session")
    app.add_typer(archive, name="archive")
