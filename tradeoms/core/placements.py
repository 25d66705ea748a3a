"""Placements: cancelling, replacing, and what became of messages on their way out."""

from decimal import Decimal

from msgspec.structs import replace

from tradeoms.core.amounts import bad_amount
from tradeoms.core.attention import alert
from tradeoms.core.blocks import idle, live_block
from tradeoms.core.bounds import brief
from tradeoms.core.checks import bad_quantity, price_problems
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.measuring import expected, idle_amount
from tradeoms.core.owners import must_be_mine
from tradeoms.core.pending import keep
from tradeoms.core.routing import comply, worse_problems
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState, RequestKind, Transmission
from tradeoms.model.orders import ENDED, Block, Placement, Request
from tradeoms.model.state import State


def _asking(state: State, name: str, kind: RequestKind) -> Placement:
    """The placement that may send a request now: alive, its session up.

    Nothing may be unanswered, unless the broker takes chains; but no order need be acknowledged
    before it is cancelled, and nothing follows a cancel.
    """
    placement = state.placements.get(name)
    if placement is None:
        raise refuse("placement", brief(name), "unknown placement")
    if placement.transmission is Transmission.Unsent:
        raise refuse("placement", name, "never left: the broker does not know it")
    if placement.closed:
        raise refuse("placement", name, f"was closed by hand: {placement.closed}")
    if placement.unheard:
        reason = "was given by telephone: say it there, and close it, or enter its fills"
        raise refuse("placement", name, reason)
    if (waits := _waits(state, placement, kind)) is not None:
        raise refuse("placement", name, f"waits for the answer to its {waits.kind} request")
    session = state.sessions.get(placement.session)
    if session is None or not session.up:
        raise refuse("placement", name, f"session {placement.session} is down")
    return placement


def _waits(state: State, placement: Placement, kind: RequestKind) -> Request | None:
    """The unanswered request that another one of this kind has to wait for."""
    chains = state.brokers[placement.broker].chained_requests
    for request in placement.requests:
        first = request.kind is RequestKind.New and kind is RequestKind.Cancel
        if request.kind is RequestKind.Cancel or not (chains or first):
            return request
    return None


def newest(placement: Placement) -> str:
    """The newest id of the chain that was not rejected, pending or accepted."""
    return placement.requests[-1].ClOrdID if placement.requests else placement.ClOrdID


def cancel_request(state: State, placement: Placement, ctx: Context) -> e.CancelRequested:
    """The question for a cancel of what is left."""
    ClOrdID, named = ctx.ClOrdID(state), newest(placement)
    kind, quantity = RequestKind.Cancel, placement.OrderQty
    request = Request(kind, ClOrdID, quantity, ctx.now, OrigClOrdID=named)
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
    known = {placement.ClOrdID, *(r.ClOrdID for r in left)}
    lost = gone.kind is RequestKind.Cancel and gone.OrigClOrdID not in known
    changed = gone.kind is RequestKind.Replace and placement.unwanted
    if any(r.kind is RequestKind.Cancel for r in left) or not (lost or changed):
        return []
    after = replace(placement, requests=left)
    if accepted:
        after = replace(after, ClOrdID=gone.ClOrdID, OrderQty=gone.OrderQty)
    return [cancel_request(state, after, ctx)] if after.LeavesQty else []


def cancel_placement(state: State, command: c.CancelPlacement, ctx: Context) -> list[e.AnyEvent]:
    """Ask for a cancel of what is left."""
    placement = _asking(state, command.placement, RequestKind.Cancel)
    if not placement.LeavesQty:
        raise refuse("placement", command.placement, "has nothing left to cancel")
    return [cancel_request(state, placement, ctx)]


