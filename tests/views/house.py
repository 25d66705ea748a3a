"""A small firm whose people and brokers act at random: the real engine over a journal in memory."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.views import after, hands, members, splits, worth
from tradeoms import core
from tradeoms.engine import Engine
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import (
    BlockState,
    Effect,
    OrderState,
    OrdStatus,
    OrdType,
    Override,
    ReportKind,
    Severity,
    Side,
    TimeInForce,
)
from tradeoms.model.orders import Member, NewOrder, Placement, Report
from tradeoms.model.reference import (
    Account,
    Instrument,
    Limit,
    OpeningCash,
    OpeningLot,
    Price,
)
from tradeoms.model.state import State

D = Decimal
DAY = date(2026, 3, 2)
INSTRUMENTS = ("ACME", "BOLT", "CORN")
ACCOUNTS = ("A1", "A2", "A3", "A4")
BROKERS = {"KING": "S1", "QUEEN": "S2"}


class Memory:
    """A journal that remembers; what is kept is what a reader would read."""

    def __init__(self) -> None:
        self.records: list[e.Record] = []

    def append(self, records: Sequence[e.Record]) -> None:
        self.records += records

    def replay(self) -> State:
        state = State()
        for record in self.records:
            core.apply(state, record)
        return state


class House:
    """The engine and one random source. `act` does one thing; `step` one batch of several."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.journal = Memory()
        self.engine = Engine(State(), self.journal, self.journal.replay)
        self.sent = 0
        self.incoming = dict.fromkeys(BROKERS.values(), 0)
        self.answers: list[e.Answered] = []

    @property
    def state(self) -> State:
        return self.engine.state

    def send(self, command: c.Command, user: str = "pm") -> None:
        """A person's command, queued."""
        self.sent += 1
        cause = e.Cause(user=user, command=f"c{self.sent}")
        self.engine.submit(command, cause, self.answers.append)

    def hear(self, session: str, report: Report | None, raw: str = "8=FIX") -> None:
        """A broker's message, queued."""
        self.incoming[session] += 1
        number = self.incoming[session]
        command = c.ReportReceived(session, number, raw, report, "" if report else "unreadable")
        self.engine.submit(command, e.Cause(session=session, MsgSeqNum=number))

    def settle(self) -> None:
        """Decide until nothing waits."""
        while any(self.engine._queues):
            self.engine.step(self.engine._take())

    def batch(self) -> None:
        """One batch: what is queued now; a long basket may stay for the next."""
        if any(self.engine._queues):
            self.engine.step(self.engine._take())

    def do(self, command: c.Command, user: str = "pm") -> e.Answered:
        """A command, decided at once, and its answer."""
        self.send(command, user)
        self.settle()
        return self.answers[-1]

    def open(self) -> None:
        """Reference data and what the accounts own on day one."""
        self.do(c.OpenDay(DAY))
        self.do(c.DefineInstruments(tuple(self.instrument(name) for name in INSTRUMENTS)))
        accounts = (Account(a, f"Name {a}", f"T{a}", may_short=True) for a in ACCOUNTS)
        self.do(c.DefineAccounts(tuple(accounts)))
        self.do(c.DefineBrokers(after.brokers(BROKERS)))
        limit = Limit("order_quantity", DAY, {"most": "700"}, Severity.Block, Override.One)
        self.do(c.SetLimits((limit,)))
        self.do(c.MarkPrices(tuple(Price(i, D("50"), "close", "") for i in INSTRUMENTS)))
        lots = [
            OpeningLot(a, i, D(q), D("12345.67") * n, DAY - timedelta(200 * n))
            for a in ACCOUNTS
            for i in INSTRUMENTS
            for n, q in ((1, 300), (2, 77))
        ]
        lots.append(OpeningLot("A4", "CORN", D(-900), D("40000.01"), DAY - timedelta(9)))
        self.do(c.BookOpening("one", tuple(lots), (OpeningCash("A1", "USD", D("1000000.25")),)))
        for session in BROKERS.values():
            self.do(c.ChangeSession(session, True))

    def instrument(self, name: str, SecurityID: str = "") -> Instrument:
        currency = "EUR" if name == "CORN" else "USD"
        SecurityID = SecurityID or f"US{name}"
        return Instrument(name, f"{name[:2]}.X", SecurityID, "4", currency, f"{name} Inc")

    def step(self) -> None:
        """Some things at once, then one batch."""
        for _ in range(self.random.randint(1, 4)):
            self.act()
        self.batch()

    def act(self) -> None:
        """One random thing that somebody does; it may well be refused."""
        weights = tuple(ACTIONS.values())
        action = self.random.choices(tuple(ACTIONS), weights)[0]
        action(self)


