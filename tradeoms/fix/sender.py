"""The thread that sends: a request leaves only while its session is logged on, and is confirmed."""

from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

import quickfix as fix
import structlog

from tradeoms.model import commands as c
from tradeoms.model import events as e

log = structlog.get_logger("fix")
REMEMBERED = 50_000  # messages sent, by number, so that a reject by RefSeqNum finds its order
BURST = 500  # messages sent before the first of them is confirmed

Submit = Callable[[c.Command, e.Cause], None]


class Outgoing(NamedTuple):
    """A message that is ready to leave. A question about an order has no ClOrdID of its own.

    Of one that is sent again (`again`) an earlier copy may be at the broker.
    """

    session: str
    text: str
    placement: str
    ClOrdID: str
    again: bool = False


class Sender:
    """A queue and one thread. `leaving` is called by quickfix, on that thread, inside a send."""

    def __init__(self, submit: Submit) -> None:
        self.ids: dict[str, fix.SessionID] = {}
        self._submit = submit
        self._queue: SimpleQueue[Outgoing | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="fix-sender", daemon=True)
        self._sending: Outgoing | None = None
        self._number: int | None = None
        self._sent: dict[tuple[str, int], str] = {}
        self._order: deque[tuple[str, int]] = deque()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Send and confirm what is queued already, then end the thread."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def put(self, message: Outgoing) -> None:
        """Queue a message."""
        self._queue.put(message)

    def ClOrdID_of(self, session: str, MsgSeqNum: int) -> str:
        """The ClOrdID of the request that left with this number; empty where it was none."""
        return self._sent.get((session, MsgSeqNum), "")

    def leaving(self, session: str, MsgSeqNum: int) -> None:
        """Remember the number of the message being sent, before the broker can answer it."""
        if self._sending is None or self._sending.session != session:
            return
        self._number = MsgSeqNum
        self._sent[session, MsgSeqNum] = self._sending.ClOrdID
        self._order.append((session, MsgSeqNum))
        if len(self._order) > REMEMBERED:
            self._sent.pop(self._order.popleft(), None)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            burst = self._take()
            stopping = burst[-1] is None
            self._send_burst([message for message in burst if message is not None])

    def _take(self) -> list[Outgoing | None]:
        """What is queued, at least one; nothing after the end mark."""
        burst = [self._queue.get()]
        while burst[-1] is not None and len(burst) < BURST:
            try:
                burst.append(self._queue.get_nowait())
            except Empty:
                break
        return burst

    def _send_burst(self, burst: list[Outgoing]) -> None:
        """Send, then confirm in one command a session."""
        confirmed: dict[str, list[tuple[int, str]]] = {}
        for message in burst:
            number, reason = self._send(message)
            if number is None:
                self._return(message, reason)
            else:
                confirmed.setdefault(message.session, []).append((number, message.ClOrdID))
        for session, sent in confirmed.items():
            numbers = tuple(number for number, _ in sent)
            ids = tuple(ClOrdID for _, ClOrdID in sent if ClOrdID)
            self._submit(c.ConfirmSent(session, numbers, ids), e.Cause(session=session))

    def _send(self, message: Outgoing) -> tuple[int | None, str]:
        """The MsgSeqNum with which the message left; None and the reason where it never did."""
        sid = self.ids.get(message.session)
        engine = fix.Session.lookupSession(sid) if sid else None
        # sendToTarget says True even while logged off, and the order would leave at the next logon.
        if engine is None or not engine.isLoggedOn():
            return None, "the session is down"
        self._sending, self._number = message, None
        try:
            fix.Session.sendToTarget(fix.Message(message.text, False), sid)
        except Exception as error:
            # With a number it may have left: what became of it is the broker's to say.
            log.exception("sending failed", ClOrdID=message.ClOrdID)
            return self._number, f"could not be sent: {error}"
        finally:
            self._sending = None
        return self._number, "the engine did not take it"

    def _return(self, message: Outgoing, reason: str) -> None:
        """Give the request back, unless an earlier copy may have arrived: the next logon asks."""
        if message.ClOrdID and not message.again:
            unsent = c.ReturnUnsent(message.ClOrdID, message.placement, reason)
            self._submit(unsent, e.Cause(session=message.session))
