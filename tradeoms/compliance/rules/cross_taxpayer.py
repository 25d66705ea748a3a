"""One taxpayer on both sides of a cross: a wash sale, or no sale at all."""

from tradeoms.compliance.rule import Case, Terms
from tradeoms.model.orders import Violation


def check(case: Case, terms: Terms) -> list[Violation]:
    """BLOCK, or WARN by row, each taxpayer with accounts that sell and accounts that buy in a cross.

    What is sold at a loss is bought back at once, and the loss is deferred or gone.
    Source: 26 USC 1091; own policy.
    """
    sides: dict[bool, dict[str, list[str]]] = {True: {}, False: {}}
    for order in case.orders:
        for member in order.members:
            taxpayer = case.state.accounts[member.account].taxpayer
            if taxpayer:
                sides[order.Side.sells].setdefault(taxpayer, []).append(member.account)
    return [
        terms.violation(
            f"taxpayer {name} sells from {', '.join(sides[True][name])} to"
            f" {', '.join(sides[False][name])}",
            {"taxpayer": name},
        )
        for name in sides[True]
        if name in sides[False]
    ]
