"""A broker's middle office: answers allocation instructions and sends confirmations.

J is answered by P twice, received and then decided; what is accepted is reported by AS where the
settings ask for it and confirmed by an AK for each account. FIX 4.2 knows J and P alone. A
confirmation that the client rejects is replaced by a right one.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from simulators.codes import (
    AllocRejCode,
    AllocStatus,
    AllocTransType,
    ConfirmTransType,
    MsgType,
    Side,
)
from simulators.confirmations import confirmation, numbers
from simulators.groups import entries
from simulators.ledger import BrokerBook
from simulators.lines import Affirmed, Allocated, Confirmed, Line, Part
from simulators.orders import Order
from simulators.settings import BrokerSettings, Settings
from simulators.ticks import average_text, whole_shares
from simulators.timing import Instant, Timers
from simulators.wire import Fields, clean

Pairs = list[tuple[int, str]]
#: Behaviours that refuse what they received: AllocStatus, AllocRejCode and Text.
_DECISIONS = {
    "block_reject": (AllocStatus.BLOCK_REJECT, AllocRejCode.OTHER, "the middle office declines"),
    "account_reject": (
        AllocStatus.ACCOUNT_REJECT,
        AllocRejCode.UNKNOWN_ACCOUNT,
        "the first account is not known here",
    ),
    "incomplete": (AllocStatus.INCOMPLETE, AllocRejCode.OTHER, "details are missing"),
}


class _Refused(ValueError):
    """What is wrong with an instruction: AllocRejCode(88) and Text(58)."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


