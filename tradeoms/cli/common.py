"""What commands share: the configuration, the console, how a mistake ends a command."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from rich.console import Console
from typer.core import TyperCommand

from tradeoms.config import BadConfig, Settings, load

console, errors = Console(), Console(stderr=True)

DEFAULT = Path("tradeoms.toml")
Config = Annotated[
    Path, typer.Option("--config", "-c", help="The configuration file.", envvar="TRADEOMS_CONFIG")
]
NEGATIVE = re.compile(r"-\.?[0-9].*")
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def settings_of(config: Path) -> Settings:
    """The settings; exit 2 with every mistake of the file."""
    try:
        settings = load(config)
    except BadConfig as error:
        raise fail(error) from None
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # The usual traceback shows local variables, and one of them may be a password.
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[settings.log_level]),
        logger_factory=_on_stderr,
    )
    return settings


def _on_stderr(*_: object) -> structlog.PrintLogger:
    """Whatever stderr is by now: whoever runs a command in his own process may close today's."""
    return structlog.PrintLogger(sys.stderr)


def tell(text: str) -> None:
    """Print a line as it is."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def content(file: Path) -> str:
    """A text file as it is; exit 2 where it cannot be read."""
    with file_errors(file):
        return file.read_bytes().decode()


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Where a file is read or written that a person named; exit 2 with what is wrong with it."""
    try:
        yield
    except OSError as error:
        raise fail(f"{error.filename or path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise fail(f"{path}: is no UTF-8 text") from None


def fail(error: Exception | str, code: int = 2) -> typer.Exit:
    """Say what is wrong and give the exit to raise."""
    errors.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(code)


class Command(TyperCommand):
    """A command to which -5 is a number: what is wrong with it is said by field, not as an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """A space in front keeps the parser from reading an option; afterwards it is gone again."""
        spaced = [f" {text}" if NEGATIVE.fullmatch(text) else text for text in args]
        rest = super().parse_args(ctx, spaced)
        ctx.params.update((name, _as_typed(value)) for name, value in ctx.params.items())
        return rest


def _as_typed(value: object) -> object:
    if isinstance(value, list):
        return [_as_typed(one) for one in value]
    if isinstance(value, str) and value.startswith(" ") and NEGATIVE.fullmatch(value[1:]):
        return value[1:]
    return value


def take_negatives(app: typer.Typer) -> None:
    """Let all commands of an app, and of those in it, take numbers below zero."""
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            take_negatives(group.typer_instance)
