"""When a placement may send another request, and what it waits for."""

from tradeoms.core.bounds import brief
from tradeoms.core.context import refuse
from tradeoms.model.fields import RequestKind, Transmission
from tradeoms.model.placements import Placement, Request
from tradeoms.model.state import State

K = RequestKind


def asking(state: State, name: str, kind: RequestKind) -> Placement:
    """The placement that may be asked for such a request: alive, its session up.

    Nothing may be unanswered but a replace, which it can follow, unless the broker takes chains; no
    order need be acknowledged before it is cancelled, and nothing follows a cancel. What a person
    knows to be overdue holds up nothing that is asked for now.
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
    first = waits(state, placement, kind)
    if first is not None and first.kind is not K.Replace:
        raise refuse("placement", name, f"waits for the answer to its {first.kind} request")
    if first is not None and (next_ := placement.deferred) and next_.kind is K.Cancel:
        raise refuse("placement", name, "is cancelled as soon as its replace request is answered")
    session = state.sessions.get(placement.session)
    if session is None or not session.up:
        raise refuse("placement", name, f"session {placement.session} is down")
    return placement


def waits(
    state: State, placement: Placement, kind: RequestKind, patient: bool = False
) -> Request | None:
    """The unanswered request that another one of this kind has to wait for.

    Where the broker takes chains too, a replace takes the place of one that may not have left.
    `patient`: also for one that may be lost, as its answer is overdue.
    """
    chains = state.brokers[placement.broker].chained_requests
    late = [] if patient else overdue(state, placement)
    requests = [r for r in placement.requests if r not in late]
    if requests and requests[-1].kind is K.Cancel:
        return requests[-1]
    return next((r for r in requests if not _lets(r, kind, chains)), None)


def overdue(state: State, placement: Placement) -> list[Request]:
    """The cancels and replaces that may be lost, as a person was told."""
    return [r for r in placement.requests if r.overdue and _lost(state, placement, r)]


def _lost(state: State, placement: Placement, request: Request) -> bool:
    """Not of one that waits to leave."""
    if request.kind is K.New:
        return False
    if state.brokers[placement.broker].knows_status_requests:
        return request.asked
    return request.MsgSeqNum > 0 or of_before(state, placement, request)


def of_before(state: State, placement: Placement, request: Request) -> bool:
    """True of what was asked for before the last logon: it does not wait to leave any more. It has
    left or was given back, unless the process died between.
    """
    session = state.sessions.get(placement.session)
    at = session.logged_on if session else None
    return at is not None and (request.since or request.at) < at


def _lets(request: Request, kind: RequestKind, chains: bool) -> bool:
    """Whether one of this kind may be asked for while the order, or a replace, is unanswered."""
    if request.kind is K.New:
        return chains or kind is K.Cancel
    return chains and (kind is K.Cancel or request.MsgSeqNum > 0)


def asked_to_cancel(state: State, placement: Placement) -> bool:
    """True while a cancel is unanswered, and not known to be overdue."""
    late = overdue(state, placement)
    return any(r.kind is K.Cancel and r not in late for r in placement.requests)


def newest(placement: Placement) -> str:
    """The newest id of the chain that was not rejected, pending or accepted."""
    changes = [r.ClOrdID for r in placement.requests if r.kind is not K.Cancel]
    return changes[-1] if changes else placement.ClOrdID


def arrived(placement: Placement) -> list[str]:
    """The ids of the chain that the broker has, as far as anybody can know: not those about which it
    is being asked, and those of which it has not said a word in time.
    """
    changes = [r for r in placement.requests if r.kind is not K.Cancel]
    sure = [r.ClOrdID for r in changes if r.MsgSeqNum and not r.asked and not r.overdue]
    return [placement.ClOrdID, *sure]
