"""A broker's order desk: what it answers to NewOrderSingle, cancel, replace and status requests."""

from collections.abc import Callable, Mapping

from simulators import wire
from simulators.codes import DEAD, CxlRejReason, ExecType, MsgType, OrdRejReason, OrdStatus
from simulators.execution import Executor
from simulators.intake import Refusal, Terms, check_instrument, read_terms
from simulators.ledger import BrokerBook, BrokerOrder
from simulators.lines import Line, Received
from simulators.orders import Order
from simulators.prices import Closes
from simulators.settings import BrokerSettings, Settings
from simulators.ticks import exact_ticks, price_text
from simulators.timing import Instant, Timers
from simulators.venue import Piece
from simulators.wire import Fields
from simulators.working import Worker


class Desk:
    """One broker. Everything that changes an order goes through here or through its worker, in one
    thread.
    """

    def __init__(
        self,
        broker: BrokerSettings,
        settings: Settings,
        closes: Mapping[str, Closes],
        timers: Timers,
        send: Callable[[str], None],
        write: Callable[[Line], None],
        run: int = 1,
    ) -> None:
        self._prefix = f"{broker.name}-{run}-"
        self._symbols = frozenset(closes)
        self._send = send
        self._write = write
        self._trade_date = f"{settings.date:%Y%m%d}"
        self._executor = Executor(self._prefix, self._trade_date, send, write)
        self._worker = Worker(broker, settings, closes, self._executor, timers)
        self._orders: dict[str, Order] = {}
        self._by_id: dict[str, Order] = {}
        self._restored: list[Order] = []
        self._answers = {
            MsgType.ORDER: self._order,
            MsgType.CANCEL: self._cancel,
            MsgType.REPLACE: self._replace,
            MsgType.STATUS: self._status,
        }

    def on_message(self, fields: Fields, now: Instant) -> None:
        """Answer an application message."""
        answer = self._answers.get(fields.get(35, ""))
        if answer is None:
            self._send(
                wire.business_reject(fields, "3", "this broker does not support the message")
            )
        elif not fields.get(11):
            self._send(wire.business_reject(fields, "5", "ClOrdID(11) is missing"))
        else:
            answer(fields, now)

    def restore(self, book: BrokerBook) -> None:
        """Remember the orders of an earlier run."""
        for number, old in enumerate(book.orders.values(), start=1):
            order = _restored(number, old)
            self._orders[order.OrderID] = order
            self._by_id.update(dict.fromkeys(order.ClOrdIDs, order))
            if order.LeavesQty:
                self._restored.append(order)

    def resume(self, now: Instant) -> None:
        """The client is there: go on working what an earlier run left open."""
        restored, self._restored = self._restored, []
        for order in restored:
            if order.LeavesQty and not order.life:
                self._worker.work(order, now)

    def step_venues(self, now: Instant) -> None:
        """Let the simulated markets move."""
        self._worker.step_venues(now)

    def _order(self, fields: Fields, now: Instant) -> None:
        known = self._by_id.get(fields[11])
        if known is not None:
            self._receive(fields, now)
            self._known_again(known, fields, now)
            return
        terms = check_instrument(fields, self._symbols) or read_terms(fields)
        if isinstance(terms, Terms):
            self._worker.work(self._enter(fields, terms, now), now)
            return
        # A refused order is an order too: its ClOrdID is used, its status can be asked for.
        unread = Terms(0, fields.get(40, ""), fields.get(59, ""), None, None)
        order = self._enter(fields, unread, now)
        self._executor.refuse(order, terms.reason, terms.text, now.utc)

    def _enter(self, fields: Fields, terms: Terms, now: Instant) -> Order:
        number = len(self._orders) + 1
        order = Order(
            OrderID=f"{self._prefix}{number:06d}",
            ClOrdIDs=[fields[11]],
            number=number,
            Symbol=fields.get(55, ""),
            Side=fields.get(54, ""),
            Account=fields.get(1, ""),
            OrderQty=terms.OrderQty,
            OrdType=terms.OrdType,
            TimeInForce=terms.TimeInForce,
            Price=terms.Price,
            StopPx=terms.StopPx,
        )
        self._orders[order.OrderID] = self._by_id[fields[11]] = order
        self._receive(fields, now, order)
        return order

    def _known_again(self, order: Order, fields: Fields, now: Instant) -> None:
        """Tell a possible resend the state; anything else with a used ClOrdID is a mistake."""
        if order.mute:
            return
        if fields.get(97) == "Y":
            self._executor.status(order, now.utc)
            return
        more = f"103={OrdRejReason.DUPLICATE}\x0158=duplicate ClOrdID\x01"
        self._send(
            wire.report(
                order,
                self._executor.exec_id(),
                ExecType.REJECTED,
                now.utc,
                cl_ord_id=fields[11],
                trade_date=self._trade_date,
                more=more,
            )
        )

    def _cancel(self, fields: Fields, now: Instant) -> None:
        self._receive(fields, now)
        order = self._requested(fields, now)
        if order is None:
            return
        if not order.LeavesQty:
            self._refuse_request(fields, order, CxlRejReason.TOO_LATE, "too late to cancel", now)
            return
        orig = self._extend_chain(order, fields, now)
        self._worker.withdraw(order)
        self._executor.cancel(order, now.utc, orig=orig)

    def _replace(self, fields: Fields, now: Instant) -> None:
        self._receive(fields, now)
        order = self._requested(fields, now)
        if order is None:
            return
        terms = read_terms(fields)
        if isinstance(terms, Refusal):
            self._refuse_request(fields, order, CxlRejReason.BROKER_OPTION, terms.text, now)
        elif (fields.get(55), fields.get(54)) != (order.Symbol, order.Side):
            self._refuse_request(
                fields, order, CxlRejReason.BROKER_OPTION, "Symbol(55) or Side(54) differs", now
            )
        elif order.OrdStatus in DEAD or (not order.LeavesQty and terms.OrderQty <= order.CumQty):
            self._refuse_request(fields, order, CxlRejReason.TOO_LATE, "too late to replace", now)
        else:
            self._change(order, terms, self._extend_chain(order, fields, now), now)

    def _change(self, order: Order, terms: Terms, orig: str, now: Instant) -> None:
        self._worker.withdraw(order)
        # What is filled cannot be replaced away: then the order ends at what it has.
        order.OrderQty = max(terms.OrderQty, order.CumQty)
        order.OrdType, order.TimeInForce = terms.OrdType, terms.TimeInForce
        order.Price, order.StopPx = terms.Price, terms.StopPx
        order.triggered = False
        order.settle_status()
        self._executor.replaced(order, orig, now.utc)
        if order.LeavesQty:
            self._worker.work(order, now)

    def _status(self, fields: Fields, now: Instant) -> None:
        order = self._by_id.get(fields[11])
        if order is None:
            self._send(wire.unknown_status(fields, self._executor.exec_id(), now.utc))
        elif not order.mute:
            self._executor.status(order, now.utc, more=wire.status_request_id(fields))

    def _requested(self, fields: Fields, now: Instant) -> Order | None:
        """The order a request is about; None when there is nothing more to answer."""
        order = self._by_id.get(fields.get(41, ""))
        if order is not None and order.mute:
            return None
        again = self._by_id.get(fields[11])
        if again is not None:
            if fields.get(97) == "Y" and again is order:
                self._executor.status(again, now.utc)
            else:
                self._refuse_request(
                    fields, again, CxlRejReason.DUPLICATE, "duplicate ClOrdID", now
                )
            return None
        if order is None:
            self._refuse_request(fields, None, CxlRejReason.UNKNOWN_ORDER, "unknown order", now)
        return order

    def _extend_chain(self, order: Order, fields: Fields, now: Instant) -> str:
        """Make the request's ClOrdID the current one and return the last accepted before it."""
        if order.OrdStatus == OrdStatus.PENDING_NEW:
            self._executor.ack(order, now.utc)
        orig = order.ClOrdID
        order.ClOrdIDs.append(fields[11])
        self._by_id[fields[11]] = order
        return orig

    def _refuse_request(
        self, fields: Fields, order: Order | None, reason: str, text: str, now: Instant
    ) -> None:
        self._send(wire.cancel_reject(fields, order, reason, text, now.utc))

    def _receive(self, fields: Fields, now: Instant, order: Order | None = None) -> None:
        """Write down what came; for a new order in the spelling the broker understood."""
        get = fields.get
        self._write(
            Received(
                at=now.utc,
                MsgType=fields[35],
                ClOrdID=fields[11],
                OrigClOrdID=get(41, ""),
                OrderID=order.OrderID if order else "",
                Symbol=get(55, ""),
                Side=get(54, ""),
                OrderQty=str(order.OrderQty) if order else get(38, ""),
                OrdType=get(40, ""),
                Price=_text(order.Price) if order else get(44, ""),
                StopPx=_text(order.StopPx) if order else get(99, ""),
                TimeInForce=order.TimeInForce if order else get(59, ""),
                Account=get(1, ""),
                PossDup=get(43) == "Y",
                PossResend=get(97) == "Y",
            )
        )


def _text(ticks: int | None) -> str:
    return "" if ticks is None else price_text(ticks)


def _restored(number: int, old: BrokerOrder) -> Order:
    order = Order(
        OrderID=old.OrderID,
        ClOrdIDs=list(old.ClOrdIDs),
        number=number,
        Symbol=old.Symbol,
        Side=old.Side,
        OrderQty=old.OrderQty,
        OrdType=old.OrdType,
        TimeInForce=old.TimeInForce,
        Price=None if old.Price is None else exact_ticks(str(old.Price)),
        StopPx=None if old.StopPx is None else exact_ticks(str(old.StopPx)),
        Account=old.Account,
    )
    for exec_id, fill in old.executions.items():
        order.book_fill(exec_id, Piece(fill.qty, exact_ticks(str(fill.px))))
    order.OrdStatus = old.OrdStatus
    return order
