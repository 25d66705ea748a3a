"""A bust of a fill that has left memory: booked as the trade that undoes it, today."""

from msgspec.structs import replace

from tradeoms.core.context import Refusal
from tradeoms.core.retired import has_left
from tradeoms.model import commands as c
from tradeoms.model.fields import OrdStatus, ReportKind
from tradeoms.model.orders import ZERO, NewOrder, Order, Report
from tradeoms.model.state import State


def late_bust(state: State, report: Report) -> bool:
    """True for the bust of a fill that is no longer known."""
    busts = report.kind == ReportKind.TradeCancel
    return busts and has_left(state, "ClOrdID", report.ClOrdID)


def undoing(report: Report, order: NewOrder | Order) -> Report:
    """The bust as a fill of an order the other way, for all of it, at the price that is taken back.

    Where the broker does not say the price, the order does, by its limit. Refusal where the order is
    not the other way round, or of another size.
    """
    total = sum((member.OrderQty for member in order.members), ZERO)
    price = order.Price if report.LastPx is None else report.LastPx
    problems = []
    if report.Side and order.Side.sells == (report.Side not in BUYS):
        reason = "must be the other way round: it undoes what the broker takes back"
        problems.append(c.Problem("order.Side", order.Side.value, reason))
    if report.LastQty is not None and report.LastQty != total:
        reason = f"the broker takes back {report.LastQty}"
        problems.append(c.Problem("order.members", str(total), reason))
    if price is None:
        reason = "the broker does not say it: give the price of the fill as the order's limit"
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
