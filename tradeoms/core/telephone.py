"""Orders given by voice: parts of blocks, and what brokers report of orders that we do not have."""

import re
from datetime import timedelta

from msgspec.structs import replace

from tradeoms.core import amounts, routing
from tradeoms.core.adopting import adopted, block_of, placement_of
from tradeoms.core.blocks import freeze
from tradeoms.core.bounds import brief
from tradeoms.core.checks import bad_text, check_fields
from tradeoms.core.context import Context, Refusal
from tradeoms.core.freezing import statement
from tradeoms.core.orders import recorded
from tradeoms.core.pending import keep
from tradeoms.core.placements import enroll
from tradeoms.core.reasons import reason_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import Transmission
from tradeoms.model.orders import ZERO, NewOrder
from tradeoms.model.state import State
from tradeoms.model.voices import Voice

A_DAY = timedelta(days=1)
_ROUTES = re.compile(r"^routes(\[0\])?\.")


def route_by_phone(state: State, command: c.RouteByPhone, ctx: Context) -> list[e.AnyEvent]:
    """A placement as any other, but that it is at its broker already and no message speaks of it."""
    if problems := _amount_problems(state, command):
        raise Refusal(*problems)  # what else is wrong follows from that
    problems = _voice_problems(command, ctx)
    routes = (command.route,)
    try:
        block, (route,) = routing.agreed(state, command.block, routes, command.acknowledged, ctx)
    except Refusal as refusal:
        problems += [replace(p, field=_ROUTES.sub("route.", p.field)) for p in refusal.problems]
        raise Refusal(*problems, violations=refusal.violations) from None
    if problems:
        raise Refusal(*problems)
    events: list[e.AnyEvent] = [] if block.statement else [freeze(state, block, ctx)]
    voice = Voice(ctx.user, command.reason, command.at or ctx.now, command.spoke_to)
    placement = replace(
        routing.placement_of(state, block, route, ctx),
        transmission=Transmission.Acknowledged,
        telephoned=True,
        voice=voice,
    )
    return [*events, e.PlacementTelephoned(placement)]


def _voice_problems(command: c.RouteByPhone, ctx: Context) -> list[c.Problem]:
    """Who, why and when must be said."""
    problems = reason_problems(command.reason)
    if bad := bad_text(command.spoke_to) or ("" if command.spoke_to.strip() else "say who took it"):
        problems.append(c.Problem("spoke_to", brief(ascii(command.spoke_to)), bad))
    at = command.at
    if at is not None and at.tzinfo is None:
        problems.append(c.Problem("at", str(at), "has no time zone"))
    elif at is not None and not ctx.now - A_DAY < at <= ctx.now:
        problems.append(c.Problem("at", str(at), "is later than now, or a day ago or more"))
    return problems


def _amount_problems(state: State, command: c.RouteByPhone) -> list[c.Problem]:
    """An amount is for the broker to turn into units, in writing."""
    block, reason = state.blocks.get(command.block), "what is given by telephone is in units"
    if block is not None and block.CashOrderQty is not None:
        return [c.Problem("block", block.block, f"is in money: {reason}")]
    if command.route.CashOrderQty is not None:
        return [c.Problem("route.CashOrderQty", brief(command.route.CashOrderQty), reason)]
    return []


def given_by_voice(
    state: State,
    new: NewOrder,
    found: e.ReportUnmatched,
    report: Report,
    reason: str,
    ctx: Context,
    undoes: bool = False,
) -> tuple[list[e.AnyEvent], str]:
    """The events that make the order, and its placement's name.

    The broker has it already: compliance is recorded, a person is told, nothing is blocked. Where it
    `undoes` what the broker takes back, nobody bills it.
    """
    broker = next((b for b in state.brokers.values() if b.session == found.session), None)
    problems = check_fields(state, new, "order.") or _differences(state, new, report)
    if broker is None:
        problems.append(c.Problem("number", str(found.number), f"no broker on {found.session}"))
    if problems or broker is None:
        raise Refusal(*problems)
    order = recorded(state, new, ctx)
    block = block_of(state, order, ctx)
    # The id is ours alone: the broker has never seen it, and finds the order by its own.
    placement = placement_of(state, order, block, broker, ctx.ClOrdID(state), ctx)
    voice = Voice(ctx.user, reason, ctx.now, undoes=undoes)
    placement = replace(placement, telephoned=True, voice=voice)
    if undoes:
        placement = replace(placement, commission_per_share=ZERO, commission=None, research=None)
    split = statement(state, block, [order], ctx)
    return adopted(order, block, split, placement, "telephoned order", ctx), placement.placement


def _differences(state: State, new: NewOrder, report: Report) -> list[c.Problem]:
    """Where the order is not what the broker reports."""
    if amounts.total(new.members) is not None:
        reason = "what a broker reports is in units"
        return [c.Problem("order.members", "", reason)]
    total = sum((member.OrderQty for member in new.members), ZERO)
    wanted = (
        ("order.instrument", state.instruments[new.instrument].Symbol, report.Symbol),
        ("order.Side", new.Side.value, report.Side),
    )
    problems = [
        c.Problem(field, value, f"the broker reports {told}")
        for field, value, told in wanted
        if told and told != value
    ]
    if report.OrderQty and report.OrderQty != total:
        reason = f"the broker reports {report.OrderQty}"
        problems.append(c.Problem("order.members", str(total), reason))
    return problems


def apply_telephoned(state: State, event: e.PlacementTelephoned) -> None:
    """Like a routed placement, with nothing to wait for.

    One that was brought from elsewhere has the ids under which its broker has it.
    """
    placement = event.placement
    keep(state, placement)
    enroll(state, placement, placement.telephoned)
    if placement.OrderID:
        state.placement_of[f"{placement.session}|{placement.OrderID}"] = placement.placement


DECIDE = {c.RouteByPhone: route_by_phone}
APPLY = {e.PlacementTelephoned: apply_telephoned}
