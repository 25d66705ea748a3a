"""Duplicate order: what one account has just ordered, ordered again."""

from datetime import datetime, timedelta

from tradeoms.compliance.rule import Case, Stage, Terms
from tradeoms.compliance.values import VERB, said
from tradeoms.model.fields import OrderState
from tradeoms.model.orders import Member, Order, Violation
from tradeoms.model.state import State

GONE = (OrderState.Cancelled, OrderState.Expired, OrderState.Refused)


def fingerprint(order: Order, member: Member) -> str:
    """What makes two orders the same: account, side, instrument, quantity or amount, limit and stop
    price.
    """
    limit = order.Price.normalize() if order.Price is not None else ""
    stop = order.StopPx.normalize() if order.StopPx is not None else ""
    quantity = f"{member.OrderQty.normalize()}"
    if member.CashOrderQty is not None:
        quantity = f"for {member.CashOrderQty.normalize()}"
    return f"{member.account}|{order.Side}|{order.instrument}|{quantity}|{limit}|{stop}"


def check(case: Case, terms: Terms) -> list[Violation]:
    """For each account whose same order came at most `seconds` ago and was not withdrawn.

    The latest such order of the business day counts. At routing the later order is still the
    duplicate while the earlier one found at entry stands.
    Source: 15c3-5(c)(1)(ii).
    """
    if case.stage is Stage.Routing:
        return [
            v
            for old in case.order.violations
            if old.rule == terms.rule
            for v in _again(case, terms, old)
        ]
    return [v for member in case.order.members for v in _earlier(case, terms, member)]


def _earlier(case: Case, terms: Terms, member: Member) -> list[Violation]:
    seconds = terms.whole("seconds")
    since = case.now - timedelta(seconds=seconds)
    for entered, name in reversed(case.state.fingerprints.get(fingerprint(case.order, member), ())):
        if entered >= since and name != case.order.order and _stands(case.state, name):
            return [_violation(case.order, terms, member, name, entered, seconds)]
    return []


def _again(case: Case, terms: Terms, old: Violation) -> list[Violation]:
    name = old.facts.get("earlier", "")
    return (
        [terms.violation(old.message, old.facts, old.account)] if _stands(case.state, name) else []
    )


def _stands(state: State, name: str) -> bool:
    order = state.orders.get(name)
    return order is not None and order.state not in GONE


def _violation(
    order: Order, terms: Terms, member: Member, name: str, entered: datetime, seconds: int
) -> Violation:
    price = said(order.Price) if order.Price is not None else order.OrdType.name.lower()
    cash = member.CashOrderQty
    what = said(member.OrderQty) if cash is None else f"for {said(cash)}"
    message = (
        f"{VERB[order.Side]} {what} {order.instrument} at {price} is the same as "
        f"{name}, entered at {entered.isoformat()}, at most {seconds} s ago"
    )
    facts = {"earlier": name, "entered": entered.isoformat(), "seconds": str(seconds)}
    return terms.violation(message, facts, member.account)