def _new(house: House) -> NewOrder:
    r = house.random
    accounts = r.sample(ACCOUNTS, r.randint(1, 3))
    side = r.choice((Side.Buy, Side.Buy, Side.Sell, Side.SellShort))
    limit = r.random() < 0.5
    members = tuple(Member(a, D(r.randint(1, 90)), "loc" if side.short else "") for a in accounts)
    if r.random() < 0.1:
        members = (Member(accounts[0], D(800)),)
    return NewOrder(
        instrument=r.choice(INSTRUMENTS),
        Side=side,
        members=members,
        OrdType=OrdType.Limit if limit else OrdType.Market,
        Price=D("50.25") if limit else None,
        TimeInForce=r.choice((TimeInForce.Day, TimeInForce.GoodTillCancel)),
        desk=r.choice(("", "north")),
        strategy="value",
        reason="model drift",
        reference=f"ref {house.sent}",
    )


def order(house: House) -> None:
    house.send(c.SubmitOrder(_new(house)))


def basket(house: House) -> None:
    orders = [_new(house) for _ in range(house.random.randint(1, 5))]
    if house.random.random() < 0.4:
        orders.append(NewOrder("NOSUCH", Side.Buy, (Member("A1", D(1)),)))
    house.send(c.SubmitBasket(f"K{house.sent}", tuple(orders)))


def _orders(house: House, *states: OrderState) -> list[str]:
    return [o.order for o in house.state.orders.values() if o.state in states]


def _blocks(house: House, *states: BlockState) -> list[str]:
    return [b.block for b in house.state.blocks.values() if b.state in states]


def withdraw(house: House) -> None:
    if names := _orders(house, OrderState.Staged, OrderState.Held):
        house.send(c.CancelOrder(house.random.choice(names), "no longer"))


def override(house: House) -> None:
    if names := _orders(house, OrderState.Held):
        expires = datetime.now(UTC) + timedelta(hours=1)
        name = house.random.choice(names)
        house.send(c.OverrideViolation(name, "order_quantity", "agreed", expires), "compliance")


def merge(house: House) -> None:
    if names := _orders(house, OrderState.Staged):
        chosen = house.random.sample(names, min(len(names), house.random.randint(1, 8)))
        house.send(c.BlockOrders(tuple(chosen)), "trader")


def dissolve(house: House) -> None:
    if names := _blocks(house, BlockState.Open):
        house.send(c.DissolveBlock(house.random.choice(names)), "trader")


