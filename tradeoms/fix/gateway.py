"""The gateway: sends what the journal holds, hands in what brokers say, and loses neither.

Out: a request leaves only after its event is on disk, and only while its session is logged on.
In: a callback copies the message and queues it. The next expected number at start is the last one
on disk plus one, so the broker sends again exactly what was lost.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from threading import Thread
from typing import Any

from msgspec.structs import replace

from tradeoms.core.lists import unanswered
from tradeoms.core.outbox import session_of
from tradeoms.fix import lists, posttrade
from tradeoms.fix.abilities import contradictions
from tradeoms.fix.application import Inbound
from tradeoms.fix.archive import Archive
from tradeoms.fix.decode import EXECUTION_REPORT, fields_of
from tradeoms.fix.dialect import Dialect
from tradeoms.fix.dk import encode_dk, encode_mass_cancel, encode_mass_status
from tradeoms.fix.encode import Unsendable, encode, encode_list, encode_status
from tradeoms.fix.hearing import House
from tradeoms.fix.line import Line
from tradeoms.fix.sender import URGENCY, Outgoing, Recall, Sender, Submit, Way
from tradeoms.fix.settings import SessionSettings, spoken
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.executions import Report
from tradeoms.model.fields import RequestKind, SessionAction
from tradeoms.model.lists import OrderList
from tradeoms.model.placements import MassCancel, Placement, Request
from tradeoms.model.state import State

REF_SEQ_NUM, TEXT = "45", "58"
#: Events that a message after the trade follows from.
POSTTRADE = (
    e.AllocationInstructed,
    e.AllocationReported,
    e.ConfirmationAnswered,
    e.ConfirmationsRequested,
    e.PostTradeResent,
)


class Gateway:
    """Consumes the journal's records; one line a session, one thread that sends."""

    def __init__(
        self, sessions: Sequence[SessionSettings], submit: Submit, archive: Archive | None = None
    ) -> None:
        self._dialects = {s.name: spoken(s) for s in sessions}
        self._submit = submit
        self._archive = archive
        self._sender = Sender(submit)
        self._state = State()
        self._due: list[Callable[[], None]] = []
        self._lines = {s.name: self._line(s) for s in sessions}
        self._sender.ways = {name: Way(line) for name, line in self._lines.items()}
        self._on = self._table()

    def _table(self) -> dict[type, Callable[[State, Any], None]]:
        """What each kind of event says to a broker; most say nothing."""
        return {
            e.PlacementRouted: self._routed,
            e.ListRouted: lambda state, event: self._list(state, event.order_list),
            e.CancelRequested: self._changed,
            e.ReplaceRequested: self._changed,
            e.RequestDeferred: self._recall,
            e.RequestResent: self._resent,
            e.PlacementClosed: self._withdraw,
            e.SequenceSet: self._counted,
            e.StatusRequested: self._status,
            e.MassCancelRequested: lambda _, event: self._cancel_all(event.request),
            e.MassStatusRequested: self._status_of_all,
            e.BrokersDefined: lambda _, event: self._compare(event.brokers),
            e.DKRequested: self._dk,
            **dict.fromkeys(POSTTRADE, self._after_the_trade),
            e.SessionControlled: self._controlled,
        }

    def _line(self, session: SessionSettings) -> Line:
        put = self._archive.put if self._archive else _keep_nothing
        house = House(self._receive, self._sender.leaving, self._stands, self._refused)
        return Line(session, self._submit, house, put)

    def start(self, state: State, now: datetime | None = None) -> None:
        """Connect every session that should be up, with the numbers that the journal knows."""
        if self._archive:
            self._archive.start()
        self._sender.start()
        for name in self._lines.keys() | state.sessions.keys():
            known = state.sessions.get(name)
            if known is None or known.up:
                down = c.ChangeSession(name, up=False, reason="the system started")
                self._submit(down, e.Cause(session=name))
        self._compare(state.brokers.values())
        self._know(state)
        self._taken()()
        self.tick(now or datetime.now(UTC))

    def tick(self, now: datetime) -> None:
        """What time brings: schedules, resets, lines that are lost, engines that are dead."""
        for line in self._lines.values():
            line.tick(now)

    def stop(self) -> None:
        """Log off and stop the threads."""
        self._sender.stop()
        # Together, for each may take a second.
        closing = [Thread(target=line.close) for line in self._lines.values()]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()
        if self._archive:
            self._archive.stop()

    def consume(self, records: Sequence[e.Record], state: State) -> Callable[[], None]:
        """Encode the messages that the records ask for, here, where the state is at rest; they are
        queued when the records are on disk.
        """
        for record in records:
            if say := self._on.get(type(record.event)):
                say(state, record.event)
        self._know(state)
        return self._taken()

    def _compare(self, brokers: Iterable[Broker]) -> None:
        """Tell where reference data and a broker's file contradict each other."""
        for broker in brokers:
            if broker.session in self._dialects:
                for text in contradictions(broker, self._dialect(broker.session)):
                    told = c.TellSession(broker.session, "contradiction", text)
                    self._submit(told, e.Cause(session=broker.session))

    def _stands(self, session: str, MsgSeqNum: int) -> bool:
        """On quickfix's thread: a request may be said again while it is unanswered and wanted."""
        ClOrdID, state = self._sender.ClOrdID_of(session, MsgSeqNum), self._state
        if known := state.lists.get(ClOrdID):
            waiting = list(unanswered(state, known))
            wanted = not any(placement.unwanted for placement, _ in waiting)
            return wanted and len(waiting) == len(known.placements)
        name = state.placement_of.get(ClOrdID, "")
        placement = state.placements.get(name)
        if placement is None:  # no request for an order
            return True
        request = _asked(placement, ClOrdID)
        if request is None:
            return False
        return request.kind is RequestKind.Cancel or not placement.unwanted

    def _know(self, state: State) -> None:
        self._state = state
        for name, line in self._lines.items():
            if name in state.sessions:
                self._due.append(partial(line.know, state.sessions[name]))

    def _routed(self, state: State, event: e.PlacementRouted) -> None:
        """An order, unless it leaves in a list."""
        known = state.lists.get(event.placement.ListID)
        if known is None or not known.whole:
            self._request(state, event.placement.placement, event.placement.ClOrdID)

    def _changed(self, state: State, event: e.CancelRequested | e.ReplaceRequested) -> None:
        self._request(state, event.placement, event.request.ClOrdID)

    def _resent(self, state: State, event: e.RequestResent) -> None:
        self._request(state, event.placement, event.ClOrdID, poss_resend=True)

    def _status_of_all(self, _: State, event: e.MassStatusRequested) -> None:
        self._say(event.session, partial(encode_mass_status, event=event))

    def _dk(self, _: State, event: e.DKRequested) -> None:
        self._say(event.session, partial(encode_dk, event=event))

    def _controlled(self, _: State, event: e.SessionControlled) -> None:
        if event.action is SessionAction.Test:
            self._due.append(self._lines[event.session].ask_for_life)

    def _counted(self, _: State, event: e.SequenceSet) -> None:
        self._due.append(partial(self._sender.forget, event.session, event.out_seq))

    def _request(self, state: State, name: str, ClOrdID: str, poss_resend: bool = False) -> None:
        placement = state.placements.get(name)  # None: it has left memory within the same batch
        request = _asked(placement, ClOrdID) if placement else None
        if placement is None or request is None:  # answered or returned within the same batch
            return
        instrument = state.instruments[placement.instrument]
        session, urgency = placement.session, URGENCY[request.kind]
        try:
            text = encode(self._dialect(session), placement, request, instrument, poss_resend)
        except Unsendable as error:
            cause = e.Cause(session=session)
            told = c.TellSession(session, "message not sent", f"{name} {ClOrdID}: {error}")
            self._submit(told, cause)
            # Of one that is sent again an earlier copy may be at the broker: its quantity stays.
            if not poss_resend:
                reason = f"cannot be said to the broker: {error}"
                self._submit(c.ReturnUnsent(ClOrdID, name, reason), cause)
            return
        named = request.OrigClOrdID
        self._leave(Outgoing(session, text, name, ClOrdID, poss_resend, urgency, names=named))

    def _list(self, state: State, known: OrderList) -> None:
        """One message for all; where it cannot be said, one an order: nothing has left yet."""
        orders = list(unanswered(state, known)) if known.whole else []
        if not orders:  # its orders leave by themselves, or were returned within the same batch
            return
        session, ListID = known.session, known.ListID
        listed = [(p, request, state.instruments[p.instrument]) for p, request in orders]
        try:
            text = encode_list(self._dialect(session), ListID, listed)
        except Unsendable as error:
            reason = f"list {ListID} is sent as {len(orders)} single orders: {error}"
            told = c.TellSession(session, "list not sent", reason)
            self._submit(told, e.Cause(session=session))
            for placement, request in orders:
                self._request(state, placement.placement, request.ClOrdID)
            return
        names = tuple((p.placement, request.ClOrdID) for p, request in orders)
        new = URGENCY[RequestKind.New]
        self._leave(Outgoing(session, text, "", ListID, urgency=new, orders=names))

    def _withdraw(self, state: State, event: e.PlacementClosed) -> None:
        known = state.placements.get(event.placement)
        if known is not None and known.session in self._lines:
            self._due.append(partial(self._sender.withdraw, known.session, event.placement))

    def _recall(self, state: State, event: e.RequestDeferred) -> None:
        placement = state.placements.get(event.placement)
        if placement is not None:  # else it has left memory within the same batch
            reason = f"withdrawn before it left: a later {event.deferred.kind} takes its place"
            recall = Recall(placement.session, event.placement, reason)
            self._due.append(partial(self._sender.recall, recall))

    def _status(self, state: State, event: e.StatusRequested) -> None:
        placement = state.placements.get(event.placement)
        if placement is None:  # it has left memory within the same batch
            return
        instrument = state.instruments[placement.instrument]
        self._say(
            placement.session,
            lambda spoken: encode_status(spoken, placement, event.ClOrdID, instrument),
            event.placement,
        )

    def _cancel_all(self, request: MassCancel) -> None:
        """One request for all orders of a session; where it cannot be said, one an order."""
        session, ClOrdID = request.session, request.ClOrdID
        try:
            text = encode_mass_cancel(self._dialect(session), request)
        except Unsendable as error:
            failed = c.FailMassCancel(ClOrdID, f"cannot be said to the broker: {error}")
            self._submit(failed, e.Cause(session=session))
            return
        urgency = URGENCY[RequestKind.Cancel]
        self._leave(Outgoing(session, text, "", ClOrdID, urgency=urgency))

    def _say(self, session: str, encoded: Callable[[Dialect], str], placement: str = "") -> None:
        """Queue what is no request for an order; a person hears of what cannot be said."""
        try:
            text = encoded(self._dialect(session))
        except Unsendable as error:
            told = c.TellSession(session, "message not sent", str(error))
            self._submit(told, e.Cause(session=session))
            return
        self._leave(Outgoing(session, text, placement, ""))

    def _after_the_trade(self, state: State, event: e.AnyEvent) -> None:
        key = posttrade.key_of(event)
        if key not in state.outbox:  # withdrawn, or answered, within the same batch
            return
        again = isinstance(event, e.PostTradeResent) and event.poss_resend
        session = session_of(state, key)
        try:
            text = posttrade.encode(self._dialect(session), state, key, again)
        except Unsendable as error:
            told = c.ReturnPostTrade(key, f"cannot be said to the broker: {error}", hopeless=True)
            self._submit(told, e.Cause(session=session))
            return
        self._leave(Outgoing(session, text, "", "", again, key=key))

    def _taken(self) -> Callable[[], None]:
        """What does all that is due by now."""
        due, self._due = self._due, []
        return partial(_do, due)

    def _leave(self, message: Outgoing) -> None:
        self._due.append(partial(self._sender.put, message))

    def _dialect(self, session: str) -> Dialect:
        if session not in self._dialects:
            raise Unsendable((c.Problem("session", session, "is in no configuration"),))
        return self._dialects[session]

    def _receive(self, inbound: Inbound) -> None:
        """On quickfix's thread: decode, queue, return."""
        command = self._read(inbound)
        cause = e.Cause(
            session=inbound.session, MsgSeqNum=inbound.MsgSeqNum, PossDup=inbound.PossDup
        )
        self._submit(command, cause)

    def _read(self, inbound: Inbound) -> c.Command:
        spoken, MsgType = self._dialect(inbound.session), inbound.MsgType
        if MsgType == EXECUTION_REPORT:
            return c.ReportReceived(
                inbound.session, inbound.MsgSeqNum, inbound.raw, *inbound.decode(spoken)
            )
        if MsgType == lists.STATUS:
            return lists.received(inbound, spoken)
        fields = inbound.fields
        refused = posttrade.refused(fields)
        known = self._sender.ClOrdID_of(inbound.session, int(refused)) if refused else ""
        if posttrade.is_posttrade(fields, known):
            return posttrade.received(inbound, spoken, known)
        report, error = inbound.decode(spoken)
        if report is not None:
            report = self._found(inbound.session, report)
        return c.ReportReceived(inbound.session, inbound.MsgSeqNum, inbound.raw, report, error)

    def _found(self, session: str, report: Report) -> Report:
        """A reject that names a message by its number only, with that message's ClOrdID."""
        if report.RefSeqNum is None or report.ClOrdID:
            return report
        ClOrdID = self._sender.ClOrdID_of(session, report.RefSeqNum, report.RefMsgType)
        return replace(report, ClOrdID=ClOrdID)

    def _refused(self, session: str, raw: str) -> None:
        """quickfix has refused a broker's message, and what it held may be a fill: a person looks."""
        text = fields_of(raw).get(TEXT, "no text")
        number = fields_of(raw).get(REF_SEQ_NUM, "?")
        reason = f"our side refused the broker's message {number}: {text}"
        self._submit(c.ReportReceived(session, 0, raw, None, reason), e.Cause(session=session))


def _asked(placement: Placement, ClOrdID: str) -> Request | None:
    """The request of a placement that is still open under this id."""
    for request in placement.requests:
        if request.ClOrdID == ClOrdID:
            return request
    return None


def _do(due: Iterable[Callable[[], None]]) -> None:
    for each in due:
        each()


def _keep_nothing(session: str, kind: str, text: str) -> None:
    """Without an archive."""
