"""quickfix's callbacks for one session. Nothing may leak out of them: an exception would leave the
process alive and deaf, and `FieldNotFound` would refuse the broker's report."""

import re
import sys
from collections.abc import Callable
from functools import cached_property
from threading import get_ident
from typing import Any, Protocol

import quickfix as fix
import structlog

from tradeoms.fix.decode import (
    LONGEST,
    SOH,
    Unreadable,
    bounded,
    by_tag,
    decode,
    fields_of,
    plain,
    report,
    taken,
)
from tradeoms.fix.dialect import Dialect
from tradeoms.fix.tap import Tap
from tradeoms.model.executions import Report

log = structlog.get_logger("fix")
MSG_TYPE, TEXT, RESET_FLAG = 35, 58, 141
#: How quickfix begins a message of ours, and what stands in one that it says again.
HEAD = re.compile(
    f"^8=[^{SOH}]+{SOH}9=[0-9]+{SOH}35=([^{SOH}]+){SOH}(?:[^{SOH}]+{SOH})*?34=([0-9]+){SOH}"
)
POSS_DUP = f"{SOH}43=Y{SOH}"
LOGON, LOGOUT, REJECT, BUSINESS_REJECT = "A", "5", "3", "j"
LASTING = ("J", "AT", "AU", "BH")
#: Always the same one, raised where next to nothing is at hand: the binding never lets go of an
#: exception nor of its frame, and what bad lines asked for again was a hundred megabytes in a day.
NOT_AGAIN = fix.DoNotSend()


class Inbound:
    """A broker's message as it came."""

    def __init__(self, session: str, raw: str) -> None:
        self.session, self.raw = session, raw
        self._tags, self._values = taken(raw)

    @property
    def plain(self) -> bool:
        """Whether the order of its fields says nothing."""
        return plain(self._tags)

    @property
    def MsgSeqNum(self) -> int:
        """Its number."""
        return int(self._first("34"))

    @property
    def MsgType(self) -> str:
        """What kind of message it is."""
        return self._first("35")

    @property
    def PossDup(self) -> bool:
        """The broker has sent it before, or so it says."""
        return POSS_DUP in self.raw and self.fields.get("43") == "Y"

    @cached_property
    def fields(self) -> dict[str, str]:
        """Tag -> value, of two equal tags the first one's."""
        return by_tag(self._tags, self._values)

    def _first(self, tag: str) -> str:
        return self._values[self._tags.index(tag)]

    def decode(self, dialect: Dialect) -> tuple[Report | None, str]:
        """The report, or why there is none."""
        try:
            if len(self.raw) > LONGEST:
                return decode(dialect, bounded(dialect, self.fields)), ""
            return report(dialect, self._tags, self._values), ""
        except Unreadable as error:
            return None, str(error)
        except Exception as error:
            log.exception("decoding failed", session=self.session)
            return None, f"{type(error).__name__}: {error}"


class Listener(Protocol):
    """Who is told what happens on a session, always on the thread that quickfix calls."""

    def received(self, inbound: Inbound) -> None:
        """A broker's message."""

    def changed(self, up: bool, reason: str) -> None:
        """The session logged on or off."""

    def ended(self, parting: str) -> None:
        """The connection is over, whether or not the session was ever up; the broker's last word."""

    def leaving(self, MsgSeqNum: int, MsgType: str) -> None:
        """A message of ours leaves for the first time."""

    def stands(self, MsgSeqNum: int) -> bool:
        """True where what left with this number since the logon may be said again."""

    def refusing(self, raw: str) -> None:
        """Our engine refuses one of the broker's messages with this one."""

    def logging_on(self, message: fix.Message) -> None:
        """Our Logon leaves: what the broker wants in it may still be added."""

    def reset(self, answer: bool) -> None:
        """The broker's Logon, in answer to ours or not, says that both sides count from 1 again."""

    def failed(self, reason: str) -> None:
        """A callback died: what it was told is lost."""


