"""The line of the codec mode: each message is built, written and read by quickfix, without a socket."""

from datetime import UTC, datetime
from pathlib import Path

import quickfix as fix

from tests.conform.house import SENDER, TARGET, Broken, House, session_of
from tradeoms.fix.application import Inbound, readable
from tradeoms.fix.decode import fields_of
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.sender import Outgoing
from tradeoms.fix.settings import SessionSettings
from tradeoms.model import commands as c
from tradeoms.model import events as e

HEADER = ("34", "43", "49", "52", "56", "97")
Fields = dict[str, str]


class Codec:
    """The gateway's own encoding and decoding; what it would send is read back at once."""

    def __init__(self, house: House, versions: tuple[str, ...], home: Path) -> None:
        self.house = house
        sessions = (
            SessionSettings(session_of(v), SENDER, TARGET, "127.0.0.1", 1, home, version=v)
            for v in versions
        )
        self.begins = {session_of(v): begin_string(v) for v in versions}
        self._gateway = Gateway(tuple(sessions), self._submit)
        self._gateway._sender.put = self._send  # type: ignore[method-assign]
        self._wire: list[tuple[str, Fields]] = []
        self._unconfirmed: list[Outgoing] = []
        self._number = dict.fromkeys(self.begins, 0)
        house.engine.consumers[:] = [self._gateway]
        for session in self.begins:
            self._submit(c.ChangeSession(session, True), e.Cause(session=session))

    def _submit(self, command: c.Command, cause: e.Cause) -> None:
        self.house.engine.submit(command, cause)
        self.house.run()

    def _send(self, message: Outgoing) -> None:
        """As the sender does, but into our own list; the header is the engine's work."""
        built = fix.Message(message.text, False)
        self._number[message.session] += 1
        stamp(built, self._number[message.session], SENDER, TARGET)
        self._wire.append((message.session, fields_of(reread(built))))
        self._unconfirmed.append(message)

    def settle(self) -> None:
        """The gateway's word that what was taken has left."""
        while self._unconfirmed:
            message = self._unconfirmed.pop(0)
            number = self._number[message.session] - len(self._unconfirmed)
            ids = (message.ClOrdID,) if message.ClOrdID else ()
            sent = c.ConfirmSent(message.session, (number,), ids)
            self._submit(sent, e.Cause(session=message.session))

    def forget(self) -> None:
        """What left until now is of no interest."""
        self.settle()
        self._wire.clear()

    def request(self, session: str, MsgType: str) -> Fields:
        """The next message of this type that left."""
        self.settle()
        while self._wire:
            where, fields = self._wire.pop(0)
            if (where, fields["35"]) == (session, MsgType):
                return fields
        raise Broken(f"a message {MsgType} on the wire", "none")

    def say(self, session: str, fields: Fields) -> None:
        """A broker's message, built field by field, as far as what our side decides on it."""
        self._number[session] += 1
        message = build(self.begins[session], fields)
        stamp(message, self._number[session], TARGET, SENDER)
        raw = readable(reread(message))
        self._gateway._receive(Inbound(session, raw))
        self.settle()

    def close(self) -> None:
        """Nothing is open."""


def begin_string(version: str) -> str:
    """BeginString of the sessions of a version: FIX 5.0 travels over FIXT 1.1."""
    return "FIXT.1.1" if version.startswith("FIX.5") else version


def build(begin: str, fields: Fields) -> fix.Message:
    """A message of these fields; the header's go there."""
    message = fix.Message()
    header = message.getHeader()
    header.setField(8, begin)
    header.setField(35, fields["35"])
    for tag, value in fields.items():
        if tag != "35":
            (header if tag in HEADER else message).setField(int(tag), value)
    return message


def stamp(message: fix.Message, number: int, sender: str, target: str) -> None:
    """What the engine adds when it sends."""
    header = message.getHeader()
    now = f"{datetime.now(UTC):%Y%m%d-%H:%M:%S}.000"
    for tag, value in ((34, str(number)), (49, sender), (52, now), (56, target)):
        header.setField(tag, value)


def reread(message: fix.Message) -> str:
    """The text of a message that quickfix has written and read, length and checksum compared."""
    return str(fix.Message(message.toString(), True).toString())
