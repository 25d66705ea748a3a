"""Routing: what of a block may go to which broker, on which terms, and the placement it becomes."""

import re
from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from tradeoms import compliance
from tradeoms.core.action_orders import in_old_shares
from tradeoms.core.amounts import bad_amount
from tradeoms.core.blocks import bad_names, freeze, idle, live_block
from tradeoms.core.bounds import brief
from tradeoms.core.checks import bad_quantity, price_problems
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.halts import block_halted
from tradeoms.core.hours import must_be_open
from tradeoms.core.measuring import expected, idle_amount
from tradeoms.core.owners import must_be_mine
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.crosses import HOUSE
from tradeoms.model.fields import BlockState, OrdType, Severity, TimeInForce
from tradeoms.model.orders import ZERO, Block, Violation
from tradeoms.model.placements import Placement
from tradeoms.model.state import State

EXEC_INST = re.compile(r"[0-9A-Za-z]( [0-9A-Za-z])*")


def route_block(state: State, command: c.RouteBlock, ctx: Context) -> list[e.AnyEvent]:
    """Placements within the idle quantity, no worse than the block's limit, compliant again."""
    block, routes = agreed(state, command.block, command.routes, command.acknowledged, ctx)
    frozen = None if block.statement else freeze(state, block, ctx)
    # What a block in money comes to is measured between the two.
    events: list[e.AnyEvent] = [frozen] if frozen and block.CashOrderQty is not None else []
    statement = frozen.statement if frozen and not events else None
    for route in routes:
        placement = placement_of(state, block, route, ctx)
        events.append(e.PlacementRouted(placement, statement))
        statement = None
        session = state.sessions.get(placement.session)
        if session is None or not session.up:
            reason = "the session is down"
            events.append(e.PlacementUnsent(placement.placement, placement.ClOrdID, reason))
    return events


def agreed(
    state: State,
    name: str,
    wanted: tuple[c.Route, ...],
    acknowledged: tuple[str, ...],
    ctx: Context,
) -> tuple[Block, tuple[c.Route, ...]]:
    """The block and its routes with all their terms; a Refusal where it may not be routed so."""
    block = live_block(state, name, BlockState.Open, BlockState.Working)
    must_be_mine(block, ctx)
    problems = _kind_problems(block, wanted)
    routes = tuple(_whole(state, block, route) for route in wanted)
    problems = problems or _route_problems(state, block, routes)
    if problems:
        raise Refusal(*problems)
    comply(state, block, routes, acknowledged, ctx)
    return block, routes


MOST_BLOCKS = 1000  # of one command: other people's wait behind it


def route_blocks(state: State, command: c.RouteBlocks, ctx: Context) -> list[e.AnyEvent]:
    """Each as `route_block` would; what is wrong with any keeps all of them back."""
    if problems := bad_names([row.block for row in command.blocks], MOST_BLOCKS):
        raise Refusal(*problems)
    events: list[e.AnyEvent] = []
    violations: list[Violation] = []
    for n, row in enumerate(command.blocks):
        try:
            events += route_block(state, row, ctx)
        except Refusal as refusal:
            problems += [replace(p, field=f"blocks[{n}].{p.field}") for p in refusal.problems]
            violations += refusal.violations
    if problems:
        raise Refusal(*problems, violations=tuple(violations))
    return events


def _kind_problems(block: Block, routes: tuple[c.Route, ...]) -> list[c.Problem]:
    """Of a block in money brokers get parts of its amount."""
    problems = list[c.Problem]()
    for n, route in enumerate(routes if block.CashOrderQty is not None else ()):
        if route.CashOrderQty is None:
            reason = f"is needed: {block.block} is in money"
            problems.append(c.Problem(f"routes[{n}].CashOrderQty", "", reason))
        if route.OrderQty:
            reason = f"is for the broker to say: {block.block} is in money"
            problems.append(c.Problem(f"routes[{n}].OrderQty", brief(route.OrderQty), reason))
    return problems


def _whole(state: State, block: Block, route: c.Route) -> c.Route:
    """The route with what an amount is expected to come to, and the block's terms where it has none."""
    route = _with_terms(block, route)
    amount = route.CashOrderQty
    if block.CashOrderQty is None or amount is None or bad_amount(amount):
        return route
    return replace(route, OrderQty=expected(state, block, amount, route.Price))


def _with_terms(block: Block, route: c.Route) -> c.Route:
    """Its own type brings its own prices."""
    if route.OrdType is not None:
        return replace(route, TimeInForce=route.TimeInForce or block.TimeInForce)
    return replace(
        route,
        OrdType=block.OrdType,
        Price=block.Price if route.Price is None else route.Price,
        StopPx=block.StopPx if route.StopPx is None else route.StopPx,
        TimeInForce=route.TimeInForce or block.TimeInForce,
    )


