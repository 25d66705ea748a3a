"""How commands speak to the server: who asks, what is sent and asked, how an answer is said."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from tradeoms.cli.common import Config, console, fail, settings_of
from tradeoms.config import Settings
from tradeoms.model import commands as c
from tradeoms.model import fields
from tradeoms.model.events import Answered

User = Annotated[
    str, typer.Option("--user", "-u", help="Whose key to use.", envvar="TRADEOMS_USER")
]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; it is kept in the journal.")]
Acknowledge = Annotated[
    list[str] | None, typer.Option("--acknowledge", "-a", help="A warning's rule, once it is read.")
]

STARTS = 3.0  # seconds in which somebody has to listen: a server may be starting
TRY = 0.1  # seconds between two looks


@contextmanager
def connected(config: Config, user: str) -> Iterator[Any]:
    """A client with the user's key; every failure is a line and exit 2."""
    settings = settings_of(config)
    from tradeoms.bus.client import BusRefused, Client, NoAnswer

    keys = credentials(settings, user)
    must_listen(settings.bus.commands)
    client = Client(settings.bus.commands, settings.bus.streams, keys)
    try:
        with client:
            yield client
    except (BusRefused, NoAnswer) as error:
        raise fail(error) from None


def must_listen(address: str) -> None:
    """Exit 2 where nobody does. One who listens may be slow: who asks waits for the answer."""
    at, end = urlsplit(address), time.monotonic() + STARTS
    if at.scheme != "tcp":
        return
    while True:
        try:
            left = max(TRY, end - time.monotonic())
            socket.create_connection((at.hostname, at.port), left).close()
            return
        except OSError as error:
            if time.monotonic() + TRY > end:
                told = error.strerror or error
                raise fail(
                    f"no server at {address} ({told}): start it with `tradeoms serve`"
                ) from None
        time.sleep(TRY)


def credentials(settings: Settings, user: str) -> Any:
    """The user's keys; a bare name where the server speaks plain text on loopback."""
    from tradeoms.bus.keys import Credentials, KeyStore

    if settings.bus.insecure:
        return Credentials(user)
    try:
        return KeyStore(settings.home / "keys").credentials(user)
    except FileNotFoundError as error:
        text = f"user {user} has no key: {error.filename} is missing"
        raise fail(f"{text}; make one with: tradeoms keys new {user} --role ROLE") from None


def submit(command: c.Command, user: str, config: Config, id: str = "") -> None:
    """Send a command and print what became of it."""
    with connected(config, user) as client:
        say(client.submit(command, id))


def asked(question: str, user: str, config: Config, /, **arguments: Any) -> Any:
    """The result of a question; exit 1 with what is wrong with it."""
    with connected(config, user) as client:
        found = client.query(question, **arguments)
    if found.problem:
        raise fail(found.problem, 1)
    return found


def followed(table: str, user: str, config: Config) -> tuple[list[Any], int]:
    """The rows of a table by key, and as of which record."""
    with connected(config, user) as client:
        client.follow(table)
        return [row for _, row in sorted(client.tables[table].items())], client.seq[table]


def say(answer: Answered) -> None:
    """Print what became of a command; exit 1 where it was refused."""
    if answer.outcome is fields.Outcome.Done:
        console.print(f"{answer.command}: done {' '.join(answer.ids)}".rstrip(), highlight=False)
        for found in answer.violations:
            held = "held, " if found.severity is fields.Severity.Block else ""
            text = f"  {held}{found.rule} ({found.severity.value}): {found.message}"
            console.print(text, style="yellow", markup=False, highlight=False)
        return
    for problem in answer.problems:
        fail(f"{answer.command}: {problem}")
    raise typer.Exit(1)


def each(*reads: Callable[[], Any]) -> list[Any]:
    """What all of them read; where some cannot, each has said why before the exit."""
    found, wrong = list[Any](), list[typer.Exit]()
    for read in reads:
        try:
            found.append(read())
        except typer.Exit as exit:
            wrong.append(exit)
    if wrong:
        raise wrong[0]
    return found


def number(text: str, what: str) -> Decimal:
    """A number as typed; exit 2 where it is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise fail(f"{what} {text!r} is no number")
    return found
