"""Short sale: who may, with which locate, and never in place of a long sale."""

from tradeoms.compliance.rule import Case, Terms
from tradeoms.compliance.values import VERB, fact, said
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, Violation


def check(case: Case, terms: Terms) -> list[Violation]:
    """Each account that sells short (sides 5 and 6) may do so, has a locate and is not net long.

    Short exempt (side 6) may be net long: 201(d)(1) is for owners whose delivery is delayed.
    Source: Reg SHO 203(b)(1) (locate), 200(g) (marking).
    """
    if not case.order.Side.short:
        return []
    return [v for member in case.order.members for v in _judge(case, terms, member)]


def _judge(case: Case, terms: Terms, member: Member) -> list[Violation]:
    account = case.state.accounts.get(member.account)
    order = f"{VERB[case.order.Side]} {said(member.OrderQty)}"
    facts = {"wanted": fact(member.OrderQty), "locate": member.locate}
    found = []
    if account is None or not account.may_short:
        found.append(
            terms.violation(f"{order}: {member.account} may not sell short", facts, member.account)
        )
    if not member.locate.strip():
        found.append(terms.violation(f"{order}: no locate is given", facts, member.account))
    if case.order.Side is Side.SellShort:
        found += _net_long(case, terms, member)
    return found


def _net_long(case: Case, terms: Terms, member: Member) -> list[Violation]:
    instrument = case.instrument
    owned = case.state.position.at(member.account, instrument.instrument)
    pending = case.pending_sells(member.account, instrument.units(member.OrderQty))
    if owned - pending <= 0:
        return []
    long = instrument.quantity(owned - pending)
    message = (
        f"sell short {said(member.OrderQty)}, owned {said(instrument.quantity(owned))}, "
        f"pending sells {said(instrument.quantity(pending))}: net long {said(long)}, "
        "sell the long position first, marked long"
    )
    facts = {
        "wanted": fact(member.OrderQty),
        "owned": fact(instrument.quantity(owned)),
        "pending": fact(instrument.quantity(pending)),
        "net_long": fact(long),
    }
    return [terms.violation(message, facts, member.account)]