def _route_problems(state: State, block: Block, routes: tuple[c.Route, ...]) -> list[c.Problem]:
    if not routes:
        return [c.Problem("routes", "", "name at least one broker and quantity")]
    instrument = state.instruments[block.instrument]
    problems = []
    if why := in_old_shares(state, block):
        problems.append(c.Problem("block", block.block, why))
    for n, route in enumerate(routes):
        field = f"routes[{n}]."
        if route.broker not in state.brokers or route.broker == HOUSE:
            problems.append(c.Problem(f"{field}broker", brief(route.broker), "unknown broker"))
        if block.CashOrderQty is None and (reason := bad_quantity(instrument, route.OrderQty)):
            problems.append(c.Problem(f"{field}OrderQty", brief(route.OrderQty), reason))
        kind = route.OrdType or block.OrdType
        prices = price_problems(instrument, kind, route.Price, route.StopPx, field)
        problems += prices or worse_problems(block, route.Price, route.StopPx, field)
        problems += _special_problems(route, field)
        if _outlives(block, route):
            problems.append(c.Problem(f"{field}TimeInForce", "1", "outlives the block's orders"))
    if not any(problem.field.endswith("OrderQty") for problem in problems):
        problems += _total_problems(state, block, routes)
    return problems


def _total_problems(state: State, block: Block, routes: tuple[c.Route, ...]) -> list[c.Problem]:
    """No more than what is idle; of an amount, enough for a lot."""
    if block.CashOrderQty is None:
        wanted, free = sum((route.OrderQty for route in routes), ZERO), idle(state, block)
        name, problems = "OrderQty", list[c.Problem]()
    else:
        wanted, free = amount_in(routes), idle_amount(state, block)
        name, lot = "CashOrderQty", state.instruments[block.instrument].lot
        problems = [
            c.Problem(
                f"routes[{n}].{name}", f"{route.CashOrderQty:f}", f"is less than {lot:f} units"
            )
            for n, route in enumerate(routes)
            if not route.OrderQty
        ]
    if wanted > free:
        reason = f"is more than the idle {free} of the block"
        problems.append(c.Problem(f"routes.{name}", str(wanted), reason))
    return problems


def amount_in(routes: Iterable[c.Route]) -> Decimal:
    """The money of all routes."""
    return sum((route.CashOrderQty or ZERO for route in routes), ZERO)


def _special_problems(route: c.Route, field: str) -> list[c.Problem]:
    """What only some brokers take: instructions by code, and an amount of money."""
    problems, cash = [], route.CashOrderQty
    if route.ExecInst and not EXEC_INST.fullmatch(route.ExecInst):
        reason = "must be codes of one character, with spaces between them"
        problems.append(c.Problem(f"{field}ExecInst", brief(ascii(route.ExecInst)), reason))
    if cash is not None and (reason := bad_amount(cash)):
        problems.append(c.Problem(f"{field}CashOrderQty", brief(cash), reason))
    return problems


def worse_problems(
    block: Block, Price: Decimal | None, StopPx: Decimal | None, field: str
) -> list[c.Problem]:
    """A placement may not trade at a price, or before a trigger, that no member agreed to."""
    problems = []
    if block.Price is not None and (Price is None or _above(block, Price, block.Price)):
        reason = f"is worse than the block's limit {block.Price}"
        problems.append(c.Problem(f"{field}Price", "" if Price is None else str(Price), reason))
    if block.StopPx is not None and (StopPx is None or _above(block, block.StopPx, StopPx)):
        reason = f"is triggered before the block's stop {block.StopPx}"
        problems.append(c.Problem(f"{field}StopPx", "" if StopPx is None else str(StopPx), reason))
    return problems


def _above(block: Block, price: Decimal, other: Decimal) -> bool:
    """True where a buyer pays more, a seller gets less."""
    return price < other if block.Side.sells else price > other


def _outlives(block: Block, route: c.Route) -> bool:
    if route.TimeInForce in (None, block.TimeInForce):
        return False
    return block.TimeInForce.at_once or route.TimeInForce is TimeInForce.GoodTillCancel


def comply(
    state: State,
    block: Block,
    routes: tuple[c.Route, ...],
    acknowledged: tuple[str, ...],
    ctx: Context,
) -> None:
    """Refuse what is halted, what a rule blocks, and warnings that the trader has not acknowledged."""
    if why := block_halted(state, block, ctx.user):
        raise refuse("block", block.block, why)
    must_be_open(state)
    orders = tuple(state.orders[name] for name in block.orders)
    heed(compliance.check_route(state, block, orders, routes, ctx.now), acknowledged)


def heed(violations: tuple[Violation, ...], acknowledged: tuple[str, ...]) -> None:
    """Refuse what a rule blocks, and warnings that nobody has acknowledged."""
    problems = []
    for violation in violations:
        if violation.severity is Severity.Block:
            problems.append(c.Problem(violation.rule, violation.account, violation.message))
        elif violation.rule not in acknowledged:
            reason = f"must be acknowledged: {violation.message}"
            problems.append(c.Problem(violation.rule, violation.account, reason))
    if problems:
        raise Refusal(*problems, violations=violations)


def placement_of(state: State, block: Block, route: c.Route, ctx: Context) -> Placement:
    """What becomes of a route."""
    order = state.orders[block.orders[0]]
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
        OrdType=route.OrdType or OrdType.Market,
        Price=route.Price,
        StopPx=route.StopPx,
        TimeInForce=route.TimeInForce or TimeInForce.Day,
        ExecInst=route.ExecInst,
        CashOrderQty=route.CashOrderQty,
        Currency=state.instruments[block.instrument].Currency if route.CashOrderQty else "",
        HandlInst=order.HandlInst,
        instructions=order.instructions,
        trader=ctx.user,
        commission_per_share=state.brokers[route.broker].commission_per_share,
        commission=state.brokers[route.broker].commission,
        research=state.brokers[route.broker].research,
    )


DECIDE = {c.RouteBlock: route_block, c.RouteBlocks: route_blocks}
