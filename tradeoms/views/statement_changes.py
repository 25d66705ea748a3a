"""Changes of statements after the first route: which member joined or left a block, when and why."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.orders import ZERO
from tradeoms.model.state import State
from tradeoms.views import touched


class StatementChangeRow(Struct, frozen=True, gc=False):
    """One member's quantity in a block, changed after the first route; `key` is
    block/part/order/account.

    `change` is joined or left, `before` and `after` the member's quantity in the statement, `filled`
    what of the block was filled by then. `frozen_at` is the time of the first statement.
    """

    key: str
    block: str
    part: int
    change: str
    order: str
    account: str
    pm: str
    instrument: str
    Symbol: str
    Side: str
    before: Decimal
    after: Decimal
    filled: Decimal
    reason: str
    user: str
    at: datetime
    frozen_at: datetime
    trade_date: date


def _block_rows(state: State, name: str) -> Iterator[StatementChangeRow]:
    block = state.blocks[name]
    statement = block.statement
    if statement is None:
        return
    for part, (old, new) in enumerate(pairwise(statement.parts), 1):
        known = (*old.quantities, *[ZERO] * (len(new.quantities) - len(old.quantities)))
        for n, (before, after) in enumerate(zip(known, new.quantities, strict=True)):
            if before == after:
                continue
            order, account = statement.orders[n], statement.accounts[n]
            yield StatementChangeRow(
                key=f"{name}/{part}/{order}/{account}",
                block=name,
                part=part,
                change="joined" if after > before else "left",
                order=order,
                account=account,
                pm=state.orders[order].pm,
                instrument=block.instrument,
                Symbol=state.instruments[block.instrument].Symbol,
                Side=block.Side.name,
                before=before,
                after=after,
                filled=new.filled,
                reason=new.reason,
                user=new.user,
                at=new.frozen_at,
                frozen_at=statement.first_frozen_at,
                trade_date=new.day or block.trade_date,
            )


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, StatementChangeRow]]:
    """All changes of the block that changed, or of blocks whose instrument did."""
    if isinstance(event, e.OrdersJoined | e.OrderLeft):
        yield from ((row.key, row) for row in _block_rows(state, event.block))
    elif defined := touched.instruments(event):
        for name, block in state.blocks.items():
            if block.instrument in defined:
                yield from ((row.key, row) for row in _block_rows(state, name))


def all_rows(state: State) -> Iterator[StatementChangeRow]:
    """Every change of every block."""
    for name in state.blocks:
        yield from _block_rows(state, name)
