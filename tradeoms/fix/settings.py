"""A broker's session as quickfix wants to hear it."""

from collections.abc import Callable
from pathlib import Path

import quickfix as fix
from msgspec import Struct

import fixconfig
from fixconfig import Overlay
from tradeoms.fix.credentials import Credentials
from tradeoms.fix.dialect import Dialect
from tradeoms.fix.schedule import Schedule
from tradeoms.fix.tls import Tls

DICTIONARIES = ("TransportDataDictionary", "DataDictionary", "AppDataDictionary")
#: Seconds. Only a `Line` connects again, with another engine: one that does it by itself may log on
#: while it is being ended, or connects once more as it ends and leaves that connection open behind
#: it, and the broker then refuses the next engine for as long as it waits for a sign of the last.
NEVER = str(365 * 24 * 3600)


class SessionSettings(Struct, frozen=True):
    """One FIX session. `overrides` are quickfix settings that this broker needs otherwise; `broker`
    is its file, and `versions` a folder with more versions than ours.
    """

    name: str
    SenderCompID: str
    TargetCompID: str
    host: str
    port: int
    store: Path
    version: str = "FIX.4.4"
    log: bool = False
    overrides: dict[str, str] = {}
    failover: tuple[tuple[str, int], ...] = ()
    schedule: Schedule | None = None
    reset_flag: bool = False
    rate: int = 0
    burst: int = 1
    credentials: Credentials = Credentials()
    tls: Tls | None = None
    broker: Overlay | None = None
    versions: Path | None = None


def quickfix_settings(session: SessionSettings) -> fix.SessionSettings:
    """Defaults of `fixconfig/session.toml`, then what differs by nature, then the broker's own."""
    defaults, own = fix.Dictionary(), fix.Dictionary()
    changed = overrides(session)
    for key, value in (fixconfig.session_defaults() | changed).items():
        defaults.setString(key, value)
    session.store.mkdir(parents=True, exist_ok=True)
    values = {
        "SocketConnectHost": session.host,
        "SocketConnectPort": str(session.port),
        "FileStorePath": str(session.store),
        **_dictionaries(session),
        # quickfix insists on a window even where NonStopSession=Y makes it unused.
        "StartTime": "00:00:00",
        "EndTime": "00:00:00",
    }
    for key, value in (values | changed | {"ReconnectInterval": NEVER}).items():
        own.setString(key, value)
    settings = fix.SessionSettings()
    settings.set(defaults)
    begin_string = spoken(session).begin_string
    settings.set(fix.SessionID(begin_string, session.SenderCompID, session.TargetCompID), own)
    return settings


def overrides(session: SessionSettings) -> dict[str, str]:
    """What differs from `fixconfig/session.toml`: the broker's file, and over it the session's own."""
    return (session.broker.session if session.broker else {}) | session.overrides


def spoken(session: SessionSettings) -> Dialect:
    """The dialect of a session: its version's with its broker's own over it."""
    return Dialect(session.version, session.versions, session.broker)


def reader(session: SessionSettings) -> Callable[[str], tuple[fix.Message, str]]:
    """Makes quickfix's message of a text of ours, good until the next one, and tells its MsgType.
    One with groups is read with the dictionaries: without them quickfix sorts the members of all
    entries by their tags.
    """
    files = _dictionaries(session)
    # quickfix wants the transport's first, where there is one.
    found = [fix.DataDictionary(files[name]) for name in DICTIONARIES if name in files]
    counts = spoken(session).counts
    message = fix.Message()  # the same one again: a new one takes twice as long

    def read(text: str) -> tuple[fix.Message, str]:
        start = text.index("\x0135=") + 4
        MsgType = text[start : text.index("\x01", start)]
        for count in counts.get(MsgType, ()):
            if count in text:
                return fix.Message(text, *found, False), MsgType
        message.setString(text, False)
        return message, MsgType

    return read


def _dictionaries(session: SessionSettings) -> dict[str, str]:
    """Where quickfix finds its dictionaries: two where the session has a version of its own."""
    folder = fixconfig.path(session.version, session.versions)
    if session.broker and session.broker.groups:
        texts = fixconfig.broker_dictionaries(session.version, session.broker, session.versions)
        folder = session.store
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
    default = fixconfig.dialect(session.version, session.versions).get("default_appl_ver_id")
    if default is None:
        return {"DataDictionary": str(folder / "dictionary.xml")}
    return {
        "DefaultApplVerID": default,
        "AppDataDictionary": str(folder / "dictionary.xml"),
        "TransportDataDictionary": str(folder / "transport.xml"),
    }
