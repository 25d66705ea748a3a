"""A quickfix acceptor for sessions of any version, and the lines of its settings."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import quickfix as fix

from simulators.callbacks import Application, Items
from simulators.forms import Form
from simulators.groups import build
from simulators.settings import BrokerSettings

#: Reports, nearly all that is sent, have no groups.
_GROUPLESS = "\x0135=8\x01"
#: The same for every session. The addresses of strangers get no answer.
_DEFAULTS = """[DEFAULT]
ConnectionType=acceptor
NonStopSession=Y
ResetOnLogon=N
HeartBtInt=30
CheckLatency=N
SocketNodelay=Y
SocketReuseAddress=Y
AllowedRemoteAddresses=127.0.0.1
ValidateUserDefinedFields=N
AllowUnknownMsgFields=Y
ValidateFieldsHaveValues=N"""


@contextmanager
def listening(home: Path, lines: Iterable[str], items: Items, log: Path | None) -> Iterator[None]:
    """Accept the sessions of these settings; what comes goes into ``items``. ``home`` holds the
    settings, which quickfix reads from a file only, and the stores.
    """
    home.mkdir(parents=True, exist_ok=True)
    path = home / "quickfix.cfg"
    texts = [_DEFAULTS, f"FileStorePath={home / 'fix'}"]
    texts += [f"FileLogPath={log}"] if log else []
    path.write_text("\n".join([*texts, *lines]) + "\n", encoding="utf-8")
    settings = fix.SessionSettings(str(path))
    # quickfix keeps no references of its own: these have to live as long as the acceptor.
    application = Application(items)
    store = fix.FileStoreFactory(settings)
    logs = [fix.FileLogFactory(settings)] if log else []
    # The threaded acceptor looks at the peer's address before the Logon, the plain one after it,
    # when a stranger has had an answer and may have reset the sequence numbers.
    acceptor = fix.ThreadedSocketAcceptor(application, store, settings, *logs)
    acceptor.start()
    try:
        yield
    finally:
        acceptor.stop(True)
        # A raised error would keep it alive: and when an old acceptor dies late, it takes the
        # registration of new sessions of the same names with it.
        del acceptor


def session_id(form: Form, broker: str, client: str) -> Any:
    """The session by its names."""
    return fix.SessionID(form.begin, broker, client)


def send(session: Any, text: str) -> None:
    """Send, or keep for the resend when the client is not there."""
    message = fix.Message(text, False) if _GROUPLESS in text else build(text)
    fix.Session.sendToTarget(message, session)


def session_lines(broker: BrokerSettings, common: Path | None = None) -> list[str]:
    """The session of one broker; ``common`` is the dictionary of those of FIX 4.4 without one."""
    lines = ["[SESSION]", f"SenderCompID={broker.name}", f"TargetCompID={broker.client}"]
    lines += [f"SocketAcceptPort={broker.port}", *version_lines(broker, common)]
    return lines


def version_lines(broker: BrokerSettings, common: Path | None = None) -> list[str]:
    """What both ends of a session say of its version. Without a dictionary quickfix refuses every
    message with a repeating group.
    """
    form = broker.form
    lines = [f"BeginString={form.begin}"]
    lines += [f"DefaultApplVerID={form.appl_ver_id}"] if form.appl_ver_id else []
    dictionary = broker.dictionary or (common if broker.version == "FIX.4.4" else None)
    if dictionary is None:
        return [*lines, "UseDataDictionary=N"]
    lines += ["UseDataDictionary=Y"]
    if not form.appl_ver_id:
        return [*lines, f"DataDictionary={dictionary}"]
    return [
        *lines,
        f"AppDataDictionary={dictionary}",
        f"TransportDataDictionary={broker.transport_dictionary}",
    ]
