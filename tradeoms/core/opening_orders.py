"""Orders that were open before day one: staged anew, or where their broker has them."""

from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.core.orders import recorded
from tradeoms.market.calendar import days
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrderState, OrdStatus, Severity, Transmission
from tradeoms.model.openings import OpeningOrder
from tradeoms.model.orders import Block, Order, Placement, Statement
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
    block = _block(state, order, ctx)
    events: list[e.AnyEvent] = [
        e.OrderEntered(order),
        e.BlockOpened(block),
        e.StatementFrozen(block.block, _statement(state, order, ctx)),
        e.PlacementTelephoned(_placement(state, opening, order, block, ctx)),
    ]
    if order.violations:
        text = "; ".join(violation.message for violation in order.violations)
        events.append(alert(ctx, "opening order", order.order, text))
    return events


def _statement(state: State, order: Order, ctx: Context) -> Statement:
    """Pro rata: the split was promised elsewhere, before there was a policy of ours."""
    methods = tuple(state.accounts[member.account].lot_method for member in order.members)
    return Statement(
        frozen_at=ctx.now,
        orders=tuple(order.order for _ in order.members),
        accounts=tuple(member.account for member in order.members),
        quantities=tuple(member.OrderQty for member in order.members),
        seed=days(state.business_date),
        lot_methods=() if set(methods) == {"FIFO"} else methods,
    )


def _block(state: State, order: Order, ctx: Context) -> Block:
    """Of no trader: whoever claims it works it."""
    return Block(
        block=ctx.name("block", "B"),
        trader=ctx.user,
        instrument=order.instrument,
        Side=order.Side,
        orders=(order.order,),
        OrderQty=order.OrderQty,
        opened=ctx.now,
        trade_date=state.business_date,
        OrdType=order.OrdType,
        Price=order.Price,
        StopPx=order.StopPx,
        TimeInForce=order.TimeInForce,
    )


def _placement(
    state: State, opening: OpeningOrder, order: Order, block: Block, ctx: Context
) -> Placement:
    """Under the ids that its broker knows, so that its reports, and our cancels, find it."""
    broker = state.brokers[opening.broker]
    return Placement(
        placement=ctx.name("placement", "P"),
        block=block.block,
        broker=broker.broker,
        session=broker.session,
        instrument=order.instrument,
        Symbol=state.instruments[order.instrument].Symbol,
        Side=order.Side,
        OrderQty=order.OrderQty,
        ClOrdID=opening.ClOrdID,
        routed=ctx.now,
        trade_date=state.business_date,
        OrdType=order.OrdType,
        Price=order.Price,
        StopPx=order.StopPx,
        TimeInForce=order.TimeInForce,
        HandlInst=order.HandlInst,
        trader=ctx.user,
        OrderID=opening.OrderID,
        OrdStatus=OrdStatus.New,
        transmission=Transmission.Acknowledged,
        commission_per_share=broker.commission_per_share,
        commission=broker.commission,
        research=broker.research,
    )


DECIDE = {c.EnterOpeningOrders: enter_orders}
