"""An order that its broker has already, told by voice or from before day one, becomes block and placement."""

from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Transmission
from tradeoms.model.orders import Block, Order, Statement
from tradeoms.model.placements import Placement
from tradeoms.model.state import State


def adopted(
    order: Order, block: Block, split: Statement, placement: Placement, what: str, ctx: Context
) -> list[e.AnyEvent]:
    """All of it at once; what the rules say of it holds nothing, and a person is told."""
    events: list[e.AnyEvent] = [
        e.OrderEntered(order),
        e.BlockOpened(block),
        e.StatementFrozen(block.block, split),
        e.PlacementTelephoned(placement),
    ]
    if order.violations:
        text = "; ".join(violation.message for violation in order.violations)
        events.append(alert(ctx, what, order.order, text))
    return events


def block_of(state: State, order: Order, ctx: Context) -> Block:
    """The order alone."""
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


def placement_of(
    state: State, order: Order, block: Block, broker: Broker, ClOrdID: str, ctx: Context
) -> Placement:
    """All of it at the broker, which has taken it: nothing is sent."""
    return Placement(
        placement=ctx.name("placement", "P"),
        block=block.block,
        broker=broker.broker,
        session=broker.session,
        instrument=order.instrument,
        Symbol=state.instruments[order.instrument].Symbol,
        Side=order.Side,
        OrderQty=order.OrderQty,
        ClOrdID=ClOrdID,
        routed=ctx.now,
        trade_date=state.business_date,
        OrdType=order.OrdType,
        Price=order.Price,
        StopPx=order.StopPx,
        TimeInForce=order.TimeInForce,
        HandlInst=order.HandlInst,
        trader=ctx.user,
        transmission=Transmission.Acknowledged,
        commission_per_share=broker.commission_per_share,
        commission=broker.commission,
        research=broker.research,
    )
