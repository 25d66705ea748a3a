"""The gateway: sends what the journal holds, hands in what brokers say, and loses neither.

Out: a request leaves only after its event is on disk, and only while its session is logged on.
In: a callback copies the message and queues it. The next expected number at start is the last one
on disk plus one, so the broker sends again exactly what was lost.
"""

from collections.abc import Sequence

import quickfix as fix
from msgspec.structs import replace

from tradeoms.fix.application import Application, Inbound
from tradeoms.fix.decode import fields_of
from tradeoms.fix.dialect import Dialect, dialect
from tradeoms.fix.encode import encode, encode_status
from tradeoms.fix.sender import Outgoing, Sender, Submit
from tradeoms.fix.settings import SessionSettings, quickfix_settings
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.orders import Report
from tradeoms.model.state import State

POSS_DUP, REF_SEQ_NUM, TEXT = "43", "45", "58"


class Gateway:
    """Consumes the journal's records; one quickfix initiator a session, one thread that sends."""

    def __init__(self, sessions: Sequence[SessionSettings], submit: Submit) -> None:
        self._sessions = {s.name: s for s in sessions}
        self._submit = submit
        self._sender = Sender(submit)
        self._engines: list[tuple[fix.SocketInitiator, tuple[object, ...]]] = []

    def start(self, state: State) -> None:
        """Connect every session, with the message numbers that the journal knows."""
        for name, known in state.sessions.items():
            if known.up:
                down = c.ChangeSession(name, up=False, reason="the system started")
                self._submit(down, e.Cause(session=name))
        self._sender.start()
        for session in self._sessions.values():
            self._start(session, state)

    def _start(self, session: SessionSettings, state: State) -> None:
        application = Application(
            session.name, self._receive, self._changed, self._sender.leaving, self._refused
        )
        settings = quickfix_settings(session)
        store, logs = fix.FileStoreFactory(settings), _log_factory(session, settings)
        initiator = fix.SocketInitiator(application, store, settings, logs)
        sid = application.session_id
        self._sender.ids[session.name] = sid
        known = state.sessions.get(session.name)
        engine = fix.Session.lookupSession(sid)
        if known:
            # Also where nothing of the session is on disk yet: quickfix may have taken the first
            # reports. Its own number is lower only after a reset, and then it is the right one.
            expected = min(known.in_seq + 1, engine.getExpectedTargetNum())
            engine.setNextTargetMsgSeqNum(expected)
        if known and known.out_seq >= engine.getExpectedSenderNum():
            engine.setNextSenderMsgSeqNum(known.out_seq + 1)
        initiator.start()
        # quickfix keeps pointers, not references: what it uses must live as long as it does.
        self._engines.append((initiator, (application, settings, store, logs)))

    def stop(self) -> None:
        """Log off and stop the threads."""
        self._sender.stop()
        while self._engines:
            initiator, used = self._engines.pop()
            initiator.stop(True)
            # In this order: left to the garbage collector, what an initiator's destructor needs may
            # be gone before it, and the process ends in a segmentation fault.
            del initiator
            del used

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
        spoken = self._dialect(placement.session)
        text = encode(spoken, placement, request, instrument, poss_resend)
        self._sender.put(Outgoing(placement.session, text, name, ClOrdID, poss_resend))

    def _status(self, state: State, event: e.StatusRequested) -> None:
        placement = state.placements[event.placement]
        instrument = state.instruments[placement.instrument]
        spoken = self._dialect(placement.session)
        text = encode_status(spoken, placement, event.ClOrdID, instrument)
        self._sender.put(Outgoing(placement.session, text, event.placement, ""))

    def _dialect(self, session: str) -> Dialect:
        return dialect(self._sessions[session].version)

    def _receive(self, inbound: Inbound) -> None:
        """On quickfix's thread: decode, queue, return."""
        report, error = inbound.decode(self._dialect(inbound.session))
        if report is not None:
            report = self._found(inbound.session, report)
        command = c.ReportReceived(inbound.session, inbound.MsgSeqNum, inbound.raw, report, error)
        again = inbound.fields.get(POSS_DUP) == "Y"
        cause = e.Cause(session=inbound.session, MsgSeqNum=inbound.MsgSeqNum, PossDup=again)
        self._submit(command, cause)

    def _found(self, session: str, report: Report) -> Report:
        """A reject that names a message by its number only, with that message's ClOrdID."""
        if report.RefSeqNum is None or report.ClOrdID:
            return report
        return replace(report, ClOrdID=self._sender.ClOrdID_of(session, report.RefSeqNum))

    def _refused(self, session: str, raw: str) -> None:
        """quickfix has refused a broker's message, and what it held may be a fill: a person looks."""
        text = fields_of(raw).get(TEXT, "no text")
        number = fields_of(raw).get(REF_SEQ_NUM, "?")
        reason = f"our side refused the broker's message {number}: {text}"
        self._submit(c.ReportReceived(session, 0, raw, None, reason), e.Cause(session=session))

    def _changed(self, session: str, up: bool, reason: str) -> None:
        self._submit(c.ChangeSession(session, up, reason), e.Cause(session=session))


def _log_factory(session: SessionSettings, settings: fix.SessionSettings) -> fix.LogFactory | None:
    return fix.FileLogFactory(settings) if session.log else None
