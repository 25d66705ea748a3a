"""Orders that join a block, or leave it: before the first route freely, later with a reason.

Who joins shares the fills that come from then on. Who leaves keeps its share of the fills so far; the
rest is staged again as an order of its own. Each change begins another part of the statement.
"""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from msgspec.structs import replace

from tradeoms import compliance
from tradeoms.core import cutting
from tradeoms.core.action_orders import in_old_shares
from tradeoms.core.blocks import amount_of, idle, live_block, not_staged, placements
from tradeoms.core.bounds import MOST_UNITS
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.dealing import AVERAGE
from tradeoms.core.freezing import with_terms
from tradeoms.core.halts import block_halted
from tradeoms.core.hours import must_be_open
from tradeoms.core.identifying import parted
from tradeoms.core.merging import unlike
from tradeoms.core.orders import pend
from tradeoms.core.owners import must_be_mine
from tradeoms.core.parts import as_statement, divide
from tradeoms.core.reasons import optional_reason_problems, reason_problems
from tradeoms.core.routing import heed
from tradeoms.core.splitting import changed, fresh
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState, OrderState
from tradeoms.model.orders import ZERO, Block, Member, Order, SplitTerms, Statement
from tradeoms.model.state import State

MOST_PARTS = 100  # of one statement
Row = tuple[str, str, Decimal]


def join_block(state: State, command: c.JoinBlock, ctx: Context) -> list[e.AnyEvent]:
    """Staged orders with the block's terms; one that may not is named with the reason."""
    must_be_open(state)
    block = live_block(state, command.block, BlockState.Open, BlockState.Working)
    must_be_mine(block, ctx)
    problems = _change_problems(state, block, command.reason)
    if why := block_halted(state, block, ctx.user):
        problems.append(c.Problem("block", block.block, why))
    first = state.orders[block.orders[0]]
    for n, name in enumerate(command.orders):
        reason = not_staged(state, name, ctx) or unlike(state, state.orders[name], first)
        if name in command.orders[:n]:
            reason = "is named twice"
        if reason:
            problems.append(c.Problem(f"orders[{n}]", name, reason))
    if not command.orders:
        problems.append(c.Problem("orders", "", "name at least one order"))
    if problems:
        raise Refusal(*problems)
    orders = [state.orders[name] for name in command.orders]
    if block.statement is not None:
        # What is at brokers may fill at once for who joins: as compliant as a route.
        heed(compliance.check_route(state, block, tuple(orders), (), ctx.now), command.acknowledged)
    total = block.OrderQty + sum((order.OrderQty for order in orders), ZERO)
    if total > (most := state.instruments[block.instrument].quantity(MOST_UNITS)):
        raise refuse("orders", f"{total:f}", f"the block would be above {most:,f}")
    statement = None
    if block.statement is not None:
        rows = [
            *_rows(block.statement),
            *((o.order, m.account, m.OrderQty) for o in orders for m in o.members),
        ]
        statement = _changed(state, block, rows, command.reason, ctx)
    names = tuple(command.orders)
    return [e.OrdersJoined(block.block, names, ctx.user, command.reason, ctx.now, statement)]


def leave_block(state: State, command: c.LeaveBlock, ctx: Context) -> list[e.AnyEvent]:
    """What of the order was not filled must be idle: what is at brokers is cancelled first."""
    must_be_open(state)
    block = live_block(state, command.block, BlockState.Open, BlockState.Working)
    must_be_mine(block, ctx)
    problems = _change_problems(state, block, command.reason)
    if command.order not in block.orders:
        problems.append(c.Problem("order", command.order, f"is not in {block.block}"))
    elif len(block.orders) == 1:
        problems.append(c.Problem("order", command.order, "is the only one: dissolve the block"))
    if problems:
        raise Refusal(*problems)
    order = state.orders[command.order]
    kept = _kept(state, block, order)
    freed = order.OrderQty - sum((member.OrderQty for member in kept), ZERO)
    if not freed:
        raise refuse("order", order.order, "is filled whole")
    if freed > (free := idle(state, block)):
        reason = f"{freed} of it are to leave, only {free} are idle: cancel at the brokers first"
        raise refuse("order", order.order, reason)
    statement = None
    if block.statement is not None:
        given = {member.account: member.OrderQty for member in kept}
        rows = [
            (name, account, min(q, given.get(account, ZERO)) if name == order.order else q)
            for name, account, q in _rows(block.statement)
        ]
        statement = _changed(state, block, rows, command.reason, ctx)
    left = e.OrderLeft(block.block, order.order, kept, ctx.user, command.reason, ctx.now, statement)
    if not kept:
        return [left]
    rest = cutting.rest(order, kept, ctx)
    assert rest is not None, "something is freed"
    return [left, e.OrderEntered(rest), *parted(state, order, kept, rest)]


