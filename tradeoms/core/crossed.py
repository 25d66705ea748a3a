"""One side of an approved cross: its orders cut, its block, its fill at no cost, its end."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from tradeoms.core.context import Context
from tradeoms.core.identifying import parted
from tradeoms.market.calendar import days
from tradeoms.model import events as e
from tradeoms.model.crosses import HOUSE, OFF_EXCHANGE, Cross, CrossPart, FairPrice
from tradeoms.model.fields import OrderState, OrdStatus, OrdType, Transmission
from tradeoms.model.orders import (
    ZERO,
    Block,
    Execution,
    Member,
    Order,
    Placement,
    Statement,
)
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State


def leg(
    state: State, cross: Cross, orders: Sequence[Order], price: FairPrice, ctx: Context
) -> tuple[str, list[e.AnyEvent]]:
    """The block's name, and all that becomes of these orders of one side."""
    parts = cross.sells if orders[0].Side.sells else cross.buys
    cuts = [event for order in orders for event in _cut(state, order, parts, ctx)]
    block = _block(state, cross, orders, price, ctx)
    placement = _placement(state, cross, block, ctx)
    return block.block, [
        *cuts,
        e.BlockOpened(block),
        e.StatementFrozen(
            block.block, _statement(state, state.instruments[block.instrument], parts, ctx)
        ),
        e.PlacementTelephoned(placement),
        e.FillEntered(placement.placement, _fill(cross, placement, price, ctx)),
        e.BlockFinished(block.block, f"cross {cross.cross}"),
    ]


def kept(order: Order, parts: Sequence[CrossPart]) -> tuple[Member, ...]:
    """An order's members with what they cross; those that cross nothing are left out."""
    got = {part.account: part.OrderQty for part in parts if part.order == order.order}
    return tuple(replace(m, OrderQty=got[m.account]) for m in order.members if m.account in got)


def _cut(state: State, order: Order, parts: Sequence[CrossPart], ctx: Context) -> list[e.AnyEvent]:
    """What is not crossed, as an order of its own: passed by compliance with the one it comes of."""
    own = kept(order, parts)
    had = {member.account: member.OrderQty for member in own}
    rest = tuple(
        replace(member, OrderQty=left)
        for member in order.members
        if (left := member.OrderQty - had.get(member.account, ZERO))
    )
    if not rest:
        return []
    new = replace(
        order,
        order=ctx.name("order", "O"),
        members=rest,
        OrderQty=sum((member.OrderQty for member in rest), ZERO),
        state=OrderState.Staged,
        entered=ctx.now,
        rest_of=order.order,
    )
    return [
        e.OrderCut(order.order, own),
        e.OrderEntered(new),
        *parted(state, order, own, new),
    ]


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


def _statement(
    state: State, instrument: Instrument, parts: Sequence[CrossPart], ctx: Context
) -> Statement:
    """Who gets what is decided: no policy divides it again."""
    methods = tuple(state.accounts[part.account].method_of(instrument) for part in parts)
    return Statement(
        frozen_at=ctx.now,
        orders=tuple(part.order for part in parts),
        accounts=tuple(part.account for part in parts),
        quantities=tuple(part.OrderQty for part in parts),
        seed=days(state.business_date),
        lot_methods=() if set(methods) == {"FIFO"} else methods,
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
