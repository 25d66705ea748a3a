"""The soak's end: our book, read again from the journal, against the brokers' own ledgers."""

from collections import Counter
from collections.abc import Iterator

from benchmarks.soak_house import House
from simulators import lines
from simulators.ledger import BrokerBook, read
from tradeoms import core
from tradeoms.model.events import WorkRetired
from tradeoms.model.fields import BlockState, ConfirmationState, Effect, Transmission
from tradeoms.model.state import State
from tradeoms.store.journal import SqlJournal, connect


class Book:
    """Our book as the journal tells it, every hash checked; `read_on` while the server writes."""

    def __init__(self, house: House) -> None:
        self.house, self.state = house, State()
        self._journal = SqlJournal(connect(house.journal))

    def read_on(self) -> State:
        """Apply what the journal has got since; nothing leaves: the brokers forget nothing either."""
        for record in self._journal.read(self.state.seq):
            if isinstance(record.event, WorkRetired):
                self.state.seq = record.seq
            else:
                core.apply(self.state, record)
        return self.state

    def agrees(self) -> bool:
        """Whether it is now what the brokers' ledgers say."""
        return not differences(self.house, self.read_on())


def differences(house: House, state: State) -> list[str]:
    """Everything in which our book is not the brokers'; empty where they are equal."""
    found: list[str] = []
    for broker in house.versions:
        book = read(house.ledger(broker))
        found += _placements(state, broker, book)
        found += _executions(state, broker, book)
        found += _twice(house, broker)
        found += _told(state, broker, book)
    return [*found, *_left_over(state)]


def _placements(state: State, broker: str, book: BrokerBook) -> Iterator[str]:
    """Every placement that left is one order there, with the same quantity, money and end."""
    mine = [p for p in state.placements.values() if p.broker == broker]
    left = [p for p in mine if p.transmission is not Transmission.Unsent]
    if len(left) != len(book.orders):
        yield f"{broker}: {len(book.orders)} orders there, {len(left)} placements here"
    for p in left:
        order = book.by_ClOrdID.get(p.ClOrdID)
        theirs = order and (order.CumQty, order.notional, order.OrdStatus)
        if theirs != (p.CumQty, p.notional, p.OrdStatus):
            yield f"{broker}: {p.placement} {p.CumQty} {p.notional} {p.OrdStatus}, there {theirs}"


def _executions(state: State, broker: str, book: BrokerBook) -> Iterator[str]:
    """Every live fill there is booked once here, and no other."""
    theirs = Counter(
        (ExecID, fill.qty, fill.px)
        for order in book.orders.values()
        for ExecID, fill in order.executions.items()
    )
    mine = Counter(
        (x.ExecID, int(x.LastQty), x.LastPx)
        for x in state.executions.values()
        if x.broker == broker and x.effect is Effect.Booked
    )
    if theirs != mine:
        yield f"{broker}: lost {list(theirs - mine)[:3]}, invented {list(mine - theirs)[:3]}"


def _twice(house: House, broker: str) -> Iterator[str]:
    """No ClOrdID made two orders."""
    made = Counter(
        line.ClOrdID
        for line in lines.lines(house.ledger(broker))
        if isinstance(line, lines.Received) and line.MsgType == "D" and line.OrderID
    )
    for ClOrdID, times in made.items():
        if times > 1:
            yield f"{broker}: {ClOrdID} made {times} orders"


def _told(state: State, broker: str, book: BrokerBook) -> Iterator[str]:
    """What the broker holds of our allocations adds up to its live fills; what it confirmed stands
    affirmed on both sides.
    """
    filled = {OrderID for OrderID, order in book.orders.items() if order.CumQty}
    told = Counter(id for one in book.allocations.values() for id in one.OrderIDs)
    if told != Counter(filled):
        yield f"{broker}: allocations miss {filled - told.keys()}, name {told - Counter(filled)}"
    affirmed = {
        one.said.ConfirmID
        for one in state.confirmations.values()
        if one.session == broker and one.state is ConfirmationState.Affirmed
    }
    theirs = {ConfirmID for ConfirmID in book.confirmations if book.affirmed.get(ConfirmID) == "3"}
    if affirmed != theirs or theirs != set(book.confirmations):
        yield f"{broker}: {len(book.confirmations)} confirmations, {len(theirs)} affirmed, here {len(affirmed)}"


def _left_over(state: State) -> Iterator[str]:
    """Nothing that a person would have to settle, nothing unfinished."""
    waiting = [
        one
        for number, one in state.unmatched.items()
        # What the line damaged is shown to a person too, though it was sent again and booked.
        if number not in state.settled_reports and not one.reason.startswith("Invalid message")
    ]
    if waiting:
        yield f"{len(waiting)} unmatched reports, such as {waiting[0].reason}: {waiting[0].raw}"
    disputed = [x for x in state.executions.values() if x.effect is Effect.Disputed]
    if disputed:
        yield f"{len(disputed)} disputed executions, such as {disputed[0]}"
    undone = [b.block for b in state.blocks.values() if b.state is not BlockState.Allocated]
    if undone:
        yield f"{len(undone)} blocks are not allocated, such as {undone[:3]}"
    if state.pending or state.outbox:
        yield f"waiting for answers: {len(state.pending)} requests, {len(state.outbox)} messages"
