"""Cancel and replace requests: what a broker checks, and how it answers in time."""

from collections.abc import Callable
from functools import partial

from simulators.acts import Act, Deny, Grant
from simulators.codes import DEAD, CxlRejReason, MsgType, OrdStatus
from simulators.execution import Executor
from simulators.forms import Form
from simulators.intake import Refusal, in_shares, read_terms
from simulators.orders import Order, Request, Terms
from simulators.timing import Instant
from simulators.wire import Fields
from simulators.working import Worker


class Requests:
    """One broker's requests. ``by_id`` is the desk's, every ClOrdID -> its order."""

    def __init__(
        self,
        by_id: dict[str, Order],
        executor: Executor,
        worker: Worker,
        form: Form,
        send: Callable[[str], None],
    ) -> None:
        self._by_id = by_id
        self._executor = executor
        self._worker = worker
        self._form = form
        self._send = send

    def ask(self, fields: Fields, now: Instant) -> None:
        """Answer a cancel (F) or replace (G) request, or begin to."""
        order = self._requested(fields, now)
        if order is None:
            return
        terms: Terms | Refusal | None = None
        if fields[35] != MsgType.CANCEL:
            last = self._worker.last(order.Symbol)
            terms = read_terms(in_shares(fields, last, order.notional, order.CumQty))
        refusal = self._refusal(order, fields, terms)
        if refusal:
            self._deny(fields, order, refusal, now)
        elif not isinstance(terms, Refusal):
            request = order.request = Request(fields, terms)
            self._answer(order, request, now)

    def _answer(self, order: Order, request: Request, now: Instant) -> None:
        due, fills = now.mono, list[str]()
        for step in self._worker.answer(order, request.terms.OrderQty if request.terms else 0):
            due += step.after_ms / 1000
            self._worker.at(due, partial(self._act, order, request, step.act, fills), now)

    def _act(
        self, order: Order, request: Request, act: Act, fills: list[str], now: Instant
    ) -> None:
        if not isinstance(act, Grant | Deny):
            self._worker.act(order, act, fills, now)
            return
        order.request, order.pending = None, ""
        late = self._refusal(order, request.fields, request.terms)
        if isinstance(act, Deny) or late:
            denial = act if isinstance(act, Deny) else late
            if denial:
                self._deny(request.fields, order, denial, now)
        elif request.terms is None:
            orig = self._extend_chain(order, request.fields, now)
            self._worker.withdraw(order)
            self._executor.cancel(order, now.utc, orig=orig)
        else:
            orig = self._extend_chain(order, request.fields, now)
            self._change(order, request.terms, orig, act.OrdStatus, now)

    def _change(self, order: Order, terms: Terms, orig: str, status: str, now: Instant) -> None:
        self._worker.withdraw(order)
        # What is filled cannot be replaced away: then the order ends at what it has.
        order.OrderQty = max(terms.OrderQty, order.CumQty)
        order.OrdType, order.TimeInForce = terms.OrdType, terms.TimeInForce
        order.Price, order.StopPx = terms.Price, terms.StopPx
        order.CashOrderQty = terms.CashOrderQty
        order.triggered = False
        order.settle_status()
        self._executor.replaced(order, orig, now.utc, status)
        if order.LeavesQty:
            self._worker.work(order, now)

    def _refusal(self, order: Order, fields: Fields, terms: Terms | Refusal | None) -> Deny | None:
        """Why a request cannot be granted as things are."""
        if terms is None:
            late = not order.LeavesQty
            return Deny(CxlRejReason.TOO_LATE, "too late to cancel") if late else None
        if isinstance(terms, Refusal):
            return Deny(CxlRejReason.BROKER_OPTION, terms.text)
        if (fields.get(55), fields.get(54)) != (order.Symbol, order.Side):
            return Deny(CxlRejReason.BROKER_OPTION, "Symbol(55) or Side(54) differs")
        ended = order.OrdStatus in DEAD
        if ended or (not order.LeavesQty and terms.OrderQty <= order.CumQty):
            return Deny(CxlRejReason.TOO_LATE, "too late to replace")
        return None

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
                self._deny(fields, again, Deny(CxlRejReason.DUPLICATE, "duplicate ClOrdID"), now)
            return None
        if order is None or order.forgotten:
            self._deny(fields, None, Deny(CxlRejReason.UNKNOWN_ORDER, "unknown order"), now)
            return None
        if order.request:
            pending = Deny(CxlRejReason.ALREADY_PENDING, "another request is pending")
            self._deny(fields, order, pending, now)
            return None
        return order

    def _extend_chain(self, order: Order, fields: Fields, now: Instant) -> str:
        """Make the request's ClOrdID the current one and return the last accepted before it."""
        if order.OrdStatus == OrdStatus.PENDING_NEW:
            self._executor.ack(order, now.utc)
        orig = order.ClOrdID
        order.ClOrdIDs.append(fields[11])
        self._by_id[fields[11]] = order
        return orig

    def _deny(self, fields: Fields, order: Order | None, denial: Deny, now: Instant) -> None:
        self._send(self._form.cancel_reject(fields, order, denial.reason, denial.text, now.utc))
