"""Restricted list: an issuer that must not be bought, sold, or either."""

from tradeoms.compliance.rule import Case, Terms
from tradeoms.compliance.values import VERB
from tradeoms.model.orders import Violation
from tradeoms.model.reference import Restriction


def check(case: Case, terms: Terms) -> list[Violation]:
    """BLOCK an order in an issuer restricted on its side today, the day it `expires` included.

    Every instrument of the issuer counts: options and convertibles carry the issuer of what they
    are on. Source: Advisers Act 204A and the code of ethics; 15c3-5(c)(2).
    """
    rows = case.state.restrictions.get(case.instrument.issuer, ())
    return [_violation(case, terms, row) for row in rows if _holds(case, row)]


def _holds(case: Case, row: Restriction) -> bool:
    today = case.state.business_date
    if row.effective > today or (row.expires is not None and row.expires < today):
        return False
    return row.sells if case.order.Side.sells else row.buys


def _violation(case: Case, terms: Terms, row: Restriction) -> Violation:
    until = f" until {row.expires}" if row.expires else ""
    why = f": {row.reason}" if row.reason else ""
    message = (
        f"{VERB[case.order.Side]} of {row.issuer} is restricted since {row.effective}{until}{why}"
    )
    facts = {
        "issuer": row.issuer,
        "effective": str(row.effective),
        "expires": str(row.expires or ""),
        "buys": str(row.buys),
        "sells": str(row.sells),
    }
    return terms.violation(message, facts)
