"""One side of an approved cross: its orders cut, its block, its fill at no cost, its end."""

from collections.abc import Sequence
from decimal import Decimal

from tradeoms.core import cutting
from tradeoms.core.context import Context
from tradeoms.core.freezing import of_members
from tradeoms.core.identifying import parted
from tradeoms.model import events as e
from tradeoms.model.crosses import HOUSE, OFF_EXCHANGE, Cross, CrossPart, FairPrice
from tradeoms.model.executions import Execution
from tradeoms.model.fields import OrdStatus, OrdType, Transmission
from tradeoms.model.orders import Block, Member, Order
from tradeoms.model.placements import Placement
from tradeoms.model.state import State


def leg(
    state: State, cross: Cross, orders: Sequence[Order], price: FairPrice, ctx: Context
) -> tuple[str, list[e.AnyEvent]]:
    """The block's name, and all that becomes of these orders of one side."""
    parts = cross.sells if orders[0].Side.sells else cross.buys
    rows = [(part.order, part.account, part.OrderQty) for part in parts]
    cuts = [event for order in orders for event in _cut(state, order, parts, ctx)]
    block = _block(state, cross, orders, price, ctx)
    placement = _placement(state, cross, block, ctx)
    return block.block, [
        *cuts,
        e.BlockOpened(block),
        # Who gets what is decided: no policy divides it again.
        e.StatementFrozen(block.block, of_members(state, block.instrument, rows, ctx)),
        e.PlacementTelephoned(placement),
        e.FillEntered(placement.placement, _fill(cross, placement, price, ctx)),
        e.BlockFinished(block.block, f"cross {cross.cross}"),
    ]


def kept(order: Order, parts: Sequence[CrossPart]) -> tuple[Member, ...]:
    """An order's members with what they cross; those that cross nothing are left out."""
    return cutting.kept(order, {p.account: p.OrderQty for p in parts if p.order == order.order})


def _cut(state: State, order: Order, parts: Sequence[CrossPart], ctx: Context) -> list[e.AnyEvent]:
    own = kept(order, parts)
    rest = cutting.rest(order, own, ctx)
    if rest is None:
        return []
    return [e.OrderCut(order.order, own), e.OrderEntered(rest), *parted(state, order, own, rest)]


def _block(
    state: State, cross: Cross, orders: Sequence[Order], price: FairPrice, ctx: Context
) -> Block:
    return Block(
        block=ctx.name("block", "B"),
        trader=cross.proposed.user,
        instrument=cross.instrument,
        Side=orders[0].Side,
        orders=tuple(order.order for order in orders),
        OrderQty=cross.OrderQty,
        opened=ctx.now,
        trade_date=state.business_date,
        OrdType=OrdType.Limit,
        Price=price.Px,
        claimed=cross.proposed.user,
        cross=cross.cross,
    )


def _placement(state: State, cross: Cross, block: Block, ctx: Context) -> Placement:
    """Never sent, filled whole and over: nothing more can happen to it but a bust of the cross."""
    return Placement(
        placement=ctx.name("placement", "P"),
        block=block.block,
        broker=HOUSE,
        session="",
        instrument=block.instrument,
        Symbol=state.instruments[block.instrument].Symbol,
        Side=block.Side,
        OrderQty=block.OrderQty,
        ClOrdID=ctx.ClOrdID(state),
        routed=ctx.now,
        trade_date=state.business_date,
        OrdType=OrdType.Limit,
        Price=block.Price,
        trader=cross.proposed.user,
        OrdStatus=OrdStatus.Filled,
        transmission=Transmission.Acknowledged,
        telephoned=True,
        closed=f"cross {cross.cross}",
        commission_per_share=Decimal(0),
    )


def _fill(cross: Cross, placement: Placement, price: FairPrice, ctx: Context) -> Execution:
    ExecID = ctx.name("fill", "M")
    return Execution(
        key=f"cross/{ExecID}",
        ExecID=ExecID,
        placement=placement.placement,
        block=placement.block,
        broker=HOUSE,
        instrument=placement.instrument,
        Side=placement.Side,
        LastQty=placement.OrderQty,
        LastPx=price.Px,
        TransactTime=f"{ctx.now:%Y%m%d-%H:%M:%S}",
        trade_date=placement.trade_date,
        LastMkt=OFF_EXCHANGE,
        note=f"cross {cross.cross}: {price.basis}, {price.source} {price.at}",
        user=ctx.user,
        cross=cross.cross,
    )
