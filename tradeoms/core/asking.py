"""When a placement may send another request, and what it waits for."""

from tradeoms.core.bounds import brief
from tradeoms.core.context import refuse
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import RequestKind, Transmission
from tradeoms.model.placements import Placement, Request
from tradeoms.model.state import State

K = RequestKind


def asking(state: State, name: str, kind: RequestKind) -> Placement:
    """The placement that may be asked for such a request: alive, its session up.

    Nothing may be unanswered but a replace, which it can follow, unless the broker takes chains; no
    order need be acknowledged before it is cancelled, and nothing follows a cancel. A replace of
    which a person knows that its answer is overdue holds up nothing that is asked for now.
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
    requests, broker = placement.requests, state.brokers[placement.broker]
    if requests and requests[-1].kind is K.Cancel:
        return requests[-1]
    waiting = (r for r in requests if patient or not _overdue(r, broker))
    return next((r for r in waiting if not _lets(r, kind, broker.chained_requests)), None)


def _overdue(request: Request, broker: Broker) -> bool:
    """True of a replace that left, and may be lost, as a person was told."""
    told = request.overdue and (request.asked or not broker.knows_status_requests)
    return told and request.MsgSeqNum > 0 and request.kind is K.Replace


def _lets(request: Request, kind: RequestKind, chains: bool) -> bool:
    """Whether one of this kind may be asked for while the order, or a replace, is unanswered."""
    if request.kind is K.New:
        return chains or kind is K.Cancel
    return chains and (kind is K.Cancel or request.MsgSeqNum > 0)


def newest(placement: Placement) -> str:
    """The newest id of the chain that was not rejected, pending or accepted."""
    return placement.requests[-1].ClOrdID if placement.requests else placement.ClOrdID


def arrived(placement: Placement) -> list[str]:
    """The ids of the chain that the broker has, as far as anybody can know: not those about which it
    is being asked, and those of which it has not said a word in time.
    """
    sure = [r for r in placement.requests if r.MsgSeqNum and not r.asked and not r.overdue]
    return [placement.ClOrdID, *(r.ClOrdID for r in sure)]
