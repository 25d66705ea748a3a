"""Orders that are open over a corporate action: changed, given back, or in the way (FINRA 5330).

What a split or a merger does to shares it does to orders for them. Those that wait with us are
changed here; those at brokers the broker changes or cancels, and must be over before.
"""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.core.conversions import ratio_of
from tradeoms.core.orders import pend
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState, OrderState
from tradeoms.model.identifications import Identification
from tradeoms.model.lot_actions import ActionKind, CorporateAction, LotAction
from tradeoms.model.orders import ZERO, Block, Member, Order
from tradeoms.model.reference import Instrument
from tradeoms.model.state import State

K = ActionKind
CHANGES_SHARES = (K.Split, K.StockDividend, K.Merger)
REPRICES = (K.SpinOff, K.Rights)


def in_the_way(state: State, terms: CorporateAction, field: str) -> list[c.Problem]:
    """Blocks with orders from before the day, whose statement or fills are in old shares; baskets being
    read.
    """
    if terms.kind not in CHANGES_SHARES:
        return []
    problems = [
        c.Problem(
            f"{field}instrument",
            block.block,
            f"is worked since {block.trade_date}, in old shares: cancel what is at brokers, finish it",
        )
        for block in state.blocks.values()
        if block.instrument == terms.instrument
        and block.state in (BlockState.Working, BlockState.Done)
        and _is_old(state, block, terms)
    ]
    drafts = any(
        state.orders[name].instrument == terms.instrument
        for names in state.drafts.values()
        for name in names
    )
    if drafts:
        reason = "a basket with it is being read"
        problems.append(c.Problem(f"{field}instrument", terms.instrument, reason))
    return problems


def _is_old(state: State, block: Block, terms: CorporateAction) -> bool:
    """Whether it has an order of before the day, or had one when its statement was frozen."""
    frozen = block.statement.orders if block.statement else ()
    return any(state.orders[name].trade_date < terms.day for name in (*block.orders, *frozen))


def outdated(state: State, block: Block) -> CorporateAction | None:
    """What has changed the shares since the block was opened with orders of before: it was over then,
    and is not adjusted when a bust reopens it.
    """
    for action in reversed(state.lot_actions.values()):
        if action.at <= block.opened:
            return None
        terms = action.terms
        if (
            isinstance(terms, CorporateAction)
            and terms.kind in CHANGES_SHARES
            and terms.instrument == block.instrument
            and not action.reversed_by
            and _is_old(state, block, terms)
        ):
            return terms
    return None


def in_old_shares(state: State, block: Block) -> str:
    """Why nothing more may be traded of a block; empty where it may."""
    terms = outdated(state, block)
    if terms is None:
        return ""
    return f"is in shares of before the {terms.kind} of {terms.day}: finish it, and enter the rest anew"


def adjusted(
    state: State, terms: CorporateAction, action: str, ctx: Context
) -> Iterator[e.AnyEvent]:
    """What becomes of the orders from before the day."""
    old = [
        order
        for order in state.orders.values()
        if order.instrument == terms.instrument
        and order.trade_date < terms.day
        and (order.is_open or order.state is OrderState.InBlock)
    ]
    if terms.kind in REPRICES and old:
        names = ", ".join(order.order for order in old)
        text = f"{action} takes value out of {terms.instrument}: look at the prices of {names}"
        yield alert(ctx, "open orders", terms.instrument, text)
    if terms.kind not in CHANGES_SHARES:
        return
    for block in state.blocks.values():
        own = block.instrument == terms.instrument and block.state is BlockState.Open
        if own and _is_old(state, block, terms):
            yield e.BlockDissolved(block.block)
    ratio = ratio_of(state, terms)
    changed = []
    for order in old:
        event = _changed(state, order, terms, ratio, action)
        changed.append(order.order)
        yield event
        if isinstance(event, e.OrderAdjusted):
            yield from _unnamed(state, order, ctx)
    if changed:
        text = f"{action} changed or cancelled orders for {terms.instrument}: {', '.join(changed)}"
        yield alert(ctx, "open orders", terms.instrument, text)


def left_changed(state: State, action: LotAction, ctx: Context) -> Iterator[e.AlertRaised]:
    """Orders that an action which is taken back has changed: a person cancels them or not."""
    terms = action.terms
    if not isinstance(terms, CorporateAction) or terms.kind not in CHANGES_SHARES:
        return
    names = [
        order.order
        for order in state.orders.values()
        if order.instrument == terms.instrument
        and order.trade_date < terms.day
        and order.entered <= action.at
        and (order.is_open or order.state is OrderState.InBlock)
    ]
    if names:
        text = f"{action.action} is taken back, but stay as it changed them: {', '.join(names)}"
        yield alert(ctx, "open orders", terms.instrument, text)


def _changed(
    state: State, order: Order, terms: CorporateAction, ratio: Fraction, action: str
) -> e.OrderAdjusted | e.OrderCancelled:
    """More shares at a lower price; cancelled by a reverse split or a merger, as brokers do, and where
    no whole lot is left.
    """
    instrument = state.instruments[order.instrument]
    members = tuple(_member(instrument, member, ratio) for member in order.members)
    if terms.kind is K.Merger or ratio < 1 or not any(member.OrderQty for member in members):
        return e.OrderCancelled(order.order, f"{terms.kind} of {order.instrument} ({action})")
    down = ROUND_FLOOR if not order.Side.sells else ROUND_CEILING
    return e.OrderAdjusted(
        order=order.order,
        action=action,
        members=members,
        OrderQty=sum((member.OrderQty for member in members), ZERO),
        Price=_price(instrument, order.Price, ratio, down),
        # A stop is further away than its limit, never nearer.
        StopPx=_price(
            instrument, order.StopPx, ratio, ROUND_FLOOR if order.Side.sells else ROUND_CEILING
        ),
    )


def _member(instrument: Instrument, member: Member, ratio: Fraction) -> Member:
    """Rounded down to whole lots, as brokers do."""
    lots = int(Fraction(member.OrderQty) * ratio / Fraction(instrument.lot))
    return replace(member, OrderQty=lots * instrument.lot)


def _price(
    instrument: Instrument, price: Decimal | None, ratio: Fraction, way: str
) -> Decimal | None:
    """On tick, never worse for the order than the old price was."""
    if price is None:
        return None
    exact = Fraction(price) / ratio
    near = Decimal(exact.numerator) / Decimal(exact.denominator)
    tick = instrument.tick_at(near)
    return max((near / tick).to_integral_value(way) * tick, tick)


def _unnamed(state: State, order: Order, ctx: Context) -> Iterator[e.LotsIdentified]:
    """Lots that were named are other lots now: the standing method counts again."""
    for member in order.members:
        known = state.identified.get(f"{order.order}/{member.account}")
        if known is not None and known.lots:
            yield e.LotsIdentified(
                Identification(order.order, member.account, (), ctx.user, ctx.now)
            )


def apply_adjusted(state: State, event: e.OrderAdjusted) -> None:
    """In new shares."""
    order = state.orders[event.order]
    pend(state, order, -1)
    order = replace(
        order,
        members=event.members,
        OrderQty=event.OrderQty,
        Price=event.Price,
        StopPx=event.StopPx,
    )
    state.orders[event.order] = order
    pend(state, order, 1)


APPLY = {e.OrderAdjusted: apply_adjusted}
