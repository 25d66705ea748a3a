"""What the configuration says of a session's line, with its secrets and files at hand."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tradeoms.config import BadConfig, Session, Settings
from tradeoms.config_session import DAYS, Timetable
from tradeoms.fix.credentials import BadSecret, Credentials, Secret, from_environment, from_file
from tradeoms.fix.schedule import Reset, Schedule
from tradeoms.fix.tls import Tls


def lines(settings: Settings, config: Path) -> dict[str, dict[str, Any]]:
    """For each session the fields of its SessionSettings that say how its line is kept.

    Raises:
        BadConfig: a secret or a file is missing or readable by others; every one is named.
    """
    wrong: list[str] = []
    found = {s.name: _line(s, config.parent, wrong) for s in settings.session}
    if wrong:
        raise BadConfig("\n".join(f"{config}: {line}" for line in wrong))
    return found


def _line(session: Session, folder: Path, wrong: list[str]) -> dict[str, Any]:
    return {
        "failover": tuple(_place(text) for text in session.failover),
        "schedule": _schedule(session.schedule) if session.schedule else None,
        "reset_flag": bool(session.schedule and session.schedule.reset_flag),
        "rate": session.rate,
        "burst": session.burst,
        "credentials": _credentials(session, folder, wrong),
        "tls": _tls(session, folder, wrong),
    }


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def _schedule(table: Timetable) -> Schedule:
    days = tuple(DAYS.index(day) for day in table.days)
    return Schedule(
        table.zone,
        days if table.continuous else tuple(sorted(days)),
        table.start,
        table.end,
        table.continuous,
        Reset(table.reset),
        table.reset_at or table.start,
        DAYS.index(table.reset_day) if table.reset_day else 0,
    )


def _credentials(session: Session, folder: Path, wrong: list[str]) -> Credentials:
    logon = session.credentials
    if logon is None:
        return Credentials()

    def secret(key: str, read: Callable[[], Secret]) -> Secret | None:
        try:
            return read()
        except BadSecret as error:
            wrong.append(f"session {session.name}: credentials.{key}: {error}")
            return None

    def either(name: str, variable: str, path: str) -> Secret | None:
        if variable:
            return secret(f"{name}_env", lambda: from_environment(variable))
        return secret(f"{name}_file", lambda: from_file(folder / path)) if path else None

    return Credentials(
        logon.username,
        either("password", logon.password_env, logon.password_file),
        either("raw_data", logon.raw_data_env, logon.raw_data_file),
    )


def _tls(session: Session, folder: Path, wrong: list[str]) -> Tls | None:
    files = session.tls
    if files is None:
        return None
    tls = Tls(
        folder / files.authorities, folder / files.certificate, folder / files.key, files.name
    )
    wrong += [f"session {session.name}: tls.{text}" for text in _unreadable(tls)]
    return tls


def _unreadable(tls: Tls) -> Iterator[str]:
    for name, path in (
        ("authorities", tls.authorities),
        ("certificate", tls.certificate),
        ("key", tls.key),
    ):
        try:
            with path.open("rb") as file:
                found = b"-----BEGIN" in file.read()
        except OSError as error:
            yield f"{name}: {path}: {error.strerror}"
            continue
        if not found:
            yield f"{name}: {path}: is no PEM file"
        elif name == "key" and path.stat().st_mode & 0o077:
            yield f"{name}: {path}: others may read it; make it 600"
