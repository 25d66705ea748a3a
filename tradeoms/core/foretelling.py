"""What finishing a block would allocate, before it is finished."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from tradeoms.core.allocations import allocate_block
from tradeoms.core.blocks import finish_block, live_block, not_bookable
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState
from tradeoms.model.state import State
from tradeoms.views.allocations import AllocationRow, members


class Foretold(Struct, frozen=True):
    """The allocation of a block as it would be now, each member's row in `rows`.

    `exception`: why the split is not the policy's own. `alerts`: what people would be told.
    `refused`: why the block would not be finished now, or not without a reason; empty where it would.
    """

    block: str
    policy: str
    exception: str
    AvgPx: Decimal
    Currency: str
    trade_date: date
    settle_date: date
    price_group: str
    refused: str
    alerts: tuple[str, ...]
    rows: tuple[AllocationRow, ...]


def foretell(state: State, name: str, user: str, now: datetime) -> Foretold:
    """What `FinishBlock` of this user would book if nothing more is filled.

    Raises:
        Refusal: the block is unknown, not at work, or its fills cannot be allocated at all.
    """
    ctx = Context(now, user, dict(state.counters))
    block = live_block(state, name, BlockState.Working)
    if why := not_bookable(state, block):
        raise refuse("block", name, why)
    events = allocate_block(state, c.AllocateBlock(name), ctx)
    (event,) = (one for one in events if isinstance(one, e.BlockAllocated))
    return Foretold(
        block=name,
        policy=event.policy,
        exception=event.exception,
        AvgPx=Decimal(event.AvgPx),
        Currency=state.instruments[block.instrument].Currency,
        trade_date=event.trade_date,
        settle_date=event.settle_date,
        price_group=event.price_group,
        refused=_refused(state, name, ctx),
        alerts=tuple(one.text for one in events if isinstance(one, e.AlertRaised)),
        rows=tuple(members(state, event)),
    )


def _refused(state: State, name: str, ctx: Context) -> str:
    try:
        finish_block(state, c.FinishBlock(name), ctx)
    except Refusal as refusal:
        return "; ".join(problem.reason for problem in refusal.problems)
    return ""
