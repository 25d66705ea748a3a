"""Restricted list: an issuer that must not be bought, sold, or either."""

from tradeoms.compliance.rule import Case, Terms
from tradeoms.compliance.values import VERB
from tradeoms.model.orders import Violation
from tradeoms.model.reference import Restriction

Index = dict[str, list[Restriction]]


class _Latest:
    """The index of the list seen last. Lists are replaced whole: the same object, the same rows."""

    def __init__(self) -> None:
        self.of: tuple[tuple[Restriction, ...], Index] = ((), {})

    def index(self, restrictions: tuple[Restriction, ...]) -> Index:
        known, index = self.of
        if known is not restrictions:
            index = {}
            for restriction in restrictions:
                index.setdefault(restriction.issuer, []).append(restriction)
            self.of = (restrictions, index)
        return index


_latest = _Latest()


def check(case: Case, terms: Terms) -> list[Violation]:
    """BLOCK an order in an issuer restricted on its side today, the day it `expires` included.

    Every instrument of the issuer counts: options and convertibles carry the issuer of what they
    are on. Source: Advisers Act 204A and the code of ethics; 15c3-5(c)(2).
    """
    issuer = case.instrument.issuer
    rows = _latest.index(case.state.restrictions).get(issuer)
    if not rows:
        return []
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
