"""One request (q) to cancel all orders of a session, and a cancel for each where that is not enough."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.core.placements import cancel_request
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import ReportKind, RequestKind, Transmission
from tradeoms.model.placements import MassCancel, Placement
from tradeoms.model.state import State

KINDS = (ReportKind.MassCanceled, ReportKind.MassCancelReject)
REFUSALS = (ReportKind.MassCancelReject, ReportKind.CancelReject, ReportKind.MessageReject)


def at_once(
    state: State, session: str, wanted: Sequence[Placement], ctx: Context
) -> MassCancel | None:
    """The one request for these placements, None where it would not do: the broker does not know
    it, orders that nobody means would go too, or it was asked already and was not enough.
    """
    if not all(state.brokers[placement.broker].knows_mass_cancel for placement in wanted):
        return None
    names = tuple(placement.placement for placement in wanted)
    others = (p for p in state.placements.values() if p.session == session and p.exposure)
    if any(p.placement not in names and not _asked(p) for p in others):
        return None
    if any(known.waiting and known.session == session for known in state.mass_cancels.values()):
        return None
    return MassCancel(ctx.ClOrdID(state), session, names, ctx.now)


def apart(placement: Placement) -> bool:
    """True for an order that may arrive, or change, after the request, or that was given by voice:
    it gets a cancel of its own, which never overtakes it.
    """
    leaving = any(r.kind is RequestKind.New and not r.MsgSeqNum for r in placement.requests)
    return leaving or placement.transmission is Transmission.Queued or placement.telephoned


def _asked(placement: Placement) -> bool:
    return any(request.kind is RequestKind.Cancel for request in placement.requests)


def answers(state: State, session: str, report: Report) -> bool:
    """True for the broker's word on a request as a whole."""
    known = state.mass_cancels.get(report.ClOrdID)
    of_all = report.kind in KINDS or report.kind in REFUSALS
    return known is not None and known.session == session and of_all


def answered(state: State, report: Report, ctx: Context) -> list[e.AnyEvent]:
    """Taken: the orders' own reports are awaited. Refused: each order is asked for by itself."""
    known = state.mass_cancels[report.ClOrdID]
    events: list[e.AnyEvent] = [e.MassCancelAnswered(report.ClOrdID, report)]
    if report.kind in REFUSALS:
        number = report.MassCancelRejectReason
        why = report.Text or ("no reason given" if number is None else f"reason {number}")
        return events + _one_by_one(state, known, f"refused: {why}", ctx)
    affected = report.TotalAffectedOrders
    count = "an unknown number" if affected is None else str(affected)
    text = f"the broker cancels {count} of {len(known.placements)} orders"
    return [*events, alert(ctx, "kill switch", known.session, text)]


def fail(state: State, command: c.FailMassCancel, ctx: Context) -> list[e.AnyEvent]:
    """It cannot be said to this broker."""
    return _one_by_one(state, state.mass_cancels[command.ClOrdID], command.reason, ctx)


def _one_by_one(state: State, known: MassCancel, why: str, ctx: Context) -> list[e.AnyEvent]:
    """The end of the request, and a cancel for each order that is open and not asked for yet."""
    if not known.waiting:
        return []
    left = [p for p in _named(state, known) if p.exposure and not _asked(p)]
    events: list[e.AnyEvent] = [e.MassCancelEnded(known.ClOrdID, why)]
    if left:
        text = f"not all cancelled at once ({why}): {len(left)} cancels, one an order"
        events.append(alert(ctx, "kill switch", known.session, text))
    return [*events, *(cancel_request(state, placement, ctx) for placement in left)]


def _named(state: State, known: MassCancel) -> Iterator[Placement]:
    return (state.placements[name] for name in known.placements)


def meant(state: State, placement: Placement) -> bool:
    """True where a request has asked for this placement's cancel."""
    return any(placement.placement in known.placements for known in state.mass_cancels.values())


def not_enough(state: State, ctx: Context) -> list[e.AnyEvent]:
    """Whose time is over; while a session is down, nobody's is."""
    events: list[e.AnyEvent] = []
    for known in state.mass_cancels.values():
        session = state.sessions.get(known.session)
        up = session is not None and session.up
        if known.waiting and up and ctx.now >= known.at + _patience(state, known):
            events += _one_by_one(state, known, "its time is over", ctx)
    return events


def _patience(state: State, known: MassCancel) -> timedelta:
    brokers = {placement.broker for placement in _named(state, known)}
    return timedelta(seconds=min(state.brokers[broker].answer_seconds for broker in brokers))


def apply_requested(state: State, event: e.MassCancelRequested) -> None:
    request = event.request
    state.mass_cancels[request.ClOrdID] = request
    state.bump("ClOrdID", int(request.ClOrdID[6:]))


def apply_answered(state: State, event: e.MassCancelAnswered) -> None:
    """What the broker says of the whole changes no order."""


def apply_ended(state: State, event: e.MassCancelEnded) -> None:
    known = state.mass_cancels[event.ClOrdID]
    state.mass_cancels[event.ClOrdID] = replace(known, waiting=False)


DECIDE = {c.FailMassCancel: fail}
APPLY = {
    e.MassCancelRequested: apply_requested,
    e.MassCancelAnswered: apply_answered,
    e.MassCancelEnded: apply_ended,
}
