"""A broker's order desk: what it answers to NewOrderSingle, cancel, replace and status requests."""

from collections.abc import Callable, Mapping

from simulators.allocation import MiddleOffice
from simulators.codes import MsgType
from simulators.execution import Executor
from simulators.intake import Refusal, check_instrument, in_shares, read_terms
from simulators.ledger import BrokerBook, BrokerOrder
from simulators.lines import Line, Received
from simulators.order_lists import Lists
from simulators.orders import Order, Terms
from simulators.prices import Closes
from simulators.requests import Requests
from simulators.settings import BrokerSettings, Settings
from simulators.ticks import exact_ticks, price_text
from simulators.timing import Instant, Timers
from simulators.venue import Piece
from simulators.wire import Fields, pairs
from simulators.working import Worker

#: What the middle office answers, not the desk.
OFFICE = frozenset(
    {
        MsgType.ALLOCATION,
        MsgType.ALLOCATION_REPORT_ACK,
        MsgType.CONFIRMATION_ACK,
        MsgType.CONFIRMATION_REQUEST,
    }
)


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
        self._form = broker.form
        trade_date = f"{settings.date:%Y%m%d}"
        self._executor = Executor(self._prefix, trade_date, self._form, send, write)
        self._worker = Worker(broker, settings, closes, self._executor, timers)
        self._orders: dict[str, Order] = {}
        self._by_id: dict[str, Order] = {}
        self._restored: list[Order] = []
        self._requests = Requests(self._by_id, self._executor, self._worker, self._form, send)
        self._office = MiddleOffice(
            broker, settings, self._by_id, timers, send, write, self._prefix
        )
        self._lists = Lists(broker.lists, self._form, send, self._order)
        self._answers = {
            MsgType.ORDER: self._order,
            MsgType.CANCEL: self._request,
            MsgType.REPLACE: self._request,
            MsgType.STATUS: self._status,
        }

    def on_message(self, fields: Fields, now: Instant, raw: str = "") -> None:
        """Answer an application message; ``raw`` is needed for its groups only."""
        if fields.get(35) in OFFICE:
            self._office.on_message(fields, pairs(raw), now)
            return
        if fields.get(35) == MsgType.LIST:
            self._lists.on_message(fields, pairs(raw), now)
            return
        answer = self._answers.get(fields.get(35, ""))
        if answer is None:
            text = "this broker does not support the message"
            self._send(self._form.business_reject(fields, "3", text))
        elif not fields.get(11):
            self._send(self._form.business_reject(fields, "5", "ClOrdID(11) is missing"))
        else:
            answer(fields, now)

    def restore(self, book: BrokerBook) -> None:
        """Remember the orders of an earlier run."""
        self._office.restore(book)
        for number, old in enumerate(book.orders.values(), start=1):
            order = _restored(number, old)
            self._orders[order.OrderID] = order
            self._by_id.update(dict.fromkeys(order.ClOrdIDs, order))
            self._restored.append(order)

    def resume(self, now: Instant) -> None:
        """The client is there: go on working what an earlier run left open."""
        restored, self._restored = self._restored, []
        for order in restored:
            self._worker.wake(order, now)

    def step_venues(self, now: Instant) -> None:
        """Let the simulated markets move."""
        self._worker.step_venues(now)

    def _order(self, fields: Fields, now: Instant) -> None:
        known = self._by_id.get(fields[11])
        if known is not None and not known.forgotten:
            self._receive(fields, now)
            self._known_again(known, fields, now)
            return
        terms: Terms | Refusal | None = check_instrument(fields, self._symbols)
        if terms is None:
            terms = read_terms(in_shares(fields, self._worker.last(fields[55])))
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
            CashOrderQty=terms.CashOrderQty,
            MsgSeqNum=fields.get(34, ""),
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
        self._executor.duplicate(order, now.utc, fields[11])

    def _request(self, fields: Fields, now: Instant) -> None:
        self._receive(fields, now)
        self._requests.ask(fields, now)

    def _status(self, fields: Fields, now: Instant) -> None:
        order = self._by_id.get(fields[11])
        if order is None or order.forgotten:
            exec_id = self._executor.exec_id()
            self._send(self._form.unknown_status(fields, exec_id, now.utc))
        elif not order.mute:
            more = self._form.status_request_id(fields)
            self._executor.status(order, now.utc, more=more)

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
    # A corporate action moved it without a fill.
    order.CumQty = old.CumQty
    order.OrdStatus = old.OrdStatus
    return order
