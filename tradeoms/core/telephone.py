"""Orders given by voice: what the broker reports of them becomes an order, block and placement."""

from msgspec.structs import replace

from tradeoms.core import amounts
from tradeoms.core.adopting import adopted, block_of, placement_of
from tradeoms.core.checks import check_fields
from tradeoms.core.context import Context, Refusal
from tradeoms.core.freezing import statement
from tradeoms.core.orders import recorded
from tradeoms.core.pending import keep
from tradeoms.core.placements import enroll
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.orders import ZERO, NewOrder, Report
from tradeoms.model.state import State


def given_by_voice(
    state: State, new: NewOrder, found: e.ReportUnmatched, report: Report, ctx: Context
) -> tuple[list[e.AnyEvent], str]:
    """The events that make the order, and its placement's name.

    The broker has it already: compliance is recorded, a person is told, nothing is blocked.
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
    placement = replace(placement, telephoned=True)
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


APPLY = {e.PlacementTelephoned: apply_telephoned}
