"""Research accounts: what brokers collect for research with commissions, and pay out to providers.

A broker keeps one account of ours in each currency. Each allocation adds what the broker bills for
research, a reopened one takes it back; a person enters what it has paid out.
"""

from decimal import Decimal

from tradeoms.core.bounds import MOST_MONEY, bad_number, brief
from tradeoms.core.checks import bad_text
from tradeoms.core.context import Context, Refusal
from tradeoms.core.reasons import reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.rate_cards import ResearchPayment
from tradeoms.model.state import State

LONGEST = 64  # characters of a provider's name


def pay(state: State, command: c.PayResearch, ctx: Context) -> list[e.AnyEvent]:
    """No more than there is: a broker lends nobody money for research."""
    problems, amount = reason_problems(command.reason), command.amount
    if command.broker not in state.brokers:
        problems.append(c.Problem("broker", brief(command.broker), "unknown broker"))
    elif f"{command.broker}/{command.Currency}" not in state.research:
        reason = f"{command.broker} has collected nothing in it"
        problems.append(c.Problem("Currency", brief(command.Currency), reason))
    if why := _bad_provider(command.provider):
        problems.append(c.Problem("provider", brief(command.provider), why))
    why = bad_number(amount, 2, MOST_MONEY) or ("" if amount else "is zero")
    if not why and not problems:
        left = state.research_balance(command.broker, command.Currency)
        why = f"is more than the balance {left}" if amount > max(left, Decimal(0)) else ""
    if why:
        problems.append(c.Problem("amount", brief(amount), why))
    if problems:
        raise Refusal(*problems)
    number = state.counters.get("research", 0) + 1
    words = command.provider, command.reason, ctx.user, state.business_date, ctx.now
    paid = ResearchPayment(number, command.broker, command.Currency, amount, *words)
    return [e.ResearchPaid(paid)]


def _bad_provider(name: str) -> str:
    if not name.strip() or len(name) > LONGEST:
        return f"must be 1 to {LONGEST} characters"
    return bad_text(name)


def collect(state: State, event: e.BlockAllocated, sign: int) -> None:
    """Add (1) or take back (-1) what brokers bill for research in an allocation."""
    for bill in event.bills:
        if bill.research:
            Currency = state.instruments[state.blocks[event.block].instrument].Currency
            key = f"{bill.broker}/{Currency}"
            state.research[key] = state.research.get(key, 0) + sign * bill.research


def apply_paid(state: State, event: e.ResearchPaid) -> None:
    state.research_paid[event.payment.number] = event.payment
    state.bump("research", event.payment.number)


DECIDE = {c.PayResearch: pay}
APPLY = {e.ResearchPaid: apply_paid}
