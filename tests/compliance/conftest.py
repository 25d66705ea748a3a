"""A book of two instruments and three accounts, and short ways to put orders and rows into it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tradeoms import core
from tradeoms.compliance import check_basket, check_cross, check_order, check_route
from tradeoms.model import events as e
from tradeoms.model.commands import Route
from tradeoms.model.fields import OrdType, Override, Severity, Side
from tradeoms.model.openings import OpeningLot
from tradeoms.model.orders import Block, Member, Order, OverrideGiven
from tradeoms.model.reference import Account, Instrument, Limit, Price, Restriction
from tradeoms.model.state import State

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


class Book:
    """A state and what changes it. Quantities and prices may be given as text or whole numbers."""

    def __init__(self) -> None:
        self.state = State()
        self.now = NOW
        self.orders = 0
        self.apply(e.DayOpened(TODAY))
        abc = Instrument("ABC", "ABC", "US0000000001", "4", "USD", "ABC Inc")
        future = Instrument(
            "FUT", "FUT", "US0000000002", "4", "USD", "Exchange", multiplier=Decimal(50)
        )
        self.apply(e.InstrumentsDefined((abc, future)))
        accounts = (
            Account("A1", "One", "T1"),
            Account("A2", "Two", "T2"),
            Account("S1", "Short", "T3", may_short=True),
        )
        self.apply(e.AccountsDefined(accounts))

    def apply(self, event):
        core.APPLY[type(event)](self.state, event)

    def limit(
        self, rule, severity=Severity.Block, override=Override.Never, effective=TODAY, **parameters
    ):
        rows = [
            *self.state.limits.get(rule, ()),
            Limit(rule, effective, parameters, severity, override),
        ]
        self.state.limits[rule] = tuple(sorted(rows, key=lambda row: row.effective))
        self.state.in_force.clear()

    def restrict(self, issuer="ABC Inc", effective=TODAY, **fields):
        self.apply(e.Restricted((Restriction(issuer, effective, **fields),)))

    def mark(self, price="50.00", instrument="ABC", age=0, at=None):
        at = at if at is not None else (self.now - timedelta(seconds=age)).isoformat()
        self.apply(e.PricesMarked((Price(instrument, Decimal(price), "close", at),)))

    def own(self, account, quantity, instrument="ABC"):
        lot = OpeningLot(account, instrument, Decimal(quantity), Decimal(0), TODAY)
        self.apply(e.OpeningBooked(f"b{len(self.state.openings)}", (lot,), ()))

    def order(
        self,
        quantity=100,
        price=None,
        side=Side.Buy,
        instrument="ABC",
        account="A1",
        members=None,
        **fields,
    ):
        """An order as it would enter: not in the state."""
        self.orders += 1
        members = members or (Member(account, Decimal(quantity), fields.pop("locate", "")),)
        fields.setdefault("OrdType", OrdType.Market if price is None else OrdType.Limit)
        return Order(
            order=f"O{self.orders}",
            pm="pm",
            instrument=instrument,
            Side=side,
            members=members,
            OrderQty=sum((m.OrderQty for m in members), Decimal(0)),
            entered=self.now,
            trade_date=TODAY,
            Price=None if price is None else Decimal(price),
            **fields,
        )

    def enter(self, *args, **fields):
        """The same, checked and put into the state with its violations."""
        order = self.order(*args, **fields)
        order = replace(order, violations=self.check(order))
        self.apply(e.OrderEntered(order))
        return order

    def cancel(self, order):
        self.apply(e.OrderCancelled(order.order, "changed my mind"))

    def consent(self, order, rule, *persons, seconds=3600):
        """The order with overrides of `rule` that expire in `seconds`."""
        expires = self.now + timedelta(seconds=seconds)
        given = tuple(OverrideGiven(rule, person, "known", expires, {}) for person in persons)
        order = replace(order, overrides=(*order.overrides, *given))
        if order.order in self.state.orders:
            self.state.orders[order.order] = order
        return order

    def check(self, order):
        return check_order(self.state, order, self.now)

    def rules(self, *args, **fields):
        """Rule and severity of everything found in a new order."""
        return [(v.rule, v.severity.value) for v in self.check(self.order(*args, **fields))]

    def basket(self, *orders):
        return check_basket(self.state, orders, self.now)

    def route(self, *orders, routes=None):
        """What is found on routing the orders as one block, by default whole to one broker."""
        first, total = orders[0], sum((order.OrderQty for order in orders), Decimal(0))
        names = tuple(order.order for order in orders)
        block = Block(
            "B1",
            "trader",
            first.instrument,
            first.Side,
            names,
            total,
            self.now,
            TODAY,
            first.OrdType,
            first.Price,
        )
        routes = routes or (Route("BRK", total),)
        return check_route(self.state, block, orders, routes, self.now)

    def cross(self, *orders):
        """What is found on crossing the orders whole, once they are in the state."""
        for order in orders:
            self.apply(e.OrderEntered(order))
        return check_cross(self.state, orders, orders, self.now)

    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def book():
    return Book()
