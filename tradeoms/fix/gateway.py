"""The gateway: sends what the journal holds, hands in what brokers say, and loses neither.

Out: a request leaves only after its event is on disk, and only while its session is logged on.
In: a callback copies the message and queues it. The next expected number at start is the last one
on disk plus one, so the broker sends again exactly what was lost.
"""

from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

import quickfix as fix
import structlog

from tradeoms.fix.application import Application, Inbound
from tradeoms.fix.dialect import dialect
from tradeoms.fix.encode import encode, encode_status
from tradeoms.fix.settings import SessionSettings, quickfix_settings
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.orders import Placement
from tradeoms.model.state import State

log = structlog.get_logger("fix")
REMEMBERED = 50_000  # messages sent, by number, so that a reject by RefSeqNum finds its order

Submit = Callable[[c.Command, e.Cause], None]


class Outgoing(NamedTuple):
    """A message that is ready to leave."""

    session: str
    text: str
    placement: str
    ClOrdID: str


class Gateway:
    """Consumes the journal's records; one quickfix initiator a session, one thread that sends."""

    def __init__(self, sessions: Sequence[SessionSettings], submit: Submit) -> None:
        self._sessions = {s.name: s for s in sessions}
        self._submit = submit
        self._ids: dict[str, fix.SessionID] = {}
        self._engines: list[tuple[fix.SocketInitiator, tuple[object, ...]]] = []
        self._queue: SimpleQueue[Outgoing | None] = SimpleQueue()
        self._sender = Thread(target=self._send_all, name="fix-sender", daemon=True)
        self._sent: dict[tuple[str, int], str] = {}
        self._order: deque[tuple[str, int]] = deque()

    def start(self, state: State) -> None:
        """Connect every session, with the message numbers that the journal knows."""
        for name, known in state.sessions.items():
            if known.up:
                self._submit(
                    c.ChangeSession(name, up=False, reason="the system started"),
                    e.Cause(session=name),
                )
        self._sender.start()
        for session in self._sessions.values():
            self._start(session, state)

    def _start(self, session: SessionSettings, state: State) -> None:
        application = Application(session.name, self._receive, self._changed)
        settings = quickfix_settings(session)
        store, logs = fix.FileStoreFactory(settings), _log_factory(session, settings)
        initiator = fix.SocketInitiator(application, store, settings, logs)
        sid = application.session_id
        self._ids[session.name] = sid
        known = state.sessions.get(session.name)
        engine = fix.Session.lookupSession(sid)
        if known and known.in_seq:
            engine.setNextTargetMsgSeqNum(known.in_seq + 1)
        if known and known.out_seq >= engine.getExpectedSenderNum():
            engine.setNextSenderMsgSeqNum(known.out_seq + 1)
        initiator.start()
        # quickfix keeps pointers, not references: what it uses must live as long as it does.
        self._engines.append((initiator, (application, settings, store, logs)))

    def stop(self) -> None:
        """Log off and stop the threads."""
        self._queue.put(None)
        for initiator, _ in self._engines:
            initiator.stop(True)

    def consume(self, records: Sequence[e.Record], state: State) -> None:
        """Queue the messages that the records ask for; encoded here, where the state is at rest."""
        for record in records:
            event = record.event
            if isinstance(event, e.PlacementRouted):
                self._request(state, event.placement.placement, event.placement.ClOrdID)
            elif isinstance(event, e.CancelRequested | e.ReplaceRequested):
                self._request(state, event.placement, event.request.ClOrdID)
            elif isinstance(event, e.RequestResent):
                self._request(state, event.placement, event.ClOrdID, poss_resend=True)
            elif isinstance(event, e.StatusRequested):
                self._status(state, event)

    def _request(self, state: State, name: str, ClOrdID: str, poss_resend: bool = False) -> None:
        placement = state.placements[name]
        request = next((r for r in placement.requests if r.ClOrdID == ClOrdID), None)
        if request is None:  # answered or returned unsent within the same batch
            return
        instrument = state.instruments[placement.instrument]
        text = encode(self._dialect(placement), placement, request, instrument, poss_resend)
        self._queue.put(Outgoing(placement.session, text, name, ClOrdID))

    def _status(self, state: State, event: e.StatusRequested) -> None:
        placement = state.placements[event.placement]
        instrument = state.instruments[placement.instrument]
        text = encode_status(self._dialect(placement), placement, event.ClOrdID, instrument)
        self._queue.put(Outgoing(placement.session, text, event.placement, ""))

    def _dialect(self, placement: Placement):  # type: ignore[no-untyped-def]
        return dialect(self._sessions[placement.session].version)

    def _send_all(self) -> None:
        """The sender's thread: send what is queued, then confirm the burst in one command a session."""
        while (first := self._queue.get()) is not None:
            confirmed: dict[str, list[tuple[int, str]]] = {}
            message: Outgoing | None = first
            while message is not None:
                self._send(message, confirmed)
                message = None if self._queue.empty() else self._queue.get()
                if message is None and not self._queue.empty():
                    return
            for session, sent in confirmed.items():
                numbers, ids = zip(*sent, strict=True)
                self._submit(
                    c.ConfirmSent(session, numbers, tuple(i for i in ids if i)),
                    e.Cause(session=session),
                )

    def _send(self, message: Outgoing, confirmed: dict[str, list[tuple[int, str]]]) -> None:
        sid = self._ids.get(message.session)
        engine = fix.Session.lookupSession(sid) if sid else None
        # sendToTarget says True even while logged off, and the order would leave at the next logon.
        if engine is None or not engine.isLoggedOn():
            if message.ClOrdID:
                unsent = c.ReturnUnsent(message.ClOrdID, message.placement, "the session is down")
                self._submit(unsent, e.Cause(session=message.session))
            return
        out = fix.Message(message.text, False)
        fix.Session.sendToTarget(out, sid)
        number = int(out.getHeader().getField(34))
        self._remember(message, number)
        confirmed.setdefault(message.session, []).append((number, message.ClOrdID))

    def _remember(self, message: Outgoing, number: int) -> None:
        self._sent[message.session, number] = message.ClOrdID
        self._order.append((message.session, number))
        if len(self._order) > REMEMBERED:
            self._sent.pop(self._order.popleft(), None)

    def _receive(self, inbound: Inbound) -> None:
        """On quickfix's thread: decode, queue, return."""
        report, error = inbound.decode(dialect(self._sessions[inbound.session].version))
        if report is not None and report.RefSeqNum is not None and not report.ClOrdID:
            ClOrdID = self._sent.get((inbound.session, report.RefSeqNum), "")
            report = _named(report, ClOrdID)
        command = c.ReportReceived(inbound.session, inbound.MsgSeqNum, inbound.raw, report, error)
        self._submit(command, e.Cause(session=inbound.session, MsgSeqNum=inbound.MsgSeqNum))

    def _changed(self, session: str, up: bool, reason: str) -> None:
        self._submit(c.ChangeSession(session, up, reason), e.Cause(session=session))


def _named(report, ClOrdID: str):  # type: ignore[no-untyped-def]
    from msgspec.structs import replace

    return replace(report, ClOrdID=ClOrdID)


def _log_factory(session: SessionSettings, settings: fix.SessionSettings) -> fix.LogFactory | None:
    return fix.FileLogFactory(settings) if session.log else None