def route(house: House) -> None:
    if names := _blocks(house, BlockState.Open, BlockState.Working):
        block = house.state.blocks[house.random.choice(names)]
        placed = sum(house.state.placements[p].OrderQty for p in block.placements)
        quantity = max(D(1), (block.OrderQty - placed) // house.random.choice((1, 2)))
        rules = ("duplicate_order", "order_value", "price_collar", "order_quantity")
        broker = house.random.choice(tuple(BROKERS))
        house.send(c.RouteBlock(block.block, (c.Route(broker, quantity),), rules), "trader")


def _placement(house: House) -> Placement | None:
    """Any placement, one with something left rather than another."""
    every = list(house.state.placements.values())
    live = [p for p in every if p.LeavesQty and p.transmission != "unsent"]
    if live and house.random.random() < 0.9:
        return house.random.choice(live)
    return house.random.choice(every) if every else None


def cancel(house: House) -> None:
    if placement := _placement(house):
        house.send(c.CancelPlacement(placement.placement), "trader")


def replace(house: House) -> None:
    if placement := _placement(house):
        quantity = placement.CumQty + house.random.randint(1, 60)
        house.send(c.ReplacePlacement(placement.placement, quantity, placement.Price), "trader")


def gateway(house: House) -> None:
    """Messages leave, or cannot."""
    waiting = [p for p in house.state.placements.values() if p.requests]
    for placement in house.random.sample(waiting, min(2, len(waiting))):
        ClOrdID, session = placement.requests[-1].ClOrdID, placement.session
        number = house.state.sessions[session].out_seq + 1
        if house.random.random() < 0.9:
            house.engine.submit(c.ConfirmSent(session, (number,), (ClOrdID,)), e.Cause())
        else:
            unsent = c.ReturnUnsent(ClOrdID, placement.placement, "queue full")
            house.engine.submit(unsent, e.Cause())


def session(house: House) -> None:
    name = house.random.choice(tuple(BROKERS.values()))
    up = house.random.random() < 0.8
    house.engine.submit(c.ChangeSession(name, up, "" if up else "line lost"), e.Cause())


def report(house: House) -> None:
    """An answer to a request, or the broker's own idea."""
    placement = _placement(house)
    if placement is None:
        return
    asked = placement.requests[-1] if placement.requests else None
    kinds = {
        None: [
            (ReportKind.Canceled, OrdStatus.Canceled),
            (ReportKind.DoneForDay, OrdStatus.DoneForDay),
        ],
        "new": [(ReportKind.New, OrdStatus.New)] * 4 + [(ReportKind.Rejected, OrdStatus.Rejected)],
        "cancel": [
            (ReportKind.Canceled, OrdStatus.Canceled),
            (ReportKind.PendingCancel, OrdStatus.PendingCancel),
            (ReportKind.CancelReject, None),
        ],
        "replace": [(ReportKind.Replaced, OrdStatus.New), (ReportKind.MessageReject, None)],
    }[asked.kind.value if asked else None]
    kind, status = house.random.choice(kinds)
    quantity = asked.OrderQty if asked and kind is ReportKind.Replaced else placement.OrderQty
    said = Report(
        kind=kind.value,
        ClOrdID=asked.ClOrdID if asked else placement.ClOrdID,
        OrderID=f"X{placement.placement}",
        OrdStatus=status,
        OrderQty=quantity if status else None,
        Text=house.random.choice(("", "because")),
    )
    house.hear(placement.session, said)


def fill(house: House) -> None:
    """A fill: mostly in order, now and then too much, twice, or of another instrument."""
    if placement := _placement(house):
        r = house.random
        quantity = min(D(r.randint(1, 60)), placement.LeavesQty) or D(r.randint(1, 5))
        after = placement.CumQty + quantity
        said = Report(
            kind=ReportKind.Trade.value,
            ClOrdID=placement.ClOrdID,
            OrderID=f"X{placement.placement}",
            ExecID=f"E{len(house.state.executions) + r.choice((0, 0, 0, -1))}",
            OrdStatus=OrdStatus.PartiallyFilled if after < placement.OrderQty else OrdStatus.Filled,
            Symbol="WRONG" if r.random() < 0.03 else placement.Symbol,
            Side=placement.Side.value,
            OrderQty=placement.OrderQty,
            LastQty=quantity,
            LastPx=D(r.randint(4900, 5100)).scaleb(-2),
            CumQty=after,
            TransactTime="20260302-14:30:00.123",
            LastMkt=r.choice(("XNYS", "ARCX")),
        )
        house.hear(placement.session, said)


def amend(house: House) -> None:
    """A bust or a correction of a booked execution."""
    booked = [x for x in house.state.executions.values() if x.effect is Effect.Booked]
    if booked:
        target = house.random.choice(booked)
        placement = house.state.placements[target.placement]
        correct = house.random.random() < 0.5
        said = Report(
            kind=(ReportKind.TradeCorrect if correct else ReportKind.TradeCancel).value,
            ClOrdID=placement.ClOrdID,
            ExecID=f"M{len(house.journal.records)}",
            ExecRefID=target.ExecID,
            OrdStatus=OrdStatus.PartiallyFilled,
            LastQty=target.LastQty if correct else None,
            LastPx=target.LastPx + D("0.01") if correct else None,
            TransactTime="20260302-15:00:00",
        )
        house.hear(placement.session, said)


def strange(house: House) -> None:
    unknown = Report(kind="trade", ClOrdID="nobody", ExecID="Z", LastQty=D(1), LastPx=D(2))
    house.hear("S1", house.random.choice((None, unknown)), "8=FIX.4.4|<raw>")


def finish(house: House) -> None:
    for name in _blocks(house, BlockState.Working):
        house.send(c.FinishBlock(name), "trader")


def mark(house: House) -> None:
    Px = D(house.random.randint(4500, 5500)).scaleb(-2)
    name, ADV = house.random.choice(INSTRUMENTS), Px * 100 if Px * 50 % 1 else None
    house.send(c.MarkPrices((Price(name, Px, "tape", "", ADV),)), "ops")


def redefine(house: House) -> None:
    name = house.random.choice(INSTRUMENTS)
    house.send(c.DefineInstruments((house.instrument(name, f"ID{house.sent}"),)), "ops")


def opening(house: House) -> None:
    lot = OpeningLot(house.random.choice(ACCOUNTS), "BOLT", D(10), D("1.11"), DAY)
    cash = OpeningCash("A2", "GBP", D("-3.03"))
    house.send(c.BookOpening(f"b{house.sent}", (lot, lot), (cash,)), "ops")


def telephone(house: House) -> None:
    hands.telephone(house, _new(house))


def day(house: House) -> None:
    house.send(c.OpenDay(house.state.business_date + timedelta(1)), "ops")


ACTIONS: dict[Callable[[House], None], int] = {
    order: 20,
    basket: 6,
    withdraw: 2,
    override: 3,
    merge: 8,
    dissolve: 1,
    route: 16,
    hands.route_list: 2,
    hands.list_status: 1,
    cancel: 5,
    replace: 3,
    gateway: 10,
    session: 2,
    report: 30,
    fill: 40,
    amend: 3,
    strange: 1,
    finish: 5,
    mark: 3,
    redefine: 1,
    opening: 1,
    day: 1,
    telephone: 1,
    hands.settle: 2,
    hands.by_hand: 2,
    hands.kill: 1,
    hands.claim: 2,
    hands.attend: 4,
    hands.session: 2,
    **after.ACTIONS,
    **splits.ACTIONS,
    **members.ACTIONS,
    **worth.ACTIONS,
}
