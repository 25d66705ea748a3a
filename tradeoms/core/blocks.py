"""Blocks: staged orders merged, their statement frozen before the first route, finished."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from tradeoms.core.bounds import MOST_UNITS, brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.freezing import statement
from tradeoms.core.halts import work_halted
from tradeoms.core.hours import must_be_open
from tradeoms.core.merging import groups_of
from tradeoms.core.owners import must_be_mine, of_another
from tradeoms.core.parts import cannot
from tradeoms.core.price_groups import enter
from tradeoms.core.room import no_room
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState, OrderState, Transmission
from tradeoms.model.orders import ZERO, Block, Order
from tradeoms.model.placements import Placement
from tradeoms.model.state import State
from tradeoms.model.statements import Statement


def block_orders(state: State, command: c.BlockOrders, ctx: Context) -> list[e.AnyEvent]:
    """A block for each group of orders that may be worked as one."""
    must_be_open(state)
    problems = [
        c.Problem(f"orders[{n}]", name, reason)
        for n, name in enumerate(command.orders)
        if (reason := not_staged(state, name, ctx))
    ]
    if len(set(command.orders)) != len(command.orders):
        problems.append(c.Problem("orders", "", "an order is named twice"))
    if not command.orders:
        problems.append(c.Problem("orders", "", "a block needs at least one order"))
    if problems:
        raise Refusal(*problems)
    groups = groups_of(state, [state.orders[name] for name in command.orders])
    for members in groups:
        instrument = state.instruments[members[0].instrument]
        total = sum((order.OrderQty for order in members), ZERO)
        if total > (most := instrument.quantity(MOST_UNITS)):
            raise refuse("orders", f"{total:f}", f"the block would be above {most:,f}")
    return [e.BlockOpened(_block(state, members, ctx)) for members in groups]


def not_staged(state: State, name: str, ctx: Context) -> str:
    """Why no block may take an order now; empty where one may."""
    order = state.orders.get(name)
    if order is None or order.state is OrderState.Draft:
        return "unknown order"
    if order.state is not OrderState.Staged:
        return f"is {order.state}, not staged"
    if name in state.crossing:
        return f"waits for cross {state.crossing[name]}: reject it first"
    return of_another(order, ctx) or work_halted(state, order, ctx.user)


def _block(state: State, orders: list[Order], ctx: Context) -> Block:
    first = orders[0]
    return Block(
        block=ctx.name("block", "B"),
        trader=ctx.user,
        instrument=first.instrument,
        Side=first.Side,
        orders=tuple(order.order for order in orders),
        OrderQty=sum((order.OrderQty for order in orders), ZERO),
        opened=ctx.now,
        trade_date=state.business_date,
        OrdType=first.OrdType,
        Price=first.Price,
        StopPx=first.StopPx,
        TimeInForce=first.TimeInForce,
        claimed=ctx.user,
        CashOrderQty=amount_of(orders),
    )


def amount_of(orders: Iterable[Order]) -> Decimal | None:
    """The money of orders in money; None of orders in quantities."""
    amounts = [order.CashOrderQty for order in orders if order.CashOrderQty is not None]
    return sum(amounts, ZERO) if amounts else None


def bad_names(names: Sequence[str], most: int) -> list[c.Problem]:
    """What is wrong with the blocks that one command names, whatever they are."""
    problems = [
        c.Problem("blocks", brief(name), "is named twice")
        for name, times in Counter(names).items()
        if times > 1
    ]
    if not 0 < len(set(names)) <= most:
        problems.append(c.Problem("blocks", str(len(set(names))), f"must be 1 to {most} blocks"))
    return problems


def freeze(state: State, block: Block, ctx: Context) -> e.StatementFrozen:
    """The statement of a block: its members as they are before anything is routed."""
    orders = [state.orders[name] for name in block.orders]
    return e.StatementFrozen(block.block, statement(state, block, orders, ctx))


def placements(state: State, block: Block) -> list[Placement]:
    """A block's placements, oldest first."""
    return [state.placements[name] for name in block.placements]


def idle(state: State, block: Block) -> Decimal:
    """What no broker has filled or may still fill: idle + working + filled = OrderQty."""
    return block.OrderQty - sum((p.CumQty + p.exposure for p in placements(state, block)), ZERO)


