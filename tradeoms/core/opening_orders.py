"""Orders that were open before day one: staged anew, or where their broker has them."""

from msgspec.structs import replace

from tradeoms.core.adopting import block_of, placement_of
from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.core.orders import recorded
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrderState, OrdStatus, Severity
from tradeoms.model.openings import OpeningOrder
from tradeoms.model.orders import Order, Statement
from tradeoms.model.state import State


def enter_orders(state: State, command: c.EnterOpeningOrders, ctx: Context) -> list[e.AnyEvent]:
    """Nothing is refused any more: what a rule says holds a staged order, and is told of one that
    its broker has already.
    """
    events: list[e.AnyEvent] = []
    for opening in command.orders:
        order = replace(recorded(state, opening.order, ctx), pm=opening.pm)
        if opening.broker:
            events += _at_broker(state, opening, order, ctx)
        else:
            held = any(v.severity is Severity.Block for v in order.violations)
            kept = OrderState.Held if held else OrderState.Staged
            events.append(e.OrderEntered(replace(order, state=kept)))
    return events


def _at_broker(state: State, opening: OpeningOrder, order: Order, ctx: Context) -> list[e.AnyEvent]:
    block, broker = block_of(state, order, ctx), state.brokers[opening.broker]
    # Under the ids that its broker knows, so that its reports, and our cancels, find it.
    placement = placement_of(state, order, block, broker, opening.ClOrdID, ctx)
    placement = replace(placement, OrderID=opening.OrderID, OrdStatus=OrdStatus.New)
    events: list[e.AnyEvent] = [
        e.OrderEntered(order),
        e.BlockOpened(block),
        e.StatementFrozen(block.block, _statement(state, order, ctx)),
        e.PlacementTelephoned(placement),
    ]
    if order.violations:
        text = "; ".join(violation.message for violation in order.violations)
        events.append(alert(ctx, "opening order", order.order, text))
    return events


def _statement(state: State, order: Order, ctx: Context) -> Statement:
    """Pro rata: the split was promised elsewhere, before there was a policy of ours."""
    methods = tuple(
        state.accounts[member.account].method_of(state.instruments[order.instrument])
        for member in order.members
    )
    return Statement(
        frozen_at=ctx.now,
        orders=tuple(order.order for _ in order.members),
        accounts=tuple(member.account for member in order.members),
        quantities=tuple(member.OrderQty for member in order.members),
        seed=days(state.business_date),
        lot_methods=() if set(methods) == {"FIFO"} else methods,
    )


DECIDE = {c.EnterOpeningOrders: enter_orders}
