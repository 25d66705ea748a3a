"""Research accounts at brokers, and what was paid out of them."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.rate_cards import ResearchPayment
from tradeoms.model.state import State


class ResearchRow(Struct, frozen=True, gc=False):
    """What a broker holds for research; `key` is broker/Currency.

    `collected` with commissions of allocated blocks, `paid` to providers; a `balance` below zero
    was paid out before fills were busted.
    """

    key: str
    broker: str
    Currency: str
    collected: Decimal
    paid: Decimal
    balance: Decimal


class ResearchPaymentRow(Struct, frozen=True, gc=False):
    """A payment out of a research account; below zero one into it. `key` is its number."""

    key: str
    broker: str
    Currency: str
    amount: Decimal
    provider: str
    reason: str
    user: str
    day: date
    at: datetime


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, ResearchRow]]:
    """The accounts that an allocation, its end, or a payment changed."""
    if isinstance(event, e.ResearchPaid):
        yield from _named(state, f"{event.payment.broker}/{event.payment.Currency}")
    if not isinstance(event, e.BlockAllocated | e.BlockReopened) or not state.research:
        return
    brokers = {state.placements[p].broker for p in state.blocks[event.block].placements}
    Currency = state.instruments[state.blocks[event.block].instrument].Currency
    for broker in sorted(brokers):
        yield from _named(state, f"{broker}/{Currency}")


def _named(state: State, key: str) -> Iterator[tuple[str, ResearchRow]]:
    if key in state.research:
        yield key, _row(state, key)


def _row(state: State, key: str) -> ResearchRow:
    broker, _, Currency = key.rpartition("/")
    collected, left = state.money(state.research[key]), state.research_balance(broker, Currency)
    return ResearchRow(key, broker, Currency, collected, collected - left, left)


def all_rows(state: State) -> Iterator[ResearchRow]:
    """Every account."""
    return (_row(state, key) for key in state.research)


def payment_rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, ResearchPaymentRow]]:
    """The payment that was entered."""
    if isinstance(event, e.ResearchPaid):
        yield str(event.payment.number), _payment(event.payment)


def all_payment_rows(state: State) -> Iterator[ResearchPaymentRow]:
    """Every payment."""
    return map(_payment, state.research_paid.values())


def _payment(one: ResearchPayment) -> ResearchPaymentRow:
    values = msgspec.structs.asdict(one)
    return ResearchPaymentRow(str(values.pop("number")), **values)
