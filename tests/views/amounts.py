"""What people and brokers do at random with orders in an amount of money."""

from decimal import Decimal
from typing import TYPE_CHECKING

from tradeoms.core.measuring import idle_amount
from tradeoms.model import commands as c
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, ReportKind, Side
from tradeoms.model.orders import Member, NewOrder

if TYPE_CHECKING:
    from tests.views.house import House

D = Decimal


def order(house: "House") -> None:
    r = house.random
    accounts = r.sample(("A1", "A2", "A3"), r.randint(1, 3))
    members = tuple(Member(a, CashOrderQty=D(r.randint(100, 300_000)) / 100) for a in accounts)
    side = r.choice((Side.Buy, Side.Sell))
    house.send(c.SubmitOrder(NewOrder(r.choice(("ACME", "BOLT")), side, members)))


def route(house: "House") -> None:
    """All that is idle of an amount, or a part of it."""
    live = [b for b in house.state.blocks.values() if b.is_open and b.CashOrderQty is not None]
    if not live:
        return
    block = house.random.choice(live)
    amount = round(idle_amount(house.state, block) / house.random.choice((1, 1, 2)), 2)
    part = c.Route(house.random.choice(("KING", "QUEEN")), CashOrderQty=amount)
    house.send(c.RouteBlock(block.block, (part,), ("duplicate_order", "price_collar")), "trader")


def say(house: "House") -> None:
    """The broker says how much it is; now and then a trader asks for another amount."""
    r = house.random
    live = [p for p in house.state.placements.values() if p.LeavesQty and p.CashOrderQty]
    if not live:
        return
    placement = r.choice(live)
    if r.random() < 0.2:
        amount = (placement.CashOrderQty or D(0)) + r.randint(-500, 500)
        house.send(c.ReplacePlacement(placement.placement, CashOrderQty=amount), "trader")
        return
    said = Report(
        kind=r.choice((ReportKind.New, ReportKind.Status)).value,
        ClOrdID=placement.ClOrdID,
        OrderID=f"X{placement.placement}",
        OrdStatus=OrdStatus.PartiallyFilled if placement.CumQty else OrdStatus.New,
        OrderQty=max(placement.OrderQty + r.randint(-5, 5), placement.CumQty + 1),
        CashOrderQty=placement.CashOrderQty,
        CumQty=placement.CumQty,
    )
    house.hear(placement.session, said)


ACTIONS = {order: 4, route: 5, say: 4}
