"""Replaces: another quantity, amount or price for what is at a broker."""

from decimal import Decimal

from tradeoms.core.action_orders import in_old_shares
from tradeoms.core.amounts import bad_amount
from tradeoms.core.asking import arrived, asking, newest, waits
from tradeoms.core.blocks import idle, live_block
from tradeoms.core.bounds import brief
from tradeoms.core.checks import bad_quantity, price_problems
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.measuring import expected, idle_amount
from tradeoms.core.owners import must_be_mine
from tradeoms.core.routing import comply, worse_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.deferred import Deferred
from tradeoms.model.fields import BlockState, RequestKind
from tradeoms.model.orders import Block
from tradeoms.model.placements import ENDED, Placement, Request
from tradeoms.model.state import State


def replace_placement(state: State, command: c.ReplacePlacement, ctx: Context) -> list[e.AnyEvent]:
    """Ask for another quantity or price: above what is filled, within the block, compliant.

    It follows a replace that is unanswered, and takes the place of one that has not left.
    """
    placement = asking(state, command.placement, RequestKind.Replace)
    if placement.OrdStatus in ENDED:
        raise refuse("placement", command.placement, f"is {placement.OrdStatus.name}")
    block = live_block(state, placement.block, BlockState.Working)
    must_be_mine(block, ctx)
    problems = _replace_problems(state, block, placement, command)
    if problems:
        raise Refusal(*problems)
    wanted = command.OrderQty
    if command.CashOrderQty is not None:
        wanted = _becomes(state, block, placement, command.CashOrderQty, command.Price)
    # What the broker would hold is judged as if it were routed now, whole.
    route = c.Route(
        placement.broker,
        wanted,
        placement.OrdType,
        command.Price,
        command.StopPx,
        placement.TimeInForce,
        CashOrderQty=command.CashOrderQty,
    )
    comply(state, block, (route,), command.acknowledged, ctx)
    kind, terms = RequestKind.Replace, (command.Price, command.StopPx)
    amount, at = command.CashOrderQty, ctx.now
    if waits(state, placement, kind):
        deferred = Deferred(kind, ctx.user, at, wanted, *terms, amount, command.acknowledged)
        return [e.RequestDeferred(command.placement, deferred)]
    late = any(r.overdue for r in placement.requests)
    ClOrdID, named = ctx.ClOrdID(state), arrived(placement)[-1] if late else newest(placement)
    request = Request(kind, ClOrdID, wanted, at, *terms, named, CashOrderQty=amount)
    return [e.ReplaceRequested(command.placement, request)]


def _replace_problems(
    state: State, block: Block, placement: Placement, command: c.ReplacePlacement
) -> list[c.Problem]:
    instrument = state.instruments[placement.instrument]
    problems = price_problems(instrument, placement.OrdType, command.Price, command.StopPx, "")
    problems = problems or worse_problems(block, command.Price, command.StopPx, "")
    if why := in_old_shares(state, block):
        problems.append(c.Problem("block", block.block, why))
    wanted = command.OrderQty
    if block.CashOrderQty is not None:
        problems += _amount_problems(state, block, placement, command)
    elif command.CashOrderQty is not None:
        reason = f"{block.block} is in units: give OrderQty"
        problems.append(c.Problem("CashOrderQty", brief(command.CashOrderQty), reason))
    elif reason := bad_quantity(instrument, wanted):
        problems.append(c.Problem("OrderQty", brief(wanted), reason))
    elif wanted <= placement.CumQty:
        reason = f"is not above the filled {placement.CumQty}"
        problems.append(c.Problem("OrderQty", str(wanted), reason))
    elif wanted - placement.CumQty - placement.exposure > idle(state, block):
        problems.append(c.Problem("OrderQty", str(wanted), "is more than the block has idle"))
    return problems


def _amount_problems(
    state: State, block: Block, placement: Placement, command: c.ReplacePlacement
) -> list[c.Problem]:
    """Another amount: above what is spent, by a lot at least, and within the block's."""
    amount, free = command.CashOrderQty, idle_amount(state, block)
    own = state.instruments[block.instrument]
    if amount is None or command.OrderQty:
        reason = f"{block.block} is in money: give CashOrderQty alone, with what is spent in it"
        return [c.Problem("CashOrderQty", "" if amount is None else brief(amount), reason)]
    if reason := bad_amount(amount):
        return [c.Problem("CashOrderQty", brief(amount), reason)]
    if _becomes(state, block, placement, amount, command.Price) <= placement.CumQty:
        spent = placement.notional * own.multiplier
        reason = f"leaves less than {own.lot:f} units above the spent {spent:f}"
        return [c.Problem("CashOrderQty", f"{amount:f}", reason)]
    if amount - placement.committed(own.multiplier) > free:
        return [c.Problem("CashOrderQty", f"{amount:f}", "is more than the block has idle")]
    return []


def _becomes(
    state: State, block: Block, placement: Placement, amount: Decimal, limit: Decimal | None
) -> Decimal:
    """The quantity that an amount is expected to come to, with what is filled of it."""
    left = amount - placement.notional * state.instruments[block.instrument].multiplier
    return placement.CumQty + expected(state, block, left, limit)


DECIDE = {c.ReplacePlacement: replace_placement}
