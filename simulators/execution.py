"""What a broker does to an order: change it, write that down and report it."""

from collections.abc import Callable

from simulators import acts
from simulators.codes import ExecRestatementReason, ExecType, MsgType, OrdRejReason, OrdStatus
from simulators.forms import Form
from simulators.lines import Changed, Line, Received
from simulators.orders import Order
from simulators.ticks import price_text
from simulators.venue import Piece
from simulators.wire import clean


class Executor:
    """Carries acts out. ``send`` takes the text of a message, ``write`` a line of the ledger."""

    def __init__(
        self,
        prefix: str,
        trade_date: str,
        form: Form,
        send: Callable[[str], None],
        write: Callable[[Line], None],
    ) -> None:
        self._prefix = prefix
        self._trade_date = trade_date
        self._form = form
        self._send = send
        self._write = write
        self._ids = 0

    def exec_id(self) -> str:
        """A new ExecID, unique for the broker and over its restarts."""
        self._ids += 1
        return f"{self._prefix}E{self._ids:06d}"

    def ack(self, order: Order, utc: str) -> None:
        """New, even while a request is pending."""
        order.OrdStatus = OrdStatus.NEW
        self._report(order, ExecType.NEW, utc, status=OrdStatus.NEW)

    def pending(self, order: Order, utc: str) -> None:
        """PendingNew; or PendingCancel or PendingReplace, which name the request."""
        request = order.request
        if request is None:
            order.OrdStatus = OrdStatus.PENDING_NEW
            self._report(order, ExecType.PENDING_NEW, utc)
            return
        cancel = request.terms is None
        order.pending = OrdStatus.PENDING_CANCEL if cancel else OrdStatus.PENDING_REPLACE
        self._tell(
            order, order.pending, utc, cl_ord_id=request.fields.get(11, ""), orig=order.ClOrdID
        )

    def fill(self, order: Order, act: acts.Fill, fills: list[str], utc: str) -> None:
        """A trade, partial or full; ``fills`` gets its ExecID."""
        exec_id = self.exec_id()
        order.book_fill(exec_id, act.piece)
        fills.append(exec_id)
        leaves = None
        if act.ends:
            # Exchanges print what was left when they end an order with its last fill.
            leaves, order.OrdStatus = order.LeavesQty, OrdStatus.CANCELED
        self._report(
            order,
            ExecType.TRADE,
            utc,
            exec_id=exec_id,
            trade=act.piece,
            symbol=act.Symbol,
            side=act.Side,
            leaves=leaves,
        )

    def bust(self, order: Order, which: int, fills: list[str], utc: str) -> None:
        """Take a fill back: ExecRefID(19) names it."""
        order.book_bust(fills[which])
        self._report(order, ExecType.TRADE_CANCEL, utc, ref=fills[which])

    def correct(self, order: Order, act: acts.Correct, fills: list[str], utc: str) -> None:
        """Correct a fill: ExecRefID(19) names the last correction, if there was one."""
        ref, exec_id = fills[act.which], self.exec_id()
        order.book_bust(ref)
        order.book_fill(exec_id, act.piece)
        fills[act.which] = exec_id
        self._report(order, ExecType.TRADE_CORRECT, utc, exec_id=exec_id, trade=act.piece, ref=ref)

    def again(self, order: Order) -> None:
        """The last report as a possible resend: a new MsgSeqNum, the same ExecID."""
        self._send(order.last_report.replace("\x0135=8\x01", "\x0135=8\x0197=Y\x01", 1))

    def cancel(
        self, order: Order, utc: str, *, orig: str = "", text: str = "", reason: str = ""
    ) -> None:
        """The end of the order; without ``orig`` nobody asked for it."""
        order.OrdStatus, order.pending = OrdStatus.CANCELED, ""
        order.begin_life()
        more = f"378={reason}\x01" if reason else ""
        self._report(order, ExecType.CANCELED, utc, orig=orig, text=text, more=more)

    def expire(self, order: Order, text: str, utc: str) -> None:
        """The end of the order, in other words."""
        order.OrdStatus, order.pending = OrdStatus.EXPIRED, ""
        order.begin_life()
        self._report(order, ExecType.EXPIRED, utc, text=text)

    def refuse(self, order: Order, reason: str, text: str, utc: str) -> None:
        """The end of an order that never was."""
        order.OrdStatus = OrdStatus.REJECTED
        order.begin_life()
        more = f"103={self._form.reason(reason)}\x01"
        self._report(order, ExecType.REJECTED, utc, text=text, more=more)

    def refuse_by(self, order: Order, msg_type: str, utc: str) -> None:
        """A Reject(3) or BusinessMessageReject(j), which names the message and no ClOrdID."""
        self.lose(order, utc)
        fields = {34: order.MsgSeqNum, 35: MsgType.ORDER}
        if msg_type == MsgType.REJECT:
            self._send(self._form.session_reject(fields, "5", "value is incorrect"))
        else:
            self._send(self._form.business_reject(fields, "4", "application not available"))

    def duplicate(self, order: Order, utc: str, cl_ord_id: str = "") -> None:
        """Reject a ClOrdID that is known: the report describes the order that has it."""
        more = f"103={OrdRejReason.DUPLICATE}\x0158=duplicate ClOrdID\x01"
        self._tell(order, ExecType.REJECTED, utc, cl_ord_id=cl_ord_id, more=more)

    def lose(self, order: Order, utc: str) -> None:
        """The order is gone, and nobody is told."""
        order.OrdStatus, order.forgotten = OrdStatus.REJECTED, True
        order.begin_life()
        self._write(_line(order, utc, self.exec_id(), ExecType.REJECTED, None, "", "lost"))

    def set_status(self, order: Order, exec_type: str, utc: str) -> None:
        """DoneForDay or Suspended: the ExecType has the same letter as the OrdStatus."""
        order.OrdStatus = exec_type
        self._report(order, exec_type, utc)

    def stop(self, order: Order, piece: Piece, utc: str) -> None:
        """A guarantee: LastQty and LastPx of what has not traded."""
        order.OrdStatus = OrdStatus.STOPPED
        self._report(order, ExecType.STOPPED, utc, trade=piece, booked=False)

    def restate(self, order: Order, act: acts.Restate, utc: str) -> None:
        """Another quantity, unasked: no OrigClOrdID."""
        order.OrderQty = max(act.OrderQty, order.CumQty)
        order.settle_status()
        if act.reason:
            more = f"378={act.reason}\x01"
            self._report(order, ExecType.RESTATED, utc, more=more)
        else:
            self._report(order, ExecType.REPLACED, utc)

    def renew(self, order: Order, utc: str) -> None:
        """A GT order on a new day: what the day begins with is in DayOrderQty(424)."""
        order.OrdStatus = OrdStatus.NEW
        order.settle_status()
        day = f"424={order.LeavesQty}\x01425=0\x01426=0\x01"
        more = f"378={ExecRestatementReason.RENEWAL}\x01{day}"
        self._report(order, ExecType.RESTATED, utc, more=more)

    def split(self, order: Order, act: acts.Split, utc: str) -> None:
        """Quantities and price change, the money does not, and nothing trades."""
        before = order.CumQty
        order.split(act.new, act.old)
        order.settle_status()
        more = f"378={ExecRestatementReason.CORPORATE_ACTION}\x01"
        gained = order.CumQty - before
        self._report(order, ExecType.RESTATED, utc, more=more, adjusted=gained)

    def telephone(self, like: Order, piece: Piece, utc: str) -> None:
        """An order nobody sent, in the instrument of another one: New and its fill."""
        order = Order(
            OrderID=f"{like.OrderID}T",
            ClOrdIDs=[],
            number=like.number,
            Symbol=like.Symbol,
            Side=like.Side,
            OrderQty=piece.qty,
            OrdType="1",
            TimeInForce="0",
        )
        self._write(
            Received(
                at=utc,
                MsgType="",
                ClOrdID="",
                OrderID=order.OrderID,
                Symbol=order.Symbol,
                Side=order.Side,
                OrderQty=str(order.OrderQty),
                OrdType=order.OrdType,
                TimeInForce=order.TimeInForce,
            )
        )
        self.ack(order, utc)
        self.fill(order, acts.Fill(piece), [], utc)

    def replaced(self, order: Order, orig: str, utc: str, status: str = "") -> None:
        """The order has new terms, its last ClOrdID is the one that asked for them."""
        self._report(order, ExecType.REPLACED, utc, orig=orig, status=status)

    def status(self, order: Order, utc: str, more: str = "") -> None:
        """Tell the state; nothing changes, so the ledger has nothing to say."""
        self._tell(order, ExecType.ORDER_STATUS, utc, more=more)

    def _tell(
        self,
        order: Order,
        exec_type: str,
        utc: str,
        *,
        cl_ord_id: str = "",
        orig: str = "",
        more: str = "",
    ) -> None:
        """A report that changes nothing."""
        self._send(
            self._form.report(
                order,
                self.exec_id(),
                exec_type,
                utc,
                cl_ord_id=cl_ord_id,
                orig=orig,
                trade_date=self._trade_date,
                more=more,
            )
        )

    def _report(
        self,
        order: Order,
        exec_type: str,
        utc: str,
        *,
        exec_id: str = "",
        status: str = "",
        orig: str = "",
        trade: Piece | None = None,
        booked: bool = True,
        ref: str = "",
        symbol: str = "",
        side: str = "",
        leaves: int | None = None,
        text: str = "",
        more: str = "",
        adjusted: int = 0,
    ) -> None:
        exec_id = exec_id or self.exec_id()
        self._write(
            _line(order, utc, exec_id, exec_type, trade if booked else None, ref, text, adjusted)
        )
        if ref:
            more += f"19={ref}\x01"
        if text:
            more += f"58={clean(text)}\x01"
        order.last_report = self._form.report(
            order,
            exec_id,
            exec_type,
            utc,
            status=status,
            orig=orig,
            trade=trade,
            trade_date=self._trade_date,
            symbol=symbol,
            side=side,
            leaves=leaves,
            more=more,
        )
        self._send(order.last_report)


def _line(
    order: Order,
    utc: str,
    exec_id: str,
    exec_type: str,
    trade: Piece | None,
    ref: str,
    text: str,
    adjusted: int = 0,
) -> Changed:
    return Changed(
        at=utc,
        OrderID=order.OrderID,
        ClOrdID=order.ClOrdID,
        ExecID=exec_id,
        ExecType=exec_type,
        OrdStatus=order.OrdStatus,
        OrderQty=order.OrderQty,
        CumQty=order.CumQty,
        LeavesQty=order.LeavesQty,
        LastQty=trade.qty if trade else 0,
        LastPx=price_text(trade.px) if trade else "",
        ExecRefID=ref,
        OrdType=order.OrdType,
        TimeInForce=order.TimeInForce,
        Price="" if order.Price is None else price_text(order.Price),
        StopPx="" if order.StopPx is None else price_text(order.StopPx),
        Text=text,
        Adjusted=adjusted,
    )
