"""What a FIX session may be told besides its names: hours, hosts, speed, credentials, TLS."""

from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Strict(BaseModel):
    """No unknown keys: a misspelt one is a mistake, not a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone, such as America/New_York") from None
    return name


def _naive(value: time) -> time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise ValueError("must look like 08:30, in the zone of the schedule")
    return value


def _place(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise ValueError("must look like fix2.broker.example:9101")
    return value


Zone = Annotated[str, AfterValidator(_zone)]
WallTime = Annotated[time, AfterValidator(_naive)]
Place = Annotated[str, AfterValidator(_place)]


class Timetable(Strict):
    """When the session is up, and when both sides begin to count anew, by the broker's clock."""

    zone: Zone
    days: tuple[Day, ...] = Field(("mon", "tue", "wed", "thu", "fri"), min_length=1)
    start: WallTime = time(0)
    end: WallTime = time(0)
    continuous: bool = False
    reset: Literal["never", "daily", "weekly"] = "never"
    reset_at: WallTime | None = None
    reset_day: Day | None = None
    reset_flag: bool = False

    @model_validator(mode="after")
    def _fits(self) -> "Timetable":
        wrong = []
        if len(set(self.days)) != len(self.days):
            wrong.append("days: one is there twice")
        if self.reset == "weekly" and self.reset_day is None:
            wrong.append("reset_day: is needed where reset is weekly")
        if self.reset != "never" and self.reset_at is None:
            wrong.append("reset_at: is needed where there is a reset")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


class Logon(Strict):
    """What the Logon holds besides; secrets are named here, never written."""

    username: Annotated[str, Field(pattern=r"^[\x20-\x7e]*$")] = ""
    password_env: str = ""
    password_file: str = ""
    raw_data_env: str = ""
    raw_data_file: str = ""

    @model_validator(mode="after")
    def _fits(self) -> "Logon":
        if self.password_env and self.password_file:
            raise ValueError("password_env and password_file: only one of them")
        if self.raw_data_env and self.raw_data_file:
            raise ValueError("raw_data_env and raw_data_file: only one of them")
        return self


class TlsFiles(Strict):
    """PEM files; relative paths begin at the configuration file. `name`: in the broker's certificate."""

    authorities: str
    certificate: str
    key: str
    name: str = ""
