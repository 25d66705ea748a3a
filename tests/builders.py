"""A small desk: the real engine over a journal in memory, and short ways to make things happen."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from tests.states import same
from tradeoms import core
from tradeoms.core.foretelling import foretell
from tradeoms.engine import Engine
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, OrdType, Outcome, ReportKind, Side
from tradeoms.model.openings import OpeningCash, OpeningLot
from tradeoms.model.orders import Block, Member, NewOrder
from tradeoms.model.placements import Placement
from tradeoms.model.reference import Account, Instrument, Price
from tradeoms.model.state import State
from tradeoms.views.allocations import members

D = Decimal
K = ReportKind
DAY = date(2026, 3, 2)
BROKERS = {"KING": "S1", "QUEEN": "S2"}
STATUS = {
    K.New: OrdStatus.New,
    K.Canceled: OrdStatus.Canceled,
    K.Rejected: OrdStatus.Rejected,
    K.Expired: OrdStatus.Expired,
    K.DoneForDay: OrdStatus.DoneForDay,
    K.PendingNew: OrdStatus.PendingNew,
    K.PendingCancel: OrdStatus.PendingCancel,
    K.PendingReplace: OrdStatus.PendingReplace,
    K.Replaced: OrdStatus.New,
    K.CancelReject: OrdStatus.New,
}


class Memory:
    """A journal in memory; what was appended is what a restart would read."""

    def __init__(self) -> None:
        self.records: list[e.Record] = []

    def append(self, records: Sequence[e.Record]) -> None:
        assert [r.seq for r in records] == list(
            range(len(self.records) + 1, len(self.records) + len(records) + 1)
        )
        self.records += records

    def replay(self) -> State:
        """The state that these records alone give."""
        state = State()
        for record in self.records:
            core.apply(state, record)
        return state


class Desk:
    """An engine whose commands are decided at once, unless they are only queued."""

    def __init__(self) -> None:
        self.journal = Memory()
        self.engine = Engine(State(), self.journal, self.journal.replay)
        self.answers: list[e.Answered] = []
        self.sent = 0
        self.incoming: dict[str, int] = dict.fromkeys(BROKERS.values(), 0)
        self.fills = 0

    @property
    def state(self) -> State:
        return self.engine.state

    # -- sending ------------------------------------------------------------------------------

    def queue(self, command: c.Command, user: str = "pm", id: str = "") -> None:
        """A person's command, not decided yet."""
        self.sent += 1
        cause = e.Cause(user=user, command=id or f"c{self.sent}")
        self.engine.submit(command, cause, self.answers.append)

    def run(self) -> None:
        """Decide until nothing waits."""
        while any(self.engine._queues):
            self.engine.step(self.engine._take())

    def do(self, command: c.Command, user: str = "pm", id: str = "") -> e.Answered:
        """A person's command, decided at once, and its answer."""
        self.queue(command, user, id)
        self.run()
        return self.answers[-1]

    def done(self, command: c.Command, user: str = "pm") -> tuple[str, ...]:
        """The same, which must succeed; the names it created."""
        answer = self.do(command, user)
        assert answer.outcome is Outcome.Done, answer.problems
        return answer.ids

    def refused(self, command: c.Command, user: str = "pm") -> dict[str, str]:
        """The same, which must be refused and change nothing; reasons by field."""
        before, seq = self.journal.replay(), self.state.seq
        answer = self.do(command, user)
        assert answer.outcome is Outcome.Refused, answer
        assert [type(r.event) for r in self.journal.records[seq:]] == [e.Answered]
        core.apply(before, self.journal.records[-1])
        same(before, self.state)
        return {problem.field: problem.reason for problem in answer.problems}

    def system(self, command: c.Command, session: str = "S1") -> None:
        """What the gateway says by itself."""
        self.engine.submit(command, e.Cause(session=session))
        self.run()

    def hear(
        self,
        session: str,
        report: Report | None,
        raw: str = "8=FIX",
        error: str = "",
        PossDup: bool = False,
    ) -> None:
        """A broker's message, decided at once."""
        self.incoming[session] += 1
        number = self.incoming[session]
        command = c.ReportReceived(session, number, raw, report, error)
        self.engine.submit(command, e.Cause(session=session, MsgSeqNum=number, PossDup=PossDup))
        self.run()

    # -- orders -------------------------------------------------------------------------------

    def submit(self, *members: tuple[str, Any], **fields: Any) -> e.Answered:
        """An order for members (account, quantity)."""
        return self.do(c.SubmitOrder(new_order(*members, **fields)))

    def order(self, *members: tuple[str, Any], **fields: Any) -> str:
        """The same, which must be staged."""
        return self.done(c.SubmitOrder(new_order(*members, **fields)))[0]

    def block(self, *members: tuple[str, Any], **fields: Any) -> str:
        """A block of one new order."""
        (block,) = self.done(c.BlockOrders((self.order(*members, **fields),)), "trader")
        return block

    def route(self, block: str, quantity: Any, broker: str = "KING", **fields: Any) -> str:
        """A part of a block with a broker, which has accepted it."""
        (name,) = self.done(
            c.RouteBlock(block, (c.Route(broker, D(quantity), **fields),)), "trader"
        )
        self.report(name, K.New)
        return name

    def working(self, *members: tuple[str, Any], **fields: Any) -> str:
        """A placement of a whole new order, accepted by the broker."""
        members = members or (("A1", 100),)
        return self.route(self.block(*members, **fields), sum(D(q) for _, q in members))

    def finish(self, block: str) -> None:
        """The trader is done with a block, and gets what was foretold."""
        told = foretell(self.state, block, "trader", datetime.now(UTC))
        assert not told.refused
        self.done(c.FinishBlock(block), "trader")
        event = self.state.allocations[block]
        booked = [
            replace(row, allocated=told.rows[0].allocated) for row in members(self.state, event)
        ]
        assert tuple(booked) == told.rows

    def left(self, name: str) -> None:
        """The placement's newest request has left, with the next number of its session."""
        placement = self.placement(name)
        number = self.state.sessions[placement.session].out_seq + 1
        ids = (placement.requests[-1].ClOrdID,)
        self.system(c.ConfirmSent(placement.session, (number,), ids), placement.session)

    def placement(self, name: str) -> Placement:
        return self.state.placements[name]

    def block_of(self, placement: str) -> Block:
        return self.state.blocks[self.placement(placement).block]

    # -- reports ------------------------------------------------------------------------------

    def report(self, name: str, kind: ReportKind, **fields: Any) -> None:
        """A broker's word on a placement: on its unanswered request, where it has one."""
        placement = self.placement(name)
        asked = placement.requests[-1] if placement.requests else None
        quantity = asked.OrderQty if asked and kind is K.Replaced else placement.OrderQty
        values: dict[str, Any] = {
            "ClOrdID": asked.ClOrdID if asked else placement.ClOrdID,
            "OrderID": f"X{name}",
            "OrdStatus": STATUS.get(kind),
            "OrderQty": None if kind in (K.CancelReject, K.MessageReject) else quantity,
        }
        self.hear(placement.session, Report(kind=kind.value, **(values | fields)))

    def fill(self, name: str, quantity: Any, price: Any = "50", **fields: Any) -> str:
        """A fill with an ExecID of its own; the ExecID."""
        self.fills += 1
        placement = self.placement(name)
        after = placement.CumQty + D(quantity)
        full = after >= placement.OrderQty
        values: dict[str, Any] = {
            "kind": K.Trade.value,
            "ClOrdID": placement.ClOrdID,
            "OrderID": f"X{name}",
            "ExecID": f"E{self.fills}",
            "OrdStatus": OrdStatus.Filled if full else OrdStatus.PartiallyFilled,
            "Symbol": placement.Symbol,
            "Side": placement.Side.value,
            "OrderQty": placement.OrderQty,
            "LastQty": D(quantity),
            "LastPx": D(price),
            "CumQty": after,
            "TransactTime": "20260302-14:30:00.123",
        } | fields
        self.hear(placement.session, Report(**values))
        return str(values["ExecID"])

    def bust(self, name: str, ExecID: str, /, **fields: Any) -> None:
        """Take an execution back."""
        self._amend(name, K.TradeCancel, ExecID, fields)

    def correct(self, name: str, ExecID: str, quantity: Any, price: Any, /, **fields: Any) -> str:
        """Put another execution in its place; its ExecID."""
        return self._amend(
            name, K.TradeCorrect, ExecID, {"LastQty": D(quantity), "LastPx": D(price)} | fields
        )

    def _amend(self, name: str, kind: ReportKind, ExecID: str, fields: dict[str, Any]) -> str:
        self.fills += 1
        values = {
            "ClOrdID": self.placement(name).ClOrdID,
            "ExecID": f"E{self.fills}",
            "ExecRefID": ExecID,
            "OrdStatus": OrdStatus.PartiallyFilled,
            "TransactTime": "20260302-15:00:00",
        } | fields
        self.hear(self.placement(name).session, Report(kind=kind.value, **values))
        return str(values["ExecID"])

    # -- looking ------------------------------------------------------------------------------

    def alerts(self) -> list[str]:
        """Kinds of all alerts, oldest first."""
        return [alert.kind for alert in self.state.alerts.values()]

    def held(self, account: str, instrument: str = "ACME") -> int:
        """An account's position in units."""
        return self.state.position.at(account, instrument)

    def lots(self, account: str, instrument: str = "ACME") -> list[tuple[int, int, int, int]]:
        """Open lots: number, short, remaining, basis of the whole lot in cents."""
        state = self.state
        row, column = state.account_axis.index[account], state.instrument_axis.index[instrument]
        table = state.lots
        return [
            (n, int(table["short"][n]), int(table["remaining"][n]), int(table["basis"][n]))
            for n in range(table.size)
            if (table["account"][n], table["instrument"][n]) == (row, column)
            and table["remaining"][n]
        ]

    def cash(self, account: str, Currency: str = "USD") -> int:
        """An account's cash in cents."""
        return self.state.cash.at(account, Currency)


