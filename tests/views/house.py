"""A small firm whose people and brokers act at random: the real engine over a journal in memory."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.views import after, amounts, crossings, hands, issuers, members, sellside, splits, worth
from tests.views.sellside import any_placement
from tradeoms import core
from tradeoms.engine import Engine
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import (
    BlockState,
    OrderState,
    OrdType,
    Override,
    Severity,
    Side,
    TimeInForce,
)
from tradeoms.model.openings import OpeningCash, OpeningLot
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.reference import Account, Instrument, Limit, Price
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
    """The engine and its chances. `act` does one thing; `step` one batch of several.

    Each action has a random source and a clock of its own, so that a new one leaves to the others
    what they would have done.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.sources = {a: Random(f"{seed} {a.__module__} {a.__name__}") for a in ACTIONS}
        self.due = {a: self.sources[a].expovariate(weight) for a, weight in ACTIONS.items()}
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
        terms = {"may_short": True, "may_cross": True}
        accounts = (Account(a, f"Name {a}", f"T{a}", **terms) for a in ACCOUNTS)
        self.do(c.DefineAccounts(tuple(accounts)))
        self.do(c.DefineBrokers(after.brokers(BROKERS)))
        limit = Limit("order_quantity", DAY, {"most": "700"}, Severity.Block, Override.One)
        self.do(c.SetLimits((limit, crossings.policy(self))))
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
        values = (name, f"{name[:2]}.X", SecurityID, "4", currency, f"{name} Inc")
        return Instrument(*values, average_cost_allowed=name == "BOLT")

    def step(self) -> None:
        """Some things at once, then one batch."""
        for _ in range(self.random.randint(1, 4)):
            self.act()
        self.batch()

    def act(self) -> None:
        """One random thing that somebody does; it may well be refused."""
        action = min(self.due, key=self.due.__getitem__)
        own, self.random = self.random, self.sources[action]
        self.due[action] += self.random.expovariate(ACTIONS[action])
        action(self)
        self.random = own


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


def cancel(house: House) -> None:
    if placement := any_placement(house):
        house.send(c.CancelPlacement(placement.placement), "trader")


def replace(house: House) -> None:
    if placement := any_placement(house):
        quantity = placement.CumQty + house.random.randint(1, 60)
        house.send(c.ReplacePlacement(placement.placement, quantity, placement.Price), "trader")


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
    hands.by_phone: 1,
    cancel: 5,
    replace: 3,
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
    **sellside.ACTIONS,
    **after.ACTIONS,
    **splits.ACTIONS,
    **members.ACTIONS,
    **worth.ACTIONS,
    **crossings.ACTIONS,
    **issuers.ACTIONS,
    **amounts.ACTIONS,
}
