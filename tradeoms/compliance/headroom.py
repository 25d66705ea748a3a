"""How far an order is from each limit in force: what is left of it, and how many units may be had.

Rules that only say yes or no have no room; whether they say no is in `check_order`.
"""

from collections.abc import Callable, Iterator
from decimal import ROUND_DOWN, Decimal

from msgspec import Struct

from tradeoms.compliance.rule import Case, Stage, Terms
from tradeoms.compliance.rules import BY_NAME, cash_cover
from tradeoms.compliance.values import notional, value_price
from tradeoms.model.fields import Severity, Side
from tradeoms.model.orders import Member


class Room(Struct, frozen=True):
    """One limit: what it measures, what the order has of it, the limit, and what is left.

    `left` is below zero where the order is beyond it. `most` is the greatest quantity of the order
    that is still within it; None where the quantity does not matter, or no price says.
    """

    rule: str
    severity: Severity
    what: str
    unit: str
    has: Decimal
    limit: Decimal
    left: Decimal
    most: Decimal | None
    account: str = ""


def rooms(case: Case) -> list[Room]:
    """The room of an order within every limit in force at its entry, as MEASURES lists them."""
    found: list[Room] = []
    for name, measure in MEASURES.items():
        rule = BY_NAME[name]
        terms = rule.terms(case.state)
        if terms is not None and Stage.Entry in rule.stages:
            found += measure(case, terms)
    return found


def _value(case: Case, terms: Terms) -> Iterator[Room]:
    value, limit = notional(case.order, case.instrument, case.mark), terms.amount("most")
    price = value_price(case.order, case.mark)
    if value is None or price is None:
        return
    most = _units(case, limit / (price * case.instrument.multiplier))
    yield _room(terms, "value", case.instrument.Currency, value, limit, most)


def _quantity(case: Case, terms: Terms) -> Iterator[Room]:
    limit = terms.amount("most")
    yield _room(terms, "quantity", "", case.order.OrderQty, limit, _units(case, limit))


def _collar(case: Case, terms: Terms) -> Iterator[Room]:
    """To the nearer end of the collar."""
    Price, mark = case.order.Price, case.mark
    if Price is None or mark is None:
        return
    most = terms.amount("most_distance")
    end = mark.Px * (1 + most) if Price >= mark.Px else mark.Px * (1 - most)
    left = end - Price if Price >= mark.Px else Price - end
    rule, severity = terms.rule, terms.severity
    yield Room(rule, severity, "limit price", case.instrument.Currency, Price, end, left, None)


def _owned(case: Case, terms: Terms) -> Iterator[Room]:
    if case.order.Side is not Side.Sell:
        return
    for member in case.order.members:
        owned = case.state.position.at(member.account, case.order.instrument)
        limit = case.instrument.quantity(owned - case.pending_sells(member.account, 0))
        most = _units(case, max(limit, Decimal(0)))
        yield _room(terms, "owned", "", member.OrderQty, limit, most, member)


def _cash(case: Case, terms: Terms) -> Iterator[Room]:
    """Where something has no price there is no room to tell: the rule's finding says so."""
    price = value_price(case.order, case.mark)
    if case.order.Side is not Side.Buy or price is None:
        return
    each = price * case.instrument.multiplier
    for member in case.order.members:
        try:
            left = cash_cover.available(case, terms, member.account, 0).left
        except cash_cover.Unpriced:
            continue
        cost = member.CashOrderQty or cash_cover.worth(case, member.OrderQty)
        most = _units(case, max(left, Decimal(0)) / each)
        yield _room(terms, "cash", case.instrument.Currency, cost, left, most, member)


def _room(
    terms: Terms,
    what: str,
    unit: str,
    has: Decimal,
    limit: Decimal,
    most: Decimal,
    member: Member | None = None,
) -> Room:
    account = member.account if member is not None else ""
    return Room(terms.rule, terms.severity, what, unit, has, limit, limit - has, most, account)


def _units(case: Case, quantity: Decimal) -> Decimal:
    """Whole lots within a quantity."""
    lot = case.instrument.lot
    return (quantity / lot).quantize(Decimal(1), ROUND_DOWN) * lot


MEASURES: dict[str, Callable[[Case, Terms], Iterator[Room]]] = {
    "order_value": _value,
    "order_quantity": _quantity,
    "price_collar": _collar,
    "oversell": _owned,
    "cash_cover": _cash,
}
