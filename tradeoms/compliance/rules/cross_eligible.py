"""Eligible accounts: who has not agreed to it, or is the firm itself, crosses with nobody."""

from tradeoms.compliance.rule import Case, Terms
from tradeoms.model.orders import Violation
from tradeoms.model.reference import Account


def check(case: Case, terms: Terms) -> list[Violation]:
    """BLOCK each account that may not cross: without its client's agreement, the firm's own, for
    errors.

    A principal cross takes the client's consent trade by trade, which nobody can give here.
    Source: 17 CFR 270.17a-7(e), written procedures; Advisers Act 206(3).
    """
    names = dict.fromkeys(member.account for order in case.orders for member in order.members)
    found = ((name, _reason(case.state.accounts[name])) for name in names)
    return [terms.violation(why, {"account": name}, name) for name, why in found if why]


def _reason(account: Account) -> str:
    if account.error:
        return "is an error account"
    if account.own:
        return "is the firm's own: a principal cross takes consent trade by trade"
    if account.may_cross:
        return ""
    return f"may not cross: {account.cross_note or 'its client has not agreed'}"
