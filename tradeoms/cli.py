"""The command line. Each command says what it needs; every mistake is one line, exit code 2."""

import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from tradeoms.config import BadConfig, Settings, load
from tradeoms.model.fields import Role

app = typer.Typer(no_args_is_help=True, add_completion=False, help="tradeoms: a buy-side trade order management system.")
keys = typer.Typer(no_args_is_help=True, help="Keys of users.")
app.add_typer(keys, name="keys")
console, errors = Console(), Console(stderr=True)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.", envvar="TRADEOMS_CONFIG")]
DEFAULT = Path("tradeoms.toml")


def main() -> None:
    """Entry point of the console script."""
    app()


def _settings(config: Path) -> Settings:
    try:
        settings = load(config)
    except BadConfig as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(2) from None
    level = {"debug": 10, "info": 20, "warning": 30, "error": 40}[settings.log_level]
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    return settings


def _fail(error: Exception) -> typer.Exit:
    errors.print(str(error), style="red", markup=False, highlight=False)
    return typer.Exit(2)


@app.command()
def serve(config: Config = DEFAULT) -> None:
    """Run the order management system: the writer, and a reader beside it."""
    settings = _settings(config)
    from tradeoms.app import Server
    from tradeoms.store.journal import JournalBroken

    try:
        server = Server(settings, config.resolve())
    except JournalBroken as error:
        raise _fail(error) from None
    server.run(lambda: print("ready", flush=True))


@app.command(hidden=True)
def reader(config: Config = DEFAULT) -> None:
    """The reader process; `serve` starts it."""
    from tradeoms.app import ReaderProcess

    ReaderProcess(_settings(config)).run()


@app.command()
def verify(config: Config = DEFAULT) -> None:
    """Walk the journal's hash chain and name the first broken record."""
    from tradeoms.app import verify_journal
    from tradeoms.store.journal import JournalBroken

    try:
        count, digest = verify_journal(_settings(config))
    except JournalBroken as error:
        errors.print(f"broken: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None
    console.print(f"{count} records, chain intact, last hash {digest[:16]}…")


@app.command()
def sim(config: Annotated[Path, typer.Option("--config", "-c", help="The simulators' file.")] = Path("sim.toml")) -> None:
    """Run simulated brokers. Their market is fictitious."""
    from simulators.__main__ import main as simulate

    simulate(["--config", str(config)])


@keys.command("new")
def keys_new(
    user: str,
    role: Annotated[list[Role], typer.Option(help="May be given several times.")],
    account: Annotated[list[str] | None, typer.Option(help="Limit the user to these accounts.")] = None,
    desk: Annotated[list[str] | None, typer.Option(help="Limit the user to these desks.")] = None,
    config: Config = DEFAULT,
) -> None:
    """Make a key pair for a user; prints the file to hand to the person."""
    from tradeoms.bus.keys import KeyStore

    try:
        path = KeyStore(_settings(config).home / "keys").new(user, role, account or (), desk or ())
    except (FileExistsError, ValueError) as error:
        raise _fail(error) from None
    console.print(str(path), soft_wrap=True, highlight=False)
