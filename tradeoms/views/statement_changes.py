"""Changes after the first route: which member joined or left a block, or was given another quantity of
what was filled, when and why.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

from tradeoms.model import events as e
from tradeoms.model.orders import ZERO, Block
from tradeoms.model.state import State
from tradeoms.views import touched

CHANGING = (e.OrdersJoined, e.OrderLeft, e.SplitChanged, e.SplitApproved)


class StatementChangeRow(Struct, frozen=True, gc=False):
    """One member's quantity in a block, changed after the first route; `key` is
    block/part/order/account, the part that of the statement, or `split` with a number.

    `change` is joined or left, with the member's quantity in the statement `before` and `after`; or
    split changed, or taken back, with what it gets of `filled`, which is what of the block was filled
    by then. `frozen_at` is the time of the first statement. `approved_by`: of compliance, at `approved`.
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
    approved_by: str = ""
    approved: datetime | None = None


class _Change(NamedTuple):
    """Quantities of the statement's rows, and what the rows of the table have in common."""

    before: Sequence[Decimal]
    after: Sequence[Decimal]
    filled: Decimal
    reason: str
    user: str
    at: datetime
    day: date
    approved_by: str = ""
    approved: datetime | None = None


def _block_rows(state: State, name: str) -> Iterator[StatementChangeRow]:
    block = state.blocks[name]
    statement = block.statement
    if statement is None:
        return
    for part, (old, new) in enumerate(pairwise(statement.parts), 1):
        known = (*old.quantities, *[ZERO] * (len(new.quantities) - len(old.quantities)))
        day = new.day or block.trade_date
        words = new.filled, new.reason, new.user, new.frozen_at, day
        yield from _rows(state, block, part, _Change(known, new.quantities, *words))
    quantity = state.instruments[block.instrument].quantity
    for part, one in enumerate(block.changes, 1):
        before, after = ([quantity(n) for n in own] for own in (one.before, one.quantities))
        words = sum(after, ZERO), one.reason, one.user, one.at, one.day
        what = "split taken back" if one.back else "split changed"
        change = _Change(before, after, *words, one.approved_by, one.approved)
        yield from _rows(state, block, part, change, what)


def _rows(
    state: State, block: Block, part: int, change: _Change, what: str = ""
) -> Iterator[StatementChangeRow]:
    """The members for whom it is a change."""
    name, statement = block.block, block.statement
    assert statement is not None
    for n, (before, after) in enumerate(zip(change.before, change.after, strict=True)):
        if before == after:
            continue
        order, account = statement.orders[n], statement.accounts[n]
        yield StatementChangeRow(
            key=f"{name}/{f'split {part}' if what else part}/{order}/{account}",
            block=name,
            part=part,
            change=what or ("joined" if after > before else "left"),
            order=order,
            account=account,
            pm=state.orders[order].pm,
            instrument=block.instrument,
            Symbol=state.instruments[block.instrument].Symbol,
            Side=block.Side.name,
            before=before,
            after=after,
            filled=change.filled,
            reason=change.reason,
            user=change.user,
            at=change.at,
            frozen_at=statement.first_frozen_at,
            trade_date=change.day,
            approved_by=change.approved_by,
            approved=change.approved,
        )


def rows(state: State, event: e.AnyEvent) -> Iterator[tuple[str, StatementChangeRow]]:
    """All changes of the block that changed, or of blocks whose instrument did."""
    if isinstance(event, CHANGING):
        yield from ((row.key, row) for row in _block_rows(state, event.block))
    elif defined := touched.instruments(event):
        for name, block in state.blocks.items():
            if block.instrument in defined:
                yield from ((row.key, row) for row in _block_rows(state, name))


def all_rows(state: State) -> Iterator[StatementChangeRow]:
    """Every change of every block."""
    for name in state.blocks:
        yield from _block_rows(state, name)
