"""What only the telephone knows: placements ended, fills entered and taken back, by hand."""

from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from tradeoms.core.amounts import beyond
from tradeoms.core.attention import alert
from tradeoms.core.blocks import idle
from tradeoms.core.booking import in_later, keep_execution
from tradeoms.core.bounds import bad_price, bad_units, brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.executions import dissolved, overspent, part_now, unbalanced, unbookable
from tradeoms.core.measuring import idle_amount
from tradeoms.core.pending import keep
from tradeoms.core.reasons import reason_problems
from tradeoms.core.reopening import reopen
from tradeoms.core.sessions import session_of
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Execution
from tradeoms.model.fields import Effect, Transmission
from tradeoms.model.orders import ZERO, Block
from tradeoms.model.placements import Placement
from tradeoms.model.state import State


def _placement(state: State, name: str) -> Placement:
    placement = state.placements.get(name)
    if placement is None:
        raise refuse("placement", brief(name), "unknown placement")
    return placement


def close_placement(state: State, command: c.ClosePlacement, ctx: Context) -> list[e.AnyEvent]:
    """The broker no longer knows it, says a person; should it speak of it again, it lives again."""
    placement = _placement(state, command.placement)
    problems = reason_problems(command.reason)
    if not placement.LeavesQty and not placement.requests:
        problems.append(c.Problem("placement", command.placement, "has ended already"))
    elif _may_be_leaving(state, placement, ctx):
        reason = "its message may be leaving at this moment: cancel it, or wait until it has left"
        problems.append(c.Problem("placement", command.placement, reason))
    if problems:
        raise Refusal(*problems)
    text = f"closed by {ctx.user}: {command.reason}"
    return [
        e.PlacementClosed(command.placement, ctx.user, command.reason),
        alert(ctx, "closed by hand", command.placement, text),
    ]


def _may_be_leaving(state: State, placement: Placement, ctx: Context) -> bool:
    """True where a message waits for its turn: closed now, it might reach the broker afterwards.

    What was asked for since the last logon waits as long as it takes. What is older has left or was
    given back, unless the process died between; it may have been sent again just now.
    """
    if placement.transmission is not Transmission.Queued:
        return False
    session = session_of(state, placement.session)
    patience = timedelta(seconds=state.brokers[placement.broker].answer_seconds)
    for request in placement.requests:
        since = session.logged_on is None or request.at >= session.logged_on
        if session.up and since and not request.MsgSeqNum:
            return True
        if ctx.now < (request.since or request.at) + patience:
            return True
    return False


def apply_closed(state: State, event: e.PlacementClosed) -> None:
    placement = state.placements[event.placement]
    text = f"{event.user}: {event.reason}"
    keep(state, replace(placement, requests=(), deferred=None, closed=text, text=text))


def enter_fill(state: State, command: c.EnterFill, ctx: Context) -> list[e.AnyEvent]:
    """A fill within what the placement may still hold: typed numbers are wrong more often."""
    placement = _placement(state, command.placement)
    problems = reason_problems(command.reason) + _number_problems(state, placement, command)
    if placement.transmission is Transmission.Unsent:
        problems.append(c.Problem("placement", command.placement, "never left"))
    if why := dissolved(state, placement):
        problems.append(c.Problem("placement", command.placement, why))
    if problems:
        raise Refusal(*problems)
    execution = _execution(state, placement, command, ctx)
    text = f"fill {execution.ExecID} was entered after the allocation: {command.reason}"
    return [
        e.FillEntered(command.placement, execution),
        *_too_much(state, placement, command, ctx),
        *reopen(state, placement.block, text, ctx),
    ]


def _too_much(
    state: State, placement: Placement, fill: c.EnterFill, ctx: Context
) -> list[e.AnyEvent]:
    """An alert where the block is at other brokers with what this one has filled after its end."""
    block = state.blocks[placement.block]
    if block.CashOrderQty is not None:
        missing = _too_dear(state, block, placement, fill)
    else:
        missing = fill.LastQty - placement.exposure - idle(state, block)
    if missing <= 0:
        return []
    text = f"block {placement.block} has {missing} more at brokers than it may"
    return [alert(ctx, "fill in doubt", placement.placement, text)]


