"""The close of a day: nothing open, or let pass by a second person; day orders expire, others roll."""

from tradeoms.core.attention import alert
from tradeoms.core.blocks import placements
from tradeoms.core.bounds import brief
from tradeoms.core.checklist import CHECKS, findings
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.reasons import reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.days import Close, Finding, Waiver
from tradeoms.model.fields import OrderState, TimeInForce, Transmission
from tradeoms.model.orders import Block, Order
from tradeoms.model.state import State

SHOWN = 10  # orders named in an alert
GTC = TimeInForce.GoodTillCancel


def close_day(state: State, command: c.CloseDay, ctx: Context) -> list[e.AnyEvent]:
    """Refused with all that keeps the day open; else day orders end and the day is closed."""
    if command.business_date != state.business_date:
        reason = f"is not the open day {state.business_date}"
        raise refuse("business_date", command.business_date, reason)
    if state.closed is not None:
        raise refuse("business_date", command.business_date, "is closed already")
    found = findings(state)
    problems = [c.Problem(f.check, brief(f.subject), why) for f in found if (why := _keeps(f, ctx))]
    if problems:
        raise Refusal(*problems)
    ended = [block for block in state.blocks.values() if _is_over(state, block)]
    given_back = {b.block for b in ended if not _was_sent(state, b)}
    orders = [o for o in state.orders.values() if _expires(o, given_back)]
    rolled = sum(1 for order in state.orders.values() if _rolls(order))
    reason = f"was for {state.business_date} only"
    number = ctx.number("close")
    close = Close(number, state.business_date, ctx.user, ctx.now, tuple(found), len(orders), rolled)
    return [
        *(e.BlockDissolved(b) for b in given_back),
        *(e.BlockFinished(b.block, reason) for b in ended if b.block not in given_back),
        *(e.OrderCancelled(order.order, reason, expired=True) for order in orders),
        e.DayClosed(close),
    ]


def _keeps(finding: Finding, ctx: Context) -> str:
    """Why a finding keeps the sender from closing; empty where it does not."""
    if not finding.blocks:
        return ""
    if not finding.waived_by:
        return finding.text
    own = finding.waived_by == ctx.user
    return f"{finding.text}; it takes a second person to let it pass" if own else ""


def _is_over(state: State, block: Block) -> bool:
    """A day's block of which nothing is filled, and nothing may be."""
    if block.TimeInForce is GTC or not block.is_open:
        return False
    return not any(p.CumQty or p.exposure or p.requests for p in placements(state, block))


def _was_sent(state: State, block: Block) -> bool:
    parts = placements(state, block)
    return any(p.transmission is not Transmission.Unsent for p in parts)


def _expires(order: Order, given_back: set[str]) -> bool:
    in_nothing = order.is_open or order.block in given_back
    return in_nothing and order.TimeInForce is not GTC


def _rolls(order: Order) -> bool:
    working = order.is_open or order.state is OrderState.InBlock
    return working and order.TimeInForce is GTC


def waive_check(state: State, command: c.WaiveCheck, ctx: Context) -> list[e.AnyEvent]:
    """What the check finds now; what it finds later takes another word."""
    problems = reason_problems(command.reason)
    check = CHECKS.get(command.check)
    if check is None:
        reason = f"must be one of {', '.join(n for n, known in CHECKS.items() if known.blocks)}"
        problems.append(c.Problem("check", brief(command.check), reason))
    elif not check.blocks:
        problems.append(c.Problem("check", command.check, "does not keep the day open"))
    elif state.closed is not None:
        problems.append(c.Problem("check", command.check, "the day is closed"))
    found = tuple(check.find(state)) if check else ()
    if not problems and not found:
        problems.append(c.Problem("check", command.check, "finds nothing"))
    if problems:
        raise Refusal(*problems)
    subjects, texts = zip(*found, strict=True)
    waiver = Waiver(command.check, subjects, ctx.user, command.reason, ctx.now, texts)
    return [e.CheckWaived(state.business_date, waiver)]


def not_closed(state: State, ctx: Context) -> list[e.AnyEvent]:
    """An alert where day orders live on because their day was never closed."""
    left = [o.order for o in state.orders.values() if _expires(o, set())]
    if not left:
        return []
    more = ", ..." if len(left) > SHOWN else ""
    text = f"{len(left)} orders for one day were not ended: {', '.join(left[:SHOWN])}{more}"
    return [alert(ctx, "day not closed", str(state.business_date), text)]


def apply_waived(state: State, event: e.CheckWaived) -> None:
    waiver = event.waiver
    state.waivers[waiver.check] = (*state.waivers.get(waiver.check, ()), waiver)


def apply_closed(state: State, event: e.DayClosed) -> None:
    state.closes[event.close.number] = event.close
    state.closed = event.close.business_date
    state.bump("close", event.close.number)


DECIDE = {c.CloseDay: close_day, c.WaiveCheck: waive_check}
APPLY = {e.CheckWaived: apply_waived, e.DayClosed: apply_closed}
