"""One TOML file and the environment, as typed settings; every mistake is reported at once, with its key."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class BadConfig(Exception):
    """All mistakes of a configuration, one a line."""


def _address(value: str) -> str:
    if not value.startswith("tcp://") or not value.rpartition(":")[2].isdigit():
        raise ValueError("must look like tcp://127.0.0.1:5701")
    return value


Address = Annotated[str, AfterValidator(_address)]
CompID = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,32}$")]


class Strict(BaseModel):
    """No unknown keys: a misspelt one is a mistake, not a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bus(Strict):
    """Where clients connect."""

    commands: Address = "tcp://127.0.0.1:5701"
    streams: Address = "tcp://127.0.0.1:5702"
    insecure: bool = False


class Session(Strict):
    """One FIX session with a broker."""

    name: CompID
    SenderCompID: CompID
    TargetCompID: CompID
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    version: Literal["FIX.4.4"] = "FIX.4.4"
    log: bool = False
    overrides: dict[str, str] = {}


class Settings(BaseSettings):
    """Everything the server is told. TRADEOMS_BUS__COMMANDS in the environment overrides bus.commands."""

    model_config = SettingsConfigDict(
        env_prefix="TRADEOMS_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    home: Path = Path("var/tradeoms")
    journal: str = ""
    readmodel: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    bus: Bus = Bus()
    session: tuple[Session, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Settings":
        names = [session.name for session in self.session]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"session names used twice: {', '.join(twice)}")
        return self

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
    try:
        content = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise BadConfig(f"{path}: there is no such file") from None
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{path}: {error}") from None
    try:
        settings = Settings(**_merge(content, Settings.model_construct()))
    except ValidationError as error:
        raise BadConfig("\n".join(_line(path, mistake) for mistake in error.errors())) from None
    if not settings.home.is_absolute():
        settings = settings.model_copy(update={"home": (path.parent / settings.home).resolve()})
    return settings


def _merge(content: dict[str, Any], _: Settings) -> dict[str, Any]:
    return content


def _line(path: Path, mistake: Any) -> str:
    key = ".".join(str(part) for part in mistake["loc"]) or "(file)"
    value = "" if mistake["type"] == "missing" else f" = {str(mistake['input'])[:80]!r}"
    return f"{path}: {key}{value}: {mistake['msg']}"
