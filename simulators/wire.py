"""FIX 4.4 text in and out.

quickfix adds BeginString, BodyLength, CompIDs, MsgSeqNum, SendingTime and CheckSum. A message built
as text and parsed by quickfix costs a fifth of one set field by field.
"""

from simulators.codes import STOPPED, ExecType, MsgType, OrdRejReason, OrdStatus
from simulators.orders import Order
from simulators.ticks import average_text, price_text
from simulators.venue import Piece

SOH = "\x01"
Fields = dict[int, str]


def parse(raw: str) -> Fields:
    """Tag -> value, of a repeated tag the last; what is no tag=value is passed over."""
    if not raw.isascii():
        # Bytes that are no UTF-8 arrive as lone surrogates, which neither a ledger nor a reply can
        # hold.
        raw = raw.encode("utf-8", "replace").decode("utf-8")
    fields: Fields = {}
    for piece in raw.split(SOH):
        tag, equals, value = piece.partition("=")
        if equals and tag.isdecimal():
            fields[int(tag)] = value
    return fields


def clean(text: str) -> str:
    """Text that cannot end its field early."""
    return text.replace(SOH, " ")


def message(msg_type: str, body: str) -> str:
    """The text quickfix turns into a message; ``body`` ends with SOH."""
    return f"8=FIX.4.4\x019=0\x0135={msg_type}\x01{body}10=000\x01"


def report(
    order: Order,
    exec_id: str,
    exec_type: str,
    utc: str,
    *,
    cl_ord_id: str = "",
    orig: str = "",
    trade: Piece | None = None,
    trade_date: str = "",
    more: str = "",
) -> str:
    """An ExecutionReport of the order as it is now; ``more`` holds fields that end with SOH."""
    body = (
        f"37={order.OrderID}\x0117={exec_id}\x01150={exec_type}\x0139={order.OrdStatus}\x01"
        f"11={cl_ord_id or order.ClOrdIDs[-1]}\x0155={order.Symbol}\x0154={order.Side}\x01"
        f"38={order.OrderQty}\x0140={order.OrdType}\x0159={order.TimeInForce}\x01151={order.LeavesQty}\x0114={order.CumQty}\x01"
        f"6={average_text(order.notional, order.CumQty)}\x0160={utc}\x0175={trade_date}\x01{more}"
    )
    if trade:
        body += f"32={trade.qty}\x0131={price_text(trade.px)}\x0130=XSIM\x01"
    if orig:
        body += f"41={orig}\x01"
    if order.Price is not None:
        body += f"44={price_text(order.Price)}\x01"
    if order.OrdType in STOPPED and order.StopPx is not None:
        body += f"99={price_text(order.StopPx)}\x01"
    if order.Account:
        body += f"1={order.Account}\x01"
    if order.OrdStatus == OrdStatus.REJECTED:
        body = _without_empty(body)
    return message(MsgType.REPORT, body)


def unknown_status(request: Fields, exec_id: str, utc: str) -> str:
    """The answer to a status request for an order the broker never accepted."""
    return message(
        MsgType.REPORT,
        _without_empty(
            f"37=NONE\x0117={exec_id}\x01150={ExecType.ORDER_STATUS}\x0139=8\x01"
            f"11={request.get(11, '')}\x0155={request.get(55, '')}\x0154={request.get(54, '')}\x01"
            f"38=0\x01151=0\x0114=0\x016=0\x01103={OrdRejReason.UNKNOWN_ORDER}\x01"
            f"58=unknown order\x0160={utc}\x01{status_request_id(request)}"
        ),
    )


def status_request_id(request: Fields) -> str:
    """OrdStatusReqID(790) echoed, if the request has one."""
    return f"790={request[790]}\x01" if 790 in request else ""


def cancel_reject(request: Fields, order: Order | None, reason: str, text: str, utc: str) -> str:
    """An OrderCancelReject(9) for a cancel (434=1) or replace (434=2) request."""
    response_to = "1" if request.get(35) == MsgType.CANCEL else "2"
    order_id, status = (order.OrderID, order.OrdStatus) if order else ("NONE", "8")
    return message(
        MsgType.CANCEL_REJECT,
        _without_empty(
            f"37={order_id}\x0111={request.get(11, '')}\x0141={request.get(41, '')}\x01"
            f"39={status}\x01434={response_to}\x01102={reason}\x0158={clean(text)}\x0160={utc}\x01"
        ),
    )


def business_reject(request: Fields, reason: str, text: str) -> str:
    """A BusinessMessageReject(j)."""
    return message(
        MsgType.BUSINESS_REJECT,
        f"45={request.get(34, '0')}\x01372={request.get(35, '')}\x01380={reason}\x01"
        f"58={clean(text)}\x01",
    )


def _without_empty(body: str) -> str:
    """The fields with a value: an engine with a dictionary refuses an empty one."""
    return "".join(f"{piece}{SOH}" for piece in body.split(SOH) if piece.partition("=")[2])
