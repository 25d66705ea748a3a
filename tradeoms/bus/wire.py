"""What travels on the bus: a kind frame and one JSON frame.

Everybody uses these types, nobody their bytes.
"""

from typing import Any

import msgspec
from msgspec import Struct

COMMAND, ANSWER, REFUSED = b"command", b"answer", b"refused"
SUBSCRIBE, CREDIT, EVENTS = b"subscribe", b"credit", b"events"
SNAPSHOT, ROWS, RECORDS = b"snapshot", b"rows", b"records"
QUERY, RESULT = b"query", b"result"

Message = tuple[bytes, bytes]  # kind and body

MOST_BYTES = 32 * 1024 * 1024  # of one message; a basket of 50,000 orders is below it
JOURNAL = "records"  # the name of the stream of records, where a table's name could stand


class Refused(Struct, frozen=True, gc=False):
    """The bus itself says no: not a command, not your role, no such table.

    `id` names the command, `stream` the table or the records, where it is about one.
    """

    reason: str
    id: str = ""
    stream: str = ""


class Subscribe(Struct, frozen=True, gc=False):
    """Send me this table: its rows as they are, then what changes.

    What is sent for it carries `number`, so that it is not mixed up with an earlier subscription.
    """

    table: str
    number: int = 0


class Credit(Struct, frozen=True, gc=False):
    """I have taken `messages` more of a stream; send on."""

    stream: str
    messages: int = 1


class Events(Struct, frozen=True, gc=False):
    """Send me all records after this number, without a gap, for as long as I am here."""

    after: int


class Snapshot(Struct, frozen=True, gc=False):
    """Rows of a table as of `seq`; `more` where another part follows."""

    table: str
    number: int
    seq: int
    rows: tuple[msgspec.Raw, ...]
    more: bool


class Rows(Struct, frozen=True, gc=False):
    """New versions of rows as of `seq`, and keys of rows that are gone; neither: I am alive.

    `more` where others that belong to the same `seq` follow: the table is true at none until then.
    """

    table: str
    number: int
    seq: int
    rows: tuple[msgspec.Raw, ...] = ()
    gone: tuple[str, ...] = ()
    more: bool = False


class Query(Struct, frozen=True, gc=False):
    """A question to a reader."""

    id: str
    question: str
    arguments: dict[str, Any] = {}


class Result(Struct, frozen=True, gc=False):
    """The answer to a question, and the sequence number at which it is true."""

    id: str
    seq: int
    rows: tuple[dict[str, Any], ...] = ()
    problem: str = ""


encode = msgspec.json.Encoder().encode
