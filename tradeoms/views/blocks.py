"""Blocks: what a trader works as one, and where its quantity is."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.orders import ZERO, Block
from tradeoms.model.state import State
from tradeoms.views import touched


class BlockRow(Struct, frozen=True, gc=False):
    """A block. idle + working + filled = OrderQty, always; idle is negative after an over-fill.

    `trader` opened it, `claimed_by` works it now (empty: whoever wants to).
    `working` is the most that may still be filled at brokers, `filled` and AvgPx (28 digits, zero
    before a fill) what our booked executions say. `orders`, `members`, `placements` and `live`
    (placements that may still fill or wait for an answer) are counts. `pms` and `desks` are those
    of its orders. `frozen_at` is the time of the statement, `ADV` the instrument's average daily volume.
    Of a block in money CashOrderQty is the amount and `idle_amount` what of it no broker has; OrderQty
    is what it comes to as far as is known.
    """

    key: str
    trader: str
    instrument: str
    Symbol: str
    SecurityID: str
    SecurityIDSource: str
    Currency: str
    Side: str
    OrdType: str
    OrderQty: Decimal
    Price: Decimal | None
    StopPx: Decimal | None
    TimeInForce: str
    state: str
    idle: Decimal
    working: Decimal
    filled: Decimal
    AvgPx: Decimal
    orders: int
    members: int
    placements: int
    live: int
    pms: str
    desks: str
    opened: datetime
    frozen_at: datetime | None
    trade_date: date
    claimed_by: str = ""
    ADV: Decimal | None = None
    CashOrderQty: Decimal | None = None
    idle_amount: Decimal | None = None


def row(state: State, block: Block) -> BlockRow:
    """The row of a block in any state."""
    instrument = state.instruments[block.instrument]
    orders = [state.orders[name] for name in block.orders]
    placements = [state.placements[name] for name in block.placements]
    working = filled = notional = ZERO
    live = 0
    for placement in placements:
        exposure = placement.exposure
        working += exposure
        filled += placement.CumQty
        notional += placement.notional
        live += bool(exposure or placement.requests)
    return BlockRow(
        block.block,
        block.trader,
        block.instrument,
        instrument.Symbol,
        instrument.SecurityID,
        instrument.SecurityIDSource,
        instrument.Currency,
        block.Side._name_,
        block.OrdType._name_,
        block.OrderQty,
        block.Price,
        block.StopPx,
        block.TimeInForce._name_,
        block.state._value_,
        block.OrderQty - working - filled,
        working,
        filled,
        notional / filled if filled else ZERO,
        len(block.orders),
        sum([len(order.members) for order in orders]),
        len(placements),
        live,
        ", ".join(dict.fromkeys([order.pm for order in orders])),
        ", ".join(dict.fromkeys([order.desk for order in orders if order.desk])),
        block.opened,
        block.statement.first_frozen_at if block.statement else None,
        block.trade_date,
        block.claimed,
        touched.volume(state, block.instrument),
        block.CashOrderQty,
        _idle_amount(state, block),
    )


def _idle_amount(state: State, block: Block) -> Decimal | None:
    if block.CashOrderQty is None:
        return None
    multiplier = state.instruments[block.instrument].multiplier
    placements = [state.placements[name] for name in block.placements]
    return block.CashOrderQty - sum([p.committed(multiplier) for p in placements], ZERO)


def upserts(state: State, keys: Iterable[str]) -> Iterator[tuple[str, BlockRow | None]]:
    """The rows of these blocks."""
    for name in keys:
        yield name, row(state, state.blocks[name])


def keys(state: State, event: e.AnyEvent) -> Iterable[str]:
    """Blocks that the event changed by themselves."""
    if type(event) is e.InstrumentsDefined or type(event) is e.PricesMarked:
        defined = touched.instruments(event) or touched.volumes(event)
        found = state.blocks.values() if defined else ()
        return [block.block for block in found if block.instrument in defined]
    if type(event) is e.ClaimsChanged:
        return event.blocks
    if type(event) is e.BlockOpened:
        return (event.block.block,)
    assert isinstance(event, touched.OF_BLOCK), event
    return (event.block,)


def through(state: State, batch: touched.Batch) -> Iterable[str]:
    """Blocks of placements that changed."""
    return touched.blocks(state, batch.placements)


def all_rows(state: State) -> Iterator[BlockRow]:
    """Every block, dissolved ones too."""
    for block in state.blocks.values():
        yield row(state, block)
