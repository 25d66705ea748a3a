"""What people of the random firm settle, close and enter by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import BlockState, Effect, OrdStatus, ReportKind, SessionAction
from tradeoms.model.lists import ListStatus
from tradeoms.model.orders import ZERO, NewOrder

if TYPE_CHECKING:
    from tests.views.house import House

PRICE = Decimal(50)
RULES = ("duplicate_order", "order_value", "price_collar", "order_quantity")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def telephone(house: "House", order: NewOrder) -> None:
    """A fill of an order at the broker that was given by voice."""
    total = sum((member.OrderQty for member in order.members), ZERO)
    said = Report(
        kind=ReportKind.Trade.value,
        OrderID=f"T{len(house.state.unmatched)}",
        ExecID=f"T{len(house.journal.records)}",
        OrdStatus=OrdStatus.Filled,
        Symbol=f"{order.instrument[:2]}.X",
        Side=order.Side.value,
        OrderQty=total,
        LastQty=total,
        LastPx=PRICE,
        CumQty=total,
        TransactTime="20260302-14:30:00.123",
    )
    house.hear("S1", said)
    command = c.AttachReport(len(house.state.unmatched) + 1, "by telephone", order=order)
    house.send(command, "trader")


def settle(house: "House") -> None:
    """Whatever waits in a queue."""
    r = house.random
    disputed = [k for k, x in house.state.executions.items() if x.effect is Effect.Disputed]
    if disputed:
        command = r.choice((c.BookExecution, c.DismissExecution))
        house.send(command(r.choice(disputed), "looked at"), "trader")
    waiting = [n for n in house.state.unmatched if n not in house.state.settled_reports]
    if waiting:
        number = r.choice(waiting)
        house.send(c.DontKnowTrade("not ours", number=number), "trader")
        names = [*house.state.placements, ""]
        if r.random() < 0.5:
            house.send(c.AttachReport(number, "looked at", r.choice(names)), "trader")
        else:
            house.send(c.DismissReport(number, "looked at"), "trader")


def by_hand(house: "House") -> None:
    """Fills entered and taken back, placements closed."""
    r = house.random
    mine = [k for k, x in house.state.executions.items() if x.user and x.effect is Effect.Booked]
    if mine and r.random() < 0.8:
        house.send(c.BustFill(r.choice(mine), "told twice"), "trader")
    live = [p for p in house.state.placements.values() if p.LeavesQty]
    if live:
        placement = r.choice(live)
        if r.random() < 0.3:
            house.send(c.ClosePlacement(placement.placement, "unknown there"), "trader")
        else:
            command = c.EnterFill(placement.placement, placement.LeavesQty, PRICE, "x")
            house.send(command, "trader")


def kill(house: "House") -> None:
    """Everything at one broker, which may have something to say about that."""
    broker = house.random.choice(tuple(house.state.brokers))
    house.send(c.CancelAll("too much", broker), "trader")
    for known in [known for known in house.state.mass_cancels.values() if known.waiting]:
        number = house.state.sessions[known.session].out_seq + 1
        left = c.ConfirmSent(known.session, (number,), (known.ClOrdID,))
        house.engine.submit(left, e.Cause())
        for kind in (ReportKind.MassCanceled, ReportKind.MassCancelReject, ReportKind.CancelReject):
            house.hear(known.session, Report(kind=kind.value, ClOrdID=known.ClOrdID))


def session(house: "House") -> None:
    """A session is controlled by hand, and counts anew."""
    name = house.random.choice(tuple(house.state.sessions))
    house.send(c.ControlSession(name, house.random.choice(tuple(SessionAction)), "why not"), "ops")
    at = NEW_YEAR + timedelta(seconds=len(house.journal.records))
    house.engine.submit(c.ResetSequence(name, at, "agreed"), e.Cause())


def claim(house: "House") -> None:
    """Work passes to the trader, away, or on; the trader takes back what others have."""
    r = house.random
    orders = [name for name, one in house.state.orders.items() if one.is_open]
    blocks = [name for name, one in house.state.blocks.items() if one.is_open]
    for names in (orders, blocks):
        if names:
            chosen = tuple(r.sample(names, min(2, len(names))))
            commands = (
                c.Claim(chosen, "mine"),
                c.Release(chosen),
                c.Reassign(chosen, "tina", "hers"),
                c.Claim(chosen),
            )
            house.send(r.choice(commands), "trader")
    if r.random() < 0.5:
        house.send(c.HandOver("tina", "trader", "back again"), "boss")


def attend(house: "House") -> None:
    """Alerts are looked after, put off for no time at all, and dealt with."""
    r = house.random
    if house.state.alerts:
        number = r.choice(list(house.state.alerts))
        soon = datetime.now(UTC) + timedelta(milliseconds=20)
        commands = (
            c.OwnAlert(number, "mine"),
            c.SnoozeAlert(number, soon, "later"),
            c.SnoozeAlert(number, soon, "later"),
            c.AcknowledgeAlert(number),
        )
        house.send(r.choice(commands), "trader")
    house.engine.submit(c.CheckPending(), e.Cause())


def route_list(house: "House") -> None:
    """What is idle of up to three blocks goes to one broker as a list."""
    states = (BlockState.Open, BlockState.Working)
    names = [b.block for b in house.state.blocks.values() if b.state in states]
    chosen = house.random.sample(names, min(3, len(names)))
    broker = house.random.choice(tuple(house.state.brokers))
    house.send(c.RouteList(broker, tuple(chosen), RULES), "trader")


def by_phone(house: "House") -> None:
    """A part of a block is given by telephone; the next call says that what was given so is over."""
    for placement in list(house.state.placements.values()):
        if placement.unheard and placement.LeavesQty:
            house.send(c.ClosePlacement(placement.placement, "they stopped"), "trader")
    states = (BlockState.Open, BlockState.Working)
    blocks = [b for b in house.state.blocks.values() if b.state in states]
    if blocks:
        block, broker = house.random.choice(blocks), house.random.choice(tuple(house.state.brokers))
        route = c.Route(broker, max(Decimal(1), block.OrderQty // 3))
        house.send(c.RouteByPhone(block.block, route, "Bob", "line down", None, RULES), "trader")


def list_status(house: "House") -> None:
    """A broker says how a list stands; it may reject the whole."""
    if lists := list(house.state.lists.values()):
        known = house.random.choice(lists)
        house.incoming[known.session] += 1
        number = house.incoming[known.session]
        status = ListStatus(known.ListID, house.random.choice("2357"), Text="no")
        command = c.ListStatusReceived(known.session, number, "8=FIX", status)
        house.engine.submit(command, e.Cause(session=known.session, MsgSeqNum=number))
