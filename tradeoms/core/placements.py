"""Placements: routing, cancelling, replacing, and what became of messages on their way out."""

from decimal import Decimal

from msgspec.structs import replace

from tradeoms import compliance
from tradeoms.core.blocks import freeze, idle, live_block
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.orders import bad_quantity, price_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState, RequestKind, Severity, Transmission
from tradeoms.model.orders import ENDED, ZERO, Block, Order, Placement, Request
from tradeoms.model.state import State


def route_block(state: State, command: c.RouteBlock, ctx: Context) -> list[e.AnyEvent]:
    """Placements within the idle quantity, no worse than the block's limit, compliant again."""
    block = live_block(state, command.block, BlockState.Open, BlockState.Working)
    problems = _route_problems(state, block, command.routes)
    if problems:
        raise Refusal(*problems)
    orders = tuple(state.orders[name] for name in block.orders)
    _comply(state, block, orders, command, ctx)
    events: list[e.AnyEvent] = [] if block.statement else [freeze(state, block, ctx)]
    for route in command.routes:
        placement = _placement(state, block, orders[0], route, ctx)
        events.append(e.PlacementRouted(placement))
        session = state.sessions.get(placement.session)
        if session is None or not session.up:
            events.append(
                e.PlacementUnsent(placement.placement, placement.ClOrdID, "the session is down")
            )
    return events


def _route_problems(state: State, block: Block, routes: tuple[c.Route, ...]) -> list[c.Problem]:
    instrument = state.instruments[block.instrument]
    problems = [] if routes else [c.Problem("routes", "", "name at least one broker and quantity")]
    for n, route in enumerate(routes):
        field = f"routes[{n}]."
        if route.broker not in state.brokers:
            problems.append(c.Problem(f"{field}broker", route.broker, "unknown broker"))
        if reason := bad_quantity(instrument, route.OrderQty):
            problems.append(c.Problem(f"{field}OrderQty", str(route.OrderQty), reason))
        kind, Price, StopPx = route.OrdType or block.OrdType, route.Price, route.StopPx
        if route.OrdType is None:
            Price, StopPx = Price or block.Price, StopPx or block.StopPx
        problems += price_problems(instrument, kind, Price, StopPx, field)
        if worse_than_limit(block, Price):
            problems.append(
                c.Problem(
                    f"{field}Price", str(Price), f"is worse than the block's limit {block.Price}"
                )
            )
    wanted, free = (
        sum((r.OrderQty for r in routes if r.OrderQty.is_finite()), ZERO),
        idle(state, block),
    )
    if wanted > free:
        problems.append(
            c.Problem("routes.OrderQty", str(wanted), f"is more than the idle {free} of the block")
        )
    return problems


def worse_than_limit(block: Block, Price: Decimal | None) -> bool:
    """True where a placement could trade at a price no member agreed to."""
    if block.Price is None:
        return False
    return Price is None or (Price < block.Price if block.Side.sells else Price > block.Price)


def _comply(
    state: State, block: Block, orders: tuple[Order, ...], command: c.RouteBlock, ctx: Context
) -> None:
    violations = compliance.check_route(state, block, orders, command.routes, ctx.now)
    problems = []
    for violation in violations:
        if violation.severity is Severity.Block:
            problems.append(c.Problem(violation.rule, violation.account, violation.message))
        elif violation.rule not in command.acknowledged:
            reason = f"must be acknowledged: {violation.message}"
            problems.append(c.Problem(violation.rule, violation.account, reason))
    if problems:
        raise Refusal(*problems, violations=violations)


def _placement(state: State, block: Block, order: Order, route: c.Route, ctx: Context) -> Placement:
    own_type = route.OrdType is not None
    return Placement(
        placement=ctx.name("placement", "P"),
        block=block.block,
        broker=route.broker,
        session=state.brokers[route.broker].session,
        instrument=block.instrument,
        Symbol=state.instruments[block.instrument].Symbol,
        Side=block.Side,
        OrderQty=route.OrderQty,
        ClOrdID=ctx.ClOrdID(state),
        routed=ctx.now,
        trade_date=state.business_date,
        OrdType=route.OrdType or block.OrdType,
        Price=route.Price if own_type else route.Price or block.Price,
        StopPx=route.StopPx if own_type else route.StopPx or block.StopPx,
        TimeInForce=route.TimeInForce or block.TimeInForce,
        HandlInst=order.HandlInst,
        instructions=order.instructions,
        trader=ctx.user,
    )


def _asking(state: State, name: str) -> Placement:
    """The placement that may send a request now: alive, with nothing unanswered, its session up."""
    placement = state.placements.get(name)
    if placement is None:
        raise refuse("placement", name, "unknown placement")
    if placement.requests:
        raise refuse(
            "placement", name, f"waits for the answer to its {placement.requests[0].kind} request"
        )
    session = state.sessions.get(placement.session)
    if session is None or not session.up:
        raise refuse("placement", name, f"session {placement.session} is down")
    return placement


