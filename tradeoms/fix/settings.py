"""A broker's session as quickfix wants to hear it."""

from pathlib import Path

import quickfix as fix
from msgspec import Struct

import fixconfig


class SessionSettings(Struct, frozen=True):
    """One FIX session. `overrides` are quickfix settings that this broker needs otherwise."""

    name: str
    SenderCompID: str
    TargetCompID: str
    host: str
    port: int
    store: Path
    version: str = "FIX.4.4"
    log: Path | None = None
    overrides: dict[str, str] = {}


def quickfix_settings(session: SessionSettings) -> fix.SessionSettings:
    """Defaults of `fixconfig/session.toml`, then what differs by nature, then the broker's own."""
    defaults, own = fix.Dictionary(), fix.Dictionary()
    for key, value in fixconfig.session_defaults().items():
        defaults.setString(key, value)
    session.store.mkdir(parents=True, exist_ok=True)
    values = {
        "SocketConnectHost": session.host,
        "SocketConnectPort": str(session.port),
        "FileStorePath": str(session.store),
        "DataDictionary": str(fixconfig.path(session.version) / "dictionary.xml"),
        # quickfix insists on a window even where NonStopSession=Y makes it unused.
        "StartTime": "00:00:00",
        "EndTime": "00:00:00",
    }
    if session.log:
        session.log.mkdir(parents=True, exist_ok=True)
        values["FileLogPath"] = str(session.log)
    for key, value in (values | session.overrides).items():
        own.setString(key, value)
    settings = fix.SessionSettings()
    settings.set(defaults)
    settings.set(fix.SessionID(session.version, session.SenderCompID, session.TargetCompID), own)
    return settings
