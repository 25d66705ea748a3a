"""A fill, bust or correction after the allocation: the block reopens, bookings are taken back."""

from tradeoms.core.attention import alert
from tradeoms.core.context import Context
from tradeoms.core.sequence import taken_back, to_book
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState
from tradeoms.model.state import State


def reopen(state: State, block: str, reason: str, ctx: Context) -> list[e.AnyEvent]:
    """Nothing where the block is not allocated.

    Lots of the instrument are taken back newest booking first, down to this block's, so that what
    later sells took from its lots returns; the later bookings are then made again on what is left,
    and once more, behind this block's, when it is allocated again.
    """
    if state.blocks[block].state is not BlockState.Allocated:
        return []
    told = alert(ctx, "reopened", block, reason)
    return [*undone(state, block, reason), told]


def undone(
    state: State, block: str, reason: str, internal: bool = False, again: bool = False
) -> list[e.AnyEvent]:
    """The allocation and its bookings taken back, and later bookings that lie upon it; `again`
    where it is allocated anew at once.
    """
    return [*taken_back(state, block), e.BlockReopened(block, reason, internal, again)]


def react_reopened(state: State, event: e.BlockReopened) -> list[c.Command]:
    """Later blocks of the instrument are booked again, in the order of old."""
    return [] if event.again else to_book(state, (state.blocks[event.block].instrument,))


REACT = {e.BlockReopened: react_reopened}
