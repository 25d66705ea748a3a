"""What a broker does to an order: change it, write that down and report it."""

from collections.abc import Callable

from simulators import wire
from simulators.behaviours.steps import Ack, Act, Bust, Cancel, Fill, Refuse
from simulators.codes import ExecType, OrdRejReason, OrdStatus
from simulators.lines import Changed, Line
from simulators.orders import Order
from simulators.ticks import price_text
from simulators.venue import Piece


class Executor:
    """Carries acts out. ``send`` takes the text of a message, ``write`` a line of the ledger."""

    def __init__(
        self,
        prefix: str,
        trade_date: str,
        send: Callable[[str], None],
        write: Callable[[Line], None],
    ) -> None:
        self._prefix = prefix
        self._trade_date = trade_date
        self._send = send
        self._write = write
        self._ids = 0

    def exec_id(self) -> str:
        """A new ExecID, unique for the broker and over its restarts."""
        self._ids += 1
        return f"{self._prefix}E{self._ids:06d}"

    def carry_out(self, order: Order, act: Act, utc: str) -> None:
        """One act of a behaviour."""
        if isinstance(act, Fill):
            self.fill(order, act.piece, utc)
        elif isinstance(act, Ack):
            self.ack(order, utc)
        elif isinstance(act, Bust):
            self.bust(order, act.which, utc)
        elif isinstance(act, Cancel):
            self.cancel(order, utc, text=act.text)
        elif isinstance(act, Refuse):
            self.refuse(order, OrdRejReason.OTHER, act.text, utc)

    def ack(self, order: Order, utc: str) -> None:
        """New."""
        order.OrdStatus = OrdStatus.NEW
        self._report(order, ExecType.NEW, utc)

    def fill(self, order: Order, piece: Piece, utc: str) -> None:
        """A trade, partial or full."""
        exec_id = self.exec_id()
        order.book_fill(exec_id, piece)
        order.life_fills.append(exec_id)
        self._report(order, ExecType.TRADE, utc, exec_id=exec_id, trade=piece)

    def bust(self, order: Order, which: int, utc: str) -> None:
        """Take a fill of the present plan back: ExecRefID(19) names it."""
        ref = order.life_fills[which]
        order.book_bust(ref)
        self._report(order, ExecType.TRADE_CANCEL, utc, ref=ref)

    def cancel(self, order: Order, utc: str, *, orig: str = "", text: str = "") -> None:
        """The end of the order; without ``orig`` nobody asked for it."""
        order.OrdStatus = OrdStatus.CANCELED
        order.begin_life()
        self._report(order, ExecType.CANCELED, utc, orig=orig, text=text)

    def refuse(self, order: Order, reason: str, text: str, utc: str) -> None:
        """The end of an order that never was."""
        order.OrdStatus = OrdStatus.REJECTED
        order.begin_life()
        self._report(order, ExecType.REJECTED, utc, text=text, more=f"103={reason}\x01")

    def replaced(self, order: Order, orig: str, utc: str) -> None:
        """The order has new terms, its last ClOrdID is the one that asked for them."""
        self._report(order, ExecType.REPLACED, utc, orig=orig)

    def status(self, order: Order, utc: str, more: str = "") -> None:
        """Tell the state; nothing changes, so the ledger has nothing to say."""
        self._send(
            wire.report(
                order,
                self.exec_id(),
                ExecType.ORDER_STATUS,
                utc,
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
        orig: str = "",
        trade: Piece | None = None,
        ref: str = "",
        text: str = "",
        more: str = "",
    ) -> None:
        exec_id = exec_id or self.exec_id()
        self._write(_line(order, utc, exec_id, exec_type, trade, ref, text))
        if ref:
            more += f"19={ref}\x01"
        if text:
            more += f"58={wire.clean(text)}\x01"
        self._send(
            wire.report(
                order,
                exec_id,
                exec_type,
                utc,
                orig=orig,
                trade=trade,
                trade_date=self._trade_date,
                more=more,
            )
        )


def _line(
    order: Order,
    utc: str,
    exec_id: str,
    exec_type: str,
    trade: Piece | None,
    ref: str,
    text: str,
) -> Changed:
    return Changed(
        at=utc,
        OrderID=order.OrderID,
        ClOrdID=order.ClOrdIDs[-1],
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
    )
