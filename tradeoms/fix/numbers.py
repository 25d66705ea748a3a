"""From which message numbers a session goes on, and who has to hear that they begin anew."""

from collections.abc import Callable
from datetime import UTC, datetime

import quickfix as fix

from tradeoms.fix import stamp
from tradeoms.fix.application import RESET_FLAG
from tradeoms.fix.settings import SessionSettings
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import SessionState

ANEW = "the broker began to count anew"

Submit = Callable[[c.Command, e.Cause], None]


class Numbers:
    """`known` is what the journal says of the session."""

    def __init__(self, session: SessionSettings, submit: Submit) -> None:
        self._session, self._submit = session, submit
        self.known = SessionState(session.name)
        self._resetting = self._agreeing = False

    def set_on(self, engine: fix.Session) -> None:
        """Set the next numbers, so that the broker sends again exactly what was lost."""
        known, stamped = self.known, stamp.read(self._session.store)
        if known.numbers_at and (stamped is None or stamped < known.numbers_at):
            # Counting began anew by the journal's word, and quickfix's store does not know it yet.
            engine.setNextSenderMsgSeqNum(known.out_seq + 1)
            engine.setNextTargetMsgSeqNum(known.in_seq + 1)
            stamp.write(self._session.store, known.numbers_at)
        elif stamped and (known.numbers_at is None or known.numbers_at < stamped):
            # The broker began anew, and nothing of what it said since is on disk.
            engine.setNextTargetMsgSeqNum(1)
            self.ask_reset(stamped, ANEW)
        else:
            # Also where nothing of the session is on disk yet: quickfix may have taken the first
            # reports.
            engine.setNextTargetMsgSeqNum(min(known.in_seq + 1, engine.getExpectedTargetNum()))
            if known.out_seq >= engine.getExpectedSenderNum():
                engine.setNextSenderMsgSeqNum(known.out_seq + 1)

    def ask_reset(self, at: datetime, reason: str) -> None:
        """Have it journalled that counting begins anew."""
        command = c.ResetSequence(self._session.name, at, reason)
        self._submit(command, e.Cause(session=self._session.name))

    def logging_on(self, message: fix.Message) -> None:
        """Say in our Logon that both sides begin anew, where that was agreed."""
        agreed = self._is_fresh()
        if self._agreeing or (agreed and self._session.reset_flag):
            message.setField(RESET_FLAG, "Y")
        self._resetting = message.isSetField(RESET_FLAG)
        if self._resetting and not agreed:
            self._begin_anew("quickfix resets at each logon")

    def logged_on(self) -> None:
        """Both sides agree."""
        self._agreeing = False

    def reset(self, answer: bool) -> bool:
        """The broker counts from 1 again, by itself or in answer to us; whether to leave for it.

        Where it does so in its answer to a plain Logon, quickfix would say another Logon to that,
        which some brokers answer again, without end. So we leave, come back, and say it ourselves.
        """
        if self._resetting:
            return False
        self._begin_anew(ANEW)
        self._agreeing = self._agreeing or answer
        return answer

    def _is_fresh(self) -> bool:
        """The numbers were reset, and the session has not logged on since."""
        known = self.known
        if known.numbers_at is None or known.in_seq or known.out_seq:
            return False
        return known.logged_on is None or known.logged_on < known.numbers_at

    def _begin_anew(self, reason: str) -> None:
        """Durable before the first message that counts so."""
        now = datetime.now(UTC)
        stamp.write(self._session.store, now)
        self.ask_reset(now, reason)
