"""The order of an instrument's bookings: that of the trades, however often one is booked again."""

from itertools import dropwhile

from tradeoms.model import commands as c
from tradeoms.model.state import State


def _from(state: State, block: str) -> list[str]:
    """This block and what was first booked after it; itself alone where it never was booked."""
    places = state.booking_places.get(state.blocks[block].instrument, {})
    if block not in places:
        return [block]
    return list(dropwhile(lambda name: name != block, places))


def taken_back(state: State, block: str) -> list[str]:
    """What must leave the lots before this block enters or leaves, newest first."""
    return [name for name in reversed(_from(state, block)) if name in state.bookings]


def to_book(state: State, block: str) -> list[c.Command]:
    """What must be booked, from this block on, oldest first."""
    return [
        c.BookLots(name)
        for name in _from(state, block)
        if name in state.allocations and name not in state.bookings
    ]
