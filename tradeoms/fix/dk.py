"""What is said of no single order: that we do not know a trade, and requests about all orders."""

from tradeoms.fix.dialect import Dialect
from tradeoms.fix.encode import message, plain, utc
from tradeoms.model import events as e
from tradeoms.model.fields import DKReason
from tradeoms.model.placements import MassCancel

ALL_ORDERS = "7"  # MassStatusReqType and MassCancelRequestType


def encode_dk(dialect: Dialect, event: e.DKRequested) -> str:
    """Q, with the trade as the broker sent it. Raises Unsendable."""
    fields = {
        "OrderID": event.OrderID,
        "ExecID": event.ExecID,
        "DKReason": event.DKReason.value,
        "Symbol": event.Symbol,
        "Side": event.Side,
    }
    for name in ("OrderQty", "LastQty", "LastPx"):
        if (number := getattr(event, name)) is not None:
            fields[name] = plain(number)
    if event.DKReason is DKReason.Other:
        fields["Text"] = event.reason
    return message(dialect, "Q", fields)


def encode_mass_status(dialect: Dialect, event: e.MassStatusRequested) -> str:
    """AF: how do all of our orders stand? Raises Unsendable."""
    fields = {"MassStatusReqID": event.MassStatusReqID, "MassStatusReqType": ALL_ORDERS}
    return message(dialect, "AF", fields)


def encode_mass_cancel(dialect: Dialect, request: MassCancel) -> str:
    """q: cancel all of our orders. Raises Unsendable."""
    fields = {
        "ClOrdID": request.ClOrdID,
        "MassCancelRequestType": ALL_ORDERS,
        "TransactTime": utc(request.at),
    }
    return message(dialect, "q", fields)
