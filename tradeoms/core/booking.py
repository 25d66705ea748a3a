"""How reports change a placement: the bookkeeping half of `executions`."""

from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from tradeoms.core.pending import keep
from tradeoms.model import events as e
from tradeoms.model.executions import Execution, Report
from tradeoms.model.fields import Effect, OrdStatus, ReportKind, RequestKind, Transmission
from tradeoms.model.orders import ZERO
from tradeoms.model.placements import ENDED, PartFills, Placement, Request
from tradeoms.model.state import State

K = ReportKind
DUPLICATE_ClOrdID = (
    "6"  # OrdRejReason: the report carries the FIRST order's quantities, not this one's
)
PENDING = frozenset({K.PendingNew, K.PendingCancel, K.PendingReplace})
EARLY = frozenset({K.New, *PENDING})
ACKNOWLEDGED = Transmission.Acknowledged
#: Reports after which the broker's CumQty must be the sum of our executions.
TELLS_CumQty = frozenset(
    {
        *(K.Trade, K.TradeCancel, K.TradeCorrect, K.Restated, K.Replaced, K.Status),
        *(K.Canceled, K.Expired, K.DoneForDay),
    }
)


def apply_reported(state: State, event: e.Reported) -> None:
    """The broker's word on status and quantity; our executions on CumQty and notional."""
    placement, report = state.placements[event.placement], event.report
    OrdStatus = _OrdStatus(placement, report)
    answered = _answered(placement, report)
    accepted = _accepted(report, answered)
    changed = replace(
        placement,
        OrdStatus=OrdStatus,
        OrderQty=kept_OrderQty(placement, report),
        OrderID=report.OrderID or placement.OrderID,
        told=report.CumQty if report.kind in TELLS_CumQty else placement.told,
        # What has ended answers nothing more: no request of ours is waited for.
        requests=() if OrdStatus in ENDED else _waiting(placement, report, answered, accepted),
        transmission=ACKNOWLEDGED,
        # What was said of a request before is over with the answer to the next.
        text=report.Text or ("" if answered else placement.text),
        closed="" if revives(placement, report) else placement.closed,
    )
    if accepted:
        changed = _with_terms(changed, accepted)
    if event.execution or event.replaces:
        changed = _booked(state, event, changed)
    keep(state, changed)
    # Some brokers give an order a new OrderID when it is replaced: both mean this placement.
    if report.OrderID:
        state.placement_of[f"{placement.session}|{report.OrderID}"] = event.placement


def _with_terms(placement: Placement, accepted: Request) -> Placement:
    """What the broker has accepted is what the order is now."""
    if accepted.kind is not RequestKind.Replace:
        return replace(placement, ClOrdID=accepted.ClOrdID)
    return replace(
        placement,
        ClOrdID=accepted.ClOrdID,
        Price=accepted.Price,
        StopPx=accepted.StopPx,
        CashOrderQty=accepted.CashOrderQty or placement.CashOrderQty,
    )


def last_traded(placement: Placement, execution: Execution | None) -> date | None:
    """The day of the last fill; a correction carries the day of what it corrects."""
    if execution is None or not execution.is_trade:
        return placement.last_traded
    return max(placement.last_traded or execution.trade_date, execution.trade_date)


def _adjusted(placement: Placement, execution: Execution | None) -> date | None:
    return placement.adjusted if execution is None or execution.is_trade else execution.trade_date


def revives(placement: Placement, report: Report) -> bool:
    """True where the broker knows an order after all that a person has closed."""
    return bool(placement.closed) and report.OrdStatus not in (None, *ENDED)


def _waiting(
    placement: Placement, report: Report, answered: list[Request], accepted: Request | None
) -> tuple[Request, ...]:
    """The requests that are unanswered still.

    One that the acceptance of its successor names as the id that held was accepted before it; one
    whose answer was overdue by then got lost.
    """
    if len(answered) == len(placement.requests):
        return ()
    held = report.OrigClOrdID if accepted else ""
    left = [r for r in placement.requests if r not in answered and r.ClOrdID != held]
    if accepted:
        older = placement.requests[: placement.requests.index(accepted)]
        left = [r for r in left if not (r.overdue and r in older)]
    return tuple(left)


