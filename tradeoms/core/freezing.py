"""A block's statement: its members with the policy as it is now."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from tradeoms.core.bounds import few
from tradeoms.core.context import Context, refuse
from tradeoms.core.dealing import AVERAGE, ELSE, turns_of
from tradeoms.core.policies import policy_for
from tradeoms.core.price_groups import group_for
from tradeoms.core.rate_cards import groups_of
from tradeoms.core.splitting import fresh
from tradeoms.core.terms import named, terms_of
from tradeoms.market.calendar import days
from tradeoms.model.orders import Block, Member, Order, SplitTerms, Statement
from tradeoms.model.policies import AllocationPolicy
from tradeoms.model.state import State


def of_members(
    state: State, instrument: str, rows: Sequence[tuple[str, str, Decimal]], ctx: Context
) -> Statement:
    """Of rows of order, account and quantity, without a policy: fills are split pro rata."""
    orders, accounts, quantities = zip(*rows, strict=True)
    traded = state.instruments[instrument]
    methods = tuple(state.accounts[account].method_of(traded) for account in accounts)
    return Statement(
        frozen_at=ctx.now,
        orders=orders,
        accounts=accounts,
        quantities=quantities,
        seed=days(state.business_date),
        lot_methods=() if set(methods) == {"FIFO"} else methods,
        market=traded.SecurityExchange,
    )


def statement(state: State, block: Block, orders: Sequence[Order], ctx: Context) -> Statement:
    """The members as they are now, with all that their split depends on; Refusal as `with_terms`."""
    members = [(order.order, member) for order in orders for member in order.members]
    rows = [(name, member.account, member.OrderQty) for name, member in members]
    plain = of_members(state, block.instrument, rows, ctx)
    amounts = tuple(m.CashOrderQty for _, m in members if m.CashOrderQty is not None)
    plain = replace(plain, groups=groups_of(state, plain.accounts), amounts=amounts)
    return with_terms(state, block, orders, plain)


def with_terms(state: State, block: Block, orders: Sequence[Order], plain: Statement) -> Statement:
    """The statement with all that the policy in force weighs its members by.

    Raises:
        Refusal: the policy cannot split this block, even if it is filled whole.
    """
    policy = policy_for(state, block.instrument, orders)
    plain = _priced(state, block, orders, plain, policy)
    if policy is None:
        return plain
    if plain.amounts and policy.method == "fixed":
        reason = f"is in money: allocation policy {policy.policy} gives agreed quantities"
        raise refuse("block", block.block, reason)
    members = [Member(a, q) for a, q in zip(plain.accounts, plain.quantities, strict=True)]
    return _tried(state, block, plain, terms_of(state, policy, block, members))


def _priced(
    state: State,
    block: Block,
    orders: Sequence[Order],
    plain: Statement,
    policy: AllocationPolicy | None,
) -> Statement:
    """The statement with how prices go to accounts: where averages are forbidden, never so."""
    prices = policy.prices if policy else AVERAGE
    if prices == AVERAGE and not state.instruments[block.instrument].average_prices:
        prices = ELSE
    turn = state.turns.get(turns_of(named(policy)), 0) if policy and prices == "rotation" else -1
    group = ""
    if policy and policy.average_blocks and prices == AVERAGE:
        group = group_for(state, block, orders, policy)
    return replace(plain, prices=prices, price_turn=turn, price_group=group)


def _tried(state: State, block: Block, plain: Statement, terms: SplitTerms) -> Statement:
    """The statement, with terms that can split the whole block, or all that caps and agreed
    quantities leave of it: said now, not after the fills.
    """
    frozen = replace(plain, terms=terms)
    instrument = state.instruments[block.instrument]
    most = ordered = instrument.all_units(plain.quantities)
    for limits in (terms.caps, terms.basis if terms.method == "fixed" else ()):
        if limits:
            most = [min(pair) for pair in zip(most, limits, strict=True)]
    whole = sum(most)
    if any(ordered) and not whole:
        nobody = f"allocation policy {terms.policy} leaves nobody anything"
        raise refuse("block", block.block, f"{nobody}: {few(list(dict.fromkeys(plain.accounts)))}")
    found = fresh(state, block, frozen, whole)
    if found.exception:
        raise refuse("block", block.block, found.exception)
    return frozen
