"""Crossing: opposite orders of our accounts trade with each other before anything is routed.

A trader proposes it, a second person approves it, the market says the price: all in one transaction
and without a broker, a message or a commission. What of an order is not crossed is staged again.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from tradeoms import compliance
from tradeoms.core.attention import alert
from tradeoms.core.blocks import not_staged
from tradeoms.core.bounds import MOST_MONEY, bad_price, brief
from tradeoms.core.checks import bad_quantity
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.crossed import kept, leg
from tradeoms.core.halts import work_halted
from tradeoms.core.hours import must_be_open
from tradeoms.core.opposite import shared, unsuited
from tradeoms.core.orders import pend
from tradeoms.core.reasons import optional_reason_problems, reason_problems
from tradeoms.core.room import full
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.crosses import HOUSE, Cross, CrossPart, FairPrice, Word
from tradeoms.model.fields import CrossState, Handling, OrderState, Severity
from tradeoms.model.orders import ZERO, Order, Violation
from tradeoms.model.state import State

S = CrossState
MOST_ORDERS = 1000  # of one cross: other people's commands wait behind it


def propose(state: State, command: c.ProposeCross, ctx: Context) -> list[e.AnyEvent]:
    """Everything that is wrong at once; else it waits for a second person, its orders for the cross."""
    must_be_open(state)
    problems = [*_order_problems(state, command, ctx), *optional_reason_problems(command.reason)]
    if problems:
        raise Refusal(*problems)
    orders = [state.orders[name] for name in command.orders]
    buys = [order for order in orders if not order.Side.sells]
    sells = [order for order in orders if order.Side.sells]
    quantity = _quantity(state, command.OrderQty, buys, sells)
    number = state.counters.get("cross", 0)  # of all there ever were: old ones leave memory
    sides = [shared(state, side, quantity, number) for side in (buys, sells)]
    used = {part.order for side in sides for part in side}
    orders = [order for order in orders if order.order in used]
    price, violations = _comply(
        state, orders, [*sides[0], *sides[1]], quantity, command.acknowledged, ctx
    )
    cross = Cross(
        cross=ctx.name("cross", "X"),
        instrument=orders[0].instrument,
        OrderQty=quantity,
        buys=sides[0],
        sells=sides[1],
        pms=tuple(dict.fromkeys(order.pm for order in orders)),
        price=price,
        proposed=Word(ctx.user, command.reason, ctx.now),
        trade_date=state.business_date,
        violations=violations,
    )
    text = f"{quantity} {cross.instrument} at {price.Px} ({price.basis}) by {ctx.user}: approve it"
    return [e.CrossProposed(cross), alert(ctx, "cross proposed", cross.cross, text)]


def _order_problems(state: State, command: c.ProposeCross, ctx: Context) -> list[c.Problem]:
    names = command.orders
    if not 2 <= len(names) <= MOST_ORDERS:
        return [c.Problem("orders", str(len(names)), f"must be 2 to {MOST_ORDERS} orders")]
    problems, seen = list[c.Problem](), set[str]()
    for n, name in enumerate(names):
        reason = not_staged(state, name, ctx) or unsuited(state.orders[name])
        if name in seen:
            reason = "is named twice"
        seen.add(name)
        if reason:
            problems.append(c.Problem(f"orders[{n}]", brief(name), reason))
    return problems or _pair_problems(state, [state.orders[name] for name in names])


def _pair_problems(state: State, orders: Sequence[Order]) -> list[c.Problem]:
    """What is wrong with orders that are sound each by itself."""
    problems: list[c.Problem] = []
    if len(names := dict.fromkeys(order.instrument for order in orders)) > 1:
        problems.append(c.Problem("orders", ", ".join(names), "are in several instruments"))
    if len({order.Side.sells for order in orders}) < 2:
        problems.append(c.Problem("orders", "", "must be of both sides"))
    sides: dict[bool, set[str]] = {True: set(), False: set()}
    for order in orders:
        sides[order.Side.sells] |= {member.account for member in order.members}
    problems += [
        c.Problem("orders", name, "would trade with itself")
        for name in sorted(sides[True] & sides[False])
    ]
    return problems


def _quantity(
    state: State, wanted: Decimal | None, buys: Sequence[Order], sells: Sequence[Order]
) -> Decimal:
    most = min(sum((order.OrderQty for order in side), ZERO) for side in (buys, sells))
    if wanted is None or wanted == most:
        return most
    if bad := bad_quantity(state.instruments[buys[0].instrument], wanted):
        raise refuse("OrderQty", brief(wanted), bad)
    if wanted > most:
        raise refuse("OrderQty", wanted, f"is more than the {most} of the smaller side")
    return wanted


def _comply(
    state: State,
    orders: Sequence[Order],
    parts: Sequence[CrossPart],
    quantity: Decimal,
    acknowledged: tuple[str, ...],
    ctx: Context,
) -> tuple[FairPrice, tuple[Violation, ...]]:
    """The price; Refusal for what a rule blocks, and for warnings that were not acknowledged."""
    crossed = [replace(order, members=kept(order, parts)) for order in orders]
    found = compliance.check_cross(state, orders, crossed, ctx.now)
    problems = []
    for v in found:
        if v.severity is Severity.Block:
            problems.append(c.Problem(v.rule, v.account, v.message))
        elif v.rule not in acknowledged:
            problems.append(c.Problem(v.rule, v.account, f"must be acknowledged: {v.message}"))
    if problems:
        raise Refusal(*problems, violations=found)
    instrument = state.instruments[orders[0].instrument]
    price = compliance.price_of_cross(state, instrument.instrument, ctx.now)
    assert isinstance(price, FairPrice), "cross_price has passed"
    if bad := bad_price(price.Px):
        raise refuse("cross_price", price.Px, bad)
    units = instrument.units(quantity)
    cents = instrument.cents(units, price.Px)
    if cents > MOST_MONEY * 100:
        raise refuse("OrderQty", quantity, f"is worth more than {MOST_MONEY:,}")
    accounts = [part.account for part in parts]
    if why := full(state, instrument, accounts, cents, units):
        raise refuse("orders", ", ".join(order.order for order in orders), why)
    return price, found


def approve(state: State, command: c.ApproveCross, ctx: Context) -> list[e.AnyEvent]:
    """Judged again as things stand, and at the price of now; both sides are booked at once."""
    must_be_open(state)
    cross = known(state, command.cross, S.Proposed)
    problems = optional_reason_problems(command.reason)
    if why := not_second(cross, cross.proposed, ctx):
        problems.append(c.Problem("user", ctx.user, why))
    problems += [
        c.Problem("orders", name, why)
        for name in cross.orders
        if (why := _changed(state, cross, state.orders[name], ctx))
    ]
    if problems:
        raise Refusal(*problems)
    orders = [state.orders[name] for name in cross.orders]
    price, violations = _comply(
        state, orders, cross.parts, cross.OrderQty, command.acknowledged, ctx
    )
    word = Word(ctx.user, command.reason, ctx.now)
    legs = [
        leg(state, cross, [o for o in orders if o.Side.sells is sells], price, ctx)
        for sells in (True, False)
    ]
    text = f"{cross.OrderQty} {cross.instrument} at {price.Px} ({price.basis}) by {ctx.user}"
    return [
        *([] if HOUSE in state.brokers else [e.BrokersDefined((_house(),))]),
        e.CrossApproved(cross.cross, word, price, tuple(b for b, _ in legs), violations),
        *(event for _, events in legs for event in events),
        alert(ctx, "crossed", cross.cross, text),
    ]


def _house() -> Broker:
    """Who fills a cross: no session reaches it, and it is told nothing."""
    return Broker(
        HOUSE,
        "crossed in the house",
        "",
        knows_status_requests=False,
        allocations=Handling.Outside,
        confirmations=Handling.Outside,
    )


def known(state: State, name: str, wanted: CrossState) -> Cross:
    """The cross in the state that is wanted; Refusal where it is unknown or in another."""
    cross = state.crosses.get(name)
    if cross is None:
        raise refuse("cross", brief(name), "unknown cross")
    if cross.state is not wanted:
        raise refuse("cross", name, f"is {cross.state}, not {wanted}")
    return cross


def not_second(cross: Cross, first: Word, ctx: Context) -> str:
    """Why somebody may not be the second person; empty for who may."""
    if ctx.user == first.user:
        return "proposed it: it takes a second person"
    return "is portfolio manager of one of its orders" if ctx.user in cross.pms else ""


def _changed(state: State, cross: Cross, order: Order, ctx: Context) -> str:
    """Why an order cannot cross any more; empty where it is as it was."""
    if order.state is not OrderState.Staged:
        return f"is {order.state}, not staged"
    has = {member.account: member.OrderQty for member in order.members}
    for part in cross.parts:
        if part.order == order.order and part.OrderQty > has.get(part.account, ZERO):
            return f"{part.account} wants less by now: propose it again"
    # A cross is the work of who proposed it, whoever approves it.
    return work_halted(state, order, ctx.user) or work_halted(state, order, cross.proposed.user)


def reject(state: State, command: c.RejectCross, ctx: Context) -> list[e.AnyEvent]:
    """Who proposed it may do so too; a cross that was to be taken back holds then."""
    cross = state.crosses.get(command.cross)
    problems = reason_problems(command.reason)
    if cross is None or cross.state not in (S.Proposed, S.BustProposed):
        why = "unknown cross" if cross is None else f"is {cross.state}: nothing is proposed"
        problems.append(c.Problem("cross", brief(command.cross), why))
    if problems or cross is None:
        raise Refusal(*problems)
    word = Word(ctx.user, command.reason, ctx.now)
    if cross.state is S.BustProposed:
        return [e.BustRejected(cross.cross, word)]
    return [e.CrossRejected(cross.cross, word)]


def end(state: State, command: c.EndCross, ctx: Context) -> list[e.AnyEvent]:
    """By itself; nothing where it was answered meanwhile."""
    if state.crosses[command.cross].state is not S.Proposed:
        return []
    word = Word(ctx.user, command.reason, ctx.now)
    text = f"ended by itself: {command.reason}"
    return [
        e.CrossRejected(command.cross, word, ended=True),
        alert(ctx, "cross ended", command.cross, text),
    ]


def react_cancelled(state: State, event: e.OrderCancelled) -> list[c.Command]:
    """Without an order that was part of it there is no cross."""
    cross = state.crossing.get(event.order)
    return [c.EndCross(cross, f"{event.order} was withdrawn: {event.reason}")] if cross else []


def react_adjusted(state: State, event: e.OrderAdjusted) -> list[c.Command]:
    """What was proposed was so many old shares."""
    cross = state.crossing.get(event.order)
    return [c.EndCross(cross, f"{event.action} has changed {event.order}")] if cross else []


def react_day(state: State, event: e.DayClosed | e.DayOpened) -> list[c.Command]:
    """What nobody has approved by then is not approved."""
    return [
        c.EndCross(name, f"was for {state.crosses[name].trade_date} only")
        for name in dict.fromkeys(state.crossing.values())
        if isinstance(event, e.DayClosed) or state.crosses[name].trade_date != event.business_date
    ]


def apply_proposed(state: State, event: e.CrossProposed) -> None:
    cross = event.cross
    state.crosses[cross.cross] = cross
    state.bump("cross", int(cross.cross[1:]))
    state.crossing.update(dict.fromkeys(cross.orders, cross.cross))


def _answer(state: State, name: str, to: CrossState, word: Word) -> Cross:
    cross = replace(state.crosses[name], state=to, answered=word)
    state.crosses[name] = cross
    for order in cross.orders:
        del state.crossing[order]
    return cross


def apply_approved(state: State, event: e.CrossApproved) -> None:
    cross = _answer(state, event.cross, S.Approved, event.word)
    state.crosses[event.cross] = replace(
        cross, price=event.price, blocks=event.blocks, violations=event.violations
    )


def apply_rejected(state: State, event: e.CrossRejected) -> None:
    _answer(state, event.cross, S.Ended if event.ended else S.Rejected, event.word)


def apply_cut(state: State, event: e.OrderCut) -> None:
    order = state.orders[event.order]
    quantity = sum((member.OrderQty for member in event.kept), ZERO)
    pend(state, order, -1)
    order = replace(order, members=event.kept, OrderQty=quantity)
    pend(state, order, 1)
    state.orders[event.order] = order


DECIDE = {
    c.ProposeCross: propose,
    c.ApproveCross: approve,
    c.RejectCross: reject,
    c.EndCross: end,
}
APPLY = {
    e.CrossProposed: apply_proposed,
    e.CrossApproved: apply_approved,
    e.CrossRejected: apply_rejected,
    e.OrderCut: apply_cut,
}
REACT = {
    e.OrderAdjusted: react_adjusted,
    e.OrderCancelled: react_cancelled,
    e.DayClosed: react_day,
    e.DayOpened: react_day,
}