def duplicate(report: Report) -> bool:
    """True for a reject of an id the broker has seen before: it says nothing about this order."""
    return report.kind == K.Rejected and (
        report.OrdRejReason == DUPLICATE_ClOrdID or report.OrdStatus is not OrdStatus.Rejected
    )


def denies(placement: Placement, report: Report) -> bool:
    """True for a duplicate's reject that says "rejected" of an order that lives, or may live: sent
    again because no answer came, an order is a duplicate where the first copy has arrived.
    """
    if report.OrdStatus is not OrdStatus.Rejected or not duplicate(report):
        return False
    again = any(r.kind is RequestKind.New and r.since for r in placement.requests)
    return placement.OrdStatus is not None or again


def _OrdStatus(placement: Placement, report: Report) -> OrdStatus | None:
    if report.OrdStatus is None or denies(placement, report):
        return placement.OrdStatus
    if placement.OrdStatus in ENDED and report.kind in EARLY:
        return placement.OrdStatus  # an acknowledgement that comes late revives nothing
    return report.OrdStatus


def kept_OrderQty(placement: Placement, report: Report) -> Decimal:
    """The quantity after a report: raised by any, lowered only by an answer to a replace, by one
    that the broker made itself, or by an answer to our question whose numbers agree; never below
    what is filled and open by the report's own words.
    """
    told = _told(placement, report)
    if told == placement.OrderQty:
        return told
    if told is None or told <= 0 or duplicate(report) or report.kind in PENDING:
        return placement.OrderQty  # what is asked for is not yet so
    if told >= placement.OrderQty:
        return told
    if not _may_lower(placement, report):
        return placement.OrderQty
    filled = placement.CumQty if report.CumQty is None else report.CumQty
    return max(told, min(placement.OrderQty, filled + (report.LeavesQty or ZERO)))


def _told(placement: Placement, report: Report) -> Decimal | None:
    """OrderQty; of an order in money some brokers say only what is filled and what is open."""
    silent = report.OrderQty is None and report.OrdStatus not in ENDED
    if silent and placement.CashOrderQty is not None and report.LeavesQty is not None:
        return (report.CumQty or ZERO) + report.LeavesQty
    return report.OrderQty


def _may_lower(placement: Placement, report: Report) -> bool:
    """Some brokers put a fill's own quantity into OrderQty: that frees nothing."""
    if report.kind in (K.Replaced, K.Restated):
        return True
    if placement.CashOrderQty is not None and _says_amount(placement, report):
        return True  # how much it is, the broker alone knows
    accepted = _accepted(report, _answered(placement, report))
    if accepted is not None and accepted.kind is RequestKind.Replace:
        return True
    if report.kind != K.Status or report.CumQty is None or report.LeavesQty is None:
        return False
    return report.OrderQty == report.CumQty + report.LeavesQty


def _says_amount(placement: Placement, report: Report) -> bool:
    """True where a report says what an order in money comes to: the first one, or numbers that agree."""
    if report.kind in (K.New, K.Status) or placement.OrdStatus in (None, OrdStatus.PendingNew):
        return True
    told, filled, left = _told(placement, report), report.CumQty, report.LeavesQty
    return filled is not None and left is not None and told == filled + left


def _answered(placement: Placement, report: Report) -> list[Request]:
    return [r for r in placement.requests if _answers(placement, report, r)]


def _accepted(report: Report, answered: list[Request]) -> Request | None:
    """The newest request that the report says was done."""
    for request in reversed(answered):
        if _accepts(report, request):
            return request
    return None


def _answers(placement: Placement, report: Report, request: Request) -> bool:
    """True where the report settles the request: pending acknowledgements do not."""
    if request.kind is RequestKind.New:
        if denies(placement, report):
            return False
        return report.kind not in PENDING and report.OrdStatus is not OrdStatus.PendingNew
    if report.ClOrdID != request.ClOrdID:
        return False
    if report.kind == K.Status:
        return report.OrdStatus not in (OrdStatus.PendingCancel, OrdStatus.PendingReplace)
    wanted = K.Canceled if request.kind is RequestKind.Cancel else K.Replaced
    return report.kind in (wanted, K.CancelReject)


