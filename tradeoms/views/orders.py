"""Portfolio managers' orders. Drafts of a basket that is still being read are invisible."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.fields import OrderState, Severity
from tradeoms.model.orders import ZERO, Order
from tradeoms.model.state import State
from tradeoms.views import touched
from tradeoms.views.consents import consents
from tradeoms.views.indicative import parts

OF_BLOCK = (e.BlockDissolved, e.BlockMeasured, e.BlockAllocated, e.BlockReopened, e.OrdersJoined)


class OrderRow(Struct, frozen=True, gc=False):
    """An order. Quantities in the instrument's own unit, prices in its currency.

    Side, OrdType and TimeInForce are FIX's names. `accounts` is their number, `account` the only
    one's name and empty where there are several. CumQty and AvgPx are legal: zero before the
    allocation. `arrival` is the price of record when the order came. `warnings` and `blocks` name
    the rules that warned about or held the order, `consents` who lifted which of them, `awaits` how many
    more must while it is held, and `consents_until` when the first consent ends. `indicative` is its
    part of what its block has been filled so far: it never falls while fills grow, and what is booked
    in the end may differ.
    `claimed_by` is who works it, or its block. `ADV` is the instrument's average daily volume.
    CashOrderQty: the amount of an order in money, whose OrderQty is what that comes to as far as is
    known.
    """

    key: str
    pm: str
    desk: str
    basket: str
    instrument: str
    Symbol: str
    SecurityID: str
    SecurityIDSource: str
    share_class: str
    Currency: str
    Side: str
    OrdType: str
    OrderQty: Decimal
    Price: Decimal | None
    StopPx: Decimal | None
    TimeInForce: str
    accounts: int
    account: str
    state: str
    block: str
    CumQty: Decimal
    AvgPx: Decimal
    arrival: Decimal | None
    strategy: str
    instructions: str
    reason: str
    discretionary: bool
    reference: str
    warnings: str
    blocks: str
    entered: datetime
    trade_date: date
    indicative: Decimal = ZERO
    claimed_by: str = ""
    ADV: Decimal | None = None
    CashOrderQty: Decimal | None = None
    consents: str = ""
    awaits: str = ""
    consents_until: datetime | None = None


def row(state: State, order: Order, indicative: Decimal = ZERO) -> OrderRow:
    """The row of a visible order."""
    instrument, lifted = state.instruments[order.instrument], consents(order)
    return OrderRow(
        order.order,
        order.pm,
        order.desk,
        order.basket,
        order.instrument,
        instrument.Symbol,
        instrument.SecurityID,
        instrument.SecurityIDSource,
        instrument.share_class,
        instrument.Currency,
        order.Side._name_,
        order.OrdType._name_,
        order.OrderQty,
        order.Price,
        order.StopPx,
        order.TimeInForce._name_,
        len(order.members),
        order.members[0].account if len(order.members) == 1 else "",
        order.state._value_,
        order.block,
        order.CumQty,
        order.AvgPx,
        order.arrival,
        order.strategy,
        order.instructions,
        order.reason,
        order.discretionary,
        order.reference,
        _rules(order, Severity.Warn),
        _rules(order, Severity.Block),
        order.entered,
        order.trade_date,
        indicative,
        state.blocks[order.block].claimed if order.block else order.claimed,
        touched.volume(state, order.instrument),
        order.CashOrderQty,
        lifted.given,
        lifted.awaited,
        lifted.until,
    )


def _rules(order: Order, severity: Severity) -> str:
    if not order.violations:
        return ""
    return ", ".join(dict.fromkeys(v.rule for v in order.violations if v.severity is severity))


def upserts(state: State, keys: Iterable[str]) -> Iterator[tuple[str, OrderRow | None]]:
    """The rows of these orders, of those that are visible."""
    blocks: dict[str, dict[str, Decimal]] = {}
    for name in keys:
        order = state.orders.get(name)
        if order is not None and order.state is not OrderState.Draft:
            yield name, row(state, order, _indicative(state, order, blocks))


def _indicative(state: State, order: Order, blocks: dict[str, dict[str, Decimal]]) -> Decimal:
    """The order's part; `blocks` keeps those that were split already."""
    if order.state is not OrderState.InBlock:
        return ZERO
    if order.block not in blocks:
        blocks[order.block] = parts(state, order.block)
    return blocks[order.block].get(order.order, ZERO)


def keys(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Orders that the event changed; a basket's all at once."""
    if type(event) is e.OrderEntered:
        return () if event.order.state is OrderState.Draft else (event.order.order,)
    if isinstance(event, e.OrderCancelled | e.OrderAdjusted | e.ViolationOverridden):
        return (event.order,)
    if type(event) is e.BasketReleased:
        return event.orders
    if type(event) is e.BlockOpened:
        return event.block.orders
    if isinstance(event, OF_BLOCK):
        return state.blocks[event.block].orders
    if type(event) is e.OrderLeft:
        return (event.order, *state.blocks[event.block].orders)
    if type(event) is e.ClaimsChanged:
        below = (name for block in event.blocks for name in state.blocks[block].orders)
        return (*event.orders, *below)
    if defined := touched.instruments(event) or touched.volumes(event):
        return [order.order for order in state.orders.values() if order.instrument in defined]
    return ()


def through(state: State, batch: touched.Batch) -> Iterable[str]:
    """The orders of blocks whose fills may have changed."""
    found = touched.blocks(state, batch.filled)
    return [order for name in found for order in state.blocks[name].orders]


def all_rows(state: State) -> Iterator[OrderRow]:
    """Every visible order."""
    for _, found in upserts(state, state.orders):
        if found is not None:
            yield found
