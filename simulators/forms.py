"""How each FIX version says what a broker has to say: one form of the facts, one table of forms.

The facts are spelt as in FIX 4.4. FIX 4.2 says fills, busts, corrections and status replies with
ExecTransType(20) and lacks some values; FIX 5.0 SP2 differs from 4.4 in its transport alone.
"""

from dataclasses import dataclass

from simulators.codes import CxlRejReason, ExecType, MsgType, OrdRejReason, OrdStatus
from simulators.orders import Order
from simulators.ticks import average_text, price_text
from simulators.venue import Piece
from simulators.wire import Fields, clean, message, without_empty

#: ExecTransType(20) of what is neither new nor told by ExecType in FIX 4.2.
_TRANSACTIONS = {
    ExecType.TRADE_CANCEL: "1",
    ExecType.TRADE_CORRECT: "2",
    ExecType.ORDER_STATUS: "3",
}
#: Values FIX 4.2 does not have, and what its brokers say instead: their option.
_REJECTS_42 = {OrdRejReason.UNSUPPORTED: "0", OrdRejReason.INCORRECT_QUANTITY: "0"} | {
    OrdRejReason.OTHER: "0"
}
_CANCEL_REJECTS_42 = {CxlRejReason.DUPLICATE: CxlRejReason.BROKER_OPTION}


@dataclass(frozen=True, slots=True)
class Form:
    """A version: its BeginString(8), its DefaultApplVerID(1137), and whether it has
    ExecTransType(20).
    """

    begin: str
    appl_ver_id: str = ""
    transactions: bool = False

    def message(self, msg_type: str, body: str) -> str:
        """The text of a message."""
        return message(msg_type, body, self.begin)

    def report(
        self,
        order: Order,
        exec_id: str,
        exec_type: str,
        utc: str,
        *,
        status: str = "",
        cl_ord_id: str = "",
        orig: str = "",
        trade: Piece | None = None,
        trade_date: str = "",
        symbol: str = "",
        side: str = "",
        leaves: int | None = None,
        more: str = "",
    ) -> str:
        """An ExecutionReport of the order as it is now; ``more`` holds fields that end with SOH,
        the other arguments stand in the place of what the order says.
        """
        status = status or order.pending or order.OrdStatus
        kind = f"150={exec_type}"
        if self.transactions:
            kind = _kind_42(order, exec_type, status)
        if leaves is None:
            leaves = order.LeavesQty
        body = (
            f"37={order.OrderID}\x0117={exec_id}\x01{kind}\x0139={status}\x01"
            f"11={cl_ord_id or order.ClOrdID}\x0155={symbol or order.Symbol}\x0154={side or order.Side}\x01"
            f"38={order.OrderQty}\x0140={order.OrdType}\x0159={order.TimeInForce}\x01151={leaves}\x0114={order.CumQty}\x01"
            f"6={average_text(order.notional, order.CumQty)}\x0160={utc}\x0175={trade_date}\x01{more}"
        )
        if trade:
            body += f"32={trade.qty}\x0131={price_text(trade.px)}\x0130=XSIM\x01"
        if orig:
            body += f"41={orig}\x01"
        if order.Price is not None:
            body += f"44={price_text(order.Price)}\x01"
        if order.StopPx is not None:
            body += f"99={price_text(order.StopPx)}\x01"
        if order.CashOrderQty:
            body += f"152={order.CashOrderQty}\x01"
        if order.Account:
            body += f"1={order.Account}\x01"
        # What was refused may never have had a symbol, what was telephoned has no ClOrdID.
        if status == OrdStatus.REJECTED or not order.ClOrdIDs:
            body = without_empty(body)
        return f"8={self.begin}\x019=0\x0135=8\x01{body}10=000\x01"

    def unknown_status(self, request: Fields, exec_id: str, utc: str) -> str:
        """The answer to a status request for an order the broker never accepted."""
        kind = "20=3\x01150=8" if self.transactions else f"150={ExecType.ORDER_STATUS}"
        return self.message(
            MsgType.REPORT,
            without_empty(
                f"37=NONE\x0117={exec_id}\x01{kind}\x0139=8\x01"
                f"11={request.get(11, '')}\x0155={request.get(55, '')}\x0154={request.get(54, '')}\x01"
                f"38=0\x01151=0\x0114=0\x016=0\x01103={OrdRejReason.UNKNOWN_ORDER}\x01"
                f"58=unknown order\x0160={utc}\x01{self.status_request_id(request)}"
            ),
        )

    def status_request_id(self, request: Fields) -> str:
        """OrdStatusReqID(790) echoed, if the version and the request have one."""
        return f"790={request[790]}\x01" if 790 in request and not self.transactions else ""

    def reason(self, ord_rej_reason: str) -> str:
        """OrdRejReason(103) in the values of the version."""
        if self.transactions:
            return _REJECTS_42.get(ord_rej_reason, ord_rej_reason)
        return ord_rej_reason

    def cancel_reject(
        self, request: Fields, order: Order | None, reason: str, text: str, utc: str
    ) -> str:
        """An OrderCancelReject(9) for a cancel (434=1) or replace (434=2) request."""
        response_to = "1" if request.get(35) == MsgType.CANCEL else "2"
        if self.transactions:
            reason = _CANCEL_REJECTS_42.get(reason, reason)
        order_id, status = (order.OrderID, order.OrdStatus) if order else ("NONE", "8")
        return self.message(
            MsgType.CANCEL_REJECT,
            without_empty(
                f"37={order_id}\x0111={request.get(11, '')}\x0141={request.get(41, '')}\x01"
                f"39={status}\x01434={response_to}\x01102={reason}\x0158={clean(text)}\x0160={utc}\x01"
            ),
        )

    def business_reject(self, request: Fields, reason: str, text: str) -> str:
        """A BusinessMessageReject(j)."""
        return self.message(
            MsgType.BUSINESS_REJECT,
            f"45={request.get(34, '0')}\x01372={request.get(35, '')}\x01380={reason}\x01"
            f"58={clean(text)}\x01",
        )

    def session_reject(self, request: Fields, reason: str, text: str) -> str:
        """A Reject(3), as an engine sends one."""
        return self.message(
            MsgType.REJECT,
            f"45={request.get(34, '0')}\x01372={request.get(35, '')}\x01373={reason}\x01"
            f"58={clean(text)}\x01",
        )


def _kind_42(order: Order, exec_type: str, status: str) -> str:
    """ExecTransType(20) and ExecType(150) of FIX 4.2."""
    transaction = _TRANSACTIONS.get(exec_type)
    if transaction:
        return f"20={transaction}\x01150={status}"
    if exec_type == ExecType.TRADE:
        full = order.CumQty >= order.OrderQty
        return f"20=0\x01150={OrdStatus.FILLED if full else OrdStatus.PARTIALLY_FILLED}"
    if exec_type == ExecType.STOPPED:
        # The matrix of FIX 4.2 prints a guarantee as a partial fill that moves no CumQty.
        return "20=0\x01150=1"
    return f"20=0\x01150={exec_type}"


FORMS: dict[str, Form] = {
    "FIX.4.2": Form("FIX.4.2", transactions=True),
    "FIX.4.4": Form("FIX.4.4"),
    "FIX.5.0SP2": Form("FIXT.1.1", "FIX.5.0SP2"),
}
