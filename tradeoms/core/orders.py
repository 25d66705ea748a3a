"""Orders: checked at the edge, passed through compliance, staged, held, withdrawn."""

from datetime import datetime

import numpy as np
from msgspec.structs import replace

from tradeoms import compliance
from tradeoms.compliance import Case, Room, Stage
from tradeoms.core import amounts
from tradeoms.core.checks import check_fields
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.halts import order_halted
from tradeoms.core.hours import must_be_open
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import OrderState, Override, Severity
from tradeoms.model.orders import ZERO, NewOrder, Order, OverrideGiven, Violation
from tradeoms.model.state import State


def submit_order(state: State, command: c.SubmitOrder, ctx: Context) -> list[e.AnyEvent]:
    """Stage the order, hold it for an override, or refuse it with everything that is wrong."""
    order = enter(state, command.order, ctx, "order.")
    return [e.OrderEntered(order)]


def enter(state: State, new: NewOrder, ctx: Context, field: str) -> Order:
    """The order as it would enter; Refusal where a field is wrong or a BLOCK cannot be lifted."""
    must_be_open(state)
    problems = check_fields(state, new, field)
    if why := order_halted(state, new.desk, new.members):
        problems.append(c.Problem(f"{field}members", "", why))
    if problems:
        raise Refusal(*problems)
    order = _order(state, new, ctx)
    violations = compliance.check_order(state, order, ctx.now)
    if not violations:
        return order
    final = [v for v in violations if v.severity is Severity.Block and v.override is Override.Never]
    if final:
        problems = [
            c.Problem(f"{field}{v.rule}", v.account or new.instrument, v.message) for v in final
        ]
        raise Refusal(*problems, violations=violations)
    held = any(v.severity is Severity.Block for v in violations)
    return replace(
        order, violations=violations, state=OrderState.Held if held else OrderState.Staged
    )


def foreseen(
    state: State, new: NewOrder, now: datetime
) -> tuple[tuple[Violation, ...], list[Room]]:
    """What the rules would say of the order now, and its room within their limits.

    ValueError where a field is wrong.
    """
    if problems := check_fields(state, new, ""):
        raise ValueError("; ".join(f"{p.field} {p.value}: {p.reason}" for p in problems))
    order = _as_order(state, new, "", "", now)
    found = compliance.check_order(state, order, now)
    return found, compliance.rooms(Case.of(state, Stage.Entry, now, order))


def recorded(state: State, new: NewOrder, ctx: Context) -> Order:
    """An order that a broker has already: what the rules say is recorded and holds nothing."""
    order = _order(state, new, ctx)
    return replace(order, violations=compliance.check_order(state, order, ctx.now))


def _order(state: State, new: NewOrder, ctx: Context) -> Order:
    return _as_order(state, new, ctx.name("order", "O"), ctx.user, ctx.now)


def _as_order(state: State, new: NewOrder, name: str, pm: str, now: datetime) -> Order:
    price = state.prices.get(new.instrument)
    members = amounts.estimated(state, new)
    return Order(
        order=name,
        pm=pm,
        instrument=new.instrument,
        Side=new.Side,
        members=members,
        OrderQty=sum((m.OrderQty for m in members), ZERO),
        entered=now,
        trade_date=state.business_date,
        OrdType=new.OrdType,
        Price=new.Price,
        StopPx=new.StopPx,
        TimeInForce=new.TimeInForce,
        desk=new.desk,
        strategy=new.strategy,
        HandlInst=new.HandlInst,
        instructions=new.instructions,
        reason=new.reason,
        discretionary=new.discretionary,
        reference=new.reference,
        arrival=price.Px if price else None,
        arrival_source=f"{price.source} {price.at}" if price else "",
        CashOrderQty=amounts.total(members),
    )


def cancel_order(state: State, command: c.CancelOrder, ctx: Context) -> list[e.AnyEvent]:
    """Only an order that no block has taken may be withdrawn."""
    order = state.orders.get(command.order)
    if order is None or order.state is OrderState.Draft:
        raise refuse("order", command.order, "unknown order")
    if order.state not in (OrderState.Staged, OrderState.Held):
        raise refuse(
            "order",
            command.order,
            f"is {order.state}, only a staged or held order can be withdrawn",
        )
    return [e.OrderCancelled(command.order, command.reason)]


