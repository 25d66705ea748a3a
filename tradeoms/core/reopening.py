"""A fill, bust or correction after the allocation: the block reopens, bookings are taken back."""

from tradeoms.core.context import Context
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import BlockState
from tradeoms.model.state import State


def reopen(state: State, block: str, reason: str, ctx: Context) -> list[e.AnyEvent]:
    """Nothing where the block is not allocated.

    Lots of the instrument are taken back newest booking first, down to this block's, so that what
    later sells took from its lots returns; the later bookings are then made again on what is left.
    """
    if state.blocks[block].state is not BlockState.Allocated:
        return []
    bookings = state.bookings_of[state.blocks[block].instrument]
    taken_back = bookings[bookings.index(block) :]
    return [
        *(e.LotsReversed(name) for name in reversed(taken_back)),
        e.BlockReopened(block, reason),
        e.AlertRaised(ctx.number("alert"), "reopened", block, reason, ctx.now),
    ]


def react_reopened(state: State, event: e.BlockReopened) -> list[c.Command]:
    """Every allocated block of the instrument without lots is booked again, in its old order."""
    instrument = state.blocks[event.block].instrument
    return [
        c.BookLots(name)
        for name in state.allocations
        if name not in state.bookings and state.blocks[name].instrument == instrument
    ]


REACT = {e.BlockReopened: react_reopened}