def _too_dear(state: State, block: Block, placement: Placement, fill: c.EnterFill) -> Decimal:
    """Money of a fill that neither its placement nor the block had left, but for the slack."""
    instrument, amount = state.instruments[block.instrument], block.CashOrderQty or ZERO
    spent = placement.notional * instrument.multiplier
    left = placement.committed(instrument.multiplier) - spent + idle_amount(state, block)
    missing = fill.LastQty * fill.LastPx * instrument.multiplier - left
    return missing if beyond(instrument, amount, amount + missing, fill.LastPx) else ZERO


def _number_problems(state: State, placement: Placement, command: c.EnterFill) -> list[c.Problem]:
    instrument = state.instruments[placement.instrument]
    quantity, price = command.LastQty, command.LastPx
    reasons = {"LastQty": bad_units(quantity, instrument.qty_scale), "LastPx": bad_price(price)}
    if any(reasons.values()):
        given = {"LastQty": brief(quantity), "LastPx": brief(price)}
        return [c.Problem(name, given[name], reason) for name, reason in reasons.items() if reason]
    if bad := unbookable(instrument, placement, quantity, price):
        return [c.Problem("LastQty", brief(f"{quantity} at {price}"), bad)]
    if state.blocks[placement.block].CashOrderQty is not None:
        # How many units an amount is, its fills say.
        reason = overspent(state, placement, quantity, price)
        return [c.Problem("LastQty", str(quantity), reason)] if reason else []
    if placement.CumQty + quantity > placement.OrderQty:
        reason = f"with the filled {placement.CumQty} is more than {placement.OrderQty}"
        return [c.Problem("LastQty", str(quantity), reason)]
    return []


def _execution(state: State, placement: Placement, command: c.EnterFill, ctx: Context) -> Execution:
    ExecID = ctx.name("fill", "M")
    return Execution(
        key=f"hand/{ExecID}",
        ExecID=ExecID,
        placement=placement.placement,
        block=placement.block,
        broker=placement.broker,
        instrument=placement.instrument,
        Side=placement.Side,
        LastQty=command.LastQty,
        LastPx=command.LastPx,
        TransactTime=f"{ctx.now:%Y%m%d-%H:%M:%S}",
        trade_date=state.business_date,
        LastMkt=command.LastMkt,
        note=command.reason,
        user=ctx.user,
        part=part_now(state, placement.block),
    )


def apply_entered(state: State, event: e.FillEntered) -> None:
    execution = event.execution
    state.bump("fill", int(execution.ExecID[1:]))
    keep_execution(state, execution)
    _count(state, event.placement, execution)
    placement = state.placements[event.placement]
    keep(state, replace(placement, last_traded=execution.trade_date))


def _count(state: State, name: str, execution: Execution, sign: int = 1) -> None:
    placement, quantity = state.placements[name], sign * execution.LastQty
    counted = replace(
        placement,
        CumQty=placement.CumQty + quantity,
        notional=placement.notional + quantity * execution.LastPx,
        later=in_later(placement.later, execution, sign),
    )
    keep(state, counted)


def bust_fill(state: State, command: c.BustFill, ctx: Context) -> list[e.AnyEvent]:
    """Only what a person entered; a broker's own fill is the broker's to bust."""
    found = state.executions.get(command.execution)
    if found is None:
        raise refuse("execution", brief(command.execution), "unknown execution")
    problems = reason_problems(command.reason)
    if found.cross:
        problems.append(c.Problem("execution", command.execution, f"bust cross {found.cross}"))
    elif not found.user:
        problems.append(c.Problem("execution", command.execution, "was not entered by hand"))
    elif found.effect is not Effect.Booked:
        problems.append(c.Problem("execution", command.execution, f"is {found.effect} already"))
    elif why := unbalanced(state.placements[found.placement], found, None):
        problems.append(c.Problem("execution", command.execution, why))
    if problems:
        raise Refusal(*problems)
    busted = e.FillBusted(found.placement, found.key, ctx.user, command.reason)
    text = f"fill {found.ExecID} was taken back: {command.reason}"
    return [busted, *reopen(state, found.block, text, ctx)]


def apply_busted(state: State, event: e.FillBusted) -> None:
    found = state.executions[event.execution]
    keep_execution(state, replace(found, effect=Effect.Busted))
    _count(state, event.placement, found, -1)


DECIDE = {
    c.ClosePlacement: close_placement,
    c.EnterFill: enter_fill,
    c.BustFill: bust_fill,
}
APPLY = {
    e.PlacementClosed: apply_closed,
    e.FillEntered: apply_entered,
    e.FillBusted: apply_busted,
}
