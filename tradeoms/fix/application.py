"""quickfix's callbacks for one session. Nothing may leak out of them: an exception would leave the
process alive and deaf, and `FieldNotFound` would refuse the broker's report."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import quickfix as fix
import structlog

from tradeoms.fix.decode import Unreadable, decode, fields_of
from tradeoms.fix.dialect import Dialect
from tradeoms.model.orders import Report

log = structlog.get_logger("fix")
MSG_TYPE, MSG_SEQ_NUM, POSS_DUP = 35, 34, 43
REJECT = "3"


class Inbound(NamedTuple):
    """A broker's message as it came."""

    session: str
    MsgSeqNum: int
    raw: str
    fields: dict[str, str]

    def decode(self, dialect: Dialect) -> tuple[Report | None, str]:
        """The report, or why there is none."""
        try:
            return decode(dialect, self.fields), ""
        except Unreadable as error:
            return None, str(error)
        except Exception as error:
            log.exception("decoding failed", session=self.session)
            return None, f"{type(error).__name__}: {error}"


class Application(fix.Application):
    """Copies what arrives and passes it on; refuses to send an old order again."""

    def __init__(
        self,
        session: str,
        receive: Callable[[Inbound], None],
        changed: Callable[[str, bool, str], None],
        leaving: Callable[[str, int], None],
        refusing: Callable[[str, str], None],
    ) -> None:
        super().__init__()
        self.session = session
        self.session_id: fix.SessionID | None = None
        self._receive, self._changed = receive, changed
        self._leaving, self._refusing = leaving, refusing
        self._up = False
        self._first = sys.maxsize  # MsgSeqNum of the first message of ours since the logon

    def onCreate(self, session_id: fix.SessionID) -> None:
        """Keep a copy of the id: the object is only valid during the call."""
        self.session_id = fix.SessionID(
            session_id.getBeginString().getValue(),
            session_id.getSenderCompID().getValue(),
            session_id.getTargetCompID().getValue(),
        )

    def onLogon(self, session_id: fix.SessionID) -> None:
        """Tell that the session is up."""
        self._up = True
        self._guard(lambda: self._begin(session_id))
        self._guard(lambda: self._changed(self.session, True, "logged on"))

    def onLogout(self, _: fix.SessionID) -> None:
        """Tell that the session is down, once: quickfix calls this twice for one disconnect."""
        if self._up:
            self._up = False
            self._guard(lambda: self._changed(self.session, False, "logged off"))

    def toAdmin(self, message: fix.Message, _: fix.SessionID) -> None:
        """quickfix's own messages leave as they are; that it refuses one of the broker's is told."""
        self._guard(lambda: self._look(message))

    def toApp(self, message: fix.Message, _: fix.SessionID) -> None:
        """What is older than the logon is not sent again: a gap fill goes out instead, and the
        broker is asked about it. The questions themselves, and what else left since, may have
        overtaken the broker's request for a resend: passed over, they would never be answered.
        """
        header = message.getHeader()
        number = int(header.getField(MSG_SEQ_NUM))
        if not header.isSetField(POSS_DUP):
            self._guard(lambda: self._leaving(self.session, number))
        elif number < self._first:
            raise fix.DoNotSend

    def fromAdmin(self, message: fix.Message, _: fix.SessionID) -> None:
        """Of the session's messages only a reject says something about an order."""
        self._guard(lambda: self._pass_on(message, only=REJECT))

    def fromApp(self, message: fix.Message, _: fix.SessionID) -> None:
        """Pass everything on."""
        self._guard(lambda: self._pass_on(message))

    def _look(self, message: fix.Message) -> None:
        if message.getHeader().getField(MSG_TYPE) == REJECT:
            self._refusing(self.session, readable(message.toString()))

    def _begin(self, session_id: fix.SessionID) -> None:
        self._first = fix.Session.lookupSession(session_id).getExpectedSenderNum()

    def _pass_on(self, message: fix.Message, only: str = "") -> None:
        raw = readable(message.toString())
        fields = fields_of(raw)
        if not only or fields.get(str(MSG_TYPE)) == only:
            self._receive(Inbound(self.session, int(fields[str(MSG_SEQ_NUM)]), raw, fields))

    def _guard(self, call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException:
            log.exception("callback failed", session=self.session)


def readable(raw: str) -> str:
    """The text where it is UTF-8; else every byte as Latin-1, which is what such brokers send.

    The binding gives bytes that are no UTF-8 as lone surrogates, which nothing can store.
    """
    try:
        raw.encode()
    except UnicodeEncodeError:
        return raw.encode("utf-8", "surrogateescape").decode("latin-1")
    return raw
