"""Placements: the parts of blocks that are at brokers."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.deferred import Deferred
from tradeoms.model.fields import RequestKind
from tradeoms.model.placements import Placement, Request
from tradeoms.model.state import State
from tradeoms.views import touched


class PlacementRow(Struct, frozen=True, gc=False):
    """A placement. OrdStatus, OrderQty, ClOrdID and OrderID are the broker's last word.

    OrdStatus is FIX's name, empty before the first answer. CumQty and AvgPx (28 digits) are those
    of our booked executions. `requests` says what the broker has not answered yet, such as
    "replace 500 @ 10.25", and what follows that. CashOrderQty: it was given in money. `by_phone`:
    who gave it by telephone, to whom, when and why; empty where it was sent.
    """

    key: str
    block: str
    broker: str
    session: str
    trader: str
    instrument: str
    Symbol: str
    Side: str
    OrdType: str
    OrderQty: Decimal
    Price: Decimal | None
    StopPx: Decimal | None
    TimeInForce: str
    OrdStatus: str
    CumQty: Decimal
    LeavesQty: Decimal
    AvgPx: Decimal
    requests: str
    transmission: str
    text: str
    instructions: str
    ClOrdID: str
    OrderID: str
    routed: datetime
    trade_date: date
    ListID: str = ""
    CashOrderQty: Decimal | None = None
    by_phone: str = ""


def row(placement: Placement) -> PlacementRow:
    """The row of a placement."""
    return PlacementRow(
        placement.placement,
        placement.block,
        placement.broker,
        placement.session,
        placement.trader,
        placement.instrument,
        placement.Symbol,
        placement.Side._name_,
        placement.OrdType._name_,
        placement.OrderQty,
        placement.Price,
        placement.StopPx,
        placement.TimeInForce._name_,
        placement.OrdStatus._name_ if placement.OrdStatus else "",
        placement.CumQty,
        placement.LeavesQty,
        placement.AvgPx,
        _requests(placement),
        placement.transmission._value_,
        placement.text,
        placement.instructions,
        placement.ClOrdID,
        placement.OrderID,
        placement.routed,
        placement.trade_date,
        placement.ListID,
        placement.CashOrderQty,
        placement.voice.text if placement.voice else "",
    )


def _requests(placement: Placement) -> str:
    asked = ", ".join([_asked(request) for request in placement.requests])
    return f"{asked}, then {_asked(placement.deferred)}" if placement.deferred else asked


def _asked(request: Request | Deferred) -> str:
    if request.kind is not RequestKind.Replace:
        return request.kind._value_
    price = f" @ {request.Price:f}" if request.Price is not None else ""
    stop = f" stop {request.StopPx:f}" if request.StopPx is not None else ""
    cash = request.CashOrderQty
    wanted = f"{request.OrderQty:f}" if cash is None else f"for {cash:f}"
    return f"{request.kind._value_} {wanted}{price}{stop}"


def upserts(state: State, keys: Iterable[str]) -> Iterator[tuple[str, PlacementRow | None]]:
    """The rows of these placements."""
    for name in keys:
        yield name, row(state.placements[name])


def keys(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Those of a block whose orders changed; which ones other events change, the batch knows."""
    assert isinstance(event, touched.MEMBERS)
    return [p.placement for p in state.placements.values() if p.block == event.block]


def through(state: State, batch: touched.Batch) -> Iterable[str]:
    """Placements that changed."""
    return batch.placements


def all_rows(state: State) -> Iterator[PlacementRow]:
    """Every placement."""
    return map(row, state.placements.values())
