"""What was handed over, and what became of it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.deliveries import Delivery, DeliveryLine
from tradeoms.model.state import State


class DeliveryRow(Struct, frozen=True, gc=False):
    """A delivery; `key` is its number. `new`, `cancels` and `corrects` count its lines.

    `state` is sent, accepted, or rejected where it is so in part (`rejected` lines).
    """

    key: str
    business_date: date
    user: str
    at: datetime
    lines: int
    new: int
    cancels: int
    corrects: int
    state: str
    rejected: int
    answered: datetime | None


class DeliveryLineRow(Struct, frozen=True, gc=False):
    """A line of a delivery; `key` is delivery/line, from 1.

    `trade` names the account's part of the block for ever. `action` new or correct: it holds from
    now on; cancel: the version holds no more. `status` is empty until it is accepted or rejected,
    then with a `reason`.
    """

    key: str
    delivery: int
    business_date: date
    line: int
    action: str
    trade: str
    version: int
    block: str
    order: str
    account: str
    instrument: str
    Side: str
    trade_date: date
    settle_date: date
    AllocQty: Decimal
    AvgPx: Decimal
    gross: Decimal
    commission: Decimal
    net: Decimal
    Currency: str
    status: str
    reason: str
    research: Decimal
    price_group: str
    fees: Decimal


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, DeliveryRow | None]]:
    """The delivery that was made or answered."""
    if delivery := _touched(state, event):
        yield str(delivery.number), _row(state, delivery)


def all_rows(state: State) -> Iterator[DeliveryRow]:
    """Every delivery."""
    return (_row(state, delivery) for delivery in state.deliveries.values())


def line_rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, DeliveryLineRow | None]]:
    """The lines of the delivery that was made or answered."""
    if delivery := _touched(state, event):
        for row in _lines(state, delivery):
            yield row.key, row


def all_line_rows(state: State) -> Iterator[DeliveryLineRow]:
    """Every line of every delivery."""
    return (row for delivery in state.deliveries.values() for row in _lines(state, delivery))


def _touched(state: State, event: e.AnyEvent) -> Delivery | None:
    if isinstance(event, e.Delivered):
        return event.delivery
    if isinstance(event, e.DeliveryAcknowledged):
        return state.deliveries[event.answer.number]
    return None


def _row(state: State, delivery: Delivery) -> DeliveryRow:
    answer = state.delivery_answers.get(delivery.number)
    counts = Counter(line.action for line in delivery.lines)
    rejected = len(answer.rejected) if answer else 0
    return DeliveryRow(
        key=str(delivery.number),
        business_date=delivery.business_date,
        user=delivery.user,
        at=delivery.at,
        lines=len(delivery.lines),
        new=counts["new"],
        cancels=counts["cancel"],
        corrects=counts["correct"],
        state="sent" if answer is None else "rejected" if rejected else "accepted",
        rejected=rejected,
        answered=answer.at if answer else None,
    )


def _lines(state: State, delivery: Delivery) -> Iterator[DeliveryLineRow]:
    answer = state.delivery_answers.get(delivery.number)
    for n, line in enumerate(delivery.lines, 1):
        reason = answer.rejected.get(n) if answer else None
        status = "" if answer is None else "accepted" if reason is None else "rejected"
        yield _line(delivery, n, line, status, reason or "")


def _line(
    delivery: Delivery, n: int, line: DeliveryLine, status: str, reason: str
) -> DeliveryLineRow:
    return DeliveryLineRow(
        key=f"{delivery.number}/{n}",
        delivery=delivery.number,
        business_date=delivery.business_date,
        line=n,
        **msgspec.structs.asdict(line),
        status=status,
        reason=reason,
    )
