"""Requests that follow an unanswered replace: of those of a placement the newest alone is asked for.

It is asked for as soon as that replace is answered; where that has not left yet the gateway takes it
out of its lane and returns it unsent. Either way the journal knows what the broker knows before
anything names it, so that no ClOrdID is written that has to be changed, and nothing that was passed
over has one.
"""

from msgspec.structs import replace

from tradeoms.core.asking import waits
from tradeoms.core.attention import alert
from tradeoms.core.context import Context, Refusal
from tradeoms.core.pending import keep
from tradeoms.core.placements import cancel_placement
from tradeoms.core.replacing import replace_placement
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.deferred import Deferred
from tradeoms.model.fields import RequestKind
from tradeoms.model.orders import ZERO
from tradeoms.model.placements import Placement
from tradeoms.model.state import State


def ask_deferred(state: State, command: c.AskDeferred, ctx: Context) -> list[e.AnyEvent]:
    """As if its user asked now; a person hears of what cannot be asked any more."""
    placement = state.placements.get(command.placement)
    if placement is None or (deferred := placement.deferred) is None:
        return []
    if waits(state, placement, deferred.kind, patient=True):
        return []
    try:
        return _ask(state, placement, deferred, ctx.of(deferred.user))
    except Refusal as refusal:
        events: list[e.AnyEvent] = [e.DeferralEnded(command.placement, str(refusal))]
        if deferred.kind is RequestKind.Replace or placement.LeavesQty:
            kind = f"{deferred.kind} not sent"
            events.append(alert(ctx, kind, command.placement, str(refusal)))
        return events


def _ask(state: State, placement: Placement, deferred: Deferred, ctx: Context) -> list[e.AnyEvent]:
    name, amount = placement.placement, deferred.CashOrderQty
    if deferred.kind is RequestKind.Cancel:
        return cancel_placement(state, c.CancelPlacement(name), ctx)
    wanted = deferred.OrderQty if amount is None else ZERO
    terms = deferred.Price, deferred.StopPx, deferred.acknowledged
    return replace_placement(state, c.ReplacePlacement(name, wanted, *terms, amount), ctx)


def react_settled(
    state: State, event: e.Reported | e.RequestRejected | e.PlacementUnsent
) -> list[c.Command]:
    """What it waited for may be settled."""
    waiting = state.placements[event.placement].deferred
    return [] if waiting is None else [c.AskDeferred(event.placement)]


def apply_deferred(state: State, event: e.RequestDeferred) -> None:
    keep(state, replace(state.placements[event.placement], deferred=event.deferred))


def apply_ended(state: State, event: e.DeferralEnded) -> None:
    keep(state, replace(state.placements[event.placement], deferred=None))


DECIDE = {c.AskDeferred: ask_deferred}
APPLY = {e.RequestDeferred: apply_deferred, e.DeferralEnded: apply_ended}
REACT = {
    e.Reported: react_settled,
    e.RequestRejected: react_settled,
    e.PlacementUnsent: react_settled,
}
