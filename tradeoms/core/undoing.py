"""A bust of a fill that has left memory: booked as the trade that undoes it, today."""

from fractions import Fraction

from msgspec.structs import replace

from tradeoms.core.action_orders import CHANGES_SHARES
from tradeoms.core.bounds import brief
from tradeoms.core.context import Refusal
from tradeoms.core.conversions import ratio_of
from tradeoms.core.retired import has_left
from tradeoms.model import commands as c
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, ReportKind
from tradeoms.model.lot_actions import ActionKind, CorporateAction
from tradeoms.model.orders import ZERO, NewOrder, Order
from tradeoms.model.state import State


def late_bust(state: State, report: Report) -> bool:
    """True for the bust of a fill that is no longer known."""
    busts = report.kind == ReportKind.TradeCancel
    return busts and has_left(state, "ClOrdID", report.ClOrdID)


def _shares_since(state: State, ClOrdID: str, instrument: str) -> Fraction:
    """How many shares one of the day of an id of ours is by now, after splits and the like; none
    where a merger has put others in its place.
    """
    shares, day = Fraction(1), f"20{ClOrdID[:6]}"
    for action in state.lot_actions.values():
        terms = action.terms
        if (
            isinstance(terms, CorporateAction)
            and terms.kind in CHANGES_SHARES
            and terms.instrument == instrument
            and not action.reversed_by
            and f"{terms.day:%Y%m%d}" > day
        ):
            shares *= 0 if terms.kind is ActionKind.Merger else ratio_of(state, terms)
    return shares


def undoing(state: State, report: Report, order: NewOrder | Order) -> Report:
    """The bust as a fill of an order the other way, for all of it, at the price that is taken back.

    Where the broker does not say the price, or says it of shares that a corporate action has changed
    since, the order does, by its limit. Refusal where the order is not the other way round, or of
    another size.
    """
    total = sum((member.OrderQty for member in order.members), ZERO)
    shares = _shares_since(state, report.ClOrdID, order.instrument)
    price = order.Price if report.LastPx is None or shares != 1 else report.LastPx
    problems = []
    if not shares:
        reason = "was merged since: what the broker takes back are other shares now"
        problems.append(c.Problem("order.instrument", brief(order.instrument), reason))
    if report.Side and order.Side.sells == (report.Side not in BUYS):
        reason = "must be the other way round: it undoes what the broker takes back"
        problems.append(c.Problem("order.Side", order.Side.value, reason))
    if report.LastQty is not None and shares and int(Fraction(report.LastQty) * shares) != total:
        reason = f"the broker takes back {report.LastQty}"
        if shares != 1:
            reason += f", of which each is {shares} by now"
        problems.append(c.Problem("order.members", str(total), reason))
    if price is None:
        reason = "the broker does not say it: give the price of the fill as the order's limit"
        if shares != 1:
            reason = f"each share is {shares} by now: give the price of one of today as the limit"
        problems.append(c.Problem("order.Price", "", reason))
    if problems:
        raise Refusal(*problems)
    return replace(
        report,
        kind=ReportKind.Trade.value,
        OrdStatus=OrdStatus.Filled,
        Side="",
        ClOrdID="",
        OrigClOrdID="",
        OrderID="",
        ExecRefID="",
        OrderQty=None,
        LastQty=total,
        LastPx=price,
        CumQty=None,
        LeavesQty=None,
        AvgPx=None,
    )


BUYS = ("1", "3")  # Side: buy, buy minus