def _accepts(report: Report, request: Request) -> bool:
    """True where the broker did what the settled request asked, so that its id is the order's now.

    The answer to a question shows that only by the order's state.
    """
    if report.kind == K.CancelReject:
        return False
    if report.kind != K.Status or request.kind is RequestKind.New:
        return True
    if request.kind is RequestKind.Cancel:
        return report.OrdStatus is OrdStatus.Canceled
    same_price = report.Price is None or report.Price == request.Price
    if request.CashOrderQty is not None:
        return report.CashOrderQty == request.CashOrderQty and same_price
    return report.OrderQty == request.OrderQty and same_price


def _booked(state: State, event: e.Reported, placement: Placement) -> Placement:
    """Book, bust or correct; the placement with what that changes."""
    new, old = event.execution, state.executions.get(event.replaces)
    CumQty, notional, later = placement.CumQty, placement.notional, placement.later
    if old is not None and event.effect in (Effect.Busted, Effect.Corrected):
        state.executions[old.key] = replace(
            old, effect=event.effect, replaced_by=new.key if new else ""
        )
        if old.effect is Effect.Booked:  # what was disputed was never counted
            CumQty, notional = CumQty - old.LastQty, notional - old.LastQty * old.LastPx
            later = in_later(later, old, -1)
    if new is not None:
        disputed = event.effect is Effect.Disputed
        kept = replace(new, effect=Effect.Disputed, note=event.note) if disputed else new
        keep_execution(state, kept)
        if not disputed:
            CumQty, notional = CumQty + new.LastQty, notional + new.LastQty * new.LastPx
            later = in_later(later, new)
    return replace(
        placement,
        CumQty=CumQty,
        notional=notional,
        last_traded=last_traded(placement, new),
        adjusted=_adjusted(placement, new),
        later=later,
    )


def in_later(
    later: tuple[PartFills, ...], execution: Execution, sign: int = 1
) -> tuple[PartFills, ...]:
    """With an execution counted (1) or no longer (-1), as far as it is not of the first part."""
    if not execution.part and not execution.parts:
        return later
    own = PartFills(execution.part, execution.LastQty, execution.LastQty * execution.LastPx)
    had = {one.part: one for one in later}
    for more in execution.parts or (own,):
        one = had.pop(more.part, PartFills(more.part, ZERO, ZERO))
        CumQty, notional = one.CumQty + sign * more.CumQty, one.notional + sign * more.notional
        had[more.part] = PartFills(more.part, CumQty, notional)
    return tuple(had.values())


def keep_execution(state: State, execution: Execution) -> None:
    """Found by ExecID; one that used the ExecID before, on another day, stays known behind it."""
    key, name = execution.key, f"{execution.placement}/{execution.ExecID}"
    if key not in state.executions:
        if older := state.execution_of.get(name):
            state.execution_of[f"older|{key}"] = older
        state.execution_of[name] = key
        state.executions_in.setdefault(execution.block, []).append(key)
    state.executions[key] = execution


def same_ExecID(state: State, placement: Placement, ExecID: str) -> list[Execution]:
    """The placement's executions with an ExecID, newest first: it may be used again on another day."""
    found, key = list[Execution](), state.execution_of.get(f"{placement.placement}/{ExecID}", "")
    while key:
        found.append(state.executions[key])
        key = state.execution_of.get(f"older|{key}", "")
    return found


def apply_rejected(state: State, event: e.RequestRejected) -> None:
    """The request is gone; a new order that never was accepted is rejected."""
    placement = state.placements[event.placement]
    gone = [r for r in placement.requests if r.ClOrdID == event.ClOrdID]
    left = tuple(r for r in placement.requests if r.ClOrdID != event.ClOrdID)
    new = any(r.kind is RequestKind.New for r in gone)
    cancel = any(r.kind is RequestKind.Cancel for r in gone)
    changed = replace(
        placement,
        requests=left,
        OrdStatus=OrdStatus.Rejected if new else placement.OrdStatus,
        # What has ended unsent stays so, however late the reject of a first copy comes.
        transmission=Transmission.Acknowledged if gone else placement.transmission,
        text=event.reason,
        unwanted=placement.unwanted or (cancel and any(r.kind is RequestKind.New for r in left)),
    )
    keep(state, changed)


def apply_alert(state: State, event: e.AlertRaised) -> None:
    state.alerts[event.number] = event
    state.bump("alert", event.number)


APPLY = {
    e.Reported: apply_reported,
    e.RequestRejected: apply_rejected,
    e.AlertRaised: apply_alert,
}
