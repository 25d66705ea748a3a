"""What a broker's report does to a placement and to our book.

OrdStatus and OrderQty are the broker's last word; CumQty is the sum of what we booked.
A message is never refused: what fits nothing of ours is kept for a person to settle.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from tradeoms.core.amounts import beyond
from tradeoms.core.attention import alert, unmatched
from tradeoms.core.booking import kept_OrderQty, same_ExecID
from tradeoms.core.bounds import MOST_MONEY, MOST_UNITS, bad_number, bad_price
from tradeoms.core.context import Context
from tradeoms.core.pending import ask
from tradeoms.core.reopening import reopen
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Execution, Report
from tradeoms.model.fields import BlockState, Disputes, Effect, OrdStatus, ReportKind
from tradeoms.model.orders import ZERO
from tradeoms.model.placements import PartFills, Placement
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

K = ReportKind
CORPORATE_ACTION = "0"  # ExecRestatementReason


def trade(
    state: State, command: c.ReportReceived, placement: Placement, report: Report, ctx: Context
) -> list[e.AnyEvent]:
    """Book a fill once; a guarantee books nothing; what cannot be ours is kept as disputed."""
    key = execution_key(placement, report)
    if (known := state.executions.get(key)) is not None:
        if (known.placement, known.LastQty, known.LastPx) == _content(placement, report):
            return []  # the same fill again: booked once
        reason = f"ExecID {report.ExecID} again, with another order, quantity or price"
        return unmatched(command, reason, ctx)
    if report.OrdStatus is OrdStatus.Stopped and report.CumQty == placement.CumQty:
        return [e.Reported(placement.placement, report, note="a guarantee, not a trade")]
    execution = _execution(key, placement, report, state)
    instrument = state.instruments[placement.instrument]
    if reason := (
        unbookable(instrument, placement, report.LastQty, report.LastPx)
        or wrong_instrument(placement, report)
        or dissolved(state, placement)
        or _told_before(state, placement, report)
    ):
        kept = execution if report.LastQty is not None and report.LastPx is not None else None
        return _dispute(placement, report, kept, reason, ctx)
    differs = _differs(placement, report)
    question = ask(state, placement, ctx) if differs else []
    if differs and state.brokers[placement.broker].disputes is Disputes.Hold:
        return [*_dispute(placement, report, execution, differs, ctx), *question]
    note = _doubt(state, placement, report) or differs
    events: list[e.AnyEvent] = [
        e.Reported(placement.placement, report, Effect.Booked, execution, note=note)
    ]
    if note:
        text = f"ExecID {report.ExecID}: {note}"
        events += [alert(ctx, "fill in doubt", placement.placement, text), *question]
    reason = f"fill {report.ExecID} came after the allocation"
    return events + reopen(state, placement.block, reason, ctx)


def _dispute(
    placement: Placement, report: Report, kept: Execution | None, reason: str, ctx: Context
) -> list[e.AnyEvent]:
    """The fill is held: a person books it or dismisses it."""
    event = e.Reported(placement.placement, report, Effect.Disputed, kept, note=reason)
    text = f"ExecID {report.ExecID}: {reason}"
    return [event, alert(ctx, "disputed", placement.placement, text)]


def execution_key(placement: Placement, report: Report) -> str:
    """session/day/ExecID: unique although brokers begin their ExecIDs again every day.

    Without a date the placement stands for the day, so that what is sent again after midnight is
    still the same.
    """
    day = report.TradeDate or report.TransactTime[:8] or placement.placement
    return f"{placement.session}/{day}/{report.ExecID}"


def _content(placement: Placement, report: Report) -> tuple[str, Decimal, Decimal]:
    return placement.placement, report.LastQty or ZERO, report.LastPx or ZERO


def _execution(key: str, placement: Placement, report: Report, state: State) -> Execution:
    return Execution(
        key=key,
        ExecID=report.ExecID,
        placement=placement.placement,
        block=placement.block,
        broker=placement.broker,
        instrument=placement.instrument,
        Side=placement.Side,
        LastQty=report.LastQty or ZERO,
        LastPx=report.LastPx or ZERO,
        TransactTime=report.TransactTime,
        trade_date=state.business_date,
        LastMkt=report.LastMkt,
        part=part_now(state, placement.block),
    )


def part_now(state: State, block: str) -> int:
    """The part of the block's statement that holds: who is a member now shares what comes now."""
    statement = state.blocks[block].statement
    return len(statement.earlier) if statement else 0


