"""Brokers' bills: what each broker of an allocated block bills for it, and the fees in them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.state import State


class BillRow(Struct, frozen=True, gc=False):
    """A broker's bill for its part of a block; `key` is block/broker. Money in `Currency`.

    `gross` is what its fills are worth, `execution` and `research` are the parts of its commission,
    `fees` come on top. Gone while the block is open again.
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
    fees: Decimal


class FeeRow(Struct, frozen=True, gc=False):
    """A fee or tax on a broker's part of a block; `key` is block/broker/fee/version. Money in
    `Currency`, `gross` is what the broker's fills are worth. Gone while the block is open again.
    """

    key: str
    block: str
    broker: str
    fee: str
    instrument: str
    Symbol: str
    Side: str
    gross: Decimal
    amount: Decimal
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
            fees=state.money(sum(one.amount for one in bill.fees)),
        )


def all_rows(state: State) -> Iterator[BillRow]:
    """Every bill of every allocated block."""
    for name in state.allocations:
        yield from _of(state, name)


def fee_rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, FeeRow | None]]:
    """The fees of the block that was allocated or is open again, or of what was defined."""
    if isinstance(event, e.BlockAllocated | e.BlockReopened):
        block = state.blocks[event.block]
        brokers = dict.fromkeys(state.placements[p].broker for p in block.placements)
        names = [row.fee.name for rows in state.fees.values() for row in rows]
        yield from ((f"{event.block}/{b}/{name}", None) for b in brokers for name in names)
        yield from ((row.key, row) for row in _fees_of(state, event.block))
    elif isinstance(event, e.InstrumentsDefined):
        defined = {one.instrument for one in event.instruments}
        yield from ((row.key, row) for row in all_fee_rows(state) if row.instrument in defined)


def _fees_of(state: State, name: str) -> Iterator[FeeRow]:
    event = state.allocations.get(name)
    for row, bill in zip(_of(state, name), event.bills if event else (), strict=True):
        for one in bill.fees:
            yield FeeRow(
                *(f"{row.key}/{one.fee}", row.block, row.broker, one.fee),
                *(row.instrument, row.Symbol, row.Side, row.gross),
                *(state.money(one.amount), row.Currency, row.trade_date),
            )


def all_fee_rows(state: State) -> Iterator[FeeRow]:
    """Every fee of every allocated block."""
    for name in state.allocations:
        yield from _fees_of(state, name)