def new_order(
    *members: tuple[str, Any], instrument: str = "ACME", Price: Any = None, **fields: Any
) -> NewOrder:
    """An order; a limit order where there is a price."""
    locate = fields.pop("locate", "")
    if Price is not None:
        fields.setdefault("OrdType", OrdType.Limit)
        fields["Price"] = D(Price)
    fields.setdefault("Side", Side.Buy)
    parts = tuple(Member(account, D(quantity), locate) for account, quantity in members)
    return NewOrder(instrument=instrument, members=parts, **fields)


def instrument(name: str, **fields: Any) -> Instrument:
    """An instrument in dollars."""
    values = {
        "Symbol": f"{name[:2]}.X",
        "SecurityID": f"US{name}",
        "SecurityIDSource": "4",
        "Currency": "USD",
        "issuer": f"{name} Inc",
    } | fields
    return Instrument(instrument=name, **values)


def desk(lots: tuple[OpeningLot, ...] = ()) -> Desk:
    """Three instruments, four accounts, two brokers whose sessions are up, prices, some lots."""
    opened = Desk()
    names = ("ACME", "BOLT", "CORN")
    opened.done(c.OpenDay(DAY))
    opened.done(c.DefineInstruments(tuple(instrument(name) for name in names)))
    accounts = (Account(a, f"Name {a}", f"T{a}", may_short=True) for a in ("A1", "A2", "A3", "A4"))
    opened.done(c.DefineAccounts(tuple(accounts)))
    rate = D("0.0125")
    brokers = (Broker(b, b.title(), s, rate, s == "S1") for b, s in BROKERS.items())
    opened.done(c.DefineBrokers(tuple(brokers)))
    opened.done(c.MarkPrices(tuple(Price(name, D(50), "close", "") for name in names)))
    cash = (OpeningCash("A1", "USD", D("1000000.25")),)
    opened.done(c.BookOpening("one", lots, cash))
    for session in BROKERS.values():
        opened.system(c.ChangeSession(session, True), session)
    return opened


def lot(account: str, quantity: Any, basis: Any, age: int = 100, name: str = "ACME") -> OpeningLot:
    """A lot owned on day one."""
    return OpeningLot(account, name, D(quantity), D(basis), DAY - timedelta(age))