def live_block(state: State, name: str, *states: BlockState) -> Block:
    """The block in one of the given states; Refusal where it is unknown or in another."""
    block = state.blocks.get(name)
    if block is None:
        raise refuse("block", name, "unknown block")
    if block.state not in states:
        raise refuse("block", name, f"is {block.state}, must be {' or '.join(states)}")
    return block


def dissolve_block(state: State, command: c.DissolveBlock, ctx: Context) -> list[e.AnyEvent]:
    """Only a block of which nothing ever left gives its orders back."""
    block = live_block(state, command.block, BlockState.Open, BlockState.Working)
    must_be_mine(block, ctx)
    left = [
        p.placement
        for p in placements(state, block)
        if p.transmission is not Transmission.Unsent or p.CumQty
    ]
    if left:
        raise refuse("block", command.block, f"has been routed: {', '.join(left)}")
    return [e.BlockDissolved(command.block)]


def finish_block(state: State, command: c.FinishBlock, ctx: Context) -> list[e.AnyEvent]:
    """Nothing may be working any more: what is filled now is what gets allocated."""
    block = live_block(state, command.block, BlockState.Working)
    must_be_mine(block, ctx)
    placed = placements(state, block)
    if why := unfinished(block, placed, command.reason) or no_room(state, block, placed):
        raise refuse("block", command.block, why)
    if not command.reason.strip() and (text := cannot(state, block)):
        raise refuse("block", command.block, text)
    return [e.BlockFinished(command.block, command.reason)]


def unfinished(block: Block, placed: Sequence[Placement], reason: str) -> str:
    """Why nobody may finish a block now, or not without a reason; empty where one may."""
    if working := [p.placement for p in placed if p.exposure or p.requests]:
        return f"has working placements: {', '.join(working)}"
    if why := _over_filled(block, placed):
        return why
    different = [_differs(p) for p in placed if p.told not in (None, p.CumQty)]
    if different and not reason.strip():
        return f"{'; '.join(different)}; give a reason to finish all the same"
    return ""


def not_bookable(state: State, block: Block) -> str:
    """Why what a block was filled with can be nobody's yet; empty where it can be allocated."""
    placed = placements(state, block)
    return _over_filled(block, placed) or no_room(state, block, placed)


def _over_filled(block: Block, placed: Sequence[Placement]) -> str:
    filled = sum((p.CumQty for p in placed), ZERO)
    if filled - block.OrderQty > (block.error.quantity if block.error else 0):
        return f"is over-filled: {filled} of {block.OrderQty}; book the error to an account first"
    return ""


def _differs(placement: Placement) -> str:
    name, told = placement.placement, placement.told
    return f"{name}: the broker's CumQty is {told}, our fills make {placement.CumQty}"


def react_finished(state: State, event: e.BlockFinished) -> list[c.Command]:
    """Done leads to the allocation at once."""
    if event.together:
        return []
    return [c.AllocateBlock(event.block, event.internal)]


def apply_opened(state: State, event: e.BlockOpened) -> None:
    block = event.block
    state.blocks[block.block] = block
    state.bump("block", int(block.block[1:]))
    for name in block.orders:
        state.orders[name] = replace(
            state.orders[name], state=OrderState.InBlock, block=block.block
        )


def apply_dissolved(state: State, event: e.BlockDissolved) -> None:
    block = state.blocks[event.block]
    state.blocks[event.block] = replace(block, state=BlockState.Dissolved)
    for name in block.orders:
        state.orders[name] = replace(state.orders[name], state=OrderState.Staged, block="")


def apply_frozen(state: State, event: e.StatementFrozen) -> None:
    begin(state, event.block, event.statement)


def begin(state: State, name: str, statement: Statement) -> None:
    """A block whose statement is frozen is worked."""
    frozen = replace(state.blocks[name], statement=statement, state=BlockState.Working)
    state.blocks[name] = frozen
    enter(state, frozen)


def apply_finished(state: State, event: e.BlockFinished) -> None:
    state.blocks[event.block] = replace(state.blocks[event.block], state=BlockState.Done)


DECIDE = {c.BlockOrders: block_orders, c.DissolveBlock: dissolve_block, c.FinishBlock: finish_block}
APPLY = {
    e.BlockOpened: apply_opened,
    e.BlockDissolved: apply_dissolved,
    e.StatementFrozen: apply_frozen,
    e.BlockFinished: apply_finished,
}
REACT = {e.BlockFinished: react_finished}
