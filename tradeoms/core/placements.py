"""Placements: cancelling them, and what became of messages on their way out."""

from msgspec.structs import replace

from tradeoms.core.asking import arrived, asked_to_cancel, asking, newest, waits
from tradeoms.core.attention import alert
from tradeoms.core.blocks import begin
from tradeoms.core.context import Context, refuse
from tradeoms.core.pending import keep
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.deferred import Deferred
from tradeoms.model.fields import RequestKind, Transmission
from tradeoms.model.placements import Placement, Request
from tradeoms.model.state import State


def cancel_request(
    state: State, placement: Placement, ctx: Context, named: str = ""
) -> e.CancelRequested:
    """The question for a cancel of what is left; it names the newest request, or the id given."""
    ClOrdID, kind, quantity = ctx.ClOrdID(state), RequestKind.Cancel, placement.OrderQty
    request = Request(kind, ClOrdID, quantity, ctx.now, OrigClOrdID=named or newest(placement))
    return e.CancelRequested(placement.placement, request)


def ask_again(
    state: State, placement: Placement, ClOrdID: str, ctx: Context, accepted: bool = False
) -> list[e.AnyEvent]:
    """A new cancel where the answer to a request leaves open what should be gone.

    A cancel that named a change which the broker did not take was refused for that alone; and a
    change that is answered after the cancel of a killed order has left the order where it was.
    """
    gone = next((r for r in placement.requests if r.ClOrdID == ClOrdID), None)
    left = tuple(r for r in placement.requests if r is not gone)
    session = state.sessions.get(placement.session)
    if gone is None or session is None or not session.up:
        return []
    after = replace(placement, requests=left)
    if accepted:
        after = replace(after, ClOrdID=gone.ClOrdID, OrderQty=gone.OrderQty)
    known = arrived(after)
    lost = gone.kind is RequestKind.Cancel and gone.OrigClOrdID not in known
    changed = gone.kind is RequestKind.Replace and placement.unwanted
    if asked_to_cancel(state, after) or not (lost or changed):
        return []
    return [cancel_request(state, after, ctx, known[-1])] if after.LeavesQty else []


def cancel_placement(state: State, command: c.CancelPlacement, ctx: Context) -> list[e.AnyEvent]:
    """Ask for a cancel of what is left; where a replace is unanswered, after that."""
    placement = asking(state, command.placement, RequestKind.Cancel)
    if not placement.LeavesQty:
        raise refuse("placement", command.placement, "has nothing left to cancel")
    if waits(state, placement, RequestKind.Cancel):
        deferred = Deferred(RequestKind.Cancel, ctx.user, ctx.now)
        return [e.RequestDeferred(command.placement, deferred)]
    return [cancel_request(state, placement, ctx)]


def apply_routed(state: State, event: e.PlacementRouted) -> None:
    placement = event.placement
    new = Request(RequestKind.New, placement.ClOrdID, placement.OrderQty, placement.routed)
    keep(state, replace(placement, requests=(new,)))
    if event.statement:
        begin(state, placement.block, event.statement)
    enroll(state, placement)


def enroll(state: State, placement: Placement, ours: bool = True) -> None:
    """A new placement's names are used, its id is known (`ours`: of our making), its block has it."""
    state.bump("placement", int(placement.placement[1:]))
    if placement.ListID:
        state.bump("ClOrdID", int(placement.ListID[6:]))
    if ours:
        _index(state, placement.placement, placement.ClOrdID)
    else:
        state.placement_of[placement.ClOrdID] = placement.placement
    block = state.blocks[placement.block]
    state.blocks[block.block] = replace(block, placements=(*block.placements, placement.placement))


def _index(state: State, placement: str, ClOrdID: str) -> None:
    state.placement_of[ClOrdID] = placement
    state.bump("ClOrdID", int(ClOrdID[6:]))


def apply_requested(state: State, event: e.CancelRequested | e.ReplaceRequested) -> None:
    placement = state.placements[event.placement]
    requests = (*placement.requests, event.request)
    # Who changes an order wants it again.
    unwanted = placement.unwanted and event.request.kind is RequestKind.Cancel
    changed = replace(
        placement,
        requests=requests,
        transmission=Transmission.Queued,
        unwanted=unwanted,
        deferred=None,
    )
    keep(state, changed)
    _index(state, event.placement, event.request.ClOrdID)


def return_unsent(state: State, command: c.ReturnUnsent, ctx: Context) -> list[e.AnyEvent]:
    """The gateway could not send; an answer that came meanwhile makes this void."""
    placement = state.placements[command.placement]
    if all(request.ClOrdID != command.ClOrdID for request in placement.requests):
        return []
    unsent = e.PlacementUnsent(command.placement, command.ClOrdID, command.reason)
    return [unsent, *ask_again(state, placement, command.ClOrdID, ctx)]


def apply_unsent(state: State, event: e.PlacementUnsent) -> None:
    placement = state.placements[event.placement]
    first = event.ClOrdID == placement.ClOrdID and placement.OrdStatus is None
    # Of an order that never left nothing can be cancelled.
    requests = () if first else tuple(r for r in placement.requests if r.ClOrdID != event.ClOrdID)
    transmission = Transmission.Unsent if first else Transmission.Acknowledged
    if any(r.kind is RequestKind.New for r in requests):
        transmission = Transmission.Sent  # the order itself is out there, and not yet answered
    text = event.reason
    keep(state, replace(placement, requests=requests, transmission=transmission, text=text))


def confirm_sent(state: State, command: c.ConfirmSent, ctx: Context) -> list[e.AnyEvent]:
    """On disk: what left, and with which message numbers; a person hears of what was closed."""
    events: list[e.AnyEvent] = [
        e.MessagesSent(command.session, command.MsgSeqNums, command.ClOrdIDs)
    ]
    for ClOrdID in command.ClOrdIDs:
        placement = state.placements.get(state.placement_of.get(ClOrdID, ""))
        if placement is not None and placement.closed:
            text = f"its message {ClOrdID} left after it was closed: ask the broker how it stands"
            events.append(alert(ctx, "closed placement left", placement.placement, text))
    return events


DECIDE = {
    c.CancelPlacement: cancel_placement,
    c.ReturnUnsent: return_unsent,
    c.ConfirmSent: confirm_sent,
}
APPLY = {
    e.PlacementRouted: apply_routed,
    e.CancelRequested: apply_requested,
    e.ReplaceRequested: apply_requested,
    e.PlacementUnsent: apply_unsent,
}
