"""One session's line to its broker: an engine and its thread, built anew after each loss.

Built anew, because QuickFIX 1.16 does not connect again after a Logout, whichever side began: its
socket stays listed as connected and Logons go nowhere. A new engine starts the way a process does.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock, Thread

import quickfix as fix
from msgspec.structs import replace

import fixconfig
from tradeoms.fix import stamp
from tradeoms.fix.application import RESET_FLAG, Application, Inbound, readable
from tradeoms.fix.credentials import SOH, logon_fields
from tradeoms.fix.duty import duty
from tradeoms.fix.settings import SessionSettings, overrides, quickfix_settings, reader
from tradeoms.fix.tap import Put, Tap, Taps
from tradeoms.fix.trouble import Deaths, Gap, missing
from tradeoms.fix.tunnel import LOOPBACK, Tunnel
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.state import SessionState

SILENT = 2.5  # heartbeats without any sign of life from the engine's thread
QUIET = 30.0  # seconds that a session may fail to log on before a person hears of it
FAILED = "engine failed"
DIED = "engine died"
PARTING = 10.0  # seconds for a Logout to be answered

Submit = Callable[[c.Command, e.Cause], None]


class EngineFailed(Exception):
    """The engine's thread is deaf, or a callback died. The process ends: start-up is recovery."""


