"""What travels on the bus: a kind frame and one JSON frame. Everybody uses these types, nobody their bytes."""

from typing import Any

import msgspec
from msgspec import Struct

COMMAND, ANSWER, REFUSED = b"command", b"answer", b"refused"
SUBSCRIBE, UNSUBSCRIBE, CREDIT, EVENTS = b"subscribe", b"unsubscribe", b"credit", b"events"
SNAPSHOT, ROWS, RECORDS = b"snapshot", b"rows", b"records"
QUERY, RESULT = b"query", b"result"

MOST_BYTES = 32 * 1024 * 1024  # of one message; a basket of 50,000 orders is below it


class Refused(Struct, frozen=True):
    """The bus itself says no: not a command, not your role, no such table."""

    reason: str
    id: str = ""


class Subscribe(Struct, frozen=True):
    """Send me this table: its rows as they are, then what changes."""

    table: str


class Credit(Struct, frozen=True):
    """I have taken `messages` more; send on."""

    table: str
    messages: int = 1


class Events(Struct, frozen=True):
    """Send me all records after this number, without a gap, for as long as I am here."""

    after: int


class Snapshot(Struct, frozen=True):
    """Rows of a table as of `seq`; `more` where another part follows. `at` is the server's time, ISO."""

    table: str
    seq: int
    rows: tuple[msgspec.Raw, ...]
    more: bool
    at: str = ""


class Rows(Struct, frozen=True):
    """New versions of rows as of `seq`, and keys of rows that are gone."""

    table: str
    seq: int
    rows: tuple[msgspec.Raw, ...]
    gone: tuple[str, ...] = ()
    at: str = ""


class Query(Struct, frozen=True):
    """A question to a reader."""

    id: str
    question: str
    arguments: dict[str, Any] = {}


class Result(Struct, frozen=True):
    """The answer to a question, and the sequence number at which it is true."""

    id: str
    seq: int
    rows: tuple[dict[str, Any], ...] = ()
    problem: str = ""


encode = msgspec.json.Encoder().encode