def unbookable(
    instrument: Instrument,
    placement: Placement,
    quantity: Decimal | None,
    price: Decimal | None,
    instead_of: Execution | None = None,
) -> str:
    """Why numbers cannot be a fill of the placement: booked, they would break the allocation."""
    if quantity is None or price is None:
        return "LastQty or LastPx is missing or not above zero"
    if not quantity.is_finite() or not price.is_finite() or quantity <= 0 or price <= 0:
        return "LastQty or LastPx is missing or not above zero"
    most = instrument.quantity(MOST_UNITS)
    if reason := bad_number(quantity, instrument.qty_scale, most):
        return f"LastQty {quantity} {reason}"
    if reason := bad_price(price):
        return f"LastPx {price} {reason}"
    worth, had = quantity * price * instrument.multiplier, placement.notional
    if worth > MOST_MONEY:
        return f"{quantity} at {price} is worth more than {MOST_MONEY:,}"
    if instead_of is not None and instead_of.effect is Effect.Booked:
        had -= instead_of.LastQty * instead_of.LastPx
    if worth + had * instrument.multiplier > MOST_MONEY:
        name = placement.placement
        return f"{quantity} at {price} makes {name} worth more than {MOST_MONEY:,}"
    return ""


def wrong_instrument(placement: Placement, report: Report) -> str:
    """How a report says that it is about something else; empty where it does not."""
    if report.Symbol and report.Symbol != placement.Symbol:
        return f"Symbol {report.Symbol} on an order in {placement.Symbol}"
    if report.Side and report.Side != placement.Side:
        return f"Side {report.Side} on an order of side {placement.Side.value}"
    return ""


def dissolved(state: State, placement: Placement) -> str:
    """Why nothing can be booked: the orders have left the block, and may trade in another."""
    if state.blocks[placement.block].state is not BlockState.Dissolved:
        return ""
    return f"its block {placement.block} was dissolved"


def _told_before(state: State, placement: Placement, report: Report) -> str:
    """A fill with the date of another day and all else as it was, that moves no CumQty."""
    if report.CumQty is None or report.CumQty != placement.CumQty:
        return ""
    before = same_ExecID(state, placement, report.ExecID)
    if all((x.placement, x.LastQty, x.LastPx) != _content(placement, report) for x in before):
        return ""
    return f"ExecID {report.ExecID} again, on another day, and CumQty has not moved"


def _differs(placement: Placement, report: Report) -> str:
    """How the broker's CumQty is not the sum of our fills; empty where it is."""
    after = placement.CumQty + (report.LastQty or ZERO)
    if report.CumQty is None or report.CumQty == after:
        return ""
    return f"the broker's CumQty is {report.CumQty}, our fills make {after}"


def _doubt(state: State, placement: Placement, report: Report) -> str:
    """What a person should know about a fill that is booked all the same."""
    after, held = placement.CumQty + (report.LastQty or ZERO), placement.OrderQty
    if placement.CashOrderQty is not None:
        held = kept_OrderQty(placement, report)
        if reason := overspent(state, placement, report.LastQty or ZERO, report.LastPx or ZERO):
            return reason
    if after > max([held, *(r.OrderQty for r in placement.requests)]):
        return f"over-filled: {after} of {held}"
    limit, price = placement.Price, report.LastPx
    if limit is None or price is None:
        return ""
    worse = price < limit if placement.Side.sells else price > limit
    return f"LastPx {price} is worse than the limit {limit}" if worse else ""


def overspent(state: State, placement: Placement, quantity: Decimal, price: Decimal) -> str:
    """Why one more fill is too much for an amount: more than a lot, or the slack, beyond it."""
    instrument = state.instruments[placement.instrument]
    cost = (placement.notional + quantity * price) * instrument.multiplier
    amount = placement.CashOrderQty
    if amount is None or not beyond(instrument, amount, cost, price):
        return ""
    return f"over-filled: {cost} for {amount}"


def amend(
    state: State,
    command: c.ReportReceived,
    placement: Placement,
    report: Report,
    ctx: Context,
    meant: Execution | None = None,
) -> list[e.AnyEvent]:
    """A bust removes, a correction replaces the execution that ExecRefID names, or that is `meant`
    by the word of a person.
    """
    key = execution_key(placement, report)
    if report.kind == K.TradeCorrect and key in state.executions:
        if _corrects(state, placement, report, key):
            return []  # the same correction again
        return unmatched(command, f"a correction with the used ExecID {report.ExecID}", ctx)
    named = [meant] if meant else _named(state, placement, report)
    if len(named) != 1:
        what = f"names {len(named)} executions" if named else "is no execution"
        reason = f"ExecRefID {report.ExecRefID} {what} of {placement.placement}"
        return unmatched(command, reason, ctx)
    target = named[0]
    if target.effect is Effect.Busted:
        if report.kind == K.TradeCancel:
            return []  # the same bust again
        return unmatched(command, f"a correction of the busted ExecID {report.ExecRefID}", ctx)
    execution, effect = None, Effect.Busted
    if report.kind == K.TradeCorrect:
        instrument = state.instruments[placement.instrument]
        if reason := (
            unbookable(instrument, placement, report.LastQty, report.LastPx, target)
            or wrong_instrument(placement, report)
            or dissolved(state, placement)
        ):
            return unmatched(command, f"a correction that cannot be booked: {reason}", ctx)
        corrected = _execution(key, placement, report, state)
        # The trade was when it was: lots, terms and settlement count from there.
        execution = replace(corrected, trade_date=target.trade_date, part=target.part)
        effect = Effect.Corrected
    if reason := unbalanced(placement, target, execution):
        return unmatched(command, reason, ctx)
    text = f"{effect.value} ExecID {target.ExecID}: {target.LastQty} at {target.LastPx}"
    return [
        e.Reported(placement.placement, report, effect, execution, replaces=target.key),
        alert(ctx, effect.value, placement.placement, text),
        *reopen(state, placement.block, text, ctx),
    ]


