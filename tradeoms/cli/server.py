"""Commands for whoever runs the system: serve, reader, verify, sim, report, demo, keys."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tradeoms.cli.common import DEFAULT, Config, console, fail, file_errors, settings_of, tell
from tradeoms.config import BadConfig
from tradeoms.model.fields import Role

keys = typer.Typer(no_args_is_help=True, help="Keys of users.")


def _readiness() -> Callable[[], None]:
    """What says `ready`, the only thing on standard output from now on.

    With TLS quickfix prints there the certificates that it sees: that would come before the word for
    which somebody waits, and a pipe that nobody reads any more would stop its thread.
    """
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)

    def say() -> None:
        os.write(out, b"ready\n")
        os.close(out)

    return say


def serve(
    config: Config = DEFAULT,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Plain text without keys, on loopback only.")
    ] = False,
) -> None:
    """Run the order management system: the writer, and a reader beside it."""
    if insecure:
        os.environ["TRADEOMS_BUS__INSECURE"] = "true"  # the reader process inherits it
    settings = settings_of(config)
    # Loaded here and not above: help and small commands must not wait for the engines.
    from tradeoms.app import AlreadyRunning, Server
    from tradeoms.store.journal import JournalBroken
    from tradeoms.store.migrate import OtherVersion

    try:
        server = Server(settings, config.resolve())
    except (JournalBroken, OtherVersion, AlreadyRunning, BadConfig) as error:
        raise fail(error) from None
    server.run(_readiness())


def reader(config: Config = DEFAULT) -> None:
    """The reader process; `serve` starts it."""
    from tradeoms.app import ReaderProcess

    ReaderProcess(settings_of(config)).run()


def verify(config: Config = DEFAULT) -> None:
    """Walk the journal's hash chain and name the first broken record."""
    from tradeoms.app import verify_journal
    from tradeoms.store.journal import JournalBroken
    from tradeoms.store.migrate import OtherVersion

    try:
        count, digest = verify_journal(settings_of(config))
    except JournalBroken as error:
        raise fail(f"broken: {error}", 1) from None
    except OtherVersion as error:
        raise fail(error) from None
    console.print(f"{count} records, chain intact, last hash {digest[:16]}")


def sim(
    config: Annotated[Path, typer.Option("--config", "-c", help="The simulators' file.")] = Path(
        "sim.toml"
    ),
) -> None:
    """Run simulated brokers. Their market is fictitious."""
    import signal
    import threading

    from simulators import acceptor
    from simulators.settings import SettingsError, load

    try:
        settings = load(config)
    except SettingsError as error:
        raise fail(error) from None
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        acceptor.run(settings, stop, _readiness())
    except acceptor.PortBusy as error:
        raise fail(error) from None


def report(
    name: Annotated[str, typer.Argument(help="Which report, such as daily-blotter.")],
    day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The trade date.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("reports"),
    config: Config = DEFAULT,
) -> None:
    """Write a report from the read model, as CSV and as a self-contained HTML page."""
    from tradeoms.app import write_report

    try:
        with file_errors(out):
            paths = write_report(settings_of(config), name, day.date(), out)
    except KeyError as error:
        raise fail(f"unknown report {name!r}, known are {error.args[0]}") from None
    for path in paths:
        tell(str(path))


def demo(
    folder: Annotated[
        Path, typer.Option(help="Where the run lies; an earlier one there is replaced.")
    ] = Path("var/demo"),
    blotter: Annotated[
        bool, typer.Option("--blotter", help="Open the blotter on the same run.")
    ] = False,
) -> None:
    """Run the product's main job for real: 250 invented accounts, real closes, three simulated brokers."""
    from tradeoms.demo import run

    raise typer.Exit(run.with_blotter(folder) if blotter else run.Demo(folder, console).run())


@keys.command("new")
def keys_new(
    user: str,
    role: Annotated[list[Role], typer.Option(help="May be given several times.")],
    account: Annotated[
        list[str] | None, typer.Option(help="Limit the user to these accounts.")
    ] = None,
    desk: Annotated[list[str] | None, typer.Option(help="Limit the user to these desks.")] = None,
    config: Config = DEFAULT,
) -> None:
    """Make a key pair for a user; prints the file to hand to the person."""
    from tradeoms.bus.keys import KeyStore

    try:
        path = KeyStore(settings_of(config).home / "keys").new(
            user, role, account or (), desk or ()
        )
    except (FileExistsError, ValueError) as error:
        raise fail(error) from None
    tell(str(path))


@keys.command("tls")
def keys_tls(
    names: Annotated[list[str], typer.Argument(help="Our own certificates, such as us.")],
    broker: Annotated[
        list[str] | None, typer.Option(help="A simulated broker's, such as ALPHA; may be repeated.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where to; by default tls in the home folder.")
    ] = None,
    config: Config = DEFAULT,
) -> None:
    """Make a private authority and certificates that it signs, to try TLS out.

    What exists is kept.
    """
    from tradeoms.fix.tls import BadName, NoOpenssl, make

    try:
        place = folder or settings_of(config).home / "tls"
        for path in make(place, tuple(names), tuple(broker or ())):
            tell(str(path))
    except (BadName, NoOpenssl) as error:
        raise fail(error) from None


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    for command in (demo, serve, sim, report, verify):
        app.command()(command)
    app.command(hidden=True)(reader)
    app.add_typer(keys, name="keys")
