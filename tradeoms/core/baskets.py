"""Baskets: many orders, decided in slices, staged invisibly, released or dropped by one event."""

from collections.abc import Generator

from msgspec.structs import replace

from tradeoms import compliance
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.orders import enter, forget, pend
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrderState, Override, Severity
from tradeoms.model.orders import Order, Violation
from tradeoms.model.state import State

WORST_SHOWN = 200  # problems listed in one answer; the count of all is in its first line


def submit_basket(
    state: State, command: c.SubmitBasket, ctx: Context
) -> Generator[list[e.AnyEvent], None, list[e.AnyEvent]]:
    """Yields the events of one order at a time, so that the engine may do other work in between.

    What releases the basket is returned: it is booked with the answer, never on its own.
    Every order is looked at before anything is refused, so that all that is wrong is named at once.
    """
    taken = command.basket in state.baskets or command.basket in state.drafts
    if not command.basket or taken:
        raise refuse("basket", brief(command.basket), "needs a name that no basket has")
    if not command.orders:
        raise refuse("orders", "", "a basket needs at least one order")
    problems: list[c.Problem] = []
    violations: list[Violation] = []
    drafts: list[Order] = []
    for n, new in enumerate(command.orders):
        try:
            order = enter(state, new, ctx, f"orders[{n}].")
        except Refusal as refusal:
            problems += refusal.problems
            violations += refusal.violations
        else:
            drafts.append(replace(order, basket=command.basket, state=OrderState.Draft))
        yield [] if problems else [e.OrderEntered(drafts[-1])]
    if not problems:
        over = compliance.check_basket(state, tuple(drafts), ctx.now)
        violations += over
        problems += [
            c.Problem(f"basket.{v.rule}", command.basket, v.message) for v in over if _final(v)
        ]
    if problems:
        own = tuple(order.order for order in drafts if order.order in state.orders)
        yield [e.BasketDropped(command.basket, own, f"{len(problems)} problems")] if own else []
        raise Refusal(*problems[:WORST_SHOWN], violations=tuple(violations[:WORST_SHOWN]))
    return [e.BasketReleased(command.basket, tuple(order.order for order in drafts))]


def _final(violation: Violation) -> bool:
    return violation.severity is Severity.Block and violation.override is Override.Never


def interrupted(state: State) -> list[e.AnyEvent]:
    """Baskets that a crash cut short are dropped; the client sends the same command again."""
    reason = "the system stopped while it was read"
    return [event for name in state.drafts for event in dropped(state, name, reason)]


def dropped(state: State, basket: str, reason: str) -> list[e.AnyEvent]:
    """Whatever of the basket has been staged invisibly goes."""
    orders = tuple(state.drafts.get(basket, ()))
    return [e.BasketDropped(basket, orders, reason)] if orders else []


def apply_released(state: State, event: e.BasketReleased) -> None:
    state.baskets[event.basket] = event.orders
    state.drafts.pop(event.basket, None)
    for name in event.orders:
        order = state.orders[name]
        held = any(v.severity is Severity.Block for v in order.violations)
        state.orders[name] = replace(order, state=OrderState.Held if held else OrderState.Staged)


def apply_dropped(state: State, event: e.BasketDropped) -> None:
    state.drafts.pop(event.basket, None)
    for name in event.orders:
        order = state.orders.pop(name)
        pend(state, order, -1)
        forget(state, order)


SLICED = {c.SubmitBasket: submit_basket}
APPLY = {e.BasketReleased: apply_released, e.BasketDropped: apply_dropped}