def unbalanced(placement: Placement, target: Execution, instead: Execution | None) -> str:
    """Why a bust or a correction cannot be booked: after a corporate action a fill may be more than
    what is left, or all that was paid for.
    """
    if target.effect is not Effect.Booked:
        return ""
    quantity = placement.CumQty - target.LastQty
    notional = placement.notional - target.LastQty * target.LastPx
    if instead is not None:
        quantity += instead.LastQty
        notional += instead.LastQty * instead.LastPx
    if quantity >= 0 and (quantity > 0) == (notional > 0):
        return ""
    return f"after a corporate action it would leave {quantity} filled, worth {notional}"


def _corrects(state: State, placement: Placement, report: Report, key: str) -> bool:
    """True where the execution `key` is already the correction of the one that is named."""
    for execution in same_ExecID(state, placement, report.ExecRefID):
        name = execution.replaced_by
        while name and name != key:
            name = state.executions[name].replaced_by
        if name:
            return True
    return False


def _named(state: State, placement: Placement, report: Report) -> list[Execution]:
    """What an ExecRefID may mean: where it was corrected already, the last correction.

    Of an ExecID used on two days, the one of the report's TradeDate; a bust may tell by quantity and
    price too.
    """
    found = same_ExecID(state, placement, report.ExecRefID)
    key = f"{placement.session}/{report.TradeDate}/{report.ExecRefID}"
    found = [x for x in found if x.key == key] or found
    last = list({x.key: x for x in (_last(state, x) for x in found)}.values())
    if len(last) > 1 and report.kind == K.TradeCancel:
        alike = [x for x in last if (x.LastQty, x.LastPx) == (report.LastQty, report.LastPx)]
        last = alike or last
    return last


def _last(state: State, execution: Execution) -> Execution:
    while execution.replaced_by:
        execution = state.executions[execution.replaced_by]
    return execution


def restated(
    state: State, command: c.ReportReceived, placement: Placement, report: Report, ctx: Context
) -> list[e.AnyEvent]:
    """A corporate action on an order that lives on: CumQty changes, the money does not.

    The difference is an execution at price zero, over the parts of the block's statement as they were
    filled; any other restatement never moves CumQty, and
    none does once the block is allocated: the lots have their own corporate actions then.
    """
    event = e.Reported(placement.placement, report)
    if report.ExecRestatementReason != CORPORATE_ACTION or report.CumQty is None:
        return [event]
    change = report.CumQty - placement.CumQty
    allocated = state.blocks[placement.block].state is BlockState.Allocated
    instrument = state.instruments[placement.instrument]
    most = instrument.quantity(MOST_UNITS)
    text = f"a corporate action changes CumQty from {placement.CumQty} to {report.CumQty}"
    told = alert(ctx, "restated", placement.placement, text)
    if not change:
        return [event]
    held = placement.CumQty > 0 and report.CumQty > 0  # else there were money without units
    bad = bad_number(report.CumQty, instrument.qty_scale, most) or dissolved(state, placement)
    if allocated or bad or not held or not report.ExecID:
        return [event, told]
    adjusted = replace(report, LastQty=change, LastPx=ZERO)
    execution = _execution(execution_key(placement, report), placement, adjusted, state)
    shares = tuple(_shares(placement, report.CumQty, instrument))
    execution = replace(execution, part=0, parts=shares)
    if execution.key in state.executions:
        return [event]
    return [e.Reported(placement.placement, report, Effect.Booked, execution, note=text), told]


def _shares(placement: Placement, CumQty: Decimal, instrument: Instrument) -> Iterator[PartFills]:
    """What later parts get, or lose, so that each part's fills change in proportion: rounded from the
    first part on, whole units that add up.
    """
    before, after = instrument.units(placement.CumQty), instrument.units(CumQty)
    reached = instrument.units(placement.in_part(0).CumQty)
    done = (2 * reached * after + before) // (2 * before)
    for one in sorted(placement.later, key=lambda own: own.part):
        had = instrument.units(one.CumQty)
        reached += had
        upto = (2 * reached * after + before) // (2 * before)
        yield PartFills(one.part, instrument.quantity(upto - done - had), ZERO)
        done = upto
