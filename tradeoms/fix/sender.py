"""The thread that sends: a request leaves only while its session is logged on, and is confirmed."""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple

import structlog

from tradeoms.fix.line import Line
from tradeoms.fix.throttle import Bucket, Lanes
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import RequestKind

log = structlog.get_logger("fix")
REMEMBERED = 5_000  # messages sent on a session, so that a reject by RefSeqNum finds its order
BURST = 500  # messages sent before the first of them is confirmed
#: What leaves first where not everything may leave at once; questions are last.
URGENCY = {RequestKind.Cancel: 0, RequestKind.Replace: 1, RequestKind.New: 2}
QUESTION = 3
CHANGES = (URGENCY[RequestKind.New], URGENCY[RequestKind.Replace])
CANCELLED = "withdrawn before it left: it is cancelled"
CLOSED = "withdrawn before it left: its placement is closed"
LISTED = "withdrawn before it left, with its list: an order of that is cancelled or closed"

Submit = Callable[[c.Command, e.Cause], None]


class Outgoing(NamedTuple):
    """A message that is ready to leave. A question about an order has no ClOrdID of its own.

    Of one that is sent again (`again`) an earlier copy may be at the broker. `key` is that of the
    outbox: of a message after the trade. `orders`: the placements and ClOrdIDs of a list, whose
    own `ClOrdID` is its ListID. `names`: the OrigClOrdID, which the broker has to know.
    """

    session: str
    text: str
    placement: str
    ClOrdID: str
    again: bool = False
    urgency: int = QUESTION
    key: str = ""
    orders: tuple[tuple[str, str], ...] = ()
    names: str = ""

    @property
    def about(self) -> tuple[str, ...]:
        """What no later message about the same thing may overtake."""
        if self.orders:
            return tuple(placement for placement, _ in self.orders)
        return (self.placement or self.ClOrdID,) if self.ClOrdID else ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ClOrdIDs that it carries; an empty one of a message that has none."""
        if not self.orders:
            return (self.ClOrdID,)
        return tuple(ClOrdID for _, ClOrdID in self.orders)

    def concerns(self, placement: str) -> bool:
        """Whether it says anything about a placement."""
        return placement in (self.placement, *(name for name, _ in self.orders))


class Withdrawal(NamedTuple):
    """What waits for a placement is not to leave any more."""

    session: str
    placement: str


class Recall(NamedTuple):
    """The replace that waits for a placement is to make room for what was asked since."""

    session: str
    placement: str
    reason: str


class Recalled(NamedTuple):
    """A replace that was taken out: the place of the next one, and the ClOrdID that never left."""

    place: int = 0
    ClOrdID: str = ""


NONE = Recalled()


class Left(NamedTuple):
    """A message that left: its ClOrdID, or its key in the outbox."""

    ClOrdID: str
    MsgType: str


class Way:
    """What waits for one session, and how fast it may leave."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._bucket = Bucket(line.session.rate, line.session.burst, time.monotonic())
        self._lanes: Lanes[Outgoing] = Lanes()
        self._recalled: dict[str, Recalled] = {}  # by placement, until its next message
        self.send = line.send

    def put(self, message: Outgoing) -> list[Outgoing]:
        """Add a message; returned is what is not to leave any more.

        A cancel takes the place of the order and the changes that wait; and is not to leave either
        where it names one of these, which the broker will never see. Without a limit nothing waits.
        """
        gone: list[Outgoing] = []
        limited = self._line.session.rate
        if limited and message.placement and message.urgency == URGENCY[RequestKind.Cancel]:
            gone = self._overtaken(message.placement)
        recalled = self._recalled.pop(message.placement, NONE) if self._recalled else NONE
        if message.names and message.names in _never(gone, recalled):
            return [*gone, message]  # asked for before the core heard of that: it asks anew
        changes = message.urgency == URGENCY[RequestKind.Replace]
        self._lanes.put(message.urgency, message.about, message, recalled.place if changes else 0)
        return gone

    def _overtaken(self, placement: str) -> list[Outgoing]:
        """What a cancel takes the place of: not of a replace that is sent again, which it may name;
        whether an earlier copy is there or not, the broker knows that id when the cancel comes.
        """
        return self._take(lambda m: m.concerns(placement) and _gives_way(m))

    def _take(self, chosen: Callable[[Outgoing], bool]) -> list[Outgoing]:
        return [*self._lanes.take(chosen).values()]

    def withdraw(self, placement: str) -> list[Outgoing]:
        """Take out the order and the changes that wait for a placement; with it goes its list."""
        return self._take(lambda m: m.concerns(placement) and m.urgency in CHANGES)

    def recall(self, placement: str) -> list[Outgoing]:
        """Take out the replace that waits for a placement, and keep its place for the next one; not
        one that is sent again: the broker may have it.
        """
        change = URGENCY[RequestKind.Replace]
        taken = self._lanes.take(
            lambda m: m.placement == placement and m.urgency == change and not m.again
        )
        if taken:
            place = min(taken)
            self._recalled[placement] = Recalled(place, taken[place].ClOrdID)
            if len(self._recalled) > REMEMBERED:  # most of them are followed by nothing
                del self._recalled[next(iter(self._recalled))]
        return [*taken.values()]

    def ready(self) -> list[Outgoing]:
        """What may leave now; everything, to be given back, where the session is down."""
        if not self._lanes:
            return []
        now, up = time.monotonic(), self._line.is_up()
        found: list[Outgoing] = []
        while self._lanes and len(found) < BURST and (not up or self._bucket.take(now)):
            found.append(self._lanes.pop())
        return found

    def wait(self) -> float | None:
        """Seconds until more may leave; None where nothing waits."""
        return self._bucket.wait(time.monotonic()) if self._lanes else None


