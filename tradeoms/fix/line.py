"""One session's line to its broker: an engine that is up when it should be, built anew after each loss."""

import time
from datetime import UTC, datetime
from threading import Lock

import fixconfig
from tradeoms.fix.application import readable
from tradeoms.fix.credentials import SOH
from tradeoms.fix.duty import duty
from tradeoms.fix.engine import Engine
from tradeoms.fix.hearing import Hearing, House
from tradeoms.fix.numbers import Numbers, Submit
from tradeoms.fix.settings import SessionSettings, overrides, reader
from tradeoms.fix.tap import Put
from tradeoms.fix.trouble import Alarm, Deaths, Gap, missing
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import SessionState

SILENT = 2.5  # heartbeats without any sign of life from the engine's thread
FAILED = "engine failed"
DIED = "engine died"
PARTING = 10.0  # seconds for a Logout to be answered


class EngineFailed(Exception):
    """The engine's thread is deaf, or a callback died. The process ends: start-up is recovery."""


class Line:
    """`tick` runs on one thread, once a second; callbacks come on the engine's, sending on a third."""

    def __init__(self, session: SessionSettings, submit: Submit, house: House, put: Put) -> None:
        self.session = session
        self._submit, self._put = submit, put
        self._read = reader(session)
        self._numbers = Numbers(session, submit)
        self.hearing = Hearing(session, submit, house, self._numbers)
        self._alarm = Alarm(session.name, submit)
        self._lock = Lock()
        self._engine: Engine | None = None
        values = fixconfig.session_defaults() | overrides(session)
        self._heartbeat = int(values["HeartBtInt"])
        self._pause = int(values["ReconnectInterval"])
        self._attempt = 0
        self._again = self._left = 0.0
        self._said = ""  # the last engine's last word
        self._asked: datetime | None = None
        self._deaths, self._gap = Deaths(self._pause), Gap()

    def know(self, known: SessionState) -> None:
        """What the journal says of the session."""
        if known.held_at != self._numbers.known.held_at:
            self._again = 0.0  # a person's start waits for nothing
        self._numbers.known = known

    def tick(self, now: datetime) -> None:
        """Bring the line to where it should be.

        Raises:
            EngineFailed: the engine's thread is deaf, or a callback has died.
        """
        if failure := self.hearing.failure:
            if self._alarm.told == FAILED:
                raise EngineFailed(f"{self.session.name}: {failure}")
            self._alarm.tell(FAILED, failure)  # the journal has a second to hear of it
            return
        if self._engine and not self._engine.is_alive():
            self._bury(self._engine)
        wanted = duty(self.session.schedule, self._numbers.known, now)
        if not self._alarm.look(self.is_up(), wanted.up, self._why):
            self.hearing.parting = ""
        if self._engine is None:
            self._rest(wanted.up, wanted.reset)
        elif self.hearing.lost and not self.is_up():
            self.close()
        elif wanted.up:
            self._watch(self._engine)
        else:
            self._leave(wanted.reset)

    def is_up(self) -> bool:
        """The engine is logged on."""
        with self._lock:
            return self._logged_on()

    def send(self, text: str) -> str:
        """Hand a message to the engine; empty, or why it was not tried."""
        with self._lock:
            # `send` says True even while logged off, and the order would leave at the next logon.
            # Not by `Session.sendToTarget`, which may still know the session of an engine before.
            if self._engine is None or not self._logged_on():
                return "the session is down"
            self._engine.application.send(self._engine.session, *self._read(text))
            return ""

    def ask_for_life(self) -> None:
        """Send a TestRequest: the broker's engine has to answer it."""
        ask = f"8=FIX.4.4{SOH}9=0{SOH}35=1{SOH}112={datetime.now(UTC):%H%M%S%f}{SOH}10=000{SOH}"
        self.send(ask)

    def open(self) -> None:
        """Build an engine with the numbers that the journal knows, and let it connect."""
        self._left = 0.0
        engine = Engine(self.session, self._attempt, self.hearing, self._put, self._unread)
        self._attempt += 1
        self._numbers.set_on(engine.session)
        self.hearing.begin(engine)
        # Before it starts: what a logon leads to leaves by this engine, or would be taken for unsent.
        with self._lock:
            self._engine = engine
        engine.start()

    def close(self) -> None:
        """Log off, if need be, and end the engine."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is None:
            return
        engine.end()
        self._said = engine.said()
        if self.hearing.answered:
            self._attempt -= 1  # the next attempt begins with the host that answered
        self._again = time.monotonic() + self._pause

    def _logged_on(self) -> bool:
        # Of a connection that we have left, the engine thinks that it is logged on.
        engine = self._engine
        return engine is not None and not self.hearing.left and bool(engine.session.isLoggedOn())

    def _expected(self) -> int:
        return int(self._engine.session.getExpectedTargetNum()) if self._engine else 0

    def _bury(self, engine: Engine) -> None:
        """The engine died: say so with the broker's latest message, and build another one later."""
        with self._lock:
            number = self._expected()
        reason = f"the engine died: {engine.died or 'its thread has ended'}"
        self.close()
        engine.application.onLogout(
            engine.application.session_id
        )  # the engine had no time to say so
        if self._deaths.died(number, reason):
            self._unread(engine.tap.last, reason)
            self._alarm.tell(DIED, f"{reason}; the broker's next message was {number}")
        self._again = time.monotonic() + self._deaths.pause
        self._said = reason

    def _unread(self, raw: str, reason: str) -> None:
        """What the engine could not take may be a fill: a person reads it."""
        told = readable(reason).replace(SOH, "|")
        report = c.ReportReceived(self.session.name, 0, readable(raw), None, told)
        self._submit(report, e.Cause(session=self.session.name))

    def _rest(self, up: bool, reset: datetime | None) -> None:
        """No engine: a reset that is due is journalled first, and done when the line opens."""
        if reset is not None:
            if self._asked != reset:
                self._asked = reset
                self._numbers.ask_reset(reset, f"reset of {reset:%Y-%m-%d %H:%M} UTC")
        elif up and time.monotonic() >= self._again:
            self.open()

    def _leave(self, reset: datetime | None) -> None:
        """Log off; not for a reset while messages of the broker are missing, which it would lose."""
        with self._lock:
            engine = self._engine
            if engine is None or not engine.session.isLoggedOn():
                engine = None
            elif reset and (text := missing(self._expected(), engine.tap.highest)):
                self._alarm.tell("reset waits", text)
                return
            elif not self._left:
                self._left = time.monotonic()
                engine.session.logout()
        if engine is None or time.monotonic() - self._left > PARTING:
            self.close()

    def _watch(self, engine: Engine) -> None:
        """The engine's thread does something, and the broker sends what it was asked for."""
        pulse = time.monotonic() - engine.tap.pulse
        if self.is_up() and pulse > SILENT * self._heartbeat:
            self.hearing.failed(f"no sign of life from the engine for {pulse:.0f} s")
        with self._lock:
            expected = self._expected()
        if text := self._gap.look(expected, engine.tap.highest):
            self._alarm.tell(
                "messages missing", f"{text}: what they and all later ones say is not booked"
            )

    def _why(self) -> str:
        """Why there is no logon, as far as anybody says."""
        said = self._engine.said() if self._engine else ""
        return self.hearing.parting or said or self._said