def override_violation(
    state: State, command: c.OverrideViolation, ctx: Context
) -> list[e.AnyEvent]:
    """One person's consent; the order is released once no BLOCK is left without its persons."""
    order = state.orders.get(command.order)
    if order is None or order.state is not OrderState.Held:
        raise refuse("order", command.order, "is not held for an override")
    blocks = [
        v for v in order.violations if v.rule == command.rule and v.severity is Severity.Block
    ]
    if not blocks:
        raise refuse("rule", command.rule, "does not hold this order")
    problems = _consent_problems(order, command, ctx)
    if problems:
        raise Refusal(*problems)
    facts = {
        f"{v.account}.{k}" if v.account else k: value
        for v in blocks
        for k, value in v.facts.items()
    }
    given = OverrideGiven(command.rule, ctx.user, command.reason, command.expires, facts)
    released = not compliance.still_blocked(
        replace(order, overrides=(*order.overrides, given)), ctx.now
    )
    return [e.ViolationOverridden(command.order, given, released)]


def _consent_problems(order: Order, command: c.OverrideViolation, ctx: Context) -> list[c.Problem]:
    problems = []
    if not command.reason.strip():
        problems.append(c.Problem("reason", "", "an override needs a reason"))
    if command.expires.tzinfo is None:
        problems.append(c.Problem("expires", str(command.expires), "has no time zone"))
    elif command.expires <= ctx.now:
        problems.append(c.Problem("expires", str(command.expires), "is in the past"))
    if ctx.user == order.pm:
        problems.append(c.Problem("user", ctx.user, "may not lift a block on an own order"))
    if any(
        o.person == ctx.user and o.rule == command.rule and o.expires > ctx.now
        for o in order.overrides
    ):
        problems.append(c.Problem("user", ctx.user, "has already consented"))
    return problems


def apply_entered(state: State, event: e.OrderEntered) -> None:
    order = event.order
    state.orders[order.order] = order
    state.bump("order", int(order.order[1:]))
    if order.state is OrderState.Draft:
        state.drafts.setdefault(order.basket, []).append(order.order)
    for member in order.members:
        key = compliance.fingerprint(order, member)
        earlier = state.fingerprints.get(key, ())
        state.fingerprints[key] = (*earlier, (order.entered, order.order))
    pend(state, order, 1)


def forget(state: State, order: Order) -> None:
    """Take back the order's fingerprints; those of the same orders around it stay."""
    for member in order.members:
        key = compliance.fingerprint(order, member)
        others = tuple(row for row in state.fingerprints.pop(key, ()) if row[1] != order.order)
        if others:
            state.fingerprints[key] = others


def pend(state: State, order: Order, sign: int) -> None:
    """Count an order's quantities as pending in its accounts (sign 1), or no longer (-1)."""
    cells = (state.selling if order.Side.sells else state.buying).cells
    instrument, rows = state.instruments[order.instrument], state.account_axis.index
    own = cells[:, state.instrument_axis.index[order.instrument]]
    if len(order.members) == 1:
        (member,) = order.members
        own[rows[member.account]] += sign * instrument.units(member.OrderQty)
    else:
        units = instrument.all_units([member.OrderQty for member in order.members])
        accounts = [rows[member.account] for member in order.members]
        np.add.at(own, accounts, sign * np.array(units, np.int64))
    if order.CashOrderQty is not None and not order.Side.sells:
        _spend(state, order, sign)


def _spend(state: State, order: Order, sign: int) -> None:
    """Keep which accounts an order in money still buys for, and where among its members each is."""
    for n, member in enumerate(order.members):
        buys = state.spending.setdefault(member.account, {})
        if sign > 0:
            buys[order.order] = n
        else:
            buys.pop(order.order, None)
        if not buys:
            del state.spending[member.account]


def apply_cancelled(state: State, event: e.OrderCancelled) -> None:
    order = state.orders[event.order]
    gone = OrderState.Expired if event.expired else OrderState.Cancelled
    state.orders[event.order] = replace(order, state=gone)
    pend(state, order, -1)


def apply_overridden(state: State, event: e.ViolationOverridden) -> None:
    order = state.orders[event.order]
    new_state = OrderState.Staged if event.released else order.state
    state.orders[event.order] = replace(
        order, overrides=(*order.overrides, event.given), state=new_state
    )


DECIDE = {
    c.SubmitOrder: submit_order,
    c.CancelOrder: cancel_order,
    c.OverrideViolation: override_violation,
}
APPLY = {
    e.OrderEntered: apply_entered,
    e.OrderCancelled: apply_cancelled,
    e.ViolationOverridden: apply_overridden,
}
