"""One TOML file and the environment, as typed settings; every mistake is reported at once."""

import os
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError
from pydantic_settings.sources import PydanticBaseSettingsSource

from tradeoms import config_fix
from tradeoms.config_session import Logon, Place, Strict, Timetable, TlsFiles
from tradeoms.config_web import Web

PREFIX = "TRADEOMS_"


class BadConfig(Exception):
    """All mistakes of a configuration, one a line."""


def _address(value: str) -> str:
    host, _, port = value.removeprefix("tcp://").rpartition(":")
    number = int(port) if port.isdecimal() else 0
    if not value.startswith("tcp://") or not host or not 1 <= number <= 65535:
        raise ValueError("must look like tcp://127.0.0.1:5701")
    return value


def _url(value: str) -> str:
    if value and "://" not in value:
        raise ValueError("must look like sqlite:////var/lib/tradeoms/journal.db")
    return value


Address = Annotated[str, AfterValidator(_address)]
Url = Annotated[str, AfterValidator(_url)]
CompID = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,32}$")]
#: Also the name of a folder.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$")]


class Bus(Strict):
    """Where clients connect. `insecure`: without keys, which only loopback addresses may be."""

    commands: Address = "tcp://127.0.0.1:5701"
    streams: Address = "tcp://127.0.0.1:5702"
    insecure: bool = False


class Session(Strict):
    """One FIX session with a broker."""

    name: Name
    SenderCompID: CompID
    TargetCompID: CompID
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    version: str = "FIX.4.4"
    broker: str = ""
    log: bool = False
    overrides: dict[str, str] = {}
    failover: tuple[Place, ...] = ()
    schedule: Timetable | None = None
    rate: int = Field(0, ge=0, le=100_000)
    burst: int = Field(1, ge=1, le=100_000)
    credentials: Logon | None = None
    tls: TlsFiles | None = None


class Settings(BaseSettings):
    """Everything the server is told. TRADEOMS_BUS__COMMANDS in the environment overrides
    bus.commands of the file; a list, such as session, is JSON there.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    home: Path = Path("var/tradeoms")
    journal: Url = ""
    readmodel: Url = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    writer_cpu: int | None = None
    bus: Bus = Bus()
    fix_versions: Path | None = None
    session: tuple[Session, ...] = ()
    web: Web = Web()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before what the file says."""
        return env_settings, init_settings

    @property
    def journal_url(self) -> str:
        """The journal's database; a file in the home folder where nothing else is said."""
        return self.journal or f"sqlite:///{self.home.absolute() / 'journal.db'}"

    @property
    def readmodel_url(self) -> str:
        """The read model's database."""
        return self.readmodel or f"sqlite:///{self.home.absolute() / 'readmodel.db'}"


def load(path: Path) -> Settings:
    """Read a configuration. A relative `home` is relative to the file.

    Raises:
        BadConfig: with every mistake, each with its key, value and reason.
    """
    content = _read(path)
    lines: list[str] = []
    settings = None
    try:
        settings = Settings(**content)
    except ValidationError as error:
        lines = [_line(path, mistake) for mistake in error.errors()]
    except SettingsError as error:
        lines = [f"environment: {error}"]
    # What fits together is asked of the settings; where there are none, of the file as it stands,
    # so that these mistakes are named together with the others.
    known = settings.model_dump() if settings else content
    lines += [f"{path}: {line}" for check in CHECKS for line in check(known)]
    lines += config_fix.mistakes(known, path.parent, path)
    if settings is None or lines:
        raise BadConfig("\n".join(lines))
    home = (path.parent / settings.home.expanduser()).resolve()
    versions = config_fix.place(path.parent, settings.fix_versions)
    return settings.model_copy(update={"home": home, "fix_versions": versions})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise BadConfig(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:  # tomllib's and Unicode errors are ValueErrors
        raise BadConfig(f"{path}: {error}") from None


def _line(path: Path, mistake: Any) -> str:
    """The source, the key, the value as given, the reason."""
    place = [str(part) for part in mistake["loc"]]
    variable = PREFIX + "__".join(place).upper()
    source = variable if variable in {name.upper() for name in os.environ} else str(path)
    value = "" if mistake["type"] == "missing" else f" = {str(mistake['input'])[:80]!r}"
    reason = mistake["msg"].removeprefix("Value error, ")
    return f"{source}: {'.'.join(place) or '(file)'}{value}: {reason}"


def _sessions(content: dict[str, Any]) -> list[dict[str, Any]]:
    found = content.get("session", ())
    many = found if isinstance(found, list | tuple) else ()
    return [session for session in many if isinstance(session, dict)]


def _twice(values: list[Any]) -> Iterator[Any]:
    return (value for value, times in Counter(map(str, values)).items() if times > 1)


def _names_are_unique(content: dict[str, Any]) -> Iterator[str]:
    names = [session["name"] for session in _sessions(content) if "name" in session]
    for name in _twice(names):
        yield f"session.name = {name!r}: is used twice"


def _pairs_are_unique(content: dict[str, Any]) -> Iterator[str]:
    pairs = [
        f"{session['SenderCompID']} -> {session['TargetCompID']}"
        for session in _sessions(content)
        if {"SenderCompID", "TargetCompID"} <= session.keys()
    ]
    for pair in _twice(pairs):
        yield f"session.SenderCompID -> TargetCompID = {pair!r}: is used twice"


def _bus(content: dict[str, Any]) -> dict[str, Any]:
    found = content.get("bus", {})
    return Bus().model_dump() | (found if isinstance(found, dict) else {})


def _doors_differ(content: dict[str, Any]) -> Iterator[str]:
    bus = _bus(content)
    if bus["commands"] == bus["streams"]:
        yield f"bus.streams = {bus['streams']!r}: is the address of bus.commands too"


def _plain_text_stays_here(content: dict[str, Any]) -> Iterator[str]:
    bus = _bus(content)
    if bus["insecure"] is not True:
        return
    for name in ("commands", "streams"):
        if not _loopback(str(bus[name])):
            yield f"bus.{name} = {bus[name]!r}: only loopback addresses may be insecure"


def _loopback(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _processor_exists(content: dict[str, Any]) -> Iterator[str]:
    chosen, most = content.get("writer_cpu"), (os.cpu_count() or 1) - 1
    if type(chosen) is not int:
        return
    if not hasattr(os, "sched_setaffinity"):
        yield f"writer_cpu = {chosen}: this system lets no program choose its processor"
    elif not 0 <= chosen <= most:
        yield f"writer_cpu = {chosen}: this machine has processors 0 to {most}"


CHECKS: tuple[Callable[[dict[str, Any]], Iterator[str]], ...] = (
    _names_are_unique,
    _pairs_are_unique,
    _doors_differ,
    _plain_text_stays_here,
    _processor_exists,
)
