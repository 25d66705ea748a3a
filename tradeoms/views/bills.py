"""Brokers' bills: what each broker of an allocated block bills for it, in two parts."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.state import State


class BillRow(Struct, frozen=True, gc=False):
    """A broker's bill for its part of a block; `key` is block/broker. Money in `Currency`.

    `gross` is what its fills are worth, `execution` and `research` are the parts of its commission.
    Gone while the block is open again.
    """

    key: str
    block: str
    broker: str
    instrument: str
    Symbol: str
    Side: str
    gross: Decimal
    execution: Decimal
    research: Decimal
    Currency: str
    trade_date: date


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, BillRow | None]]:
    """The bills of the block that was allocated or is open again, or of what was defined."""
    if isinstance(event, e.BlockAllocated | e.BlockReopened):
        placed = (state.placements[p] for p in state.blocks[event.block].placements)
        yield from ((f"{event.block}/{placement.broker}", None) for placement in placed)
        yield from ((row.key, row) for row in _of(state, event.block))
    elif isinstance(event, e.InstrumentsDefined):
        defined = {one.instrument for one in event.instruments}
        yield from ((row.key, row) for row in all_rows(state) if row.instrument in defined)


def _of(state: State, name: str) -> Iterator[BillRow]:
    event, block = state.allocations.get(name), state.blocks[name]
    if event is None:
        return
    instrument = state.instruments[block.instrument]
    for bill in event.bills:
        yield BillRow(
            key=f"{name}/{bill.broker}",
            block=name,
            broker=bill.broker,
            instrument=block.instrument,
            Symbol=instrument.Symbol,
            Side=block.Side.name,
            gross=state.money(bill.gross),
            execution=state.money(bill.execution),
            research=state.money(bill.research),
            Currency=instrument.Currency,
            trade_date=event.trade_date,
        )


def all_rows(state: State) -> Iterator[BillRow]:
    """Every bill of every allocated block."""
    for name in state.allocations:
        yield from _of(state, name)
