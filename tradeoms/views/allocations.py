"""Allocations: what each member of a block legally got. Gone while the block is open again."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.orders import ZERO
from tradeoms.model.state import State
from tradeoms.views import touched


class AllocationRow(Struct, frozen=True, gc=False):
    """One member's part of an allocated block; `key` is block/order/account.

    OrderQty is the member's quantity in the statement, AllocQty what it got. Money to the cent in
    `Currency`: `gross`, `commission` (of it `research`), `fees` on top, and `net`, which
    the account pays or gets. AvgPx is the block's, or the member's own where fills
    are dealt out as they were traded. The row of an error account has no order: it got what was filled beyond the orders.
    """

    key: str
    block: str
    order: str
    account: str
    pm: str
    instrument: str
    Symbol: str
    SecurityID: str
    SecurityIDSource: str
    Side: str
    OrderQty: Decimal
    AllocQty: Decimal
    AvgPx: Decimal
    gross: Decimal
    commission: Decimal
    net: Decimal
    Currency: str
    policy: str
    trade_date: date
    settle_date: date
    allocated: datetime
    research: Decimal
    price_group: str
    fees: Decimal


def members(state: State, event: e.BlockAllocated) -> Iterator[AllocationRow]:
    """Each member's part of an allocation, whether or not it has been booked."""
    name, block = event.block, state.blocks[event.block]
    instrument, side, AvgPx = (
        state.instruments[block.instrument],
        block.Side.name,
        Decimal(event.AvgPx),
    )
    prices = event.own_prices()
    statement = block.statement
    assert statement is not None, f"{name} was allocated without a statement"
    for n, (order, account) in enumerate(zip(event.orders, event.accounts, strict=True)):
        if order and not statement.quantities[n]:
            continue  # it left the block without a fill
        yield AllocationRow(
            key=f"{name}/{order}/{account}",
            block=name,
            order=order,
            account=account,
            pm=state.orders[order].pm if order else "",
            instrument=block.instrument,
            Symbol=instrument.Symbol,
            SecurityID=instrument.SecurityID,
            SecurityIDSource=instrument.SecurityIDSource,
            Side=side,
            OrderQty=statement.quantities[n] if order else ZERO,
            AllocQty=instrument.quantity(event.quantities[n]),
            AvgPx=prices.get(n, AvgPx),
            gross=state.money(event.gross[n]),
            commission=state.money(event.commission[n]),
            net=state.money(event.net[n]),
            Currency=instrument.Currency,
            policy=event.policy,
            trade_date=event.trade_date,
            settle_date=event.settle_date,
            allocated=event.allocated,
            research=state.money(event.research[n]) if event.research else ZERO,
            price_group=event.price_group.partition("/")[0],
            fees=state.money(event.fees[n] if event.fees else 0),
        )


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, AllocationRow | None]]:
    """The members of the block that was allocated or is open again."""
    for name in _touched(state, event):
        if name in state.allocations:
            yield from ((row.key, row) for row in members(state, state.allocations[name]))
        else:
            yield from ((key, None) for key in _keys(state, name))


def _touched(state: State, event: e.AnyEvent) -> Iterable[str]:
    if isinstance(event, e.BlockAllocated | e.BlockReopened):
        return (event.block,)
    defined = touched.instruments(event)
    if not defined:
        return ()
    return [name for name in state.allocations if state.blocks[name].instrument in defined]


def _keys(state: State, name: str) -> Iterator[str]:
    block = state.blocks[name]
    if block.statement is not None:
        for order, account in zip(block.statement.orders, block.statement.accounts, strict=True):
            yield f"{name}/{order}/{account}"
    if block.error is not None:
        yield f"{name}//{block.error.account}"


def all_rows(state: State) -> Iterator[AllocationRow]:
    """Every member of every allocated block."""
    for name in state.allocations:
        yield from members(state, state.allocations[name])