class Application(fix.Application):
    """Copies what arrives and passes it on; refuses to send an old order again."""

    def __init__(self, session: str, listener: Listener) -> None:
        super().__init__()
        self.session = session
        self.session_id: fix.SessionID | None = None
        self.engine: fix.Session | None = None
        self.tap: Tap | None = None
        self._listener = listener
        self._sending: tuple[int, Any, str] = (0, None, "")  # thread, engine, MsgType
        self._up = False
        self._parting = ""  # the broker's own word in its Logout
        self._first = sys.maxsize  # MsgSeqNum of the first message of ours since the logon

    def send(self, engine: fix.Session, message: fix.Message, MsgType: str) -> None:
        """Send a new message of ours; one thread at a time."""
        self._sending = (get_ident(), engine, MsgType)
        try:
            engine.send(message)
        finally:
            self._sending = (0, None, "")

    def onCreate(self, session_id: fix.SessionID) -> None:
        """Keep a copy of the id: the object is only valid during the call."""
        self.session_id = fix.SessionID(
            session_id.getBeginString().getValue(),
            session_id.getSenderCompID().getValue(),
            session_id.getTargetCompID().getValue(),
        )

    def onLogon(self, session_id: fix.SessionID) -> None:
        """Tell that the session is up."""
        self._up, self._parting = True, ""
        self._guard(self._begin, session_id)
        self._guard(self._listener.changed, True, "logged on")

    def onLogout(self, _: fix.SessionID) -> None:
        """Tell that the session is down, once: quickfix calls this twice for one disconnect."""
        if self._up:
            self._up = False
            reason = f"logged off: {self._parting}" if self._parting else "logged off"
            self._guard(self._listener.changed, False, reason)
        self._guard(self._listener.ended, self._parting)

    def toAdmin(self, message: fix.Message, _: fix.SessionID) -> None:
        """quickfix's own messages leave as they are, but for the Logon; a refusal is told."""
        self._guard(self._look, message)

    def toApp(self, message: fix.Message, _: fix.SessionID) -> None:
        """An order older than the logon, or that is answered, closed or killed since, is not sent
        again: a gap fill goes out instead, and the broker is asked about it. The questions
        themselves, and what else left since, may have overtaken the broker's request for a resend:
        passed over, they would never be answered. What is said after the trade is good at any time.
        """
        if not self._may_leave(message):
            del message, _
            raise NOT_AGAIN.with_traceback(None)

    def fromAdmin(self, message: fix.Message, _: fix.SessionID) -> None:
        """Of the session's messages a reject says something about an order, a Logon about numbers,
        a Logout why."""
        self._guard(self._hear, message)

    def fromApp(self, message: fix.Message, _: fix.SessionID) -> None:
        """Pass everything on."""
        self._guard(self._pass_on, message)

    def _may_leave(self, message: fix.Message) -> bool:
        thread, engine, MsgType = self._sending
        if thread == get_ident():
            self._guard(self._leave_anew, engine, MsgType)
            return True
        # The text at once, for each field by itself takes longer than all of them.
        text = message.toString()
        ((MsgType, number),) = HEAD.findall(text)
        if POSS_DUP in text:
            return MsgType in LASTING or self._stands(int(number))
        self._guard(self._leave, int(number), MsgType, text)
        return True

    def _leave_anew(self, engine: fix.Session, MsgType: str) -> None:
        # quickfix locks the session while it sends: the next number is this message's.
        self._listener.leaving(engine.getExpectedSenderNum(), MsgType)

    def _leave(self, number: int, MsgType: str, text: str) -> None:
        self._listener.leaving(number, MsgType)
        if MsgType == BUSINESS_REJECT:
            self._listener.refusing(readable(text))

    def _look(self, message: fix.Message) -> None:
        kind = message.getHeader().getField(MSG_TYPE)
        if kind == REJECT:
            self._listener.refusing(readable(message.toString()))
        elif kind == LOGON:
            self._listener.logging_on(message)

    def _stands(self, number: int) -> bool:
        found: list[bool] = []
        if number >= self._first:
            self._guard(lambda: found.append(self._listener.stands(number)))
        return found == [True]

    def _hear(self, message: fix.Message) -> None:
        kind = message.getHeader().getField(MSG_TYPE)
        if kind == REJECT:
            self._pass_on(message)
        elif kind == LOGON and message.isSetField(RESET_FLAG):
            if message.getField(RESET_FLAG) == "Y":
                self._listener.reset(answer=not self._up)
        elif kind == LOGOUT and message.isSetField(TEXT):
            self._parting = fields_of(readable(message.toString())).get(str(TEXT), "")

    def _begin(self, session_id: fix.SessionID) -> None:
        engine = self.engine or fix.Session.lookupSession(session_id)
        self._first = engine.getExpectedSenderNum()

    def _pass_on(self, message: fix.Message) -> None:
        self._listener.received(self._inbound(message))

    def _inbound(self, message: fix.Message) -> Inbound:
        """As it came, if that says the same; else in the engine's order, in which fields of the
        message's own come before those of its groups.
        """
        if self.tap and (text := self.tap.take()):
            inbound = Inbound(self.session, readable(text))
            if inbound.plain:
                return inbound
        return Inbound(self.session, readable(message.toString()))

    def _guard(self, call: Callable[..., None], *about: Any) -> None:
        try:
            call(*about)
        except BaseException as error:
            log.exception("callback failed", session=self.session)
            self._listener.failed(f"{type(error).__name__}: {error}")


def readable(raw: str) -> str:
    """The text where it is UTF-8; else every byte as Latin-1, which is what such brokers send.

    The binding gives bytes that are no UTF-8 as lone surrogates, which nothing can store.
    """
    try:
        raw.encode()
    except UnicodeEncodeError:
        return raw.encode("utf-8", "surrogateescape").decode("latin-1")
    return raw