def _change_problems(state: State, block: Block, reason: str) -> list[c.Problem]:
    """Before the first route nothing is asked; after it a reason, and a sound block."""
    if block.statement is None:
        return optional_reason_problems(reason)
    problems = reason_problems(reason)
    if block.CashOrderQty is not None:
        reason = "is in money, and its broker has the amount: members stay as they are"
        problems.append(c.Problem("block", block.block, reason))
    if why := in_old_shares(state, block):
        problems.append(c.Problem("block", block.block, why))
    if block.statement.prices != AVERAGE:
        reason = "its fills are dealt out at their own prices: members stay as they are"
        problems.append(c.Problem("block", block.block, reason))
    if block.error is not None or idle(state, block) < 0:
        problems.append(c.Problem("block", block.block, "is over-filled: finish it first"))
    if (change := changed(block)) is not None:
        reason = f"{change.user} has changed its split: that is taken back first"
        problems.append(c.Problem("block", block.block, reason))
    if len(block.statement.earlier) >= MOST_PARTS:
        problems.append(c.Problem("block", block.block, f"was changed {MOST_PARTS} times"))
    return problems


def _rows(statement: Statement) -> list[Row]:
    return list(zip(statement.orders, statement.accounts, statement.quantities, strict=True))


def _kept(state: State, block: Block, order: Order) -> tuple[Member, ...]:
    """What an order's members have of the fills so far."""
    statement = block.statement
    if statement is None:
        return ()
    instrument = state.instruments[block.instrument]
    units = so_far(state, block, statement)
    got = {
        account: instrument.quantity(n)
        for name, account, n in zip(statement.orders, statement.accounts, units, strict=True)
        if name == order.order and n
    }
    return cutting.kept(order, got)


def so_far(state: State, block: Block, statement: Statement) -> list[int]:
    """Units of each row, by the fills that are there."""
    if statement.earlier:
        return list(divide(state, block, statement).split.quantities.tolist())
    filled = sum((p.CumQty for p in placements(state, block)), ZERO)
    units = state.instruments[block.instrument].units(filled)
    return list(fresh(state, block, statement, units).quantities.tolist())


def _changed(
    state: State, block: Block, rows: Sequence[Row], reason: str, ctx: Context
) -> Statement:
    """The statement with other rows: the old ones first, the same or less, then the new ones."""
    old = block.statement
    assert old is not None
    orders, accounts, quantities = zip(*rows, strict=True)
    new = len(rows) - len(old.orders)
    methods = (
        *(old.lot_methods or ("FIFO",) * len(old.orders)),
        *(
            state.accounts[account].method_of(state.instruments[block.instrument])
            for account in accounts[len(rows) - new :]
        ),
    )
    groups = (state.accounts[account].group for account in accounts[len(rows) - new :])
    changed = Statement(
        frozen_at=ctx.now,
        orders=orders,
        accounts=accounts,
        quantities=quantities,
        seed=old.seed,
        lot_methods=() if set(methods) == {"FIFO"} else methods,
        groups=(*old.groups, *groups) if old.groups else (),
        price_group=old.price_group,
        market=old.market,
        earlier=old.parts,
        reason=reason,
        user=ctx.user,
        filled=sum((p.CumQty for p in placements(state, block)), ZERO),
        day=state.business_date,
    )
    return replace(changed, terms=_terms(state, block, changed, so_far(state, block, old)))


def _terms(
    state: State, block: Block, changed: Statement, given: Sequence[int]
) -> SplitTerms | None:
    """The policy in force, over what each still lacks; Refusal where it cannot split that."""
    instrument = state.instruments[block.instrument]
    units = [instrument.units(q) for q in changed.quantities]
    had = [*given, *[0] * (len(units) - len(given))]
    lacking = np.maximum(np.array(units, np.int64) - np.array(had, np.int64), 0)
    part = as_statement(instrument, changed, changed.parts[-1], lacking, np.array(had, np.int64))
    names = dict.fromkeys(n for n, q in zip(changed.orders, changed.quantities, strict=True) if q)
    orders = [state.orders[name] for name in names]
    return with_terms(state, block, orders, part).terms


def apply_joined(state: State, event: e.OrdersJoined) -> None:
    block = state.blocks[event.block]
    for name in event.orders:
        order = state.orders[name]
        state.orders[name] = replace(order, state=OrderState.InBlock, block=event.block)
    added = sum((state.orders[name].OrderQty for name in event.orders), ZERO)
    orders = (*block.orders, *event.orders)
    state.blocks[event.block] = replace(
        block,
        orders=orders,
        OrderQty=block.OrderQty + added,
        statement=event.statement,
        CashOrderQty=amount_of(state.orders[name] for name in orders),
    )


def apply_left(state: State, event: e.OrderLeft) -> None:
    block, order = state.blocks[event.block], state.orders[event.order]
    kept = sum((member.OrderQty for member in event.kept), ZERO)
    freed = order.OrderQty - kept
    orders = block.orders
    if event.kept:
        pend(state, order, -1)
        order = replace(order, members=event.kept, OrderQty=kept)
        pend(state, order, 1)
    else:
        orders = tuple(name for name in orders if name != event.order)
        order = replace(order, state=OrderState.Staged, block="")
    state.orders[event.order] = order
    state.blocks[event.block] = replace(
        block,
        orders=orders,
        OrderQty=block.OrderQty - freed,
        statement=event.statement,
        CashOrderQty=amount_of(state.orders[name] for name in orders),
    )


DECIDE = {c.JoinBlock: join_block, c.LeaveBlock: leave_block}
APPLY = {e.OrdersJoined: apply_joined, e.OrderLeft: apply_left}