def cancel_placement(state: State, command: c.CancelPlacement, ctx: Context) -> list[e.AnyEvent]:
    """Ask for a cancel of what is left."""
    placement = _asking(state, command.placement)
    if not placement.LeavesQty:
        raise refuse("placement", command.placement, "has nothing left to cancel")
    request = Request(RequestKind.Cancel, ctx.ClOrdID(state), placement.OrderQty, ctx.now)
    return [e.CancelRequested(command.placement, request)]


def replace_placement(state: State, command: c.ReplacePlacement, ctx: Context) -> list[e.AnyEvent]:
    """Ask for another quantity or price: above what is filled, within the block, compliant."""
    placement = _asking(state, command.placement)
    if placement.OrdStatus in ENDED:
        raise refuse("placement", command.placement, f"is {placement.OrdStatus.name}")
    block = live_block(state, placement.block, BlockState.Working)
    instrument = state.instruments[placement.instrument]
    problems = price_problems(instrument, placement.OrdType, command.Price, command.StopPx, "")
    if reason := bad_quantity(instrument, command.OrderQty):
        problems.append(c.Problem("OrderQty", str(command.OrderQty), reason))
    elif command.OrderQty <= placement.CumQty:
        problems.append(
            c.Problem(
                "OrderQty", str(command.OrderQty), f"is not above the filled {placement.CumQty}"
            )
        )
    elif command.OrderQty - placement.CumQty - placement.exposure > idle(state, block):
        problems.append(
            c.Problem("OrderQty", str(command.OrderQty), "is more than the block has idle")
        )
    if worse_than_limit(block, command.Price):
        problems.append(
            c.Problem("Price", str(command.Price), f"is worse than the block's limit {block.Price}")
        )
    if problems:
        raise Refusal(*problems)
    request = Request(
        RequestKind.Replace,
        ctx.ClOrdID(state),
        command.OrderQty,
        ctx.now,
        command.Price,
        command.StopPx,
    )
    return [e.ReplaceRequested(command.placement, request)]


def apply_routed(state: State, event: e.PlacementRouted) -> None:
    placement = event.placement
    new = Request(RequestKind.New, placement.ClOrdID, placement.OrderQty, placement.routed)
    state.placements[placement.placement] = replace(placement, requests=(new,))
    state.bump("placement", int(placement.placement[1:]))
    _index(state, placement.placement, placement.ClOrdID)
    block = state.blocks[placement.block]
    state.blocks[block.block] = replace(block, placements=(*block.placements, placement.placement))


def _index(state: State, placement: str, ClOrdID: str) -> None:
    state.placement_of[ClOrdID] = placement
    state.bump("ClOrdID", int(ClOrdID[6:]))


def apply_requested(state: State, event: e.CancelRequested | e.ReplaceRequested) -> None:
    placement = state.placements[event.placement]
    state.placements[event.placement] = replace(
        placement, requests=(*placement.requests, event.request), transmission=Transmission.Queued
    )
    _index(state, event.placement, event.request.ClOrdID)


def return_unsent(state: State, command: c.ReturnUnsent, ctx: Context) -> list[e.AnyEvent]:
    """The gateway could not send; an answer that came meanwhile makes this void."""
    placement = state.placements[command.placement]
    if all(request.ClOrdID != command.ClOrdID for request in placement.requests):
        return []
    return [e.PlacementUnsent(command.placement, command.ClOrdID, command.reason)]


def apply_unsent(state: State, event: e.PlacementUnsent) -> None:
    placement = state.placements[event.placement]
    requests = tuple(r for r in placement.requests if r.ClOrdID != event.ClOrdID)
    first = event.ClOrdID == placement.ClOrdID and placement.OrdStatus is None
    transmission = Transmission.Unsent if first else Transmission.Acknowledged
    state.placements[event.placement] = replace(
        placement, requests=requests, transmission=transmission, text=event.reason
    )


def confirm_sent(state: State, command: c.ConfirmSent, ctx: Context) -> list[e.AnyEvent]:
    """On disk: what left, and with which message numbers."""
    return [e.MessagesSent(command.session, command.MsgSeqNums, command.ClOrdIDs)]


DECIDE = {
    c.RouteBlock: route_block,
    c.CancelPlacement: cancel_placement,
    c.ReplacePlacement: replace_placement,
    c.ReturnUnsent: return_unsent,
    c.ConfirmSent: confirm_sent,
}
APPLY = {
    e.PlacementRouted: apply_routed,
    e.CancelRequested: apply_requested,
    e.ReplaceRequested: apply_requested,
    e.PlacementUnsent: apply_unsent,
}
