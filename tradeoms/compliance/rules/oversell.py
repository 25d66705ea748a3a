"""Oversell: a sale marked long of more than the account owns."""

from tradeoms.compliance.rule import Case, Terms
from tradeoms.compliance.values import fact, said
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, Violation


def check(case: Case, terms: Terms) -> list[Violation]:
    """BLOCK each account that sells (side 2) more than its position less its other pending sells.

    Pending buys do not count as owned: only what is booked does. Source: Reg SHO 200(g), an order
    is marked long only where the seller is deemed to own the security; 203(b)(1).
    """
    if case.order.Side is not Side.Sell:
        return []
    return [v for member in case.order.members if (v := _judge(case, terms, member))]


def _judge(case: Case, terms: Terms, member: Member) -> Violation | None:
    wanted = case.instrument.units(member.OrderQty)
    owned = case.state.position.at(member.account, case.order.instrument)
    pending = case.pending_sells(member.account, wanted)
    excess = min(wanted, wanted - (owned - pending))
    if excess <= 0:
        return None
    numbers = {"wanted": wanted, "owned": owned, "pending": pending, "excess": excess}
    quantities = {name: case.instrument.quantity(units) for name, units in numbers.items()}
    message = (
        f"sell {said(quantities['wanted'])}, owned {said(quantities['owned'])}, "
        f"pending sells {said(quantities['pending'])}: {said(quantities['excess'])} too many"
    )
    facts = {name: fact(quantity) for name, quantity in quantities.items()}
    return terms.violation(message, facts, member.account)