class MiddleOffice:
    """One broker's allocations. ``by_id`` is the desk's, every ClOrdID -> its order."""

    def __init__(
        self,
        broker: BrokerSettings,
        settings: Settings,
        by_id: Mapping[str, Order],
        timers: Timers,
        send: Callable[[str], None],
        write: Callable[[Line], None],
        prefix: str,
    ) -> None:
        self._broker = broker
        self._form = broker.form
        self._day = f"{settings.date:%Y%m%d}"
        self._after = settings.delays.answer / 1000
        self._by_id = by_id
        self._timers = timers
        self._send = send
        self._write = write
        self._prefix = prefix
        self._count = self._ids = 0
        self._used: set[str] = set()
        self._traded: dict[str, str] = {}  # TradeDate by AllocID, as the client says it
        self._live: dict[str, Allocated] = {}
        self._confirmed: dict[str, Confirmed] = {}

    def restore(self, book: BrokerBook) -> None:
        """Remember what an earlier run had in force."""
        self._live.update(book.allocations)
        self._used.update(book.allocations)
        self._confirmed.update(book.confirmations)

    def on_message(self, fields: Fields, found: Pairs, now: Instant) -> None:
        """A J, AT, AU or BH; ``found`` are its fields in order."""
        kind = fields[35]
        if kind == MsgType.ALLOCATION:
            self._instruct(fields, found, now)
        elif kind == MsgType.CONFIRMATION_REQUEST:
            self._again(fields, now)
        else:
            self._affirm(fields, now)

    def _instruct(self, fields: Fields, found: Pairs, now: Instant) -> None:
        self._count += 1
        behaviour = _nth(self._broker.allocation, self._count)
        if behaviour == "silent":
            return
        self._acknowledge(fields, AllocStatus.RECEIVED, now)
        again = fields.get(70, "") in self._used
        self._used.add(fields.get(70, ""))
        self._traded[fields.get(70, "")] = fields.get(75, self._day)
        call = partial(self._decide, fields, found, behaviour, self._count, again)
        self._timers.at(now.mono + self._after, call)

    def _decide(
        self,
        fields: Fields,
        found: Pairs,
        behaviour: str,
        number: int,
        again: bool,
        now: Instant,
    ) -> None:
        try:
            if again or not fields.get(70):
                raise _Refused(AllocRejCode.OTHER, "AllocID(70) is missing or was used before")
            wanted = self._read(fields, found, now)
        except _Refused as refusal:
            self._refuse(fields, AllocStatus.BLOCK_REJECT, refusal.code, str(refusal), now)
            return
        if behaviour in _DECISIONS:
            self._refuse(fields, *_DECISIONS[behaviour], now, wanted.parts)
            return
        self._write(wanted)
        self._acknowledge(fields, AllocStatus.ACCEPTED, now)
        old = self._live.pop(wanted.RefAllocID, None)
        if old is not None:
            self._cancel(old, now)
        if wanted.AllocTransType != AllocTransType.CANCEL:
            self._live[wanted.AllocID] = wanted
            self._report(wanted, fields, now)
            wrong = _nth(self._broker.confirmation, number)
            if wrong != "none" and not self._form.transactions:
                self._confirm(wanted, wrong if wrong != "right" else "", now)

    def _read(self, fields: Fields, found: Pairs, now: Instant) -> Allocated:
        """The instruction, checked against our book. Raises _Refused."""
        kind = fields.get(71, "")
        old = self._live.get(fields.get(72, ""))
        if kind != AllocTransType.NEW and old is None:
            raise _Refused(AllocRejCode.OTHER, f"RefAllocID(72) {fields.get(72, '')!r} is unknown")
        if kind == AllocTransType.CANCEL and old is not None:
            return Allocated(
                now.utc, fields[70], kind, AllocStatus.ACCEPTED, old.AllocID, old.Symbol, old.Side
            )
        parts = self._parts(found, fields.get(6, ""))
        orders = self._orders(found)
        total = sum(part.AllocQty for part in parts)
        held = sum(order.CumQty for order in orders)
        if not parts or not total == _shares(fields.get(53, "")) == held:
            text = f"Quantity(53) {fields.get(53, '')!r}, accounts {total}, filled {held}"
            raise _Refused(AllocRejCode.INCORRECT_QUANTITY, text)
        average = self._average(fields, orders, held)
        if not _agrees(fields.get(6, ""), average) or not _own_prices_agree(parts, average, held):
            raise _Refused(AllocRejCode.INCORRECT_AVERAGE, f"AvgPx(6) is {average}")
        return Allocated(
            at=now.utc,
            AllocID=fields[70],
            AllocTransType=kind,
            AllocStatus=AllocStatus.ACCEPTED,
            RefAllocID=old.AllocID if old else "",
            Symbol=orders[0].Symbol,
            Side=orders[0].Side,
            Quantity=held,
            AvgPx=average,
            OrderIDs=tuple(order.OrderID for order in orders),
            parts=parts,
        )

    def _average(self, fields: Fields, orders: list[Order], held: int) -> str:
        """Of the orders' fills; where several instructions share one price (AvgPxGroupID, AllocLinkID) the
        client's, if it lies between the prices of its orders in the share.
        """
        own = average_text(sum(order.notional for order in orders), held)
        if not (fields.get(1731) or fields.get(196)):
            return own
        like = orders[0].Symbol, orders[0].Side
        filled = [o for o in self._by_id.values() if (o.Symbol, o.Side) == like and o.CumQty]
        prices = [Decimal(average_text(order.notional, order.CumQty)) for order in filled]
        given = _decimal(fields.get(6, ""))
        fits = given is not None and min(prices) <= given <= max(prices)
        return fields[6] if fits else own

    def _parts(self, found: Pairs, average: str) -> tuple[Part, ...]:
        try:
            rows = entries(found, 78, (79, 80, 467, 153))
            return tuple(
                Part(
                    *(row[79], whole_shares(row.get(80, "")), row.get(467, "")),
                    row[153] if row.get(153, average) != average else "",
                )
                for row in rows
            )
        except (ValueError, KeyError) as error:
            raise _Refused(AllocRejCode.OTHER, f"NoAllocs(78): {error}") from None

    def _orders(self, found: Pairs) -> list[Order]:
        ids = [value for tag, value in found if tag == 11]
        orders = {id(order): order for each in ids if (order := self._by_id.get(each))}
        if not orders or any(each not in self._by_id for each in ids):
            raise _Refused(AllocRejCode.UNKNOWN_ORDER, f"ClOrdID(11) among {ids} is unknown")
        return list(orders.values())

    def _refuse(
        self,
        fields: Fields,
        status: str,
        code: str,
        text: str,
        now: Instant,
        parts: tuple[Part, ...] = (),
    ) -> None:
        line = Allocated(now.utc, fields.get(70, ""), fields.get(71, ""), status, Text=text)
        self._write(line)
        if self._form.transactions and status == AllocStatus.INCOMPLETE:
            return  # FIX 4.2 can say no more than that it was received.
        self._acknowledge(fields, status, now, code, text, parts)

    def _acknowledge(
        self,
        fields: Fields,
        status: str,
        now: Instant,
        code: str = "",
        text: str = "",
        parts: tuple[Part, ...] = (),
    ) -> None:
        body = f"70={fields.get(70, '')}\x0175={self._day}\x0160={now.utc}\x0187={status}\x01"
        body += f"88={code}\x01" if code else ""
        body += f"58={clean(text)}\x01" if text else ""
        if status == AllocStatus.ACCOUNT_REJECT and not self._form.transactions:
            body += f"78=1\x0179={parts[0].AllocAccount}\x01776={code}\x01"
        self._send(self._form.message(MsgType.ALLOCATION_ACK, body))

    def _report(self, of: Allocated, fields: Fields, now: Instant) -> None:
        """AS, which says the same again, for clients that want to acknowledge it."""
        if not self._broker.allocation_report or self._form.transactions:
            return
        self._ids += 1
        body = (
            f"755={self._prefix}R{self._ids:06d}\x0170={of.AllocID}\x0171={of.AllocTransType}\x01"
            f"794=3\x0187=0\x01857=0\x0154={of.Side}\x0155={of.Symbol}\x0153={of.Quantity}\x01"
            f"6={of.AvgPx}\x0175={self._day}\x0160={now.utc}\x0178={len(of.parts)}\x01"
        )
        body += "".join(f"79={part.AllocAccount}\x0180={part.AllocQty}\x01" for part in of.parts)
        self._send(self._form.message(MsgType.ALLOCATION_REPORT, body))

    def _confirm(self, of: Allocated, wrong: str, now: Instant) -> None:
        for part in of.parts:
            self._confirm_one(of, part, wrong, ConfirmTransType.NEW, "", now)

    def _confirm_one(
        self, of: Allocated, part: Part, wrong: str, trans_type: str, ref: str, now: Instant
    ) -> None:
        self._ids += 1
        confirm_id = f"{self._prefix}K{self._ids:06d}"
        price = Decimal(part.AllocAvgPx or of.AvgPx)
        rates = self._rates(part.AllocAccount)
        found = numbers(part, of.Side, price, rates, wrong, self._fee_bp(of.Side))
        line = Confirmed(
            at=now.utc,
            ConfirmID=confirm_id,
            ConfirmTransType=trans_type,
            AllocID=of.AllocID,
            AllocAccount=part.AllocAccount,
            AllocQty=found.AllocQty,
            AvgPx=f"{found.AvgPx:f}",
            Commission=str(found.Commission),
            NetMoney=str(found.NetMoney),
            ConfirmRefID=ref,
            wrong=wrong,
        )
        self._write(line)
        self._confirmed.pop(ref, None)
        if trans_type != ConfirmTransType.CANCEL:
            self._confirmed[confirm_id] = line
        self._send(
            confirmation(
                self._form,
                of,
                part,
                found,
                confirm_id=confirm_id,
                trans_type=trans_type,
                ref=ref,
                day=self._traded.get(of.AllocID, self._day),
                utc=now.utc,
            )
        )

    def _rates(self, account: str) -> tuple[Decimal, ...]:
        """What the account pays for a share: the broker's own two parts, or what is agreed with it."""
        own = self._broker.commission_per_share, self._broker.research_per_share
        agreed = self._broker.rates.get(account)
        return own if agreed is None else (agreed,)

    def _fee_bp(self, side: str) -> Decimal:
        return self._broker.buy_fee_bp if side == Side.BUY else self._broker.sell_fee_bp

    def _cancel(self, old: Allocated, now: Instant) -> None:
        """Take back what was confirmed of an allocation that is no more."""
        for line in [each for each in self._confirmed.values() if each.AllocID == old.AllocID]:
            self._replace(old, line, ConfirmTransType.CANCEL, now)

    def _replace(self, of: Allocated, line: Confirmed, trans_type: str, now: Instant) -> None:
        part = next(part for part in of.parts if part.AllocAccount == line.AllocAccount)
        self._confirm_one(of, part, "", trans_type, line.ConfirmID, now)

    def _affirm(self, fields: Fields, now: Instant) -> None:
        """AU or AT; a rejected confirmation that was wrong is replaced by a right one."""
        confirm_id, status = fields.get(664, ""), fields.get(940, fields.get(87, ""))
        self._write(Affirmed(now.utc, confirm_id, status, fields.get(70, ""), fields.get(58, "")))
        line = self._confirmed.get(confirm_id)
        of = self._live.get(line.AllocID) if line else None
        if line and of and line.wrong and status == "2":
            self._replace(of, line, ConfirmTransType.REPLACE, now)

    def _again(self, fields: Fields, now: Instant) -> None:
        """BH: what is confirmed of an allocation, again and right."""
        of = self._live.get(fields.get(70, ""))
        if of is None or self._form.transactions:
            text = f"AllocID(70) {fields.get(70, '')!r} has no confirmations"
            self._send(self._form.business_reject(fields, "2", text))
            return
        lines = [each for each in self._confirmed.values() if each.AllocID == of.AllocID]
        for line in lines:
            if fields.get(79, line.AllocAccount) == line.AllocAccount:
                self._replace(of, line, ConfirmTransType.REPLACE, now)
        if not lines:
            self._confirm(of, "", now)


def _nth(choices: tuple[str, ...], number: int) -> str:
    """The nth choice; the last one goes on."""
    return choices[min(number, len(choices)) - 1]


def _shares(text: str) -> int:
    try:
        return whole_shares(text)
    except ValueError as error:
        raise _Refused(AllocRejCode.INCORRECT_QUANTITY, f"Quantity(53): {error}") from None


def _own_prices_agree(parts: tuple[Part, ...], average: str, held: int) -> bool:
    """Whether accounts with prices of their own pay what the fills cost, but for eight decimals."""
    try:
        paid = sum(Decimal(part.AllocAvgPx or average) * part.AllocQty for part in parts)
    except ArithmeticError:
        return False
    return abs(paid - Decimal(average) * held) <= held * Decimal("1e-8")


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except ArithmeticError:
        return None


def _agrees(theirs: str, ours: str) -> bool:
    """Whether an average price is ours, rounded to the places it is given with (at least two)."""
    given = _decimal(theirs)
    if given is None:
        return False
    exponent = given.as_tuple().exponent
    if not isinstance(exponent, int):
        return False
    return abs(given - Decimal(ours)) * 2 <= Decimal(1).scaleb(min(-2, exponent))
