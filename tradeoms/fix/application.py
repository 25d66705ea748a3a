"""quickfix's callbacks for one session. Nothing may leak out of them: an exception would leave the
process alive and deaf, and `FieldNotFound` would refuse the broker's report."""

from collections.abc import Callable
from typing import NamedTuple

import quickfix as fix
import structlog

from tradeoms.fix.decode import Unreadable, decode, fields_of
from tradeoms.fix.dialect import Dialect
from tradeoms.model.orders import Report

log = structlog.get_logger("fix")


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


class Application(fix.Application):  # type: ignore[misc]
    """Copies what arrives and passes it on; refuses to send an old order again."""

    def __init__(
        self,
        session: str,
        receive: Callable[[Inbound], None],
        changed: Callable[[str, bool, str], None],
    ) -> None:
        super().__init__()
        self.session = session
        self.session_id: fix.SessionID | None = None
        self._receive, self._changed = receive, changed
        self._up = False

    def onCreate(self, session_id: fix.SessionID) -> None:
        # The object is only valid during the call.
        self.session_id = fix.SessionID(
            session_id.getBeginString().getValue(),
            session_id.getSenderCompID().getValue(),
            session_id.getTargetCompID().getValue(),
        )

    def onLogon(self, session_id: fix.SessionID) -> None:
        self._up = True
        self._guard(lambda: self._changed(self.session, True, "logged on"))

    def onLogout(self, session_id: fix.SessionID) -> None:
        # quickfix calls this twice for one disconnect.
        if self._up:
            self._up = False
            self._guard(lambda: self._changed(self.session, False, "logged off"))

    def toAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None:
        pass

    def toApp(self, message: fix.Message, session_id: fix.SessionID) -> None:
        """A resent order is old: a gap fill goes out instead, and its state is asked for."""
        if message.getHeader().isSetField(43):
            raise fix.DoNotSend

    def fromAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None:
        if message.getHeader().getField(35) == "3":
            self._pass_on(message.toString())

    def fromApp(self, message: fix.Message, session_id: fix.SessionID) -> None:
        self._pass_on(message.toString())

    def _pass_on(self, raw: str) -> None:
        def receive() -> None:
            fields = fields_of(raw)
            self._receive(Inbound(self.session, int(fields["34"]), raw, fields))

        self._guard(receive)

    def _guard(self, call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException:
            log.exception("callback failed", session=self.session)