def replace_placement(state: State, command: c.ReplacePlacement, ctx: Context) -> list[e.AnyEvent]:
    """Ask for another quantity or price: above what is filled, within the block, compliant."""
    placement = _asking(state, command.placement, RequestKind.Replace)
    if placement.OrdStatus in ENDED:
        raise refuse("placement", command.placement, f"is {placement.OrdStatus.name}")
    block = live_block(state, placement.block, BlockState.Working)
    must_be_mine(block, ctx)
    problems = _replace_problems(state, block, placement, command)
    if problems:
        raise Refusal(*problems)
    wanted = command.OrderQty
    if command.CashOrderQty is not None:
        wanted = _becomes(state, block, placement, command.CashOrderQty, command.Price)
    # What the broker would hold is judged as if it were routed now, whole.
    route = c.Route(
        placement.broker,
        wanted,
        placement.OrdType,
        command.Price,
        command.StopPx,
        placement.TimeInForce,
        CashOrderQty=command.CashOrderQty,
    )
    comply(state, block, (route,), command.acknowledged, ctx)
    request = Request(
        RequestKind.Replace,
        ctx.ClOrdID(state),
        wanted,
        ctx.now,
        command.Price,
        command.StopPx,
        newest(placement),
        CashOrderQty=command.CashOrderQty,
    )
    return [e.ReplaceRequested(command.placement, request)]


def _replace_problems(
    state: State, block: Block, placement: Placement, command: c.ReplacePlacement
) -> list[c.Problem]:
    instrument = state.instruments[placement.instrument]
    problems = price_problems(instrument, placement.OrdType, command.Price, command.StopPx, "")
    problems = problems or worse_problems(block, command.Price, command.StopPx, "")
    wanted = command.OrderQty
    if block.CashOrderQty is not None:
        problems += _amount_problems(state, block, placement, command)
    elif command.CashOrderQty is not None:
        reason = f"{block.block} is in units: give OrderQty"
        problems.append(c.Problem("CashOrderQty", brief(command.CashOrderQty), reason))
    elif reason := bad_quantity(instrument, wanted):
        problems.append(c.Problem("OrderQty", brief(wanted), reason))
    elif wanted <= placement.CumQty:
        reason = f"is not above the filled {placement.CumQty}"
        problems.append(c.Problem("OrderQty", str(wanted), reason))
    elif wanted - placement.CumQty - placement.exposure > idle(state, block):
        problems.append(c.Problem("OrderQty", str(wanted), "is more than the block has idle"))
    return problems


def _amount_problems(
    state: State, block: Block, placement: Placement, command: c.ReplacePlacement
) -> list[c.Problem]:
    """Another amount: above what is spent, by a lot at least, and within the block's."""
    amount, free = command.CashOrderQty, idle_amount(state, block)
    own = state.instruments[block.instrument]
    if amount is None or command.OrderQty:
        reason = f"{block.block} is in money: give CashOrderQty alone, with what is spent in it"
        return [c.Problem("CashOrderQty", "" if amount is None else brief(amount), reason)]
    if reason := bad_amount(amount):
        return [c.Problem("CashOrderQty", brief(amount), reason)]
    if _becomes(state, block, placement, amount, command.Price) <= placement.CumQty:
        spent = placement.notional * own.multiplier
        reason = f"leaves less than {own.lot:f} units above the spent {spent:f}"
        return [c.Problem("CashOrderQty", f"{amount:f}", reason)]
    if amount - placement.committed(own.multiplier) > free:
        return [c.Problem("CashOrderQty", f"{amount:f}", "is more than the block has idle")]
    return []


def _becomes(
    state: State, block: Block, placement: Placement, amount: Decimal, limit: Decimal | None
) -> Decimal:
    """The quantity that an amount is expected to come to, with what is filled of it."""
    left = amount - placement.notional * state.instruments[block.instrument].multiplier
    return placement.CumQty + expected(state, block, left, limit)


def apply_routed(state: State, event: e.PlacementRouted) -> None:
    placement = event.placement
    new = Request(RequestKind.New, placement.ClOrdID, placement.OrderQty, placement.routed)
    keep(state, replace(placement, requests=(new,)))
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
        placement, requests=requests, transmission=Transmission.Queued, unwanted=unwanted
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
    c.ReplacePlacement: replace_placement,
    c.ReturnUnsent: return_unsent,
    c.ConfirmSent: confirm_sent,
}
APPLY = {
    e.PlacementRouted: apply_routed,
    e.CancelRequested: apply_requested,
    e.ReplaceRequested: apply_requested,
    e.PlacementUnsent: apply_unsent,
}