class Line:
    """`tick` runs on one thread, once a second; callbacks come on the engine's, sending on a third."""

    def __init__(
        self,
        session: SessionSettings,
        submit: Submit,
        received: Callable[[Inbound], None],
        leaving: Callable[[str, int], None],
        stands: Callable[[str, int], bool],
        refused: Callable[[str, str], None],
        put: Put,
    ) -> None:
        self.session = session
        self._read = reader(session)
        self._submit, self._received = submit, received
        self._leaving, self._stands, self._refused, self._put = leaving, stands, refused, put
        self._known = SessionState(session.name)
        self._lock = Lock()
        self._engine: fix.Session | None = None
        self._initiator: fix.SocketInitiator | None = None
        self._used: tuple[object, ...] = ()
        self._thread: Thread | None = None
        self._sid: fix.SessionID | None = None
        self._tap: Tap | None = None
        self._tunnel: Tunnel | None = None
        self._application: Application | None = None
        values = fixconfig.session_defaults() | overrides(session)
        self._heartbeat = int(values["HeartBtInt"])
        self._pause = int(values["ReconnectInterval"])
        self._attempt = 0
        self._again = self._left = 0.0
        self._down: float | None = None
        self._lost = self._resetting = False
        self._agreeing = self._left_at_logon = False
        self._failed = self._told = self._said = self._parting = ""
        self._asked: datetime | None = None
        self._deaths, self._died, self._gap = Deaths(self._pause), "", Gap()

    def know(self, known: SessionState) -> None:
        """What the journal says of the session."""
        if known.held_at != self._known.held_at:
            self._again = 0.0  # a person's start waits for nothing
        self._known = known

    def tick(self, now: datetime) -> None:
        """Bring the line to where it should be.

        Raises:
            EngineFailed: the engine's thread is deaf, or a callback has died.
        """
        if self._failed and self._told == FAILED:
            raise EngineFailed(f"{self.session.name}: {self._failed}")
        if self._failed:
            self._tell(FAILED, self._failed)  # the journal has a second to hear of it
            return
        if self._initiator and self._thread and not self._thread.is_alive():
            self._bury()
        wanted = duty(self.session.schedule, self._known, now)
        self._hear_of_trouble(wanted.up)
        if self._initiator is None:
            self._rest(wanted.up, wanted.reset)
        elif self._lost and not self.is_up():
            self.close()
        elif wanted.up:
            self._watch()
        else:
            self._leave(wanted.reset)

    def is_up(self) -> bool:
        """The engine is logged on."""
        with self._lock:
            return self._logged_on()

    def _logged_on(self) -> bool:
        # Of a connection that we have left, the engine thinks that it is logged on.
        engine = self._engine
        return engine is not None and not self._left_at_logon and bool(engine.isLoggedOn())

    def send(self, text: str) -> str:
        """Hand a message to the engine; empty, or why it was not tried."""
        with self._lock:
            # `send` says True even while logged off, and the order would leave at the next logon.
            # Not by `Session.sendToTarget`, which may still know the session of an engine before.
            if self._engine is None or not self._logged_on():
                return "the session is down"
            self._engine.send(self._read(text))
            return ""

    def ask_for_life(self) -> None:
        """Send a TestRequest: the broker's engine has to answer it."""
        ask = f"8=FIX.4.4{SOH}9=0{SOH}35=1{SOH}112={datetime.now(UTC):%H%M%S%f}{SOH}10=000{SOH}"
        self.send(ask)

    def close(self) -> None:
        """Log off, if need be, and end the engine and its thread."""
        with self._lock:
            self._engine = None
        initiator, self._initiator = self._initiator, None
        if initiator is None:
            return
        initiator.stop(True)
        while self._thread and self._thread.is_alive():
            self._thread.join(1.0)
            initiator.stop(True)  # the first may have come before the thread had begun
        # In this order: left to the garbage collector, what an initiator's destructor needs may be
        # gone before it, and the process ends in a segmentation fault.
        del initiator
        self._said = self._words()
        self._used, self._tap = (), None
        if self._tunnel:
            self._tunnel.close()
            self._tunnel = None
        self._again = time.monotonic() + self._pause

    def open(self) -> None:
        """Build an engine with the numbers that the journal knows, and let it connect."""
        self._lost, self._left, self._left_at_logon, self._died = False, 0.0, False, ""
        self._application = application = Application(self.session.name, self)
        settings = quickfix_settings(self._towards(self._attempt))
        self._attempt += 1
        store = fix.FileStoreFactory(settings)
        self._tap = Tap(self.session.name, self._put, self.session.log, self._unread)
        taps = Taps(self._tap)
        initiator = fix.SocketInitiator(application, store, settings, taps)
        # quickfix keeps pointers, not references: what it uses must live as long as it does.
        self._used = (application, settings, store, taps, self._tap)
        self._sid = application.session_id
        engine = application.engine = initiator.getSession(self._sid)
        self._number(engine)
        self._initiator = initiator
        # In a thread of Python's: quickfix's own would make Python's state for it anew at each
        # callback, which doubles what a report costs.
        self._thread = Thread(target=self._run, name=f"fix-{self.session.name}", daemon=True)
        self._thread.start()
        with self._lock:
            self._engine = engine

    def _run(self) -> None:
        if self._initiator is None:
            return
        try:
            self._initiator.block()
        except RuntimeError as error:
            # quickfix's own, such as at a message that it cannot take: the next tick builds
            # another engine. What our callbacks raise never comes here.
            self._died = str(error)

    def _bury(self) -> None:
        """The engine died: say so with the broker's latest message, and build another one later."""
        with self._lock:
            number = self._engine.getExpectedTargetNum() if self._engine else 0
        last = self._tap.last if self._tap else ""
        reason = f"the engine died: {self._died or 'its thread has ended'}"
        self.close()
        if self._application:
            self._application.onLogout(self._sid)  # the engine had no time to say so
        if self._deaths.died(number, reason):
            self._unread(last, reason)
            self._tell(DIED, f"{reason}; the broker's next message was {number}")
        self._again = time.monotonic() + self._deaths.pause
        self._said = reason

    def _unread(self, raw: str, reason: str) -> None:
        """What the engine could not take may be a fill: a person reads it."""
        told = readable(reason).replace(SOH, "|")
        report = c.ReportReceived(self.session.name, 0, readable(raw), None, told)
        self._submit(report, e.Cause(session=self.session.name))

    def _towards(self, attempt: int) -> SessionSettings:
        """The settings with another host first at each attempt; with TLS, the tunnel's way in."""
        session = self.session
        hosts = ((session.host, session.port), *session.failover)
        turn = attempt % len(hosts)
        hosts = hosts[turn:] + hosts[:turn]
        if session.tls:
            self._tunnel = Tunnel(hosts, session.tls)
            hosts = ((LOOPBACK, self._tunnel.port),)
        more: dict[str, str] = {}
        for n, (host, port) in enumerate(hosts[1:], 1):
            more |= {f"SocketConnectHost{n}": host, f"SocketConnectPort{n}": str(port)}
        host, port = hosts[0]
        return replace(session, host=host, port=port, overrides=more | session.overrides)

    def _number(self, engine: fix.Session) -> None:
        """Set the next numbers, so that the broker sends again exactly what was lost."""
        known, stamped = self._known, stamp.read(self.session.store)
        if known.numbers_at and (stamped is None or stamped < known.numbers_at):
            # Counting began anew by the journal's word, and quickfix's store does not know it yet.
            engine.setNextSenderMsgSeqNum(known.out_seq + 1)
            engine.setNextTargetMsgSeqNum(known.in_seq + 1)
            stamp.write(self.session.store, known.numbers_at)
        elif stamped and (known.numbers_at is None or known.numbers_at < stamped):
            # The broker began anew, and nothing of what it said since is on disk.
            engine.setNextTargetMsgSeqNum(1)
            self._submit(
                c.ResetSequence(self.session.name, stamped, "the broker began to count anew"),
                e.Cause(session=self.session.name),
            )
        else:
            # Also where nothing of the session is on disk yet: quickfix may have taken the first
            # reports.
            engine.setNextTargetMsgSeqNum(min(known.in_seq + 1, engine.getExpectedTargetNum()))
            if known.out_seq >= engine.getExpectedSenderNum():
                engine.setNextSenderMsgSeqNum(known.out_seq + 1)

    def _rest(self, up: bool, reset: datetime | None) -> None:
        """No engine: a reset that is due is journalled first, and done when the line opens."""
        if reset is not None:
            if self._asked != reset:
                self._asked = reset
                reason = f"reset of {reset:%Y-%m-%d %H:%M} UTC"
                command = c.ResetSequence(self.session.name, reset, reason)
                self._submit(command, e.Cause(session=self.session.name))
        elif up and time.monotonic() >= self._again:
            self.open()

    def _leave(self, reset: datetime | None) -> None:
        """Log off; not for a reset while messages of the broker are missing, which it would lose."""
        with self._lock:
            engine = self._engine
            if engine is None or not engine.isLoggedOn():
                engine = None
            elif reset and self._tap and engine.getExpectedTargetNum() <= self._tap.highest:
                text = missing(engine.getExpectedTargetNum(), self._tap.highest)
                self._tell("reset waits", text)
                return
            elif not self._left:
                self._left = time.monotonic()
                engine.logout()
        if engine is None or time.monotonic() - self._left > PARTING:
            self.close()

    def _watch(self) -> None:
        """The engine's thread does something, and the broker sends what it was asked for."""
        pulse = time.monotonic() - (self._tap.pulse if self._tap else 0.0)
        if self.is_up() and pulse > SILENT * self._heartbeat:
            self.failed(f"no sign of life from the engine for {pulse:.0f} s")
        with self._lock:
            expected = self._engine.getExpectedTargetNum() if self._engine else 0
        if text := self._gap.look(expected, self._tap.highest if self._tap else 0):
            self._tell(
                "messages missing", f"{text}: what they and all later ones say is not booked"
            )

    def _hear_of_trouble(self, wanted: bool) -> None:
        """An alert where a session should be up and does not come up."""
        if self.is_up() or not wanted:
            self._down, self._parting = None, ""
            self._told = "" if wanted else self._told
            return
        self._down = time.monotonic() if self._down is None else self._down
        if time.monotonic() - self._down > QUIET:
            said = self._parting or self._words() or self._said
            self._tell("no logon", f"cannot log on: {said or 'the broker does not answer'}")

    def _words(self) -> str:
        """Why there is no connection, as whoever failed to make it says."""
        return (self._tunnel.said if self._tunnel else "") or (self._tap.said if self._tap else "")

    def _tell(self, kind: str, text: str) -> None:
        """An alert, once for each trouble."""
        if self._told != kind:
            self._told = kind
            command = c.TellSession(self.session.name, kind, readable(text))
            self._submit(command, e.Cause(session=self.session.name))

    # What the application tells, on the engine's thread.

    def received(self, inbound: Inbound) -> None:
        """Pass a broker's message on."""
        self._received(inbound)

    def changed(self, up: bool, reason: str) -> None:
        """Pass on that the session is up or down."""
        if self._left_at_logon:
            return  # nobody ever heard that it was up
        if up:
            self._attempt -= 1  # the next attempt begins with the host that answered
            self._agreeing = False
        command = c.ChangeSession(self.session.name, up, reason)
        self._submit(command, e.Cause(session=self.session.name))

    def ended(self, parting: str) -> None:
        """The engine will not connect again by itself."""
        self._lost = True
        self._parting = f"the broker says: {parting}" if parting else self._parting

    def leaving(self, MsgSeqNum: int) -> None:
        """Pass on that a message leaves."""
        self._leaving(self.session.name, MsgSeqNum)

    def stands(self, MsgSeqNum: int) -> bool:
        """Whether what left may be said again."""
        return self._stands(self.session.name, MsgSeqNum)

    def refusing(self, raw: str) -> None:
        """Pass on that our engine refuses a message."""
        self._refused(self.session.name, raw)

    def logging_on(self, message: fix.Message) -> None:
        """Add what the broker wants to see: who we are, and a reset where that was agreed."""
        if self._left_at_logon:
            return  # the answer that never leaves
        self._store_nothing()
        for tag, value in logon_fields(self.session.credentials).items():
            message.setField(tag, value)
        agreed = self._is_fresh()
        if self._agreeing or (agreed and self.session.reset_flag):
            message.setField(RESET_FLAG, "Y")
        self._resetting = message.isSetField(RESET_FLAG)
        if self._resetting and not agreed:
            self._begin_anew("quickfix resets at each logon")

    def _store_nothing(self) -> None:
        """quickfix would write the Logon, and with it the password, into its store. What is not
        there is passed over in a resend, which a Logon is anyway.
        """
        engine = self._application.engine if self._application else None
        if self._tap and engine and engine.getPersistMessages():
            engine.setPersistMessages(False)
            self._tap.left = lambda: engine.setPersistMessages(True)

    def _is_fresh(self) -> bool:
        """The numbers were reset, and the session has not logged on since."""
        known = self._known
        if known.numbers_at is None or known.in_seq or known.out_seq:
            return False
        return known.logged_on is None or known.logged_on < known.numbers_at

    def reset(self, answer: bool) -> None:
        """The broker counts from 1 again, by itself or in answer to us.

        Where it does so in its answer to a plain Logon, quickfix would say another Logon to that,
        which some brokers answer again, without end. So we leave, come back, and say it ourselves.
        """
        if self._tap:
            self._tap.highest = 0
        if self._resetting:
            return
        self._begin_anew("the broker began to count anew")
        if answer and self._engine is not None:
            self._agreeing = self._left_at_logon = True
            text = "the broker began to count anew: what it had not sent yet may be missing"
            told = c.TellSession(self.session.name, "numbers reset", text)
            self._submit(told, e.Cause(session=self.session.name))
            # Refusing the Logon by an exception would leave this session behind in the binding,
            # where the next engine would find it instead of its own.
            self._engine.disconnect()

    def _begin_anew(self, reason: str) -> None:
        """Durable before the first message that counts so."""
        now = datetime.now(UTC)
        stamp.write(self.session.store, now)
        command = c.ResetSequence(self.session.name, now, reason)
        self._submit(command, e.Cause(session=self.session.name))

    def failed(self, reason: str) -> None:
        """Remember it: the next tick ends the process."""
        self._failed = reason