def _never(gone: list[Outgoing], recalled: Recalled) -> list[str]:
    """The ids that the broker will not see; of what is sent again an earlier copy may be there."""
    return [recalled.ClOrdID, *(ClOrdID for m in gone if not m.again for ClOrdID in m.ids)]


def _gives_way(message: Outgoing) -> bool:
    if message.urgency == URGENCY[RequestKind.Replace]:
        return not message.again
    return message.urgency == URGENCY[RequestKind.New]


class Sender:
    """A queue and one thread. `leaving` is called by quickfix, on that thread, inside a send."""

    def __init__(self, submit: Submit) -> None:
        self.ways: dict[str, Way] = {}
        self._submit = submit
        self._queue: SimpleQueue[Outgoing | Withdrawal | Recall | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="fix-sender", daemon=True)
        self._sending: Outgoing | None = None
        self._number: int | None = None
        # Ordered: a dict's oldest key is found slowly once many have gone.
        self._sent: defaultdict[str, OrderedDict[int, Left]] = defaultdict(OrderedDict)
        self._lock = Lock()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Send and confirm what is queued already and may leave at once, then end the thread.

        What has to wait is asked for at the next logon: the broker never saw it, so it leaves then.
        """
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def put(self, message: Outgoing) -> None:
        """Queue a message."""
        self._queue.put(message)

    def withdraw(self, session: str, placement: str) -> None:
        """Keep back what still waits for a placement."""
        self._queue.put(Withdrawal(session, placement))

    def recall(self, recall: Recall) -> None:
        """Take a replace back that still waits; without one the core is told at once."""
        self._queue.put(recall)

    def ClOrdID_of(self, session: str, MsgSeqNum: int, MsgType: str = "") -> str:
        """The ClOrdID of the request that left with this number, or the key of a message after the
        trade; empty where it was neither, or another type of message than the one given.
        """
        with self._lock:
            left = self._sent[session].get(MsgSeqNum)
        return left.ClOrdID if left and MsgType in ("", left.MsgType) else ""

    def forget(self, session: str, last: int) -> None:
        """Counting goes on after `last`: numbers above it come again, for other messages."""
        with self._lock:
            kept = ((n, left) for n, left in self._sent[session].items() if n <= last)
            self._sent[session] = OrderedDict(kept)

    def leaving(self, session: str, MsgSeqNum: int, MsgType: str) -> None:
        """Remember the number of the message being sent, before the broker can answer it."""
        if self._sending is None or self._sending.session != session:
            return
        self._number = MsgSeqNum
        with self._lock:
            sent = self._sent[session]
            sent.pop(MsgSeqNum, None)
            sent[MsgSeqNum] = Left(self._sending.ClOrdID or self._sending.key, MsgType)
            if len(sent) > REMEMBERED:
                sent.popitem(last=False)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            for message in self._take():
                if message is None:
                    stopping = True
                else:
                    self._queued(message)
            self._send_burst([m for way in self.ways.values() for m in way.ready()])

    def _queued(self, message: Outgoing | Withdrawal | Recall) -> None:
        way = self.ways[message.session]
        if isinstance(message, Withdrawal):
            gone, reason = way.withdraw(message.placement), CLOSED
        elif isinstance(message, Recall):
            gone, reason = way.recall(message.placement), message.reason
            if not gone:
                self._submit(c.AskDeferred(message.placement), e.Cause(session=message.session))
        else:
            gone, reason = way.put(message), CANCELLED
        for withdrawn in gone:
            self._return(withdrawn, LISTED if withdrawn.orders else reason)

    def _take(self) -> list[Outgoing | Withdrawal | Recall | None]:
        """What is queued, nothing after the end mark; at least one, unless something waits."""
        waits = [wait for way in self.ways.values() if (wait := way.wait()) is not None]
        burst: list[Outgoing | Withdrawal | Recall | None] = []
        try:
            burst.append(self._queue.get(timeout=min(waits, default=None)))
            while burst[-1] is not None and len(burst) < BURST:
                burst.append(self._queue.get_nowait())
        except Empty:
            pass
        return burst

    def _send_burst(self, burst: list[Outgoing]) -> None:
        """Send, then confirm in one command a session. A question has an empty ClOrdID there."""
        confirmed: dict[str, list[tuple[int, Outgoing]]] = {}
        for message in burst:
            number, reason = self._send(message)
            if number is None:
                self._return(message, reason)
            else:
                confirmed.setdefault(message.session, []).append((number, message))
        for session, sent in confirmed.items():
            left = [(number, ClOrdID) for number, message in sent for ClOrdID in message.ids]
            numbers, ids = zip(*left, strict=True)
            self._submit(c.ConfirmSent(session, numbers, ids), e.Cause(session=session))
            if after := [(number, message.key) for number, message in sent if message.key]:
                told = c.ConfirmPostTrade(session, *zip(*after, strict=True))
                self._submit(told, e.Cause(session=session))

    def _send(self, message: Outgoing) -> tuple[int | None, str]:
        """The MsgSeqNum with which the message left; None and the reason where it never did."""
        self._sending, self._number = message, None
        try:
            why = self.ways[message.session].send(message.text)
        except Exception as error:
            # With a number it may have left: what became of it is the broker's to say.
            log.exception("sending failed", ClOrdID=message.ClOrdID)
            return self._number, f"could not be sent: {error}"
        finally:
            self._sending = None
        return self._number, why or "the engine did not take it"

    def _return(self, message: Outgoing, reason: str) -> None:
        """Give it back; a request not where an earlier copy may have arrived: the next logon asks."""
        if message.key:
            back = c.ReturnPostTrade(message.key, reason)
            self._submit(back, e.Cause(session=message.session))
        for placement, ClOrdID in message.orders:
            listed = c.ReturnUnsent(ClOrdID, placement, reason)
            self._submit(listed, e.Cause(session=message.session))
        # Of a request about all orders (no placement) the clock takes care.
        if message.placement and message.ClOrdID and not message.again:
            unsent = c.ReturnUnsent(message.ClOrdID, message.placement, reason)
            self._submit(unsent, e.Cause(session=message.session))
