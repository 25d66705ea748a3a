"""Plans: a cross of a plan's assets is prohibited, but for the large plans of a written policy."""

from tradeoms.compliance.rule import Case, Terms
from tradeoms.compliance.values import fact, said
from tradeoms.model.orders import Violation
from tradeoms.model.reference import Account


def check(case: Case, terms: Terms) -> list[Violation]:
    """BLOCK each plan's account: all of them without a row in force, else those of plans with less
    than `least_assets`, or of unknown assets.

    That an independent fiduciary has agreed in advance is what the account's may_cross says.
    Source: ERISA 408(b)(19), 29 CFR 2550.408b-19.
    """
    names = dict.fromkeys(member.account for order in case.orders for member in order.members)
    plans = [case.state.accounts[name] for name in names if case.state.accounts[name].erisa]
    return [v for account in plans if (v := _judge(account, terms))]


def _judge(account: Account, terms: Terms) -> Violation | None:
    if not terms.parameters:
        message = "is a plan's: the firm has no policy on crosses of plans in force"
        return terms.violation(message, {}, account.account)
    least = terms.amount("least_assets")
    if account.plan_assets is None:
        message = "is a plan's, of unknown assets"
        return terms.violation(message, {"least": fact(least)}, account.account)
    if account.plan_assets >= least:
        return None
    message = f"is of a plan of {said(account.plan_assets)}, at least {said(least)} are needed"
    facts = {"assets": fact(account.plan_assets), "least": fact(least)}
    return terms.violation(message, facts, account.account)
