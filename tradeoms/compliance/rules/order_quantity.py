"""Order quantity."""

from tradeoms.compliance.rule import Case, Terms
from tradeoms.compliance.values import VERB, fact, said
from tradeoms.model.orders import Violation


def check(case: Case, terms: Terms) -> list[Violation]:
    """The quantity of the whole order is at most `most`. Source: RTS 6 art. 15(1)(c)."""
    quantity, most = case.order.OrderQty, terms.amount("most")
    if quantity <= most:
        return []
    excess = said(quantity - most)
    message = f"{VERB[case.order.Side]} {said(quantity)}, at most {said(most)}: {excess} too many"
    return [terms.violation(message, {"quantity": fact(quantity), "most": fact(most)})]
